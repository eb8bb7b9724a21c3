//! Runs of the dispatcher inside the server: one at a time, on a thread of their own.
//!
//! A request asks for a run and waits a while. Requests that come while a run goes on share the
//! next one, so that what they have just programmed is seen by it.

use crate::alarms;
use crate::drf::Texts;
use messages_core::config::Config;
use messages_core::dispatch::{self, Options, Report, StopFlag};
use messages_core::store::canaux::Arret;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Statut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a request waits for its run (contract, section 4).
const PATIENCE: Duration = Duration::from_secs(24);

/// How often it is looked whether there are runs, of whichever machine.
const LOOK: Duration = Duration::from_secs(150);

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Messages taken or closed.
    pub(crate) processed: usize,
    /// Messages of which somebody was reached.
    pub(crate) success_count: usize,
    /// Messages that reached nobody.
    pub(crate) error_count: usize,
    /// Envois that wait for a later run.
    pub(crate) waiting: u64,
    /// Channels that could not go on.
    pub(crate) stopped: Vec<Arret>,
}

/// How waiting for a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The run is over.
    Done(Outcome),
    /// It goes on in the background.
    GoesOn,
    /// It could not be done; the log says why.
    Failed,
    /// It would only have pretended to send, on a database that has sent for real.
    Refused,
    /// The database went back in time or is a copy: a person says first what may leave.
    Held,
}

impl Waited {
    /// What is said of a run that was not to be, whatever became of the message.
    pub(crate) const fn refusal(&self, texts: Texts) -> Option<&'static str> {
        match self {
            Self::Refused => Some(texts.run_refused()),
            Self::Held => Some(texts.run_held()),
            Self::Done(_) | Self::GoesOn | Self::Failed => None,
        }
    }
}

type Asked = oneshot::Sender<Waited>;

/// The thread that runs the dispatcher.
pub(crate) struct Dispatcher {
    asks: Mutex<Option<mpsc::Sender<Asked>>>,
    stop: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Dispatcher {
    /// Starts the thread; it sleeps until it is asked.
    pub(crate) fn start(config: Config) -> Self {
        let (asks, asked) = mpsc::channel::<Asked>();
        let stop = Arc::new(AtomicBool::new(false));
        let raised = Arc::clone(&stop);
        let thread = std::thread::spawn(move || work(&config, &asked, &raised));
        Self {
            asks: Mutex::new(Some(asks)),
            stop,
            thread: Mutex::new(Some(thread)),
        }
    }

    /// Asks for a run and waits for its end, but not for ever.
    pub(crate) async fn run(&self) -> Waited {
        let (answer, wait) = oneshot::channel();
        let asks = self.asks.lock().ok().and_then(|asks| asks.clone());
        let sent = asks.is_some_and(|asks| asks.send(answer).is_ok());
        if !sent {
            return Waited::Failed;
        }
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(Ok(waited)) => waited,
            Ok(Err(_)) => Waited::Failed,
            Err(_) => Waited::GoesOn,
        }
    }

    /// Ends a run that goes on, and waits for its end: at most half a minute.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        drop(self.asks.lock().ok().and_then(|mut asks| asks.take()));
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            thread.join().ok();
        }
    }

    /// Tells a run to end, without waiting.
    pub(crate) fn raise_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }
}

fn work(config: &Config, asked: &mpsc::Receiver<Asked>, stop: &Arc<AtomicBool>) {
    loop {
        let first = match asked.recv_timeout(LOOK) {
            Ok(first) => first,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                alarms::look(config);
                continue;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        };
        let mut waiting = vec![first];
        waiting.extend(asked.try_iter());
        let outcome = run_once(config, stop);
        for answer in waiting {
            // Who no longer waits has had an answer.
            answer.send(outcome.clone()).ok();
        }
        alarms::after(config, matches!(outcome, Waited::Done(_)));
    }
}

fn run_once(config: &Config, stop: &Arc<AtomicBool>) -> Waited {
    let run = || -> Result<Waited, Error> {
        let mut conn = Conn::open(&config.database)?;
        match dispatch::permit(&mut conn, config) {
            Ok(()) => {}
            Err(Error::Config(why)) => {
                log::error!("{why}");
                return Ok(Waited::Refused);
            }
            Err(error) => return Err(error),
        }
        let options = Options {
            limit: None,
            stop: StopFlag::shared(Arc::clone(stop)),
            progress: &mut |_| {},
        };
        match dispatch::run(config, &mut conn, options) {
            Ok(report) => Ok(Waited::Done(outcome(report))),
            Err(Error::Held(why)) => {
                log::error!("{why}");
                Ok(Waited::Held)
            }
            Err(error) => Err(error),
        }
    };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(Ok(waited)) => waited,
        Ok(Err(error)) => {
            log::error!("traitement interrompu : {error}");
            Waited::Failed
        }
        Err(_) => {
            log::error!("traitement interrompu par une erreur interne");
            Waited::Failed
        }
    }
}

fn outcome(report: Report) -> Outcome {
    let ended = |statut| {
        let closed = report.closed.iter();
        closed.filter(|message| message.statut == statut).count()
    };
    let taken = usize::try_from(report.counts.messages).unwrap_or_default();
    Outcome {
        processed: report.closed.len().max(taken),
        success_count: ended(Statut::Envoye),
        error_count: ended(Statut::Echec),
        waiting: report.waiting,
        stopped: report.stopped,
    }
}
