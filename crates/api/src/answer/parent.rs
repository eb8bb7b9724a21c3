//! A parent in JSON.

use messages_core::model::Fiche;
use serde::Serialize;

/// A parent: `etudiant` is the first of the pupils, as the old server had it.
#[derive(Debug, Serialize)]
pub(crate) struct ParentJson<'f> {
    #[serde(flatten)]
    fiche: &'f Fiche,
    etudiant: Option<i64>,
    /// Not in the complete directory any more: no recipient.
    parti: bool,
}

impl<'f> From<&'f Fiche> for ParentJson<'f> {
    fn from(fiche: &'f Fiche) -> Self {
        Self {
            etudiant: fiche.etudiants.first().copied(),
            parti: fiche.parti_le.is_some(),
            fiche,
        }
    }
}
