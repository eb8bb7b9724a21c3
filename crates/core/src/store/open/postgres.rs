//! A PostgreSQL server, or a pool before one.
//!
//! A pool such as PgBouncer's in transaction mode hands out the server's sessions one transaction
//! at a time. What a session was told, and statements that it prepared, then meet other clients: so
//! nothing is prepared, and everything is said in each transaction.

use crate::store::Error;
use crate::store::session::{Purpose, Sessions};
use diesel::connection::{AnsiTransactionManager, CacheSize, Connection, SimpleConnection};
use diesel::{ConnectionError, PgConnection};

/// Added to the URL unless it says otherwise: no wait for ever on a peer that went away, and the
/// one server of a list that accepts writes.
const PG_PARAMETERS: &[(&str, &str)] = &[
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("tcp_user_timeout", "15000"),
    ("target_session_attrs", "read-write"),
    ("application_name", "messages-programmes"),
];

/// Only a session of our own keeps what it is given when it begins: a pool refuses it, or drops it.
const OWN: &str = "messages.session";

/// A server that may forget a commit would send twice: durability is asked for by ourselves.
const SESSION: &str = "SELECT current_setting('messages.session');
     SET statement_timeout = '30s';
     SET lock_timeout = '5s';
     SET idle_in_transaction_session_timeout = '15s';
     SET TimeZone = 'UTC';
     SET client_min_messages = 'warning';
     SET jit = off;
     SELECT set_config('synchronous_commit', 'on', false)
       WHERE current_setting('synchronous_commit') = 'off';";

/// The same for one transaction, which it begins.
const TRANSACTION: &str = "BEGIN;
     SET LOCAL statement_timeout = '30s';
     SET LOCAL lock_timeout = '5s';
     SET LOCAL idle_in_transaction_session_timeout = '15s';
     SET LOCAL TimeZone = 'UTC';
     SET LOCAL client_min_messages = 'warning';
     SET LOCAL jit = off;
     SELECT set_config('synchronous_commit', 'on', true)
       WHERE current_setting('synchronous_commit') = 'off';";

const BY_INDEX: [&str; 5] = [
    "plan_cache_mode = force_generic_plan",
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
];

/// A connection, and what it meets.
pub(in crate::store) fn open(
    url: &crate::secret::Secret,
) -> Result<(PgConnection, Sessions), Error> {
    let full = with_parameters(url.expose());
    let mut conn = match PgConnection::establish(&with_own(&full)) {
        Ok(conn) => conn,
        Err(error) if is_pools_refusal(&error) => return pooled(&full),
        Err(error) => return Err(Error::refused(&error)),
    };
    match conn.batch_execute(SESSION) {
        Ok(()) => Ok((conn, Sessions::Own)),
        Err(error) if error.to_string().contains(OWN) => pooled(&full),
        Err(error) => Err(Error::of_postgres(error)),
    }
}

fn pooled(url: &str) -> Result<(PgConnection, Sessions), Error> {
    let mut conn = PgConnection::establish(url).map_err(|error| Error::refused(&error))?;
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok((conn, Sessions::Shared))
}

fn with_parameters(url: &str) -> String {
    let mut full = url.to_owned();
    for (name, value) in PG_PARAMETERS {
        if !full.contains(&format!("{name}=")) {
            let sign = if full.contains('?') { "&" } else { "?" };
            full.extend([sign, name, "=", value]);
        }
    }
    full
}

/// The URL with one more of the `options` that a session begins with.
fn with_own(url: &str) -> String {
    let own = format!("-c%20{OWN}%3D1");
    match url.split_once("options=") {
        Some((before, after)) => format!("{before}options={own}%20{after}"),
        None => format!("{url}&options={own}"),
    }
}

/// PgBouncer says `unsupported startup parameter`, others that they take no options.
fn is_pools_refusal(error: &ConnectionError) -> bool {
    let text = error.to_string();
    text.contains("startup parameter") || text.contains("option")
}

/// Begins a transaction, and says what a session of our own would know.
pub(in crate::store) fn begin_pooled(
    conn: &mut PgConnection,
    purpose: Purpose,
) -> Result<(), Error> {
    let settings = settings(purpose).iter();
    let begin = settings.fold(TRANSACTION.to_owned(), |begin, setting| {
        begin + " SET LOCAL " + setting + ";"
    });
    AnsiTransactionManager::begin_transaction_sql(conn, &begin).map_err(Error::of_postgres)
}

/// Says it to a session of our own.
pub(in crate::store) fn devote(conn: &mut PgConnection, purpose: Purpose) -> Result<(), Error> {
    let settings = settings(purpose);
    // The server refuses a question that asks nothing.
    if settings.is_empty() {
        return Ok(());
    }
    let set = format!("SET {}", settings.join("; SET "));
    conn.batch_execute(&set).map_err(Error::of_postgres)
}

const fn settings(purpose: Purpose) -> &'static [&'static str] {
    match purpose {
        Purpose::Requests => &[],
        Purpose::Dispatch => &BY_INDEX,
        Purpose::Upkeep => &["statement_timeout = 0"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_option_stands_beside_those_of_the_url() {
        assert_eq!(
            with_own("postgres://h/m?options=-csearch_path%3Da&connect_timeout=5"),
            "postgres://h/m?options=-c%20messages.session%3D1%20-csearch_path%3Da&connect_timeout=5"
        );
        assert!(with_own(&with_parameters("postgres://h/m")).ends_with(
            "?connect_timeout=5&keepalives_idle=10&tcp_user_timeout=15000\
             &target_session_attrs=read-write&application_name=messages-programmes\
             &options=-c%20messages.session%3D1"
        ));
    }
}
