//! Classes.

use super::resource::Kept;
use super::{Order, Table};
use crate::model::Classe;
use crate::schema::{classes, etudiants, messages};
use crate::store::backend::{MultiBackend, either};
use crate::store::search::{patterns, sans_accents};
use crate::store::{Conflict, Conn, Error};
use diesel::dsl::count_star;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Which classes, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Each of these is in the name, the level or the year, in whatever letters.
    pub search: Vec<String>,
    /// The order.
    pub order: Order,
}

impl Kept for Classe {
    type Filter = Filter;
    type Record = Self;
    type Id = classes::id;
    type Question<'q> = classes::BoxedQuery<'q, MultiBackend>;
    const TABLE: Table = Table::Classes;
    const DISTINCT: bool = true;

    fn id(&self) -> i64 {
        self.id
    }

    fn narrowed(filter: &Filter) -> Option<Self::Question<'_>> {
        let mut found = classes::table.into_boxed();
        for pattern in patterns(&filter.search)? {
            let text = classes::nom
                .concat("\n")
                .concat(classes::niveau)
                .concat("\n")
                .concat(classes::annee_scolaire);
            found = found.filter(sans_accents(text).like(sans_accents(pattern)).escape('\\'));
        }
        Some(found)
    }

    fn ordered<'q>(found: Self::Question<'q>, filter: &Filter) -> Self::Question<'q> {
        use classes::{id, nom};
        match filter.order {
            Order::Id => found.order(id),
            Order::IdDesc => found.order(id.desc()),
            Order::Nom => found.order((sans_accents(nom), id)),
            Order::NomDesc => found.order((sans_accents(nom).desc(), id.desc())),
        }
    }

    fn among(ids: &[i64]) -> Self::Question<'_> {
        classes::table.filter(classes::id.eq_any(ids)).into_boxed()
    }

    fn completed(_: &mut Conn, records: Vec<Self>) -> Result<Vec<Self>, Error> {
        Ok(records)
    }

    fn add(&self, conn: &mut Conn, id: Option<i64>) -> Result<Option<i64>, Error> {
        let row = (id.map(|id| classes::id.eq(id)), self);
        let insertion = diesel::insert_into(classes::table).values(row);
        let insertion = insertion.on_conflict(classes::id).do_nothing();
        let added = conn.first(either(insertion.returning(classes::id)))?;
        distinct(conn, added.as_slice())?;
        Ok(added)
    }

    fn change(&self, conn: &mut Conn) -> Result<usize, Error> {
        let changed = conn.execute(diesel::update(classes::table.find(self.id)).set(self))?;
        distinct(conn, &[self.id])?;
        Ok(changed)
    }

    fn remove(conn: &mut Conn, id: i64) -> Result<usize, Error> {
        let etudiants = etudiants::table.filter(etudiants::classe.eq(id));
        let etudiants = conn.one(etudiants.select(count_star()))?;
        let messages = messages::table.filter(messages::classe.eq(id));
        let messages = conn.one(messages.select(count_star()))?;
        if etudiants > 0 || messages > 0 {
            return Err(Error::Conflict(Conflict::ClassInUse {
                etudiants,
                messages,
            }));
        }
        conn.execute(diesel::delete(classes::table.find(id)))
    }
}

/// Refuses that one of these has the name and the school year of another class. Looked at after the
/// change, because a directory may exchange names (an index of SQLite would compare row by row);
/// within [`take_over`](super::take_over), or as a change that is `DISTINCT`.
pub(super) fn distinct(conn: &mut Conn, changed: &[i64]) -> Result<(), Error> {
    use classes::{annee_scolaire, nom, table};
    if changed.is_empty() {
        return Ok(());
    }
    let all = table.order(classes::id);
    let all: Vec<(i64, String, String)> =
        conn.load(all.select((classes::id, nom, annee_scolaire)))?;
    let mut seen = BTreeMap::new();
    for (one, name, year) in all {
        let Some(before) = seen.insert((name, year), one) else {
            continue;
        };
        for (id, other) in [(one, before), (before, one)] {
            if changed.contains(&id) {
                return Err(Error::Conflict(Conflict::SameClass { id, other }));
            }
        }
    }
    Ok(())
}
