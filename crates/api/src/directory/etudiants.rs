//! `/api/etudiants/`

use super::bodies::EtudiantRequest;
use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::answer::annuaire::EtudiantJson;
use crate::drf::{Fields, Filters, NAME, NAME_MAX};
use crate::endpoint::{Kind, Parameter};
use messages_core::config::Config;
use messages_core::model::{Classe, Etudiant, EtudiantPatch};
use messages_core::store::annuaire::{Order, Resource as _, etudiants};
use messages_core::store::{Conn, Error};

/// What a body says of a pupil.
pub(super) fn said(fields: &mut Fields<'_>, id: i64) -> EtudiantPatch {
    EtudiantPatch {
        id,
        identifiant: None,
        nom: fields.text("nom", NAME).flatten(),
        prenom: fields.line("prenom", NAME_MAX),
        classe: fields.key("classe").map(|key| key.map(|key| key.id)),
        statut: fields.choice("statut", false),
    }
}

impl Resource for Etudiant {
    const MODEL: &'static str = "Etudiant";
    const PRIVATE: &'static [&'static str] = &["nom", "prenom"];
    const WORDS: Words = Words {
        list: "Les élèves",
        one: "Un élève",
        create: "Ajoute un élève",
        replace: "Remplace un élève",
        change: "Modifie un élève",
        delete: "Supprime un élève",
        ids: [
            "etudiants_list",
            "etudiants_retrieve",
            "etudiants_create",
            "etudiants_update",
            "etudiants_partial_update",
            "etudiants_destroy",
        ],
        names: ["Etudiant List", "Etudiant Instance"],
        paths: ["/api/etudiants/", "/api/etudiants/{id}/"],
        filters: &[
            Parameter {
                name: "classe",
                description: "Seulement de cette classe",
                kind: Kind::Integer,
            },
            SEARCH,
            ORDERING,
        ],
    };
    type Json = EtudiantJson;
    type Request = EtudiantRequest;

    fn filter(filters: &mut Filters<'_>, search: Vec<String>, order: Order) -> etudiants::Filter {
        etudiants::Filter {
            classe: filters.key("classe"),
            search,
            order,
        }
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64, _: &Config) -> Self {
        said(fields, id).over(present)
    }

    fn unknown(&self, conn: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error> {
        let known = Classe::existing(conn, self.classe.as_slice())?;
        let unknown = self.classe.filter(|classe| !known.contains(classe));
        Ok(unknown
            .map(|classe| ("classe", classe))
            .into_iter()
            .collect())
    }
}
