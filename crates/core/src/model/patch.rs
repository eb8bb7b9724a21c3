//! What is said of rows of the directory. What is not said (`None`) stays as it is; a new row has what
//! nobody said empty, `notifications_sms` true and `notifications_email` false.

use super::{Classe, Etudiant, Parent};
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
    /// False: wants no SMS.
    pub notifications_sms: Option<bool>,
    /// False: wants no e-mail.
    pub notifications_email: Option<bool>,
}

impl ClassePatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Classe>) -> Classe {
        let text = |said: Option<String>, kept: fn(&Classe) -> &String| {
            said.unwrap_or_else(|| present.map(kept).cloned().unwrap_or_default())
        };
        Classe {
            id: self.id,
            nom: text(self.nom, |row| &row.nom),
            niveau: text(self.niveau, |row| &row.niveau),
            annee_scolaire: text(self.annee_scolaire, |row| &row.annee_scolaire),
        }
    }
}

impl EtudiantPatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Etudiant>) -> Etudiant {
        let text = |said: Option<String>, kept: fn(&Etudiant) -> &String| {
            said.unwrap_or_else(|| present.map(kept).cloned().unwrap_or_default())
        };
        Etudiant {
            id: self.id,
            nom: text(self.nom, |row| &row.nom),
            prenom: text(self.prenom, |row| &row.prenom),
            classe: self
                .classe
                .unwrap_or_else(|| present.and_then(|row| row.classe)),
        }
    }
}

impl ParentPatch {
    /// The row, where `present` is what is there.
    #[must_use]
    pub fn over(self, present: Option<&Parent>) -> Parent {
        let text = |said: Option<String>, kept: fn(&Parent) -> &String| {
            said.unwrap_or_else(|| present.map(kept).cloned().unwrap_or_default())
        };
        Parent {
            id: self.id,
            nom: text(self.nom, |row| &row.nom),
            prenom: text(self.prenom, |row| &row.prenom),
            telephone: text(self.telephone, |row| &row.telephone),
            email: text(self.email, |row| &row.email),
            notifications_sms: self
                .notifications_sms
                .unwrap_or_else(|| present.is_none_or(|row| row.notifications_sms)),
            notifications_email: self
                .notifications_email
                .unwrap_or_else(|| present.is_some_and(|row| row.notifications_email)),
        }
    }
}

impl From<Classe> for ClassePatch {
    fn from(row: Classe) -> Self {
        Self {
            id: row.id,
            identifiant: None,
            nom: Some(row.nom),
            niveau: Some(row.niveau),
            annee_scolaire: Some(row.annee_scolaire),
        }
    }
}

impl From<Etudiant> for EtudiantPatch {
    fn from(row: Etudiant) -> Self {
        Self {
            id: row.id,
            identifiant: None,
            nom: Some(row.nom),
            prenom: Some(row.prenom),
            classe: Some(row.classe),
        }
    }
}

impl From<Parent> for ParentPatch {
    fn from(row: Parent) -> Self {
        Self {
            id: row.id,
            identifiant: None,
            nom: Some(row.nom),
            prenom: Some(row.prenom),
            telephone: Some(row.telephone),
            email: Some(row.email),
            notifications_sms: Some(row.notifications_sms),
            notifications_email: Some(row.notifications_email),
        }
    }
}
