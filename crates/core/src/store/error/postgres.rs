//! What a PostgreSQL server says, in whatever language it was set up to speak.
//!
//! diesel names the kind of seven SQLSTATEs and keeps the others to itself. What is left is told by
//! a field that has no language: only a statement that is wrong in itself (class 42, syntax and
//! names) has a position. What fails without one met something else: a deadlock, a time-out, a full
//! disk, a server or a pool that goes away.

use super::{Diesel, Error, one_line, sorted};
use diesel::ConnectionError;

/// A role that lacks a right: a statement is not wrong in itself either, but waiting is no help.
/// (PostgreSQL's own translations; in other languages it is told as passing, in the server's words.)
const DENIED: &[&str] = &["permission denied", "droit refus"];

/// Of what the server answers to somebody who connects: these pass by themselves.
const PASSING: &[&str] = &[
    "the database system is",
    "le système de base",
    "too many c",
    "trop de c",
    "connection slots are reserved",
    "emplacements de connexion",
    "terminating connection",
    "arrêt de",
    // PgBouncer's.
    "pgbouncer",
    "server login",
    "query_wait_timeout",
    "no more connections allowed",
];

/// What libpq itself says of our settings, in English on every machine.
const OURS: &[&str] = &[
    "no password supplied",
    "invalid connection option",
    "invalid URI",
    "invalid port number",
    "invalid sslmode",
    "invalid integer value",
    "invalid percent-encoded",
    "could not parse",
];

impl Error {
    /// A failed question to a server.
    pub(in crate::store) fn of_postgres(error: Diesel) -> Self {
        sorted(error, |info| {
            let text = one_line(info.message());
            if info.statement_position().is_some() {
                Self::Other(text)
            } else if DENIED.iter().any(|known| text.contains(known)) {
                Self::unfit(text)
            } else {
                Self::Unavailable(text)
            }
        })
    }

    /// A server that could not be connected to. What it says itself (libpq puts its FATAL before it:
    /// a wrong password, a database that is not there) will not pass, but for what is known to.
    pub(in crate::store) fn refused(error: &ConnectionError) -> Self {
        let text = one_line(&error.to_string());
        let has = |words: &[&str]| words.iter().any(|known| text.contains(known));
        let is_said_by_server = text.contains("FATAL") || has(OURS);
        if is_said_by_server && !has(PASSING) {
            Self::unfit(text)
        } else {
            Self::Unavailable(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Database;
    use crate::secret::Secret;
    use crate::store::{Conn, Error};
    use diesel::sql_query;

    /// The tests' server, as this role; it speaks French where the machine does.
    fn server(role: &str) -> Option<Database> {
        let url = std::env::var("TEST_POSTGRES_URL").ok()?;
        let url = url.replace("user=messages", &format!("user={role}"));
        Some(Database::Postgres(Secret::new(url)))
    }

    fn says(conn: &mut Conn, statement: &'static str) -> Error {
        conn.execute(sql_query(statement)).unwrap_err()
    }

    #[test]
    fn what_will_pass_is_told_from_what_will_not_in_whatever_language() {
        let Some(server) = server("messages") else {
            return;
        };
        let [mut one, mut other] = [&server; 2].map(|server| Conn::open(server).unwrap());
        one.execute(sql_query("SELECT pg_advisory_lock(1)"))
            .unwrap();
        for (setting, question) in [
            ("SET lock_timeout = '50ms'", "SELECT pg_advisory_lock(1)"),
            ("SET statement_timeout = '50ms'", "SELECT pg_sleep(9)"),
        ] {
            other.execute(sql_query(setting)).unwrap();
            let error = says(&mut other, question);
            assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        }
        let mut own = Conn::open(&server).unwrap();
        for (statement, is_ours) in [
            ("SELECT nothing", true),
            ("SELEKT", true),
            ("SET default_transaction_read_only = on", false),
            ("CREATE TABLE nowhere (a int)", false),
        ] {
            match own.execute(sql_query(statement)) {
                Ok(_) => {}
                Err(Error::Other(_)) => assert!(is_ours, "{statement}"),
                Err(Error::Unavailable(_)) => assert!(!is_ours, "{statement}"),
                Err(other) => panic!("{statement}: {other:?}"),
            }
        }
    }

    #[test]
    fn who_waits_for_each_other_may_try_again() {
        let Some(server) = server("messages") else {
            return;
        };
        let [mut one, mut other] = [&server; 2].map(|server| Conn::open(server).unwrap());
        one.execute(sql_query("SELECT pg_advisory_lock(11)"))
            .unwrap();
        other
            .execute(sql_query("SELECT pg_advisory_lock(12)"))
            .unwrap();
        let waiting =
            std::thread::spawn(move || one.execute(sql_query("SELECT pg_advisory_lock(12)")));
        let mine = other.execute(sql_query("SELECT pg_advisory_lock(11)"));
        drop(other);
        let errors: Vec<Error> = [mine, waiting.join().unwrap()]
            .into_iter()
            .filter_map(Result::err)
            .collect();
        assert!(
            matches!(errors.as_slice(), [Error::Unavailable(_)]),
            "{errors:?}"
        );
    }

    #[test]
    fn a_wrong_password_and_a_database_that_is_not_there_are_settings() {
        let Some(stranger) = server("avec_mot_de_passe") else {
            return;
        };
        let nowhere = match server("messages") {
            Some(Database::Postgres(url)) => url.expose().replace("/postgres?", "/nulle_part?"),
            _ => return,
        };
        let Database::Postgres(without) = &stranger else {
            return;
        };
        let wrong = format!("{}&password=faux", without.expose());
        let [wrong, nowhere] = [wrong, nowhere].map(|url| Database::Postgres(Secret::new(url)));
        for database in [stranger, wrong, nowhere] {
            let error = Conn::open(&database).err();
            assert!(matches!(error, Some(Error::Config(_))), "{error:?}");
        }
    }

    #[test]
    fn a_role_without_rights_is_a_setting() {
        let Some(server) = server("messages") else {
            return;
        };
        let mut conn = Conn::open(&server).unwrap();
        conn.write(|conn| {
            for statement in [
                "CREATE ROLE sans_droit",
                "CREATE TEMPORARY TABLE reservee (a int)",
                "SET LOCAL ROLE sans_droit",
            ] {
                conn.execute(sql_query(statement))?;
            }
            let error = says(conn, "SELECT * FROM reservee");
            assert!(matches!(error, Error::Config(_)), "{error:?}");
            Err::<(), _>(Error::Stale)
        })
        .unwrap_err();
    }
}
