//! One connection to either database, and the only way to write with it.

use super::Error;
use super::backend::{Inner, MultiBackend};
use super::historique::Acteur;
#[cfg(feature = "sqlite")]
use super::open::sqlite::Open;
use super::session::{Purpose, Sessions};
use super::turn::{Held, Turn};
use crate::config::Database;
use crate::instant::{Instant, InstantSql};
#[cfg(feature = "sqlite")]
use diesel::SqliteConnection;
#[cfg(feature = "sqlite")]
use diesel::connection::AnsiTransactionManager;
use diesel::connection::TransactionManager;
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::Text;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryResult, RunQueryDsl};
#[cfg(feature = "sqlite")]
use std::path::Path;

diesel::define_sql_function! {
    /// PostgreSQL's clock, which goes on within a transaction.
    fn clock_timestamp() -> InstantSql;
}

diesel::define_sql_function! {
    /// A setting of a PostgreSQL server.
    fn current_setting(name: Text) -> Text;
}

/// A connection. Opened by [`Conn::open`], which chooses the database by the URL's scheme.
pub struct Conn {
    pub(crate) inner: Inner,
    database: Database,
    turn: Option<Turn>,
    sessions: Sessions,
    /// Of the transaction that is open, if one is.
    writing: Option<Fate>,
    /// For whom changes are made.
    acteur: Option<Acteur>,
    purpose: Purpose,
    broken: bool,
}

/// What becomes of a transaction whose work says that all is well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    /// It was only a rehearsal.
    Undone,
    /// A part of it failed, and nobody said so.
    Refused,
}

#[expect(
    single_use_lifetimes,
    reason = "a trait's lifetime cannot be left out of what it loads"
)]
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
            writing: None,
            acteur: Some(Acteur::ligne_de_commande()),
            purpose: Purpose::Requests,
            broken: false,
        }
    }

    /// Has its writes wait for those of the other connections that were given `turn`.
    #[must_use]
    pub(super) fn with_turn(mut self, turn: Option<Turn>) -> Self {
        self.turn = turn;
        self
    }

    /// Tells for whom changes are made from now on; none lets nobody change what has a history. A
    /// connection that was just opened acts for the command line.
    pub fn act_for(&mut self, acteur: Option<Acteur>) {
        self.acteur = acteur;
    }

    /// Who makes the changes of this transaction.
    pub(super) fn acteur(&self) -> Result<&Acteur, Error> {
        let acteur = self.acteur.as_ref().filter(|_| self.writing.is_some());
        acteur
            .ok_or_else(|| Error::Other("a change outside a transaction, or by nobody".to_owned()))
    }

    /// Runs `body`, whose writes need not wait: whoever asks has the turn, if there is one.
    pub(super) fn in_turn<T>(
        &mut self,
        held: Option<&Held>,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let turn = self.turn.take_if(|_| held.is_some());
        let outcome = body(self);
        self.turn = turn.or(self.turn.take());
        outcome
    }

    /// Which database this is.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres(_))
    }

    /// Sets the connection up for what it will be used for, until the end.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn devote(&mut self, purpose: Purpose) -> Result<(), Error> {
        self.purpose = purpose;
        match &mut self.inner {
            #[cfg(feature = "postgres")]
            // In a pool it is said anew in each transaction.
            Inner::Postgres(conn) if self.sessions == Sessions::Own => {
                super::open::postgres::devote(conn, purpose)
            }
            _ => Ok(()),
        }
    }

    /// Replaces a connection that broke by a new one to the same database.
    ///
    /// # Errors
    /// `Unavailable`: the same settings opened it before. The old connection is kept then.
    pub fn reopen(&mut self) -> Result<(), Error> {
        let (purpose, turn) = (self.purpose, self.turn.clone());
        let acteur = self.acteur.take();
        *self = Self::open(&self.database).map_err(|error| match error {
            Error::Config(text) => Error::Unavailable(text),
            other => other,
        })?;
        self.turn = turn;
        self.acteur = acteur;
        self.devote(purpose)
    }

    /// The database's clock: the only one that leases, lateness and due dates are measured with.
    /// (SQLite lives on this machine, so its clock is this machine's.)
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn now(&mut self) -> Result<Instant, Error> {
        if self.is_postgres() {
            self.one(diesel::select(clock_timestamp()))
        } else {
            Ok(Instant::of_this_machine())
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
        if !self.is_postgres() {
            return Ok(true);
        }
        let is_on = |name: &'static str| current_setting(name).eq("on");
        self.one(diesel::select(
            is_on("fsync").and(is_on("full_page_writes")),
        ))
    }

    /// Runs `body` in a transaction that takes the write lock at once (SQLite: `BEGIN IMMEDIATE`;
    /// a read that turns into a write fails under concurrency, whatever the time-out).
    ///
    /// Within another it joins that one: all is kept together, or nothing.
    ///
    /// # Errors
    /// `body`'s own, or the database's; nothing is kept then. `Other` when a transaction that had
    /// joined failed and `body` went on.
    pub fn write<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.writing.is_some() {
            let outcome = body(self);
            if outcome.is_err() {
                self.writing = Some(Fate::Refused);
            }
            return outcome;
        }
        let _turn = self.turn.as_ref().map(Turn::wait).transpose()?;
        let begun = self.begin();
        self.note(begun)?;
        self.go_on(body)
    }

    /// As [`Self::write`], for what can wait till later: nobody is waited for. To be called outside
    /// transactions.
    ///
    /// # Errors
    /// As [`Self::write`]; `Unavailable` when somebody else writes just now (SQLite), or has one of the
    /// rows (PostgreSQL).
    pub(crate) fn write_if_free<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(conn) => {
                let begun = super::open::sqlite::begin_if_free(conn);
                self.note(begun)?;
                self.go_on(body)
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => self.write(|conn| {
                conn.execute(diesel::sql_query("SET LOCAL lock_timeout = '100ms'"))?;
                body(conn)
            }),
        }
    }

    /// The rest of a transaction that was begun.
    fn go_on<T>(&mut self, body: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.writing = Some(Fate::Kept);
        let outcome = body(self);
        let fate = self.writing.take();
        let outcome = match (outcome, fate) {
            (Ok(value), Some(Fate::Kept)) => {
                let committed = Inner::commit_transaction(&mut self.inner);
                self.told(committed)?;
                return Ok(value);
            }
            (Ok(_), Some(Fate::Refused)) => Err(Error::Other(
                "a part of a transaction failed and the rest was to be kept".to_owned(),
            )),
            (outcome, _) => outcome,
        };
        // The first error is the one to tell.
        let undone = Inner::rollback_transaction(&mut self.inner);
        self.broken |= undone.is_err();
        outcome
    }

    /// As [`Self::write`], but nothing stays of it, nor of the transaction that it joins: tells what
    /// would happen.
    ///
    /// # Errors
    /// Those of `body`.
    pub(crate) fn rehearse<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write(|conn| {
            if conn.writing == Some(Fate::Kept) {
                conn.writing = Some(Fate::Undone);
            }
            body(conn)
        })
    }

    /// Runs `body`, which writes with one statement and so needs no transaction of its own, but
    /// where a pool keeps nothing of what a session was told.
    #[cfg(feature = "postgres")]
    pub(crate) fn write_once<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.is_pooled() && self.writing.is_none() {
            return self.write(body);
        }
        let turn = self.turn.as_ref().filter(|_| self.writing.is_none());
        let _turn = turn.map(Turn::wait).transpose()?;
        body(self)
    }

    fn begin(&mut self) -> Result<(), Error> {
        match &mut self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(conn) => begin_immediate(conn),
            #[cfg(feature = "postgres")]
            Inner::Postgres(conn) if self.sessions == Sessions::Shared => {
                super::open::postgres::begin_pooled(conn, self.purpose)
            }
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => {
                Inner::begin_transaction(&mut self.inner).map_err(Error::of_postgres)
            }
        }
    }

    /// Has SQLite write what was committed into its file and empty the log beside it, where nobody
    /// reads just now: nothing that was deleted stays there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) fn tidy_up(&mut self) -> Result<(), Error> {
        if self.is_postgres() {
            return Ok(());
        }
        self.execute(diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)"))
            .map(drop)
    }

    /// True when the connection may have ended: the next to use it wants another.
    #[must_use]
    pub const fn is_broken(&self) -> bool {
        self.broken || self.writing.is_some()
    }

    /// Runs a statement and returns how many rows it changed.
    pub(crate) fn execute<Q>(&mut self, statement: Q) -> Result<usize, Error>
    where
        Q: QueryFragment<MultiBackend> + QueryId + RunQueryDsl<Inner>,
    {
        if self.is_pooled() && self.writing.is_none() {
            return self.write(|conn| conn.execute(statement));
        }
        let done = statement.execute(&mut self.inner);
        self.told(done)
    }

    /// The rows of a question.
    pub(crate) fn load<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<Vec<T>, Error> {
        let rows = question.internal_load(&mut self.inner);
        let rows = rows.and_then(Iterator::collect);
        self.told(rows)
    }

    /// The first row of a question, if there is one.
    pub(crate) fn first<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<Option<T>, Error> {
        let row = question.internal_load(&mut self.inner);
        let row = row.and_then(|mut rows| rows.next().transpose());
        self.told(row)
    }

    /// The one row of a question.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub(crate) fn one<'q, T>(
        &mut self,
        question: impl LoadQuery<'q, Inner, T>,
    ) -> Result<T, Error> {
        self.first(question)?.ok_or(Error::NotFound)
    }

    /// What came of a question, in the words of this house.
    fn told<T>(&mut self, outcome: QueryResult<T>) -> Result<T, Error> {
        let outcome = outcome.map_err(match self.inner {
            #[cfg(feature = "sqlite")]
            Inner::Sqlite(_) => Error::of_sqlite,
            #[cfg(feature = "postgres")]
            Inner::Postgres(_) => Error::of_postgres,
        });
        self.note(outcome)
    }

    fn note<T>(&mut self, outcome: Result<T, Error>) -> Result<T, Error> {
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
        match begun.map_err(Error::of_sqlite) {
            Err(Error::Unavailable(_)) if tried < BEGIN_TRIES => {
                std::thread::sleep(std::time::Duration::from_millis(7 * tried));
            }
            other => return other,
        }
    }
}
