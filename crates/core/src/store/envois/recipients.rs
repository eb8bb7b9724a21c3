//! The recipients of a message, as staff look at them.

use crate::instant::Instant;
use crate::schema::{envois, messages, parents};
use crate::store::annuaire::in_chunks;
use crate::store::backend::MultiBackend;
use crate::store::literal::text_or;
use crate::store::search::by;
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Motif, Remise};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Which envois.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Of this message.
    pub message: i64,
    /// In this state.
    pub etat: Option<Etat>,
}

/// One recipient of a message, with what became of the envoi.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = envois)]
pub struct Destinataire {
    /// Number of the envoi.
    pub id: i64,
    /// The message.
    pub message: i64,
    /// The parent; none when erased.
    pub parent: Option<i64>,
    /// Family name; empty when the parent was erased.
    #[diesel(select_expression = text_or(parents::nom.nullable(), ""))]
    pub nom: String,
    /// First name.
    #[diesel(select_expression = text_or(parents::prenom.nullable(), ""))]
    pub prenom: String,
    /// The channel.
    pub canal: Canal,
    /// E.164 number or mailbox.
    pub adresse: Option<String>,
    /// What became of it.
    pub etat: Etat,
    /// Why it was not accepted.
    pub motif: Option<Motif>,
    /// Attempts.
    pub tentatives: i64,
    /// The peer's code.
    pub code: Option<String>,
    /// The peer's words.
    pub detail: Option<String>,
    /// Next attempt.
    pub prochaine: Instant,
    /// First attempt.
    pub emis_le: Option<Instant>,
    /// When it became final.
    pub termine_le: Option<Instant>,
    /// When it was read first, if that is followed.
    pub lu_le: Option<Instant>,
    /// Whether the telephone or the mailbox has it, as far as anybody told.
    pub remise: Remise,
    /// Since when that is known.
    pub remise_le: Option<Instant>,
    /// The code that was told with it.
    pub remise_code: Option<String>,
    /// When the message was forgotten, and with it who this is.
    #[diesel(select_expression = oublie_le())]
    pub oublie_le: Option<Instant>,
}

impl Destinataire {
    /// The peer's words or ours, else the code.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        let said = [self.detail.as_deref(), self.code.as_deref()];
        said.into_iter().flatten().find(|words| !words.is_empty())
    }
}

#[auto_type]
fn oublie_le() -> _ {
    messages::table
        .filter(messages::id.eq(envois::message))
        .select(messages::oublie_le)
        .single_value()
}

type Question = envois::BoxedQuery<'static, MultiBackend>;

fn narrowed(filter: Filter) -> Question {
    let of_it = envois::table.filter(envois::message.eq(filter.message));
    let all = of_it.into_boxed();
    by(all, filter.etat, |q, v| q.filter(envois::etat.eq(v)))
}

/// How many there are.
pub fn count(conn: &mut Conn, filter: Filter) -> Result<i64, Error> {
    conn.one(narrowed(filter).select(count_star()))
}

/// How many recipients of a message are in each state, where there are any.
pub fn by_etat(conn: &mut Conn, message: i64) -> Result<BTreeMap<Etat, i64>, Error> {
    let of_it = envois::table.filter(envois::message.eq(message));
    let counted = of_it.group_by(envois::etat);
    let counts: Vec<(Etat, i64)> = conn.load(counted.select((envois::etat, count_star())))?;
    Ok(counts.into_iter().collect())
}

/// Up to `limit` of them, after the first `offset`, in the order of their numbers.
pub fn page(
    conn: &mut Conn,
    filter: Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Destinataire>, Error> {
    read(conn, narrowed(filter).offset(offset).limit(limit))
}

/// Up to `limit` of them whose number is higher than `after`.
pub fn after(
    conn: &mut Conn,
    filter: Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<Destinataire>, Error> {
    read(
        conn,
        narrowed(filter).filter(envois::id.gt(after)).limit(limit),
    )
}

/// The numbers of all of them.
pub fn ids(conn: &mut Conn, filter: Filter) -> Result<Vec<i64>, Error> {
    conn.load(narrowed(filter).select(envois::id).order(envois::id))
}

/// Those with these numbers, in ascending order.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Destinataire>, Error> {
    in_chunks(ids, |ids| {
        let named = envois::table.filter(envois::id.eq_any(ids.to_vec()));
        read(conn, named.into_boxed())
    })
}

/// What a parent was written lately: up to `limit` of the envois, those of the youngest messages first.
pub fn of_parent(conn: &mut Conn, parent: i64, limit: i64) -> Result<Vec<Destinataire>, Error> {
    let named = envois::table.left_join(parents::table);
    // In the order of the index by which they are found.
    let of_it = named
        .filter(envois::parent.eq(parent))
        .order(envois::message.desc())
        .limit(limit);
    conn.load(of_it.select(Destinataire::as_select()))
}

fn read(conn: &mut Conn, question: Question) -> Result<Vec<Destinataire>, Error> {
    let named = question.left_join(parents::table).order(envois::id);
    conn.load(named.select(Destinataire::as_select()))
}
