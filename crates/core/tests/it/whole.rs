//! Rows of the directory of which everything is said.

use messages_core::model::{Classe, ClassePatch, Etudiant, EtudiantPatch, Parent, ParentPatch};

/// A row that is told as a whole.
pub(crate) trait Whole {
    type Patch;

    fn whole(self) -> Self::Patch;
}

impl Whole for Classe {
    type Patch = ClassePatch;

    fn whole(self) -> ClassePatch {
        ClassePatch {
            id: self.id,
            identifiant: None,
            nom: Some(self.nom),
            niveau: Some(self.niveau),
            annee_scolaire: Some(self.annee_scolaire),
            description: Some(self.description),
        }
    }
}

impl Whole for Etudiant {
    type Patch = EtudiantPatch;

    fn whole(self) -> EtudiantPatch {
        EtudiantPatch {
            id: self.id,
            identifiant: None,
            nom: Some(self.nom),
            prenom: Some(self.prenom),
            classe: Some(self.classe),
            statut: Some(self.statut),
        }
    }
}

impl Whole for Parent {
    type Patch = ParentPatch;

    fn whole(self) -> ParentPatch {
        ParentPatch {
            id: self.id,
            identifiant: None,
            nom: Some(self.nom),
            prenom: Some(self.prenom),
            telephone: Some(self.telephone),
            email: Some(self.email),
            adresse: Some(self.adresse),
            relation: Some(self.relation),
            notifications_sms: Some(self.notifications_sms),
            notifications_email: Some(self.notifications_email),
        }
    }
}
