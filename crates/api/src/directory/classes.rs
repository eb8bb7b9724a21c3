//! `/api/classes/`

use super::bodies::{ClasseRequest, DESCRIPTION_MAX, NOM_MAX};
use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::answer::annuaire::ClasseJson;
use crate::drf::{Fields, Filters, NAME, Texts};
use messages_core::config::Config;
use messages_core::model::{Classe, ClassePatch};
use messages_core::store::annuaire::{Order, classes};
use messages_core::store::{Conn, Error};

/// What a body says of a class.
pub(super) fn said(fields: &mut Fields<'_>, id: i64) -> ClassePatch {
    ClassePatch {
        id,
        identifiant: None,
        nom: fields.text("nom", NAME).flatten(),
        niveau: fields.line("niveau", NOM_MAX),
        annee_scolaire: fields.line("annee_scolaire", NOM_MAX),
        description: fields.lines("description", DESCRIPTION_MAX),
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

    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64, _: &Config) -> Self {
        said(fields, id).over(present)
    }

    fn unknown(&self, _: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error> {
        Ok(Vec::new())
    }

    fn kept(texts: Texts) -> &'static str {
        texts.classe_used()
    }
}
