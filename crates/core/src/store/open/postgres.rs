//! A PostgreSQL server.

use crate::store::Error;
use crate::store::error::one_line;
use diesel::Connection;
use diesel::connection::SimpleConnection;

/// Added to the URL unless it says otherwise: no wait for ever on a peer that went away, and the
/// one server of a list that accepts writes.
const PG_PARAMETERS: &[(&str, &str)] = &[
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("tcp_user_timeout", "15000"),
    ("target_session_attrs", "read-write"),
    ("application_name", "messages-programmes"),
];

pub(in crate::store) fn open(url: &crate::secret::Secret) -> Result<diesel::PgConnection, Error> {
    let mut full = url.expose().to_owned();
    for (name, value) in PG_PARAMETERS {
        if !full.contains(&format!("{name}=")) {
            let sign = if full.contains('?') { "&" } else { "?" };
            full.extend([sign, name, "=", value]);
        }
    }
    let mut conn = diesel::PgConnection::establish(&full)
        .map_err(|e| Error::Unavailable(one_line(&e.to_string())))?;
    // A server that may forget a commit would send twice: the session asks for durability itself.
    conn.batch_execute(
        "SET statement_timeout = '30s';
         SET lock_timeout = '5s';
         SET idle_in_transaction_session_timeout = '15s';
         SET TimeZone = 'UTC';
         SET client_min_messages = 'warning';
         SET jit = off;
         SELECT set_config('synchronous_commit', 'on', false)
           WHERE current_setting('synchronous_commit') = 'off';",
    )?;
    Ok(conn)
}
