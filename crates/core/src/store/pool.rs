//! A few connections for many requests.

use super::historique::Acteur;
use super::{Conn, Error};
use crate::config::Database;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Connections that are lent out one request at a time.
#[derive(Clone)]
pub struct Pool(r2d2::Pool<Manager>);

/// Longer than SQLite's own wait for its write lock, so that the lock is what is reported.
const WAIT: Duration = Duration::from_secs(10);

impl Pool {
    /// A pool of at most `size` connections; the first is opened at once.
    ///
    /// # Errors
    /// As [`Conn::open`].
    pub fn open(database: &Database, size: u32) -> Result<Self, Error> {
        let manager = Manager {
            database: database.clone(),
            turn: Arc::default(),
        };
        // Asked first, because the pool itself would say no more than that it waited.
        drop(Conn::open(database)?);
        let pool = r2d2::Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(WAIT)
            .test_on_check_out(false)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(manager);
        Ok(Self(pool))
    }

    /// Runs `question` with a connection, on which `acteur` makes the changes; none makes none.
    ///
    /// # Errors
    /// `question`'s own; `Unavailable` when no connection is free in time.
    pub fn with<T>(
        &self,
        acteur: Option<Acteur>,
        question: impl FnOnce(&mut Conn) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut conn = self
            .0
            .get()
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        conn.act_for(acteur);
        question(&mut conn)
    }
}

struct Manager {
    database: Database,
    turn: Arc<Mutex<()>>,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = Error;

    fn connect(&self) -> Result<Conn, Error> {
        Ok(Conn::open(&self.database)?.with_turn(Arc::clone(&self.turn)))
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Error> {
        conn.now().map(drop)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        conn.is_broken()
    }
}
