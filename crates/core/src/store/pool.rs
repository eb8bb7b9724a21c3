//! A few connections for many requests.

use super::historique::Acteur;
use super::turn::Turn;
use super::{Conn, Error};
use crate::config::Database;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Connections that are lent out one request at a time. One that the database closed is opened again
/// before anybody is given it.
#[derive(Clone)]
pub struct Pool {
    connections: r2d2::Pool<Manager>,
    /// Goes up whenever a connection broke: the others may have ended with it.
    breaks: Arc<AtomicU64>,
    /// SQLite's writers'.
    turn: Option<Turn>,
}

/// Longer than SQLite's own wait for its write lock, so that the lock is what is reported.
const WAIT: Duration = Duration::from_secs(10);

/// A connection that was used just now is there.
const QUIET: Duration = Duration::from_millis(100);

impl Pool {
    /// A pool of at most `size` connections; the first is opened at once.
    ///
    /// # Errors
    /// As [`Conn::open`].
    pub fn open(database: &Database, size: u32) -> Result<Self, Error> {
        let is_file = matches!(database, Database::Sqlite(_));
        let turn = is_file.then(Turn::default);
        let manager = Manager {
            database: database.clone(),
            turn: turn.clone(),
        };
        // Asked first, because the pool itself would say no more than that it waited.
        drop(Conn::open(database)?);
        let connections = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(WAIT)
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(manager);
        Ok(Self {
            connections,
            breaks: Arc::default(),
            turn,
        })
    }

    /// Other connections to the same database, which nobody waits for who waits for these; what breaks
    /// here may have ended there too.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn beside(&self, database: &Database, size: u32) -> Result<Self, Error> {
        Ok(Self {
            breaks: Arc::clone(&self.breaks),
            turn: self.turn.clone(),
            ..Self::open(database, size)?
        })
    }

    /// Runs `question` with a connection, on which `acteur` makes the changes; none makes none.
    ///
    /// # Errors
    /// `question`'s own; `Unavailable` when no connection is free in time, or the database is away.
    pub fn with<T>(
        &self,
        acteur: Option<Acteur>,
        question: impl FnOnce(&mut Conn) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let free = self.connections.get();
        let mut free = free.map_err(|error| Error::Unavailable(error.to_string()))?;
        let lent: &mut Lent = &mut free;
        self.look_at(lent)?;
        lent.conn.act_for(acteur);
        let outcome = question(&mut lent.conn);
        lent.used = Instant::now();
        if lent.conn.is_broken() {
            self.breaks.fetch_add(1, Ordering::Relaxed);
        }
        outcome
    }

    /// As [`Self::with`], for what writes: on SQLite it waits for the other writers before it takes a
    /// connection, so that whoever only reads is not held up by them.
    ///
    /// # Errors
    /// As [`Self::with`]; `Unavailable` when the others write for too long.
    pub fn change<T>(
        &self,
        acteur: Acteur,
        change: impl FnOnce(&mut Conn) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let turn = self.turn.as_ref().map(Turn::wait).transpose()?;
        self.with(Some(acteur), |conn| conn.in_turn(turn.as_ref(), change))
    }

    /// Opens it again if it ended.
    fn look_at(&self, lent: &mut Lent) -> Result<(), Error> {
        let breaks = self.breaks.load(Ordering::Relaxed);
        let is_doubtful = lent.breaks != breaks || lent.used.elapsed() > QUIET;
        // Nobody closes a file.
        if lent.conn.is_postgres() && is_doubtful && !lent.conn.is_broken() {
            lent.conn.now().ok();
        }
        if lent.conn.is_broken() {
            lent.conn.reopen()?;
        }
        lent.breaks = breaks;
        Ok(())
    }
}

/// What the pool knows of a connection.
struct Lent {
    conn: Conn,
    used: Instant,
    /// How many had broken when it was last looked at.
    breaks: u64,
}

struct Manager {
    database: Database,
    turn: Option<Turn>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Lent;
    type Error = Error;

    fn connect(&self) -> Result<Lent, Error> {
        Ok(Lent {
            conn: Conn::open(&self.database)?.with_turn(self.turn.clone()),
            used: Instant::now(),
            breaks: 0,
        })
    }

    fn is_valid(&self, lent: &mut Lent) -> Result<(), Error> {
        lent.conn.now().map(drop)
    }

    /// What broke is opened again by whoever is lent it, who hears at once if that is not possible.
    /// After a panic its transaction is to end now.
    fn has_broken(&self, _: &mut Lent) -> bool {
        std::thread::panicking()
    }
}
