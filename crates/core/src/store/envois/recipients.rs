//! The recipients of a message, as staff look at them.

use crate::instant::{Instant, InstantSql};
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Count, Error};
use crate::vocabulary::{Canal, Etat, Motif};
use diesel::sql_types::{BigInt, Nullable, Text};

/// Which envois.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Of this message.
    pub message: i64,
    /// In this state.
    pub etat: Option<Etat>,
}

/// One recipient of a message, with what became of the envoi.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Destinataire {
    /// Number of the envoi.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// The parent; none when erased.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub parent: Option<i64>,
    /// Family name; empty when the parent was erased.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// E.164 number or mailbox.
    #[diesel(sql_type = Nullable<Text>)]
    pub adresse: Option<String>,
    /// What became of it.
    #[diesel(sql_type = Text)]
    pub etat: Etat,
    /// Why it was not accepted.
    #[diesel(sql_type = Nullable<Text>)]
    pub motif: Option<Motif>,
    /// Attempts.
    #[diesel(sql_type = BigInt)]
    pub tentatives: i64,
    /// The peer's code.
    #[diesel(sql_type = Nullable<Text>)]
    pub code: Option<String>,
    /// The peer's words.
    #[diesel(sql_type = Nullable<Text>)]
    pub detail: Option<String>,
    /// Next attempt.
    #[diesel(sql_type = InstantSql)]
    pub prochaine: Instant,
    /// First attempt.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub emis_le: Option<Instant>,
    /// When it became final.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub termine_le: Option<Instant>,
    /// When it was read first, if that is followed.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub lu_le: Option<Instant>,
}

impl Destinataire {
    /// The peer's words or ours, else the code.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        let said = [self.detail.as_deref(), self.code.as_deref()];
        said.into_iter().flatten().find(|words| !words.is_empty())
    }
}

const COLUMNS: &str = "SELECT e.id, e.message, e.parent, COALESCE(p.nom, '') AS nom,
    COALESCE(p.prenom, '') AS prenom, e.canal, e.adresse, e.etat, e.motif, e.tentatives, e.code,
    e.detail, e.prochaine, e.emis_le, e.termine_le, e.lu_le
  FROM envois e LEFT JOIN parents p ON p.id = e.parent";

fn restrict(statement: Sql, filter: Filter) -> Sql {
    let statement = statement.then(" WHERE e.message = ?").bind(filter.message);
    match filter.etat {
        None => statement,
        Some(etat) => statement.then(" AND e.etat = ?").bind(etat.as_str()),
    }
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: Filter) -> Result<i64, Error> {
    let statement = restrict(sql("SELECT count(*) AS nombre FROM envois e"), filter);
    let rows: Vec<Count> = conn.load(&statement)?;
    Ok(rows.first().map_or(0, |row| row.nombre))
}

/// Up to `limit` of them, after the first `offset`, in the order of their numbers.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    filter: Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Destinataire>, Error> {
    let statement = restrict(sql(COLUMNS), filter)
        .then(" ORDER BY e.id LIMIT ? OFFSET ?")
        .bind(limit)
        .bind(offset);
    conn.load(&statement)
}

/// Up to `limit` of them whose number is higher than `after`.
///
/// # Errors
/// The database's.
pub fn after(
    conn: &mut Conn,
    filter: Filter,
    after: i64,
    limit: i64,
) -> Result<Vec<Destinataire>, Error> {
    let statement = restrict(sql(COLUMNS), filter)
        .then(" AND e.id > ? ORDER BY e.id LIMIT ?")
        .bind(after)
        .bind(limit);
    conn.load(&statement)
}

/// The numbers of all of them.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: Filter) -> Result<Vec<i64>, Error> {
    let statement = restrict(sql("SELECT e.id AS nombre FROM envois e"), filter);
    let rows: Vec<Count> = conn.load(statement.then(" ORDER BY e.id"))?;
    Ok(rows.into_iter().map(|row| row.nombre).collect())
}

/// Those with these numbers, in ascending order.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Destinataire>, Error> {
    let statement = sql(COLUMNS)
        .then(" WHERE e.id IN (SELECT r.cle FROM {rows: cle}) ORDER BY e.id")
        .bind_keys(ids);
    conn.load(&statement)
}
