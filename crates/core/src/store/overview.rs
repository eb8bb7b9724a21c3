//! Questions of the administrator: what is due, waiting, late, uncertain.

use super::sql::sql;
use super::{Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::vocabulary::{Canal, Etat};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// Envois of one channel in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct Waiting {
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// The state.
    #[diesel(sql_type = Text)]
    pub etat: Etat,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub nombre: i64,
    /// The earliest next attempt among them.
    #[diesel(sql_type = Nullable<InstantSql>)]
    pub prochaine: Option<Instant>,
}

/// Programmed messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct Programmed {
    /// Whether their date has come.
    #[diesel(sql_type = Bool)]
    pub due: bool,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub nombre: i64,
    /// The earliest date among them.
    #[diesel(sql_type = InstantSql)]
    pub premiere: Instant,
}

/// A message of which somebody's envoi is uncertain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct Uncertain {
    /// Number of the message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// Its channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// How many envois.
    #[diesel(sql_type = BigInt)]
    pub nombre: i64,
}

/// True when a run would find nothing to do: no message is due, and none is leaving.
///
/// # Errors
/// The database's.
pub fn is_idle(conn: &mut Conn, now: Instant) -> Result<bool, Error> {
    let found: Vec<super::Count> = conn.load(
        sql(
            "SELECT id AS nombre FROM messages WHERE statut = 'en_attente'
              UNION ALL
              SELECT id FROM messages WHERE statut = 'programme' AND date_programmee <= ?
              LIMIT 1",
        )
        .bind(now),
    )?;
    Ok(found.is_empty())
}

/// Envois that are not final, by channel and state.
///
/// # Errors
/// The database's.
pub fn waiting(conn: &mut Conn) -> Result<Vec<Waiting>, Error> {
    // One branch for each partial index: the history is never read.
    conn.load(sql(
        "SELECT canal, etat, count(*) AS nombre, min(prochaine) AS prochaine FROM envois
          WHERE etat = 'a_envoyer' GROUP BY canal, etat
         UNION ALL
         SELECT canal, etat, count(*) AS nombre, min(prochaine) AS prochaine FROM envois
          WHERE etat IN ('reserve', 'emission') GROUP BY canal, etat
         ORDER BY 1, 2",
    ))
}

/// Programmed messages, those that are due apart.
///
/// # Errors
/// The database's.
pub fn programmed(conn: &mut Conn, now: Instant) -> Result<Vec<Programmed>, Error> {
    conn.load(
        sql(
            "SELECT due, count(*) AS nombre, min(date_programmee) AS premiere
                FROM (SELECT date_programmee <= ? AS due, date_programmee FROM messages
                       WHERE statut = 'programme') AS p
               GROUP BY due ORDER BY due DESC",
        )
        .bind(now),
    )
}

/// Messages with uncertain envois, the newest first.
///
/// # Errors
/// The database's.
pub fn uncertain(conn: &mut Conn, limit: i64) -> Result<Vec<Uncertain>, Error> {
    conn.load(
        sql(
            "SELECT id AS message, type AS canal, nb_incertains AS nombre FROM messages
               WHERE nb_incertains > 0 ORDER BY id DESC LIMIT ?",
        )
        .bind(limit),
    )
}

/// Messages that a simulation marked as sent, the newest first: nobody got them.
///
/// # Errors
/// The database's.
pub fn simulated(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let found: Vec<super::Count> = conn.load(sql(
        "SELECT id AS nombre FROM messages WHERE simule AND statut = 'envoye' ORDER BY id DESC",
    ))?;
    Ok(found.iter().map(|row| row.nombre).collect())
}
