//! Messages as staff look at them: one, a page, or all, by what they ask for.

use super::search::holds;
use crate::instant::Instant;
use crate::model::Message;
use crate::schema::{compteurs, envois, messages};
use crate::store::backend::MultiBackend;
use crate::store::literal::{Sum, word};
use crate::store::search::{by, in_order};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::dsl::{case_when, count_star, min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// Which messages; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub statut: Option<Statut>,
    /// On this channel.
    pub r#type: Option<Canal>,
    /// To this parent.
    pub parent: Option<i64>,
    /// To this class.
    pub classe: Option<i64>,
    /// To a class or to everybody.
    pub est_message_groupe: Option<bool>,
    /// Read or not.
    pub est_lu: Option<bool>,
    /// Programmed for then or later.
    pub depuis: Option<Instant>,
    /// Programmed for earlier than that.
    pub jusqua: Option<Instant>,
    /// Every one of these stands in the text, the subject or the parent's name.
    pub search: Vec<String>,
    /// In this order; the newest first when nothing is said.
    pub order: Vec<Order>,
}

/// One step of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By this column.
    pub column: Column,
    /// From the highest.
    pub descending: bool,
}

/// A column that messages can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// `id`
    Id,
    /// `date_creation`
    DateCreation,
    /// `date_programmee`
    DateProgrammee,
    /// `date_envoi`
    DateEnvoi,
    /// `statut`
    Statut,
    /// `type`
    Type,
}

type Question<'q> = messages::BoxedQuery<'q, MultiBackend>;

/// How many messages there are.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    // A parent's messages are few, and a search has to look at the texts anyway.
    let dated = filter.depuis.or(filter.jusqua).is_some();
    if filter.parent.is_none() && !dated && filter.search.is_empty() {
        return counted(conn, filter);
    }
    match narrowed(conn, filter)? {
        Some(found) => conn.one(found.select(count_star())),
        None => Ok(0),
    }
}

/// What the counters say, whatever the number of messages.
fn counted(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    use compteurs::{classe, est_lu, est_message_groupe, jour, statut, table, type_};
    let found: compteurs::BoxedQuery<'_, MultiBackend> = table.filter(jour.eq("")).into_boxed();
    let found = by(found, filter.statut, |q, v| q.filter(statut.eq(v)));
    let found = by(found, filter.r#type, |q, v| q.filter(type_.eq(v)));
    let found = by(found, filter.classe, |q, v| q.filter(classe.eq(v)));
    let group = filter.est_message_groupe;
    let found = by(found, group, |q, v| q.filter(est_message_groupe.eq(v)));
    let found = by(found, filter.est_lu, |q, v| q.filter(est_lu.eq(v)));
    conn.one(found.select(Sum(compteurs::nombre)))
}

/// Places from which on it is asked whether the end is nearer: a page is looked for from the beginning,
/// row by row.
const FAR: i64 = 1000;

/// Some messages, from place `offset` on.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    if offset > FAR && filter.search.is_empty() {
        let after = count(conn, filter)?.saturating_sub(offset);
        if after < offset {
            let from = after.saturating_sub(limit).max(0);
            let limit = limit.min(after);
            let mut rows = part(conn, filter, Side::End, from, limit)?;
            rows.reverse();
            return Ok(rows);
        }
    }
    part(conn, filter, Side::Beginning, offset, limit)
}

/// Where a list is read from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Beginning,
    End,
}

fn part(
    conn: &mut Conn,
    filter: &Filter,
    side: Side,
    offset: i64,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    match narrowed(conn, filter)? {
        Some(found) if limit > 0 => {
            let page = ordered(found, &filter.order, side);
            let page = page.limit(limit).offset(offset);
            if offset <= FAR {
                return read(conn, page);
            }
            // What is passed over is then passed over in an index.
            let ids: Vec<i64> = conn.load(page.select(messages::id))?;
            by_ids(conn, &ids)
        }
        _ => Ok(Vec::new()),
    }
}

/// The numbers of all messages, in order.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    match narrowed(conn, filter)? {
        Some(found) => {
            let all = ordered(found, &filter.order, Side::Beginning);
            conn.load(all.select(messages::id))
        }
        None => Ok(Vec::new()),
    }
}

/// The messages with these numbers, in this order; those that are gone are left out.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Message>, Error> {
    let named = messages::table.filter(messages::id.eq_any(ids));
    let found = read(conn, named.into_boxed())?;
    Ok(in_order(ids, found, |message| message.id))
}

/// One message.
///
/// # Errors
/// `NotFound`.
pub fn one(conn: &mut Conn, id: i64) -> Result<Message, Error> {
    let rows = read(conn, messages::table.find(id).into_boxed())?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

fn read(conn: &mut Conn, question: Question<'_>) -> Result<Vec<Message>, Error> {
    let mut rows = conn.load(question.select(Message::as_select()))?;
    count_open(conn, &mut rows)?;
    Ok(rows)
}

/// None when there can be no such message.
fn narrowed<'q>(conn: &mut Conn, filter: &'q Filter) -> Result<Option<Question<'q>>, Error> {
    use messages::{
        classe, date_programmee, est_lu, est_message_groupe, parent, statut, table, type_,
    };
    let found = table.into_boxed();
    // Written out: what is programmed has an index of its own.
    let found = by(found, filter.statut, |q, v| q.filter(statut.eq(word(v))));
    let found = by(found, filter.r#type, |q, v| q.filter(type_.eq(v)));
    let found = by(found, filter.parent, |q, v| q.filter(parent.eq(v)));
    let found = by(found, filter.classe, |q, v| q.filter(classe.eq(v)));
    let group = filter.est_message_groupe;
    let found = by(found, group, |q, v| q.filter(est_message_groupe.eq(v)));
    let found = by(found, filter.est_lu, |q, v| q.filter(est_lu.eq(v)));
    let found = by(found, filter.depuis, |q, v| q.filter(date_programmee.ge(v)));
    let found = by(found, filter.jusqua, |q, v| q.filter(date_programmee.lt(v)));
    if filter.search.is_empty() {
        return Ok(Some(found));
    }
    let searched = holds(conn, &filter.search)?;
    Ok(searched.map(|searched| found.filter(searched)))
}

/// What has no date stands before what has one, on both databases. Messages that are equal by all
/// steps stand by their numbers, in the direction of the last step: an index is read in one direction.
fn ordered<'q>(found: Question<'q>, steps: &[Order], side: Side) -> Question<'q> {
    use messages::{date_creation, id, statut, type_};
    let is_down = |step: &Order| step.descending != (side == Side::End);
    let by = |found: Question<'q>, step: &Order| match (step.column, is_down(step)) {
        (Column::Id, false) => found.then_order_by(id),
        (Column::Id, true) => found.then_order_by(id.desc()),
        (Column::DateCreation, false) => found.then_order_by(date_creation),
        (Column::DateCreation, true) => found.then_order_by(date_creation.desc()),
        (Column::DateProgrammee, false) => {
            found.then_order_by(sql::<Bool>("messages.date_programmee ASC NULLS FIRST"))
        }
        (Column::DateProgrammee, true) => {
            found.then_order_by(sql::<Bool>("messages.date_programmee DESC NULLS LAST"))
        }
        (Column::DateEnvoi, false) => {
            found.then_order_by(sql::<Bool>("messages.date_envoi ASC NULLS FIRST"))
        }
        (Column::DateEnvoi, true) => {
            found.then_order_by(sql::<Bool>("messages.date_envoi DESC NULLS LAST"))
        }
        (Column::Statut, false) => found.then_order_by(statut),
        (Column::Statut, true) => found.then_order_by(statut.desc()),
        (Column::Type, false) => found.then_order_by(type_),
        (Column::Type, true) => found.then_order_by(type_.desc()),
    };
    let last = Order {
        column: Column::Id,
        descending: steps.last().is_none_or(|step| step.descending),
    };
    steps.iter().chain([&last]).fold(found, by)
}

#[derive(Queryable)]
struct Open {
    message: i64,
    etat: Etat,
    nombre: i64,
    premier: Option<Instant>,
}

/// A message's own counters are written when it closes; until then its envois are counted.
fn count_open(conn: &mut Conn, messages: &mut [Message]) -> Result<(), Error> {
    let open: Vec<i64> = messages
        .iter()
        .filter(|m| m.statut == Statut::EnAttente)
        .map(|m| m.id)
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let accepted = case_when(envois::etat.eq(Etat::Envoye), envois::termine_le);
    let counted: Vec<Open> = conn.load(
        envois::table
            .filter(envois::message.eq_any(open))
            .group_by((envois::message, envois::etat))
            .select((envois::message, envois::etat, count_star(), min(accepted))),
    )?;
    for message in messages
        .iter_mut()
        .filter(|m| m.statut == Statut::EnAttente)
    {
        let id = message.id;
        let rows = || counted.iter().filter(move |row| row.message == id);
        let of = |wanted: &[Etat]| {
            let rows = rows().filter(|row| wanted.contains(&row.etat));
            rows.map(|row| row.nombre).sum()
        };
        message.nb_destinataires = of(Etat::ALL);
        message.nb_envoyes = of(&[Etat::Envoye]);
        message.nb_echecs = of(&[Etat::Echec]);
        message.nb_incertains = of(&[Etat::Incertain]);
        message.nb_ignores = of(&[Etat::Ignore]);
        message.date_envoi = rows().find_map(|row| row.premier);
    }
    Ok(())
}
