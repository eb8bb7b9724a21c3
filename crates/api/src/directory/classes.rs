//! `/api/classes/`

use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::input::fields::{Fields, NAME};
use crate::input::query::Filters;
use crate::openapi::Shape;
use crate::state::State;
use messages_core::model::{Classe, ClassePatch, NewClasse};
use messages_core::store::annuaire::{Order, classes};
use messages_core::store::{Conn, Error};

/// Longest name, in characters.
const NOM_MAX: usize = 100;

pub(super) struct Classes;

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

impl Resource for Classes {
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
        shapes: [
            Shape::Classe,
            Shape::Classes,
            Shape::ClassesOrPage,
            Shape::NewClasse,
            Shape::ClasseBody,
            Shape::ClassePatch,
        ],
        filters: &[SEARCH, ORDERING],
    };
    type Row = Classe;
    type Filter = classes::Filter;
    type Json = Classe;

    fn json(row: Classe) -> Classe {
        row
    }

    fn filter(_: &mut Filters<'_>, search: Vec<String>, order: Order) -> classes::Filter {
        classes::Filter { search, order }
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Classe>, id: i64) -> Classe {
        said(fields, id).over(present)
    }

    fn unknown(_: &mut Conn, _: &Classe) -> Result<Vec<(&'static str, i64)>, Error> {
        Ok(Vec::new())
    }

    fn kept(state: &State) -> &'static str {
        state.texts.classe_used()
    }

    fn count(conn: &mut Conn, filter: &classes::Filter) -> Result<i64, Error> {
        classes::count(conn, filter)
    }

    fn page(
        conn: &mut Conn,
        filter: &classes::Filter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Classe>, Error> {
        classes::page(conn, filter, offset, limit)
    }

    fn ids(conn: &mut Conn, filter: &classes::Filter) -> Result<Vec<i64>, Error> {
        classes::ids(conn, filter)
    }

    fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Classe>, Error> {
        classes::by_ids(conn, ids)
    }

    fn one(conn: &mut Conn, id: i64) -> Result<Classe, Error> {
        classes::one(conn, id)
    }

    fn insert(conn: &mut Conn, id: Option<i64>, row: &Classe) -> Result<i64, Error> {
        let row = row.clone();
        let new = NewClasse {
            id,
            nom: row.nom,
            niveau: row.niveau,
            annee_scolaire: row.annee_scolaire,
        };
        classes::insert(conn, &new)
    }

    fn update(conn: &mut Conn, seen: &Classe, row: &Classe) -> Result<(), Error> {
        classes::update(conn, seen, row)
    }

    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
        classes::delete(conn, id)
    }
}
