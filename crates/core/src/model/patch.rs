//! What is said of rows of the directory. What is not said (`None`) stays as it is; a new row has what
//! nobody said empty, `notifications_sms` true, `notifications_email` false, `relation` `autre` and
//! `statut` `actif`.

use super::{Classe, Etudiant, Parent};
use crate::vocabulary::{Relation, Scolarite};
use serde::Serialize;

/// Of a class.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ClassePatch {
    /// The web app's own number.
    pub id: i64,
    /// What the office's files call it.
    pub identifiant: Option<String>,
    /// Such as `6e A`.
    pub nom: Option<String>,
    /// Such as `6e`.
    pub niveau: Option<String>,
    /// Such as `2026-2027`.
    pub annee_scolaire: Option<String>,
    /// What the web app's users noted.
    pub description: Option<String>,
}

/// Of a pupil.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EtudiantPatch {
    /// The web app's own number.
    pub id: i64,
    /// What the office's files call the pupil.
    pub identifiant: Option<String>,
    /// Family name.
    pub nom: Option<String>,
    /// First name.
    pub prenom: Option<String>,
    /// The class; the inner `None` is no class.
    pub classe: Option<Option<i64>>,
    /// Whether the pupil is at the school.
    pub statut: Option<Scolarite>,
}

/// Of a parent. Named again, a parent who had left is back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ParentPatch {
    /// The web app's own number.
    pub id: i64,
    /// What the office's files call the parent.
    pub identifiant: Option<String>,
    /// Family name.
    pub nom: Option<String>,
    /// First name.
    pub prenom: Option<String>,
    /// As typed.
    pub telephone: Option<String>,
    /// As typed.
    pub email: Option<String>,
    /// Where the parent lives.
    pub adresse: Option<String>,
    /// What the parent is to the pupils.
    pub relation: Option<Relation>,
    /// False: wants no SMS.
    pub notifications_sms: Option<bool>,
    /// False: wants no e-mail.
    pub notifications_email: Option<bool>,
}

/// What is said, else what is there, else nothing.
fn text<R>(said: Option<String>, present: Option<&R>, kept: fn(&R) -> &String) -> String {
    said.unwrap_or_else(|| present.map(kept).cloned().unwrap_or_default())
}

impl ClassePatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Classe>) -> Classe {
        Classe {
            id: self.id,
            nom: text(self.nom, present, |row| &row.nom),
            niveau: text(self.niveau, present, |row| &row.niveau),
            annee_scolaire: text(self.annee_scolaire, present, |row| &row.annee_scolaire),
            description: text(self.description, present, |row| &row.description),
        }
    }
}

impl EtudiantPatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Etudiant>) -> Etudiant {
        Etudiant {
            id: self.id,
            nom: text(self.nom, present, |row| &row.nom),
            prenom: text(self.prenom, present, |row| &row.prenom),
            classe: self
                .classe
                .unwrap_or_else(|| present.and_then(|row| row.classe)),
            statut: self
                .statut
                .or(present.map(|row| row.statut))
                .unwrap_or_default(),
        }
    }
}

impl ParentPatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Parent>) -> Parent {
        Parent {
            id: self.id,
            nom: text(self.nom, present, |row| &row.nom),
            prenom: text(self.prenom, present, |row| &row.prenom),
            telephone: text(self.telephone, present, |row| &row.telephone),
            email: text(self.email, present, |row| &row.email),
            adresse: text(self.adresse, present, |row| &row.adresse),
            relation: self
                .relation
                .or(present.map(|row| row.relation))
                .unwrap_or_default(),
            notifications_sms: self
                .notifications_sms
                .unwrap_or_else(|| present.is_none_or(|row| row.notifications_sms)),
            notifications_email: self
                .notifications_email
                .unwrap_or_else(|| present.is_some_and(|row| row.notifications_email)),
        }
    }
}
