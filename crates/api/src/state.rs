//! What all requests share: settings, connections, keys, and the one dispatcher of this process.

use crate::auth::Authenticator;
use crate::caller::Caller;
use crate::counters::Counters;
use crate::dispatcher::Dispatcher;
use crate::drf::{ApiError, Texts};
use crate::rate::Rate;
use actix_web::web;
use messages_core::config::Config;
use messages_core::store::{Conn, Error, Pool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Everything that a handler may ask for.
pub(crate) struct State {
    /// The settings.
    pub(crate) config: Config,
    /// The texts in the server's language.
    pub(crate) texts: Texts,
    /// Who may call.
    pub(crate) auth: Authenticator,
    pub(crate) pool: Pool,
    /// As many as there are connections: who waits for one holds no thread, and they come first
    /// who asked first.
    turns: Arc<Semaphore>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) rate: Option<Rate>,
    pub(crate) counters: Counters,
}

impl State {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub(crate) fn new(config: Config, auth: Authenticator) -> Result<Self, Error> {
        let pool = Pool::open(&config.database, CONNECTIONS.try_into().unwrap_or(u32::MAX))?;
        Ok(Self {
            texts: Texts(config.messages.lang),
            auth,
            pool,
            turns: Arc::new(Semaphore::new(CONNECTIONS)),
            dispatcher: Dispatcher::start(config.clone()),
            rate: config.api.requests_per_minute.map(Rate::new),
            counters: Counters::new(),
            config,
        })
    }

    /// Asks the database. This is the only way there for what changes nothing that people see.
    ///
    /// # Errors
    /// As [`ApiError::from_store`].
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.wait_for(self.texts.conflict(), question).await
    }

    /// Changes something for somebody. Every change that a caller asks for goes this way, and no
    /// other; `conflict` is the text to answer when a state forbids it.
    ///
    /// # Errors
    /// As [`ApiError::from_store`].
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        _by: &Caller,
        conflict: &'static str,
        change: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.wait_for(conflict, change).await
    }

    /// Works with the database on a thread that may wait.
    async fn wait_for<T: Send + 'static>(
        &self,
        conflict: &'static str,
        question: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let pool = self.pool.clone();
        let turn = Arc::clone(&self.turns).acquire_owned();
        let Ok(Ok(turn)) = tokio::time::timeout(WAIT, turn).await else {
            return Err(ApiError::Unavailable);
        };
        let question = move || {
            let _turn = turn;
            pool.with(question)
        };
        match web::block(question).await {
            Ok(outcome) => outcome.map_err(|error| ApiError::from_store(error, conflict)),
            Err(error) => {
                log::error!("{error}");
                Err(ApiError::Internal)
            }
        }
    }
}

/// More than two cores can make use of, so that a slow question does not hold up the others.
pub(crate) const CONNECTIONS: usize = 10;

/// Longest wait for a connection.
const WAIT: Duration = Duration::from_secs(10);
