//! What an answer that was written down is the answer to.

use super::Granted;
use crate::instant::Instant;
use crate::instant::InstantSql;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use crate::vocabulary::Canal;
use diesel::sql_types::{BigInt, Nullable, Text};

/// Names an envoi beyond the database that it is in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sent {
    /// The message's random key.
    pub cle: String,
    /// Number of the envoi.
    pub envoi: i64,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    canal: Canal,
    #[diesel(sql_type = BigInt)]
    jeton: i64,
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = Nullable<Text>)]
    adresse: Option<String>,
    #[diesel(sql_type = BigInt)]
    tentatives: i64,
    #[diesel(sql_type = BigInt)]
    ambigus: i64,
    #[diesel(sql_type = BigInt)]
    renvois: i64,
    #[diesel(sql_type = InstantSql)]
    emis_le: Instant,
    #[diesel(sql_type = InstantSql)]
    expire: Instant,
}

/// The present state of envois that were handed to the network, each with its channel. Those that
/// this database does not know are missing.
///
/// # Errors
/// The database's.
pub fn sent(conn: &mut Conn, named: &[Sent]) -> Result<Vec<(Canal, Granted)>, Error> {
    let rows: Vec<Row> = conn.load(
        &sql(
            "SELECT e.id, e.canal, e.jeton, e.message, e.adresse, e.tentatives, e.ambigus,
                    e.renvois, COALESCE(e.emis_le, e.prochaine) AS emis_le, e.expire
               FROM {rows: cle text, envoi bigint}
               JOIN envois e ON e.id = r.envoi
               JOIN messages m ON m.id = e.message AND m.cle = r.cle",
        )
        .bind_rows(named),
    )?;
    Ok(rows.into_iter().map(granted).collect())
}

fn granted(row: Row) -> (Canal, Granted) {
    let granted = Granted {
        id: row.id,
        jeton: row.jeton,
        message: row.message,
        adresse: row.adresse.unwrap_or_default(),
        tentatives: row.tentatives,
        ambigus: row.ambigus,
        renvois: row.renvois,
        emis_le: row.emis_le,
        expire: row.expire,
    };
    (row.canal, granted)
}
