//! What an answer that was written down is the answer to.

use super::Announced;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Error};

/// Names an envoi beyond the database that it is in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sent {
    /// The message's random key.
    pub cle: String,
    /// Number of the envoi.
    pub envoi: i64,
}
columns!(Sent: cle, envoi);

statements! {
    fn known(named: &[Sent]) =
        "SELECT e.id, e.canal, e.jeton, e.message, m.jeton AS version,
                COALESCE(e.adresse, '') AS adresse, e.tentatives, e.ambigus, e.renvois,
                COALESCE(e.emis_le, e.prochaine) AS emis_le, e.expire
           FROM {named}
           JOIN envois e ON e.id = r.envoi
           JOIN messages m ON m.id = e.message AND m.cle = r.cle";
}

/// The present state of envois that were handed to the network. Those that this database does not
/// know are missing.
pub fn sent(conn: &mut Conn, named: &[Sent]) -> Result<Vec<Announced>, Error> {
    conn.load(known(named))
}
