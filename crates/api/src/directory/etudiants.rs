//! `/api/etudiants/`

use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::endpoint::{Kind, Parameter};
use crate::input::fields::{Fields, NAME, NAME_MAX};
use crate::input::query::Filters;
use crate::openapi::Shape;
use crate::state::State;
use messages_core::model::{Etudiant, EtudiantPatch, NewEtudiant};
use messages_core::store::annuaire::{Order, classes, etudiants};
use messages_core::store::{Conn, Error};

pub(super) struct Etudiants;

/// What a body says of a pupil.
pub(super) fn said(fields: &mut Fields<'_>, id: i64) -> EtudiantPatch {
    EtudiantPatch {
        id,
        identifiant: None,
        nom: fields.text("nom", NAME).flatten(),
        prenom: fields.line("prenom", NAME_MAX),
        classe: fields.key("classe").map(|key| key.map(|key| key.id)),
    }
}

impl Resource for Etudiants {
    const MODEL: &'static str = "Etudiant";
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
        shapes: [
            Shape::Etudiant,
            Shape::Etudiants,
            Shape::EtudiantsOrPage,
            Shape::NewEtudiant,
            Shape::EtudiantBody,
            Shape::EtudiantPatch,
        ],
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
    type Row = Etudiant;
    type Filter = etudiants::Filter;
    type Json = Etudiant;

    fn json(row: Etudiant) -> Etudiant {
        row
    }

    fn filter(filters: &mut Filters<'_>, search: Vec<String>, order: Order) -> etudiants::Filter {
        etudiants::Filter {
            classe: filters.key("classe"),
            search,
            order,
        }
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Etudiant>, id: i64) -> Etudiant {
        said(fields, id).over(present)
    }

    fn unknown(conn: &mut Conn, row: &Etudiant) -> Result<Vec<(&'static str, i64)>, Error> {
        let known = classes::existing(conn, row.classe.as_slice())?;
        let unknown = row.classe.filter(|classe| !known.contains(classe));
        Ok(unknown
            .map(|classe| ("classe", classe))
            .into_iter()
            .collect())
    }

    fn kept(state: &State) -> &'static str {
        state.texts.conflict()
    }

    fn count(conn: &mut Conn, filter: &etudiants::Filter) -> Result<i64, Error> {
        etudiants::count(conn, filter)
    }

    fn page(
        conn: &mut Conn,
        filter: &etudiants::Filter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Etudiant>, Error> {
        etudiants::page(conn, filter, offset, limit)
    }

    fn ids(conn: &mut Conn, filter: &etudiants::Filter) -> Result<Vec<i64>, Error> {
        etudiants::ids(conn, filter)
    }

    fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Etudiant>, Error> {
        etudiants::by_ids(conn, ids)
    }

    fn one(conn: &mut Conn, id: i64) -> Result<Etudiant, Error> {
        etudiants::one(conn, id)
    }

    fn insert(conn: &mut Conn, id: Option<i64>, row: &Etudiant) -> Result<i64, Error> {
        let row = row.clone();
        let new = NewEtudiant {
            id,
            nom: row.nom,
            prenom: row.prenom,
            classe: row.classe,
        };
        etudiants::insert(conn, &new)
    }

    fn update(conn: &mut Conn, seen: &Etudiant, row: &Etudiant) -> Result<(), Error> {
        etudiants::update(conn, seen, row)
    }

    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
        etudiants::delete(conn, id)
    }
}
