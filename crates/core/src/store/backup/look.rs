//! A copy of a database, looked at as a whole.

use super::Fault;
use crate::instant::Instant;
use crate::store::migrations::{self, Versions};
use crate::store::{Count, Error};
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};
use std::path::Path;

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Contents {
    /// Messages.
    pub messages: i64,
    /// Their envois.
    pub envois: i64,
    /// Parents.
    pub parents: i64,
}

#[derive(diesel::QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

#[derive(diesel::QueryableByName)]
struct State {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Writes everything into an empty file, as it is at one moment; others may write meanwhile.
pub(super) fn copy(conn: &mut SqliteConnection, to: &Path) -> Result<(), Error> {
    let to = utf8(to)?;
    let copy = sql_query("VACUUM INTO ?").bind::<Text, _>(to);
    copy.execute(conn).map(drop).map_err(Error::of_sqlite)
}

/// Whether nobody has written anything yet.
pub(super) fn is_empty(conn: &mut SqliteConnection) -> Result<bool, Error> {
    let count = "SELECT (SELECT count(*) FROM messages) + (SELECT count(*) FROM parents)
                      + (SELECT count(*) FROM classes) AS nombre";
    let count: Count = sql_query(count)
        .get_result(conn)
        .map_err(Error::of_sqlite)?;
    Ok(count.nombre == 0)
}

/// Checks a copy from its first page to its last, has it say that it is one, and leaves it in one file.
/// `named` is what a person calls it.
pub(super) fn mark(
    file: &Path,
    named: &Path,
    now: Instant,
    versions: Versions,
) -> Result<Contents, Fault> {
    let unfit = |why: &str| Fault::Unfit(named.to_owned(), why.to_owned());
    let damaged = |error: diesel::result::Error| match Error::of_sqlite(error) {
        Error::Unavailable(why) => Fault::disk(named, &why),
        error => unfit(&format!("le fichier est tronqué ou abîmé ({error})")),
    };
    let mut conn = open(file)?;
    let folded = conn.batch_execute("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE;");
    folded.map_err(damaged)?;
    let tables: Vec<Said> =
        sql_query("SELECT name AS said FROM sqlite_master WHERE type = 'table'")
            .load(&mut conn)
            .map_err(damaged)?;
    if !tables
        .iter()
        .any(|table| table.said == "__diesel_schema_migrations")
    {
        return Err(unfit("ce n'est pas une base de ce programme"));
    }
    let state: State = sql_query("PRAGMA integrity_check(1)")
        .get_result(&mut conn)
        .map_err(damaged)?;
    if state.integrity_check != "ok" {
        let why = state.integrity_check;
        return Err(unfit(&format!("le fichier est tronqué ou abîmé ({why})")));
    }
    migrations::of_copy(&mut conn, versions).map_err(|error| match error {
        migrations::Unknown::Newer(version) => Fault::Newer(named.to_owned(), version),
        migrations::Unknown::Other => unfit("c'est la base d'une autre application"),
        migrations::Unknown::Store(Error::Unavailable(why)) => Fault::disk(named, &why),
        migrations::Unknown::Store(error) => Fault::Store(error),
    })?;
    let marked = tables.iter().any(|table| table.said == "origine")
        || matches!(versions, Versions::BroughtUp);
    if marked {
        sql_query("UPDATE origine SET copie_le = ?")
            .bind::<crate::instant::InstantSql, _>(now)
            .execute(&mut conn)
            .map_err(damaged)?;
    }
    let mut count = |table: &str| -> Result<i64, Fault> {
        let question = format!("SELECT count(*) AS nombre FROM {table}");
        let count: Count = sql_query(question).get_result(&mut conn).map_err(damaged)?;
        Ok(count.nombre)
    };
    Ok(Contents {
        messages: count("messages")?,
        envois: count("envois")?,
        parents: count("parents")?,
    })
}

/// The file as it is: nothing is set up, nobody else is to have it.
pub(super) fn open(file: &Path) -> Result<SqliteConnection, Error> {
    let full = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    SqliteConnection::establish(utf8(&full)?)
        .map_err(|error| Error::of_sqlite_text(&error.to_string()))
}

fn utf8(path: &Path) -> Result<&str, Error> {
    path.to_str()
        .ok_or_else(|| Error::Config("le chemin n'est pas en UTF-8".to_owned()))
}
