//! What all requests share: settings, connections, keys, and the one dispatcher of this process.

use crate::answer;
use crate::auth::Authenticator;
use crate::caller::Caller;
use crate::counters::Counters;
use crate::dispatcher::Dispatcher;
use crate::drf::{ApiError, Texts};
use crate::rate::Rate;
use actix_web::{HttpResponse, web};
use messages_core::config::Config;
use messages_core::store::appels::idempotence::{self, Once, Reponse};
use messages_core::store::historique::Acteur;
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
        self.wait_for(None, self.texts.conflict(), question).await
    }

    /// Changes something for somebody, in one transaction with what the history says of it. Every change
    /// that a caller asks for goes this way, or by [`Self::carry_out`], and no other; `conflict` is the
    /// text to answer when a state forbids it.
    ///
    /// # Errors
    /// As [`ApiError::from_store`].
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        by: &Caller,
        conflict: &'static str,
        change: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        if by.demande.is_some() {
            log::error!("une clé d'idempotence, et une réponse qui n'est pas gardée");
            return Err(ApiError::Internal);
        }
        let change = |conn: &mut Conn| conn.write(change);
        self.wait_for(Some(by.acteur.clone()), conflict, change)
            .await
    }

    /// As [`Self::change`], for what may be asked under an idempotency key: the answer that `work` makes
    /// is kept in the same transaction.
    ///
    /// # Errors
    /// As [`ApiError::from_store`]; `Repeated` with the answer to the same request, made meanwhile.
    pub(crate) async fn carry_out<T: Send + 'static>(
        &self,
        by: &Caller,
        conflict: &'static str,
        work: impl FnOnce(&mut Conn) -> Result<(T, Reponse), Error> + Send + 'static,
    ) -> Result<(T, Reponse), ApiError> {
        let demande = by.demande.clone();
        let work = move |conn: &mut Conn| match demande {
            Some(demande) => idempotence::once(conn, &demande, work),
            None => conn.write(work).map(Once::Done),
        };
        let acteur = Some(by.acteur.clone());
        match self.wait_for(acteur, conflict, work).await? {
            Once::Done(done) => Ok(done),
            Once::Answered(first) => Err(ApiError::Repeated(first)),
            Once::OtherRequest => Err(ApiError::OtherBody),
        }
    }

    /// Gives a later answer than the one that was kept: what became of what was begun. Were it not kept,
    /// a repetition would be told the first, which is true as well.
    pub(crate) async fn tell(&self, by: &Caller, answer: Reponse) -> HttpResponse {
        if let Some(demande) = by.demande.clone() {
            let later = answer.clone();
            let keep = move |conn: &mut Conn| idempotence::finish(conn, &demande, &later);
            self.ask(keep).await.ok();
        }
        answer::said(answer)
    }

    /// Works with the database on a thread that may wait.
    async fn wait_for<T: Send + 'static>(
        &self,
        acteur: Option<Acteur>,
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
            match acteur {
                Some(acteur) => pool.change(acteur, question),
                None => pool.with(None, question),
            }
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
