//! Parents, each with the pupils.

use super::resource::Kept;
use super::{Order, Table, erase, liens, oppositions};
use crate::model::{Fiche, ParentRow};
use crate::schema::{etudiants, parents, parents_etudiants};
use crate::store::backend::{MultiBackend, either};
use crate::store::literal::{IsIn, Numbers};
use crate::store::search::{patterns, sans_accents};
use crate::store::{Conn, Error};
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Text;

/// Which parents, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// With a pupil in this class.
    pub classe: Option<i64>,
    /// With this pupil.
    pub etudiant: Option<i64>,
    /// Among these.
    pub parmi: Option<Vec<i64>>,
    /// Each of these is in the name, the first name, the mailbox or the number, in whatever letters; a
    /// number however it is written.
    pub search: Vec<String>,
    /// What is searched may also be in the name of a pupil.
    pub ou_eleves: bool,
    /// The order.
    pub order: Order,
}

diesel::define_sql_function! {
    /// The text with something else in the place of each of these parts.
    fn replace(texte: Text, part: Text, other: Text) -> Text;
}

/// The number without what people write between its digits.
#[auto_type]
fn dialled() -> _ {
    let without_blanks = replace(parents::telephone, " ", "");
    let without_points = replace(without_blanks, ".", "");
    replace(without_points, "-", "")
}

/// What people write in a number.
const IN_NUMBERS: &str = "0123456789+.-/()";

/// Digits that are looked for of a number: before them stands the country, a zero or nothing, as whoever
/// typed it liked.
const LAST: usize = 8;

/// The words that are looked for. A number is one, though it was written with blanks.
fn words(terms: &[String]) -> Vec<String> {
    let joined = terms.concat();
    let digits: Vec<char> = joined.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < LAST || !joined.chars().all(|c| IN_NUMBERS.contains(c)) {
        return terms.to_vec();
    }
    vec![digits.into_iter().rev().take(LAST).rev().collect()]
}

impl Kept for Fiche {
    type Filter = Filter;
    type Record = ParentRow;
    type Id = parents::id;
    type Question<'q> = parents::BoxedQuery<'q, MultiBackend>;
    const TABLE: Table = Table::Parents;

    fn id(&self) -> i64 {
        self.parent.id
    }

    fn narrowed(filter: &Filter) -> Option<Self::Question<'_>> {
        let mut found = parents::table.into_boxed();
        let links = parents_etudiants::table.select(parents_etudiants::parent);
        if let Some(classe) = filter.classe {
            let pupil = etudiants::id.eq(parents_etudiants::etudiant);
            let of_class = links.inner_join(etudiants::table.on(pupil));
            let of_class = of_class.filter(etudiants::classe.eq(classe));
            found = found.filter(parents::id.eq_any(of_class));
        }
        if let Some(etudiant) = filter.etudiant {
            let of_pupil = links.filter(parents_etudiants::etudiant.eq(etudiant));
            found = found.filter(parents::id.eq_any(of_pupil));
        }
        if let Some(ids) = &filter.parmi {
            found = found.filter(IsIn::new(parents::id, Numbers(ids.clone())));
        }
        for pattern in patterns(&words(&filter.search))? {
            let name = parents::nom.concat("\n").concat(parents::prenom);
            let text = name.concat("\n").concat(parents::email);
            let text = text.concat("\n").concat(dialled());
            let own = sans_accents(text)
                .like(sans_accents(pattern.clone()))
                .escape('\\');
            if !filter.ou_eleves {
                found = found.filter(own);
                continue;
            }
            let name = etudiants::nom.concat("\n").concat(etudiants::prenom);
            let theirs = sans_accents(name).like(sans_accents(pattern)).escape('\\');
            let pupil = etudiants::id.eq(parents_etudiants::etudiant);
            let of_pupils = links.inner_join(etudiants::table.on(pupil)).filter(theirs);
            found = found.filter(own.or(parents::id.eq_any(of_pupils)));
        }
        Some(found)
    }

    fn ordered<'q>(found: Self::Question<'q>, filter: &Filter) -> Self::Question<'q> {
        use parents::id;
        let (nom, prenom) = (sans_accents(parents::nom), sans_accents(parents::prenom));
        match filter.order {
            Order::Id => found.order(id),
            Order::IdDesc => found.order(id.desc()),
            Order::Nom => found.order((nom, prenom, id)),
            Order::NomDesc => found.order((nom.desc(), prenom.desc(), id.desc())),
        }
    }

    fn among(ids: &[i64]) -> Self::Question<'_> {
        parents::table.filter(parents::id.eq_any(ids)).into_boxed()
    }

    /// The pupils of all of them in one question.
    fn completed(conn: &mut Conn, records: Vec<ParentRow>) -> Result<Vec<Self>, Error> {
        let ids: Vec<i64> = records.iter().map(|record| record.parent.id).collect();
        let mut etudiants = liens::etudiants(conn, &ids)?;
        let fiche = |record: ParentRow| Self {
            etudiants: etudiants.remove(&record.parent.id).unwrap_or_default(),
            parent: record.parent,
            parti_le: record.parti_le,
        };
        Ok(records.into_iter().map(fiche).collect())
    }

    fn add(&self, conn: &mut Conn, id: Option<i64>) -> Result<Option<i64>, Error> {
        let row = (id.map(|id| parents::id.eq(id)), &self.parent);
        let insertion = diesel::insert_into(parents::table).values(row);
        let insertion = insertion.on_conflict(parents::id).do_nothing();
        let added = conn.first(either(insertion.returning(parents::id)))?;
        if let Some(id) = added {
            liens::replace(conn, &[id], &liens::of(id, &self.etudiants))?;
        }
        Ok(added)
    }

    /// Envois that wait on a channel that is refused now are ended.
    fn change(&self, conn: &mut Conn) -> Result<usize, Error> {
        let id = self.parent.id;
        let update = diesel::update(parents::table.find(id)).set(&self.parent);
        let changed = conn.execute(update)?;
        liens::replace(conn, &[id], &liens::of(id, &self.etudiants))?;
        oppositions::apply(conn, Some(id))?;
        Ok(changed)
    }

    /// What waits becomes `ignore/efface`, the addresses and peers' words of all envois are forgotten;
    /// the envois stay without a parent, so that all sums stay right. A `Conflict` while an envoi is
    /// in `emission`.
    fn remove(conn: &mut Conn, id: i64) -> Result<usize, Error> {
        erase::erase(conn, id)
    }
}
