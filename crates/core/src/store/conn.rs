//! One connection to either database, and the only way to write with it.

use super::Error;
use super::backend::{Inner, MultiBackend};
#[cfg(feature = "sqlite")]
use super::open::sqlite::Open;
use crate::config::Database;
use crate::instant::Instant;
use diesel::RunQueryDsl;
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;
#[cfg(feature = "sqlite")]
use diesel::connection::AnsiTransactionManager;
use diesel::connection::TransactionManager;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
#[cfg(feature = "sqlite")]
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a connection's transactions meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// Always the same session, which keeps what it is told.
    Own,
    /// One of a pool such as PgBouncer's, each time another.
    #[cfg(feature = "postgres")]
    Shared,
}

/// A connection. Opened by [`Conn::open`], which chooses the database by the URL's scheme.
pub struct Conn {
    pub(crate) inner: Inner,
    database: Database,
    /// Who writes next, of the connections of a pool.
    turn: Option<Arc<Mutex<()>>>,
    sessions: Sessions,
    writing: bool,
    dispatching: bool,
    broken: bool,
}

/// What a panic leaves behind is rolled back by the database.
fn wait(turn: &Mutex<()>) -> MutexGuard<'_, ()> {
    turn.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Conn {
    /// Opens the database, which is there, and sets it up; says nothing of its tables' version (see
    /// [`migrations`](super::migrations)).
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached, `Config` when there is none or it is not fit for use.
    pub fn open(database: &Database) -> Result<Self, Error> {
        #[cfg(feature = "sqlite")]
        if let Database::Sqlite(path) = database {
            return Self::open_file(database, path, Open::Existing);
        }
        Self::open_server(database)
    }

    /// As [`Self::open`]; a SQLite file that is not there is made.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn create(database: &Database) -> Result<Self, Error> {
        #[cfg(feature = "sqlite")]
        if let Database::Sqlite(path) = database {
            return Self::open_file(database, path, Open::OrNew);
        }
        Self::open_server(database)
    }

    #[cfg(feature = "sqlite")]
    fn open_file(database: &Database, path: &Path, what: Open) -> Result<Self, Error> {
        let conn = super::open::sqlite::open(path, what)?;
        Ok(Self::new(Inner::Sqlite(conn), database, Sessions::Own))
    }

    fn open_server(database: &Database) -> Result<Self, Error> {
        #[cfg(feature = "postgres")]
        if let Database::Postgres(url) = database {
            let (conn, sessions) = super::open::postgres::open(url)?;
            return Ok(Self::new(Inner::Postgres(conn), database, sessions));
        }
        Err(super::open::not_built_in(database))
    }

    fn new(inner: Inner, database: &Database, sessions: Sessions) -> Self {
        Self {
            inner,
            database: database.clone(),
            turn: None,
            sessions,
            writing: false,
            dispatching: false,
            broken: false,
        }
    }

    /// Has its writes wait for those of the other connections that were given `turn`. SQLite has one
    /// writer at a time, and whoever waits for it asks again after longer and longer pauses: among
    /// many writers some would wait for a second. In a queue they do not.
    #[must_use]
    pub(crate) fn with_turn(mut self, turn: Arc<Mutex<()>>) -> Self {
        self.turn = matches!(self.database, Database::Sqlite(_)).then_some(turn);
        self
    }

    /// Which database this is.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        match self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => true,
        }
    }

    /// Whether a transaction is open.
    pub(crate) const fn is_writing(&self) -> bool {
        self.writing
    }

    /// Sets the connection up for a run of the dispatcher, whose few statements all look rows up by
    /// key and are repeated thousands of times. PostgreSQL plans them once and by index, whatever
    /// its statistics say: those of a table that has just been filled are wrong.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn tune_for_dispatch(&mut self) -> Result<(), Error> {
        self.dispatching = true;
        match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            // Said anew in each transaction.
            Inner::Postgres(_) if self.sessions == Sessions::Shared => Ok(()),
            #[cfg(feature = "postgres")]
            Inner::Postgres(conn) => super::open::postgres::plan_by_index(conn),
        }
    }

    /// Replaces a connection that broke by a new one to the same database.
    ///
    /// # Errors
    /// As [`Conn::open`]; the old connection is kept then.
    pub fn reopen(&mut self) -> Result<(), Error> {
        let (dispatching, turn) = (self.dispatching, self.turn.clone());
        *self = Self::open(&self.database)?;
        self.turn = turn;
        if dispatching {
            self.tune_for_dispatch()
        } else {
            Ok(())
        }
    }

    /// The database's clock: the only one that leases, lateness and due dates are measured with.
    /// (SQLite lives on this machine, so its clock is this machine's.)
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn now(&mut self) -> Result<Instant, Error> {
        match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => Ok(Instant::of_this_machine()),
            #[cfg(feature = "postgres")]
            Inner::Postgres(conn) => {
                diesel::define_sql_function! { fn clock_timestamp() -> crate::instant::InstantSql; }
                Ok(diesel::select(clock_timestamp()).get_result(conn)?)
            }
        }
    }

    /// Whether the server is reached through a pool that hands out its sessions one transaction at a
    /// time, such as PgBouncer's.
    #[must_use]
    pub const fn is_pooled(&self) -> bool {
        match self.sessions {
            Sessions::Own => false,
            #[cfg(feature = "postgres")]
            Sessions::Shared => true,
        }
    }

    /// Whether the server was set up to keep its commits through a power cut. (SQLite is set up by
    /// this program, so it always is.)
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn is_durable(&mut self) -> Result<bool, Error> {
        #[derive(diesel::QueryableByName)]
        struct Durable {
            #[diesel(sql_type = diesel::sql_types::Bool)]
            durable: bool,
        }
        if !self.is_postgres() {
            return Ok(true);
        }
        let settings: Vec<Durable> = self.load(super::sql::sql(
            "SELECT current_setting('fsync') = 'on'
                AND current_setting('full_page_writes') = 'on' AS durable",
        ))?;
        Ok(settings.iter().all(|row| row.durable))
    }

    /// Runs `body` in a transaction that takes the write lock at once (SQLite: `BEGIN IMMEDIATE`;
    /// a read that turns into a write fails under concurrency, whatever the time-out).
    ///
    /// # Errors
    /// `body`'s own, or the database's; nothing is kept then. A transaction inside another is
    /// refused.
    pub fn write<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.writing {
            return Err(Error::Other(
                "a transaction inside a transaction".to_owned(),
            ));
        }
        let turn = self.turn.clone();
        let _turn = turn.as_deref().map(wait);
        let begun = self.begin();
        self.note(begun)?;
        self.writing = true;
        let outcome = body(self);
        self.writing = false;
        match outcome {
            Ok(value) => {
                let committed = Inner::commit_transaction(&mut self.inner);
                self.note(committed.map_err(Error::from))?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to tell.
                Inner::rollback_transaction(&mut self.inner).ok();
                Err(error)
            }
        }
    }

    /// Runs `body`, which writes with one statement and so needs no transaction of its own.
    pub(crate) fn write_once<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        let turn = self.turn.clone().filter(|_| !self.writing);
        let _turn = turn.as_deref().map(wait);
        body(self)
    }

    fn begin(&mut self) -> Result<(), Error> {
        match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(conn) => begin_immediate(conn),
            #[cfg(feature = "postgres")]
            Inner::Postgres(conn) if self.sessions == Sessions::Shared => {
                super::open::postgres::begin_pooled(conn, self.dispatching)
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => Ok(Inner::begin_transaction(&mut self.inner)?),
        }
    }

    /// True when the connection may have ended: the next to use it wants another.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.broken || self.writing
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute<Q>(&mut self, statement: Q) -> Result<usize, Error>
    where
        Q: QueryFragment<MultiBackend> + QueryId + RunQueryDsl<Inner>,
    {
        if self.is_pooled() && !self.writing {
            return self.write(|conn| conn.execute(statement));
        }
        let done = statement.execute(&mut self.inner).map_err(Error::from);
        self.note(done)
    }

    /// The rows of a question.
    #[expect(
        single_use_lifetimes,
        reason = "a trait's lifetime cannot be left out here"
    )]
    pub(crate) fn load<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<Vec<T>, Error> {
        let rows = question.internal_load(&mut self.inner);
        let rows = rows.and_then(Iterator::collect).map_err(Error::from);
        self.note(rows)
    }

    /// The first row of a question, if there is one.
    #[expect(
        single_use_lifetimes,
        reason = "a trait's lifetime cannot be left out here"
    )]
    pub(crate) fn first<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<Option<T>, Error> {
        let row = question.internal_load(&mut self.inner);
        let row = row.and_then(|mut rows| rows.next().transpose());
        self.note(row.map_err(Error::from))
    }

    /// The one row of a question.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    #[expect(
        single_use_lifetimes,
        reason = "a trait's lifetime cannot be left out here"
    )]
    pub(crate) fn one<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<T, Error> {
        self.first(question)?.ok_or(Error::NotFound)
    }

    pub(crate) fn note<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
        self.broken |= matches!(outcome, Err(Error::Unavailable(_)));
        outcome
    }
}

/// `busy_timeout` waits five seconds; under heavy load SQLite still gives up now and then.
#[cfg(feature = "sqlite")]
const BEGIN_TRIES: u64 = 5;

#[cfg(feature = "sqlite")]
fn begin_immediate(conn: &mut SqliteConnection) -> Result<(), Error> {
    let mut tried = 0;
    loop {
        tried += 1;
        let begun = AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE");
        match begun.map_err(Error::from) {
            Err(Error::Unavailable(_)) if tried < BEGIN_TRIES => {
                std::thread::sleep(std::time::Duration::from_millis(7 * tried));
            }
            other => return other,
        }
    }
}
