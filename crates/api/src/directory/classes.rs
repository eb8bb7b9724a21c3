//! `/api/classes/`

use super::bodies::ClasseRequest;
use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::input::fields::{Fields, NAME};
use crate::input::query::Filters;
use crate::state::State;
use messages_core::model::{Classe, ClassePatch};
use messages_core::store::annuaire::{Order, classes};
use messages_core::store::{Conn, Error};
use serde::Serialize;
use utoipa::ToSchema;

/// Longest name, in characters.
pub(super) const NOM_MAX: usize = 100;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Classe, examples(json!(
    { "id": 1, "nom": "6e A", "niveau": "6e", "annee_scolaire": "2026-2027" }
)))]
pub(crate) struct ClasseJson {
    /// Numéro de l'application web.
    id: i64,
    /// Comme « 6e A ».
    nom: String,
    /// Comme « 6e » ; peut être vide.
    niveau: String,
    /// Comme « 2026-2027 » ; peut être vide.
    annee_scolaire: String,
}

impl From<Classe> for ClasseJson {
    fn from(classe: Classe) -> Self {
        Self {
            id: classe.id,
            nom: classe.nom,
            niveau: classe.niveau,
            annee_scolaire: classe.annee_scolaire,
        }
    }
}

/// What a body says of a class.
pub(super) fn said(fields: &mut Fields<'_>, id: i64) -> ClassePatch {
    ClassePatch {
        id,
        identifiant: None,
        nom: fields.text("nom", NAME).flatten(),
        niveau: fields.line("niveau", NOM_MAX),
        annee_scolaire: fields.line("annee_scolaire", NOM_MAX),
    }
}

impl Resource for Classe {
    const MODEL: &'static str = "Classe";
    const WORDS: Words = Words {
        list: "Les classes",
        one: "Une classe",
        create: "Ajoute une classe",
        replace: "Remplace une classe",
        change: "Modifie une classe",
        delete: "Supprime une classe sans élèves ni messages",
        ids: [
            "classes_list",
            "classes_retrieve",
            "classes_create",
            "classes_update",
            "classes_partial_update",
            "classes_destroy",
        ],
        names: ["Classe List", "Classe Instance"],
        paths: ["/api/classes/", "/api/classes/{id}/"],
        filters: &[SEARCH, ORDERING],
    };
    type Json = ClasseJson;
    type Request = ClasseRequest;

    fn filter(_: &mut Filters<'_>, search: Vec<String>, order: Order) -> classes::Filter {
        classes::Filter { search, order }
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64) -> Self {
        said(fields, id).over(present)
    }

    fn unknown(&self, _: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error> {
        Ok(Vec::new())
    }

    fn kept(state: &State) -> &'static str {
        state.texts.classe_used()
    }
}
