//! What all requests share: settings, connections, keys, and the one dispatcher of this process.

use crate::answer;
use crate::auth::{Authenticator, RecentKeys};
use crate::caller::Caller;
use crate::counters::Counters;
use crate::dispatcher::Dispatcher;
use crate::drf::{ApiError, Texts};
use crate::rate::Rate;
use actix_web::{HttpResponse, rt, web};
use messages_core::config::{Config, Database};
use messages_core::receipts::{self, Form};
use messages_core::store::appels::idempotence::{self, Once, Reponse};
use messages_core::store::historique::Acteur;
use messages_core::store::{Conn, Error, Pool};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Everything that a handler may ask for.
pub(crate) struct State {
    /// The settings.
    pub(crate) config: Config,
    /// The texts in the server's language.
    pub(crate) texts: Texts,
    /// Who may call.
    pub(crate) auth: Authenticator,
    /// Who just called.
    pub(crate) keys: RecentKeys,
    pub(crate) pool: Pool,
    /// As many as there are connections: who waits for one holds no thread, and they come first
    /// who asked first.
    turns: Arc<Semaphore>,
    /// SQLite has one writer: who waits for it takes no turn from those who read.
    writers: Arc<Semaphore>,
    /// A connection that is only looked at, so that a monitor is answered whatever the others do.
    aside: Pool,
    /// Who reads a long body does so one at a time, and beside the database.
    reading: Arc<Semaphore>,
    /// Who looks whether everything works does so alone.
    control: Arc<Semaphore>,
    /// Files are in memory while they are taken in: so many at a time.
    uploads: Arc<Semaphore>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) rate: Option<Rate>,
    pub(crate) counters: Counters,
    /// How the receipts of each gateway are read.
    pub(crate) receipts: BTreeMap<String, Form>,
}

impl State {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub(crate) fn new(config: Config, auth: Authenticator) -> Result<Self, Error> {
        let pool = Pool::open(&config.database, CONNECTIONS.try_into().unwrap_or(u32::MAX))?;
        let writers = match config.database {
            Database::Sqlite(_) => 1,
            Database::Postgres(_) => CONNECTIONS,
        };
        Ok(Self {
            texts: Texts(config.messages.lang),
            auth,
            keys: RecentKeys::default(),
            aside: pool.beside(&config.database, 1)?,
            pool,
            turns: Arc::new(Semaphore::new(CONNECTIONS)),
            writers: Arc::new(Semaphore::new(writers)),
            reading: Arc::new(Semaphore::new(1)),
            control: Arc::new(Semaphore::new(1)),
            uploads: Arc::new(Semaphore::new(UPLOADS)),
            dispatcher: Dispatcher::start(config.clone()),
            rate: config.api.requests_per_minute.map(Rate::new),
            counters: Counters::new(),
            receipts: receipts::forms(config.sms.gateway.as_ref()),
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

    /// See [`Rate::attempt`].
    pub(crate) async fn attempt<T>(
        &self,
        address: Option<&str>,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        match &self.rate {
            Some(rate) => rate.attempt(address, work).await,
            None => work.await,
        }
    }

    /// Asks the database how it is, on a connection of its own.
    ///
    /// # Errors
    /// As [`ApiError::from_store`].
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let pool = self.aside.clone();
        let looked = aside(move || pool.with(None, question)).await?;
        looked.map_err(|error| ApiError::from_store(error, self.texts.conflict()))
    }

    /// Reads what takes the processor long, beside the database.
    ///
    /// # Errors
    /// 503 when others read for too long.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = turn(&self.reading).await?;
        aside(move || {
            let _turn = turn;
            read()
        })
        .await
    }

    /// Looks whether something works that may take long to answer, beside the database; none where it takes
    /// longer than anybody waits.
    ///
    /// # Errors
    /// 409 with this text while another looks, also when nobody waits for that any more.
    pub(crate) async fn control<T: Send + 'static>(
        &self,
        busy: &'static str,
        look: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, ApiError> {
        let turn = Arc::clone(&self.control).try_acquire_owned();
        let turn = turn.map_err(|_taken| ApiError::Conflict(busy))?;
        let work = aside(move || {
            let _turn = turn;
            look()
        });
        match tokio::time::timeout(CONTROL, work).await {
            Ok(done) => done.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// A turn to send a file.
    ///
    /// # Errors
    /// 503 when others send for too long.
    pub(crate) async fn uploading(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        turn(&self.uploads).await
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
        self.change_as(by.acteur.clone(), conflict, change).await
    }

    /// As [`Self::change`], where it is public: for whom the request speaks is said by its token.
    ///
    /// # Errors
    /// As [`ApiError::from_store`].
    pub(crate) async fn change_as<T: Send + 'static>(
        &self,
        acteur: Acteur,
        conflict: &'static str,
        change: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        let change = |conn: &mut Conn| conn.write(change);
        self.wait_for(Some(acteur), conflict, change).await
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

    /// Does what nobody waits for; not at all while somebody would have to wait for it.
    pub(crate) fn by_the_way(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<(), Error> + Send + 'static,
    ) {
        let free = |turns: &Arc<Semaphore>| Arc::clone(turns).try_acquire_owned().ok();
        let (Some(writer), Some(turn)) = (free(&self.writers), free(&self.turns)) else {
            return;
        };
        let pool = self.pool.clone();
        rt::spawn(async move {
            let work = move || {
                let _turns = (writer, turn);
                pool.with(None, work)
            };
            if let Ok(Err(error)) = aside(work).await {
                log::warn!("base de données : {error}");
            }
        });
    }

    /// Works with the database on a thread that may wait.
    async fn wait_for<T: Send + 'static>(
        &self,
        acteur: Option<Acteur>,
        conflict: &'static str,
        question: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, ApiError> {
        // Who waits to write takes no turn from those who read.
        let writer = match acteur {
            Some(_) => Some(turn(&self.writers).await?),
            None => None,
        };
        let turn = turn(&self.turns).await?;
        let pool = self.pool.clone();
        let asked = aside(move || {
            let _turns = (writer, turn);
            match acteur {
                Some(acteur) => pool.change(acteur, question),
                None => pool.with(None, question),
            }
        });
        asked
            .await?
            .map_err(|error| ApiError::from_store(error, conflict))
    }
}

/// Waits for a turn; 503 when it does not come.
async fn turn(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    let turn = tokio::time::timeout(WAIT, Arc::clone(turns).acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(ApiError::Unavailable);
    };
    Ok(turn)
}

/// Works on a thread that may wait.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    web::block(work).await.map_err(|error| {
        log::error!("{error}");
        ApiError::Internal
    })
}

/// Threads of each worker that may wait: for every connection, for whoever looks, for whoever reads a long
/// body, and for whoever looks whether everything works.
pub(crate) const THREADS: usize = CONNECTIONS + 3;

/// Files that are taken in at a time: each is in memory two or three times, some 200 MB in all.
const UPLOADS: usize = 8;

/// More than two cores can make use of, so that a slow question does not hold up the others.
const CONNECTIONS: usize = 10;

/// Longest wait for whether everything works: proxies give up after a minute.
const CONTROL: Duration = Duration::from_secs(50);

/// Longest wait for a connection.
const WAIT: Duration = Duration::from_secs(10);
