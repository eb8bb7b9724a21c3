//! Requests that name a key, so that a repetition is answered as the first time and done once.

use super::sql::sql;
use super::{Conn, Count, Error};
use diesel::sql_types::{BigInt, Nullable, Text};
use std::time::Duration;

/// How long a key is remembered.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Who asks.
    pub demandeur: String,
    /// The caller's key.
    pub cle: String,
    /// Path of the request.
    pub chemin: String,
    /// SHA-256 of the request, in hexadecimal.
    pub empreinte: String,
}

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nothing: carry it out.
    New,
    /// It was answered.
    Answered {
        /// HTTP status.
        statut: i64,
        /// Body.
        corps: String,
    },
    /// The key served for another request.
    OtherRequest,
    /// It is being carried out, or was when the server died.
    InProgress,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    empreinte: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    statut: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    corps: Option<String>,
}

/// Notes a request, or tells what became of the first one with its key.
///
/// # Errors
/// The database's.
pub fn begin(conn: &mut Conn, demande: &Demande) -> Result<Begun, Error> {
    purge(conn)?;
    conn.write(|conn| {
        let now = conn.now()?;
        let noted = conn.execute(
            sql(
                "INSERT INTO idempotences (demandeur, cle, chemin, empreinte, creee_le)
                 VALUES (?, ?, ?, ?, ?) ON CONFLICT (demandeur, cle) DO NOTHING",
            )
            .bind(demande.demandeur.clone())
            .bind(demande.cle.clone())
            .bind(demande.chemin.clone())
            .bind(demande.empreinte.clone())
            .bind(now),
        )?;
        if noted > 0 {
            return Ok(Begun::New);
        }
        let rows: Vec<Row> = conn.load(
            sql("SELECT empreinte, statut, corps FROM idempotences
                  WHERE demandeur = ? AND cle = ?")
            .bind(demande.demandeur.clone())
            .bind(demande.cle.clone()),
        )?;
        Ok(match rows.into_iter().next() {
            Some(row) if row.empreinte != demande.empreinte => Begun::OtherRequest,
            Some(Row {
                statut: Some(statut),
                corps,
                ..
            }) => Begun::Answered {
                statut,
                corps: corps.unwrap_or_default(),
            },
            _ => Begun::InProgress,
        })
    })
}

/// Forgets the keys of the day before.
///
/// # Errors
/// The database's.
pub fn purge(conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    let old: Vec<Count> = conn.load(
        sql("SELECT CAST(1 AS BIGINT) AS nombre FROM idempotences WHERE creee_le < ? LIMIT 1")
            .bind(now - KEPT),
    )?;
    if old.is_empty() {
        return Ok(());
    }
    conn.write(|conn| {
        conn.execute(sql("DELETE FROM idempotences WHERE creee_le < ?").bind(now - KEPT))
            .map(drop)
    })
}

#[derive(diesel::QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    demandeur: String,
    #[diesel(sql_type = Text)]
    cle: String,
    #[diesel(sql_type = Text)]
    corps: String,
}

/// Forgets what was answered when this parent was added. Called inside the transaction that erases
/// the parent.
pub(super) fn forget_parent(conn: &mut Conn, parent: i64) -> Result<(), Error> {
    let kept: Vec<Kept> = conn.load(sql("SELECT demandeur, cle, corps FROM idempotences
          WHERE chemin = '/api/parents/' AND corps IS NOT NULL"))?;
    for answer in kept {
        let body: serde_json::Value = serde_json::from_str(&answer.corps).unwrap_or_default();
        if body.get("id").and_then(serde_json::Value::as_i64) == Some(parent) {
            // The key still stands for its request: a repetition must not add the parent again.
            let emptied = serde_json::json!({ "id": parent }).to_string();
            conn.execute(
                sql("UPDATE idempotences SET corps = ? WHERE demandeur = ? AND cle = ?")
                    .bind(emptied)
                    .bind(answer.demandeur)
                    .bind(answer.cle),
            )?;
        }
    }
    Ok(())
}

/// Keeps the answer.
///
/// # Errors
/// The database's.
pub fn finish(conn: &mut Conn, demande: &Demande, statut: i64, corps: &str) -> Result<(), Error> {
    conn.write(|conn| {
        conn.execute(
            sql("UPDATE idempotences SET statut = ?, corps = ? WHERE demandeur = ? AND cle = ?")
                .bind(statut)
                .bind(corps)
                .bind(demande.demandeur.clone())
                .bind(demande.cle.clone()),
        )
        .map(drop)
    })
}

/// Forgets a request that was refused.
///
/// # Errors
/// The database's.
pub fn forget(conn: &mut Conn, demande: &Demande) -> Result<(), Error> {
    conn.write(|conn| {
        conn.execute(
            sql("DELETE FROM idempotences WHERE demandeur = ? AND cle = ? AND statut IS NULL")
                .bind(demande.demandeur.clone())
                .bind(demande.cle.clone()),
        )
        .map(drop)
    })
}
