//! One run: takes what is due, sends it, records what became of it.
//!
//! The dispatcher's own thread has the only database connection: it works out recipients, claims
//! envois, and commits results and intents of all senders in groups, so that each delivery is on
//! disk before the next step without a disk write of its own. Each sender is a thread with its own
//! connection to the relay or the gateway and knows nothing of the database; it writes each answer
//! down on this machine before it tells anybody, so that the next run can take it over.
//!
//! ```text
//! audience ─▶ claim ─▶ intent ─commit─▶ sender ─▶ answer ─▶ journal ─▶ result ─commit─▶ close
//! ```

mod breaker;
mod engine;
mod journal;
mod lane;
mod policy;
mod report;
mod sender;

pub use policy::outcome;
pub use report::{Progress, Report, Stop};

use crate::config::Config;
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::passages::{self, Counts, NewPassage};
use crate::store::{Conn, Error, Purpose, overview};
use crate::texts;
use crate::vocabulary::Mode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a run is asked for.
pub struct Options<'o> {
    /// Most messages to take; none: all that are due.
    pub limit: Option<usize>,
    /// Raised when the run shall end early.
    pub stop: StopFlag,
    /// Told now and then how far the run got.
    pub progress: &'o mut dyn FnMut(Progress),
}

/// Asks a run to end: it claims nothing more, lets what is under way end, and gives the rest back.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// A flag that is raised elsewhere, such as by a signal handler.
    #[must_use]
    pub const fn shared(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Nothing new is begun after this long.
pub const SOFT_LIMIT: Duration = Duration::from_secs(270);

/// Nothing is waited for after this long.
const HARD_LIMIT: Duration = Duration::from_secs(293);

/// How long what is under way may take to end once the run is asked to stop.
const GRACE: Duration = Duration::from_secs(25);

/// Runs once.
///
/// # Errors
/// When the database cannot be used; what was committed stays, the rest is taken up by a later
/// run.
pub fn run<'o>(config: &'o Config, conn: Conn, options: Options<'o>) -> Result<Report, Error> {
    let mut conn = conn;
    permit(&mut conn, config)?;
    let passage = NewPassage {
        id: uuid::Uuid::now_v7().to_string(),
        hote: host_name(),
        mode: config.messages.mode,
    };
    let now = conn.now()?;
    let idle = journal::files(&config.journal).is_empty() && overview::is_idle(&mut conn, now)?;
    let begun = passages::begin(&mut conn, &passage, idle)?;
    reach("passage_begun");
    log::info!("passage={} debut mode={}", passage.id, passage.mode);
    let report = if idle {
        nothing(passage, begun)
    } else {
        conn.devote(Purpose::Dispatch)?;
        engine::Engine::new(config, conn, passage, begun, options).run()?
    };
    let (stop, counts) = (report.stop.map_or("non", Stop::as_str), &report.counts);
    log::info!(
        "passage={} fin messages={} envoyes={} echecs={} incertains={} ignores={} reportes={} arret={stop} duree_ms={}",
        report.passage,
        counts.messages,
        counts.envoyes,
        counts.echecs,
        counts.incertains,
        counts.ignores,
        counts.reportes,
        report.ended.since(report.begun).as_millis(),
    );
    Ok(report)
}

/// Refuses to only pretend to send what a school relies on: once a database has sent for real, its
/// messages are real ones.
///
/// # Errors
/// `Config`, for the administrator; the database's.
pub fn permit(conn: &mut Conn, config: &Config) -> Result<(), Error> {
    let messages = &config.messages;
    if messages.mode == Mode::Reel {
        return Ok(());
    }
    let Some(last) = passages::last_real(conn)? else {
        return Ok(());
    };
    let day = last.in_zone(messages.zone).format("%d/%m/%Y").to_string();
    let text = texts::pretending(messages.lang, messages.mode, &day);
    Err(Error::Config(format!("MESSAGES_MODE : {text}")))
}

/// Most runs find nothing to do: they are to cost next to nothing.
fn nothing(passage: NewPassage, at: Instant) -> Report {
    Report {
        passage: passage.id,
        mode: passage.mode,
        begun: at,
        ended: at,
        counts: Counts::default(),
        closed: Vec::new(),
        waiting: 0,
        stopped: Vec::new(),
        stop: None,
    }
}

/// The machine's name, for the diary of passages.
fn host_name() -> String {
    let name = hostname::get()
        .ok()
        .and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "?".to_owned())
}
