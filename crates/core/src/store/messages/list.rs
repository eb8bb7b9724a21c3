//! Messages as staff look at them: one, a page, or all, by what they ask for.

use crate::instant::{Instant, InstantSql};
use crate::model::Message;
use crate::store::search::searched;
use crate::store::sql::{Sql, Typed, sql};
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use std::collections::BTreeMap;

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

/// The types of `COLUMNS`, in its order.
type MessageSql = (
    BigInt,
    Text,
    Nullable<Text>,
    Text,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Bool,
    Text,
    InstantSql,
    Nullable<InstantSql>,
    Nullable<InstantSql>,
    Nullable<Text>,
    Bool,
    Nullable<InstantSql>,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    BigInt,
    Bool,
);

const COLUMNS: &str = "SELECT m.id, m.type, m.sujet, m.contenu, m.contenu_html, m.parent, m.classe,
  m.est_message_groupe, m.statut, m.date_creation, m.date_programmee, m.date_envoi,
  m.details_erreur, m.est_lu, m.date_lecture, m.nb_destinataires, m.nb_envoyes, m.nb_echecs,
  m.nb_incertains, m.nb_ignores, m.simule FROM messages m";

/// How many messages there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    let statement = restrict(sql("SELECT count(*) AS nombre FROM messages m"), filter);
    let rows: Vec<Count> = conn.load(&statement)?;
    Ok(rows.first().map_or(0, |row| row.nombre))
}

/// Some messages, from place `offset` on.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let statement = order(restrict(sql(COLUMNS), filter), &filter.order)
        .then(" LIMIT ? OFFSET ?")
        .bind(limit)
        .bind(offset);
    read(conn, statement)
}

/// The numbers of all messages, in order.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    let statement = restrict(sql("SELECT m.id FROM messages m"), filter);
    let statement: Typed<BigInt> = order(statement, &filter.order).into();
    conn.load(statement)
}

/// The messages with these numbers, in this order; those that are gone are left out.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Message>, Error> {
    let statement = sql(COLUMNS)
        .then(" WHERE m.id IN (SELECT r.cle FROM {rows: cle})")
        .bind_keys(ids);
    let found = read(conn, statement)?;
    let mut found: BTreeMap<i64, Message> = found.into_iter().map(|m| (m.id, m)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// One message.
///
/// # Errors
/// `NotFound`.
pub fn one(conn: &mut Conn, id: i64) -> Result<Message, Error> {
    let rows = read(conn, sql(COLUMNS).then(" WHERE m.id = ?").bind(id))?;
    rows.into_iter().next().ok_or(Error::NotFound)
}

fn read(conn: &mut Conn, statement: Sql) -> Result<Vec<Message>, Error> {
    let statement: Typed<MessageSql> = statement.into();
    let mut rows: Vec<Message> = conn.load(statement)?;
    count_open(conn, &mut rows)?;
    Ok(rows)
}

fn restrict(statement: Sql, filter: &Filter) -> Sql {
    let mut statement = statement.then(" WHERE true");
    if let Some(statut) = filter.statut {
        statement = statement.then(" AND m.statut = ?").bind(statut.as_str());
    }
    if let Some(canal) = filter.r#type {
        statement = statement.then(" AND m.type = ?").bind(canal.as_str());
    }
    if let Some(parent) = filter.parent {
        statement = statement.then(" AND m.parent = ?").bind(parent);
    }
    if let Some(classe) = filter.classe {
        statement = statement.then(" AND m.classe = ?").bind(classe);
    }
    if let Some(group) = filter.est_message_groupe {
        statement = statement.then(" AND m.est_message_groupe = ?").bind(group);
    }
    if let Some(read) = filter.est_lu {
        statement = statement.then(" AND m.est_lu = ?").bind(read);
    }
    searched(
        statement,
        &filter.search,
        " AND NOT EXISTS (SELECT 1 FROM {rows: terme}
            WHERE {lower: m.contenu || '\n' || COALESCE(m.sujet, '')
                   || COALESCE((SELECT '\n' || p.nom || '\n' || p.prenom FROM parents p
                                 WHERE p.id = m.parent), '')} NOT LIKE r.terme ESCAPE '\\')",
    )
}

/// What has no date stands before what has one, on both databases.
const fn by(order: Order) -> &'static str {
    match (order.column, order.descending) {
        (Column::Id, false) => " m.id,",
        (Column::Id, true) => " m.id DESC,",
        (Column::DateCreation, false) => " m.date_creation,",
        (Column::DateCreation, true) => " m.date_creation DESC,",
        (Column::DateProgrammee, false) => " m.date_programmee ASC NULLS FIRST,",
        (Column::DateProgrammee, true) => " m.date_programmee DESC NULLS LAST,",
        (Column::DateEnvoi, false) => " m.date_envoi ASC NULLS FIRST,",
        (Column::DateEnvoi, true) => " m.date_envoi DESC NULLS LAST,",
        (Column::Statut, false) => " m.statut,",
        (Column::Statut, true) => " m.statut DESC,",
        (Column::Type, false) => " m.type,",
        (Column::Type, true) => " m.type DESC,",
    }
}

fn order(statement: Sql, steps: &[Order]) -> Sql {
    if steps.is_empty() {
        return statement.then(" ORDER BY m.id DESC");
    }
    let statement = steps
        .iter()
        .fold(statement.then(" ORDER BY"), |statement, step| {
            statement.then(by(*step))
        });
    statement.then(" m.id")
}

#[derive(diesel::QueryableByName)]
struct Open {
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = Text)]
    etat: Etat,
    #[diesel(sql_type = BigInt)]
    nombre: i64,
    #[diesel(sql_type = Nullable<InstantSql>)]
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
    let counted: Vec<Open> = conn.load(
        sql("SELECT message, etat, count(*) AS nombre,
                     min(CASE WHEN etat = 'envoye' THEN termine_le END) AS premier
                FROM envois WHERE message IN (SELECT r.cle FROM {rows: cle})
               GROUP BY message, etat")
        .bind_keys(&open),
    )?;
    for message in messages
        .iter_mut()
        .filter(|m| m.statut == Statut::EnAttente)
    {
        let of = |wanted: &[Etat]| {
            let rows = counted.iter().filter(|row| row.message == message.id);
            rows.filter(|row| wanted.contains(&row.etat))
                .map(|row| row.nombre)
                .sum()
        };
        message.nb_destinataires = of(Etat::ALL);
        message.nb_envoyes = of(&[Etat::Envoye]);
        message.nb_echecs = of(&[Etat::Echec]);
        message.nb_incertains = of(&[Etat::Incertain]);
        message.nb_ignores = of(&[Etat::Ignore]);
        message.date_envoi = counted
            .iter()
            .filter(|row| row.message == message.id)
            .find_map(|row| row.premier);
    }
    Ok(())
}
