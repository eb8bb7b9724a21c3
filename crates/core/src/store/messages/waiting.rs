//! Recipients of messages that are leaving who wait for another attempt.

use crate::instant::{Instant, InstantSql};
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use diesel::sql_types::{BigInt, Nullable, Text};

/// Who waits of a message.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Attente {
    /// The message.
    #[diesel(sql_type = BigInt)]
    pub message: i64,
    /// How many wait.
    #[diesel(sql_type = BigInt)]
    pub nombre: i64,
    /// The commonest reason: the peer's words or ours, or a code; none when they wait for the morning.
    #[diesel(sql_type = Nullable<Text>)]
    pub raison: Option<String>,
    /// When the first of them is tried again.
    #[diesel(sql_type = InstantSql)]
    pub prochaine: Instant,
}

/// Of each of these messages of which somebody was put off: how many, why, until when.
///
/// # Errors
/// The database's.
pub fn attentes(conn: &mut Conn, messages: &[i64], now: Instant) -> Result<Vec<Attente>, Error> {
    let groups: Vec<Attente> = conn.load(
        sql(
            "SELECT message, count(*) AS nombre, COALESCE(NULLIF(detail, ''), code) AS raison,
                     min(prochaine) AS prochaine
                FROM envois
               WHERE etat = 'a_envoyer' AND message IN (SELECT r.cle FROM {rows: cle})
                 AND (COALESCE(NULLIF(detail, ''), code) IS NOT NULL OR (canal = 'sms' AND prochaine > ?))
               GROUP BY message, COALESCE(NULLIF(detail, ''), code)
               ORDER BY message, nombre DESC, raison",
        )
        .bind_keys(messages)
        .bind(now),
    )?;
    let together = |groups: &[Attente]| {
        let first = groups.first()?.clone();
        Some(Attente {
            nombre: groups.iter().map(|group| group.nombre).sum(),
            prochaine: groups.iter().map(|group| group.prochaine).min()?,
            ..first
        })
    };
    Ok(groups
        .chunk_by(|one, other| one.message == other.message)
        .filter_map(together)
        .collect())
}
