//! A connection behind the program's back that stays open: states are put and read thousands of times.

use diesel::connection::SimpleConnection;
use diesel::{Connection, RunQueryDsl, sql_query};
use messages_testing::db::Database;

pub(crate) enum Raw {
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    v: String,
}

impl Raw {
    /// What is put here needs no durability.
    pub(crate) fn open(database: &Database) -> Self {
        match database.url().strip_prefix("sqlite://") {
            #[cfg(feature = "sqlite")]
            Some(path) => {
                let mut conn = diesel::SqliteConnection::establish(path).unwrap();
                conn.batch_execute("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;")
                    .unwrap();
                Self::Sqlite(conn)
            }
            #[cfg(feature = "postgres")]
            None => {
                let mut conn = diesel::PgConnection::establish(database.url()).unwrap();
                conn.batch_execute("SET synchronous_commit = off; SET TimeZone = 'UTC'")
                    .unwrap();
                Self::Postgres(conn)
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => unreachable!("a database that is not built in"),
        }
    }

    /// All of it in one transaction.
    pub(crate) fn execute(&mut self, statements: &str) {
        let whole = format!("BEGIN; {statements} COMMIT;");
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(conn) => conn.batch_execute(&whole).unwrap(),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => conn.batch_execute(&whole).unwrap(),
        }
    }

    /// The text column `v` of the only row.
    pub(crate) fn text(&mut self, question: &str) -> String {
        let mut rows: Vec<Text> = match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(conn) => sql_query(question).load(conn).unwrap(),
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => sql_query(question).load(conn).unwrap(),
        };
        assert_eq!(rows.len(), 1, "{question}");
        rows.remove(0).v
    }
}
