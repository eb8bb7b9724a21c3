//! What an answer that was written down is the answer to.

use super::Granted;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use crate::vocabulary::Canal;
use diesel::QueryableByName;
use diesel::sql_types::Text;

/// Names an envoi beyond the database that it is in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sent {
    /// The message's random key.
    pub cle: String,
    /// Number of the envoi.
    pub envoi: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    canal: Canal,
    #[diesel(embed)]
    granted: Granted,
}

/// The present state of envois that were handed to the network, each with its channel. Those that
/// this database does not know are missing.
///
/// # Errors
/// The database's.
pub fn sent(conn: &mut Conn, named: &[Sent]) -> Result<Vec<(Canal, Granted)>, Error> {
    let rows: Vec<Row> = conn.load(
        sql(
            "SELECT e.id, e.canal, e.jeton, e.message, m.jeton AS version,
                    COALESCE(e.adresse, '') AS adresse, e.tentatives, e.ambigus,
                    e.renvois, COALESCE(e.emis_le, e.prochaine) AS emis_le, e.expire
               FROM {rows: cle text, envoi bigint}
               JOIN envois e ON e.id = r.envoi
               JOIN messages m ON m.id = e.message AND m.cle = r.cle",
        )
        .bind_rows(named),
    )?;
    Ok(rows
        .into_iter()
        .map(|row| (row.canal, row.granted))
        .collect())
}
