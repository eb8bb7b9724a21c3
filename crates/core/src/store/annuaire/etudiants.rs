//! Pupils.

use super::resource::Kept;
use super::{Order, Table};
use crate::model::Etudiant;
use crate::schema::etudiants;
use crate::store::backend::{MultiBackend, either};
use crate::store::search::{patterns, sans_accents};
use crate::store::{Conn, Error};
use diesel::prelude::*;

/// Which pupils, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// In this class.
    pub classe: Option<i64>,
    /// Each of these is in the name or the first name, in whatever letters.
    pub search: Vec<String>,
    /// The order.
    pub order: Order,
}

impl Kept for Etudiant {
    type Filter = Filter;
    type Record = Self;
    type Id = etudiants::id;
    type Question<'q> = etudiants::BoxedQuery<'q, MultiBackend>;
    const TABLE: Table = Table::Etudiants;

    fn id(&self) -> i64 {
        self.id
    }

    fn narrowed(filter: &Filter) -> Option<Self::Question<'_>> {
        let mut found = etudiants::table.into_boxed();
        if let Some(classe) = filter.classe {
            found = found.filter(etudiants::classe.eq(classe));
        }
        for pattern in patterns(&filter.search)? {
            let text = etudiants::nom.concat("\n").concat(etudiants::prenom);
            found = found.filter(sans_accents(text).like(sans_accents(pattern)).escape('\\'));
        }
        Some(found)
    }

    fn ordered<'q>(found: Self::Question<'q>, filter: &Filter) -> Self::Question<'q> {
        use etudiants::id;
        let (nom, prenom) = (
            sans_accents(etudiants::nom),
            sans_accents(etudiants::prenom),
        );
        match filter.order {
            Order::Id => found.order(id),
            Order::IdDesc => found.order(id.desc()),
            Order::Nom => found.order((nom, prenom, id)),
            Order::NomDesc => found.order((nom.desc(), prenom.desc(), id.desc())),
        }
    }

    fn among(ids: &[i64]) -> Self::Question<'_> {
        etudiants::table
            .filter(etudiants::id.eq_any(ids))
            .into_boxed()
    }

    fn completed(_: &mut Conn, records: Vec<Self>) -> Result<Vec<Self>, Error> {
        Ok(records)
    }

    fn add(&self, conn: &mut Conn, id: Option<i64>) -> Result<Option<i64>, Error> {
        let row = (id.map(|id| etudiants::id.eq(id)), self);
        let insertion = diesel::insert_into(etudiants::table).values(row);
        let insertion = insertion.on_conflict(etudiants::id).do_nothing();
        conn.first(either(insertion.returning(etudiants::id)))
    }

    fn change(&self, conn: &mut Conn) -> Result<usize, Error> {
        conn.execute(diesel::update(etudiants::table.find(self.id)).set(self))
    }

    /// The links to the parents go with it.
    fn remove(conn: &mut Conn, id: i64) -> Result<usize, Error> {
        conn.execute(diesel::delete(etudiants::table.find(id)))
    }
}
