//! A copy of a database, looked at as a whole.

use super::Fault;
use crate::instant::{Instant, InstantSql};
use crate::store::migrations::versions::{self, Unknown, Versions};
use crate::store::{Count, Error};
use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
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
    let conn = open(file)?;
    let mut copy = Copy { conn, named };
    copy.carry_out("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE;")?;
    if !copy.has("__diesel_schema_migrations")? {
        return Err(copy.unfit("ce n'est pas une base de ce programme"));
    }
    let state: State = copy.one("PRAGMA integrity_check(1)")?;
    if state.integrity_check != "ok" {
        return Err(copy.damaged(&state.integrity_check));
    }
    copy.update(versions)?;
    // Older tables cannot say it.
    if copy.has("origine")? {
        let marked = sql_query("UPDATE origine SET copie_le = ?").bind::<InstantSql, _>(now);
        let marked = marked.execute(&mut copy.conn);
        marked.map_err(|error| copy.told(error))?;
    }
    Ok(Contents {
        messages: copy.count("messages")?,
        envois: copy.count("envois")?,
        parents: copy.count("parents")?,
    })
}

/// A copy that is looked at.
struct Copy<'c> {
    conn: SqliteConnection,
    named: &'c Path,
}

impl Copy<'_> {
    fn unfit(&self, why: &str) -> Fault {
        Fault::Unfit(self.named.to_owned(), why.to_owned())
    }

    fn damaged(&self, why: &str) -> Fault {
        self.unfit(&format!("le fichier est tronqué ou abîmé ({why})"))
    }

    fn told(&self, error: diesel::result::Error) -> Fault {
        match Error::of_sqlite(error) {
            Error::Unavailable(why) => Fault::disk(self.named, &why),
            Error::Other(why) => self.damaged(&why),
            other => Fault::Store(other),
        }
    }

    fn carry_out(&mut self, statements: &str) -> Result<(), Fault> {
        let done = self.conn.batch_execute(statements);
        done.map_err(|error| self.told(error))
    }

    fn one<T>(&mut self, question: &str) -> Result<T, Fault>
    where
        T: QueryableByName<Sqlite> + 'static,
    {
        let row = sql_query(question).get_result(&mut self.conn);
        row.map_err(|error| self.told(error))
    }

    fn has(&mut self, table: &str) -> Result<bool, Fault> {
        let tables = format!("sqlite_master WHERE type = 'table' AND name = '{table}'");
        Ok(self.count(&tables)? > 0)
    }

    fn count(&mut self, rows: &str) -> Result<i64, Fault> {
        let all: Count = self.one(&format!("SELECT count(*) AS nombre FROM {rows}"))?;
        Ok(all.nombre)
    }

    /// Its tables are those of a version that is known, and of this one if that is wanted.
    fn update(&mut self, versions: Versions) -> Result<(), Fault> {
        match versions::of_copy(&mut self.conn, versions) {
            Ok(None) => Ok(()),
            Ok(Some(Unknown::Newer(version))) => Err(Fault::Newer(self.named.to_owned(), version)),
            Ok(Some(Unknown::Other)) => Err(self.unfit("c'est la base d'une autre application")),
            Err(Error::Unavailable(why)) => Err(Fault::disk(self.named, &why)),
            Err(error) => Err(Fault::Store(error)),
        }
    }
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
