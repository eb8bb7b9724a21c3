//! One run: takes what is due, sends it, records what became of it.
//!
//! The dispatcher's own thread has the only database connection: it works out recipients, claims
//! envois, and commits outcomes and announcements of all senders in groups, so that each delivery is
//! on disk before the next step without a disk write of its own. Each sender is a thread with its own
//! connection to the relay or the gateway and knows nothing of the database; when messages really
//! leave, it writes each answer down on this machine before it tells anybody, so that the next run can
//! take it over.
//!
//! # The words
//!
//! One step has one word, in functions, types, files and comments.
//!
//! | word | the step | what it makes | state |
//! |---|---|---|---|
//! | expand | a due message is taken for 120 s at a time and becomes envois, one for each address | [`Expander`], [`Step`] | message `programme` → `en_attente`; envoi → `a_envoyer`, or `ignore`, `echec` at once |
//! | claim | a run takes envois that are due; nobody else has them while the lease goes on | [`Claimed`](crate::store::envois::Claimed) | `a_envoyer` → `reserve` |
//! | announce | it is committed that a delivery is about to leave, if it still may | [`Announced`](crate::store::envois::Announced), or [`Refused`](crate::store::envois::Refused) | `reserve` → `emission` |
//! | send | a sender speaks with the peer, and writes the answer down | [`Answer`](crate::channel::Answer) | |
//! | record | what the answer does to the envoi, its outcome, is written | [`Outcome`](crate::store::envois::Outcome), [`Recorded`](crate::store::envois::Recorded) | `emission` → `envoye`, `echec`, `incertain`, or back to `a_envoyer` |
//! | settle | recording and announcing in one commit | [`Settled`](crate::store::envois::Settled) | |
//! | end | an envoi becomes final without being sent: cancelled, opposed, erased, too late | | → `ignore`, `echec`, `incertain` |
//! | close | a message whose envois are all final gets its `statut` and its sums | [`Closed`](crate::store::messages::Closed) | message → `envoye`, `echec` |
//! | give back | a run that ends returns what it claimed and did not announce | | `reserve` → `a_envoyer` |
//! | recover | a later run takes over what a dead one held, once its lease is over | [`Recovered`](crate::store::envois::Recovered) | see below |
//! | replay | a run on the same machine records what a dead one wrote down | | as record; or late, from `a_envoyer`, `incertain` → `envoye`, `echec`; in a database that went back, from `a_envoyer`, `reserve` under an earlier token → `envoye` |
//!
//! The *holder* (`proprio`) is the run that claimed; the *lease* (`bail_jusqua`) is how long a claim or
//! an announcement is its alone; the *token* (`jeton`) goes up with each claim, so that whoever comes
//! after the lease changes nothing once somebody else has claimed. (A *message* has a `jeton` too: it goes up with each expansion and each
//! change of its text.) A *channel* that cannot go on is *stopped* for the run, and *paused* for every
//! run if its peer asked for that.
//!
//! # The states of an envoi
//!
//! ```text
//!  expand
//!    │        claim           announce            record
//!    ▼      ─────────▶        ─────────▶         ─────────▶
//! a_envoyer            reserve           emission            envoye │ echec │ incertain
//!  ▲ ▲ ▲ │              │  │              │ │ │
//!  │ │ │ │   give back, │  │ refuse       │ │ └─ record: to be tried again, or nothing left ──┐
//!  │ │ │ │   recover    │  └─▶ ignore │   │ └─── recover: an e-mail, at most twice ───────────┤
//!  │ │ └─┼──────────────┘      echec │    └───── recover: an SMS ─▶ incertain                 │
//!  │ │   │                     incertain                                                      │
//!  │ └───┼────────────────────────────────────────────────────────────────────────────────────┘
//!  │     └─ end ─▶ ignore │ echec │ incertain
//!  └─ sent again by a person: from echec, incertain, and ignore for want of an address
//! ```
//!
//! Not drawn: what is in `reserve` may end as what waits does; and a late answer that is replayed turns
//! what waits again, or is `incertain`, into `envoye` or `echec`.
//!
//! Whatever would end an envoi as `ignore` or `echec` although an earlier answer was lost ends it as
//! `incertain`: a copy may have arrived. But a refusal for good is told as what it is, `echec`: the
//! peer spoke of this very recipient.
//!
//! # One turn of the loop
//!
//! ```text
//!  ┌▶ tick        every 5 s: replay, recover, end what is cancelled or too late, close  ─commits─
//!  │  expand      recipients of what is due, until there is no more                      ─commit─
//!  │  commit      the lanes' answers; what these say of their channels is kept           ─commit─
//!  │              the lanes' needs: claim                                                ─commit─
//!  │              settle: outcomes recorded, envois announced                            ─commit─
//!  │              announced envois handed to idle senders    ┌────────────────────────────────────┐
//!  │  staff       connections opened for what is claimed     │ a sender: peer ─▶ answer ─▶ journal │
//!  └─ listen      to the senders, 200 ms at most ◀───────────└────────────────────────────────────┘
//!     finish      what is claimed is given back; the passage is written                  ─commit─
//! ```
//!
//! A lane is one channel of the run: what it has claimed, its senders, what was heard of it. The
//! engine asks it what it needs, gives it what the database had, takes what is ready to be announced,
//! and collects the answers.
//!
//! # When a run is killed
//!
//! | between | the database has | what a later run does |
//! |---|---|---|
//! | claim and announcement | `reserve`, for 280 s from the claim | recover: it waits again. Nothing left, no attempt is counted |
//! | announcement and answer | `emission`, for 90 s (SMS) or 240 s (e-mail) from the announcement | nobody can tell whether a byte had left, or the peer had answered already. Recover: an SMS is `incertain`, also one that surely had not left, and only a person sends it again; an e-mail is sent again with the same Message-ID, at most [`AMBIGUOUS_RESENDS`](crate::store::envois::AMBIGUOUS_RESENDS) times (answers that were lost in another way count too), then it is `incertain` |
//! | answer written down and outcome recorded | `emission`, and the answer in the journal | in the same `MESSAGES_JOURNAL` folder, replay, before anything is taken back: the outcome is recorded. A refusal for good is asked for again unless that journal shows that the peer accepted somebody; a pause that the peer asked for is forgotten. A run elsewhere recovers after the lease, as above; a replay that comes later still turns that into `envoye` or `echec`, unless a new claim has raised the token |
//! | the two halves of a settlement | one commit: both or none. (On PostgreSQL what its single statement passes over, a late answer or a message that was cancelled, follows in a second one; and it may carry out a commit whose program is dead.) | as above, for what it recorded and for what it announced |
//! | the run and a backup that is put back later | as of that moment, and more has left since | nothing leaves before a person says what may, see [`generation`] |
//! | outcome recorded and message closed | the envoi's final state | tick: the message is closed |

mod attached;
mod breaker;
mod engine;
mod expander;
mod journal;
mod lane;
mod policy;
mod report;
mod sender;

pub use attached::attached;
pub use expander::{Expander, Step};
pub use policy::outcome;
pub use report::{Progress, Report, Stop};

use crate::config::Config;
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::passages::{self, Counts, NewPassage};
use crate::store::{Conn, Error, Purpose, envois, overview};
use crate::vocabulary::Mode;
use crate::{generation, machine, texts};
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
pub fn run<'o>(
    config: &'o Config,
    conn: &'o mut Conn,
    options: Options<'o>,
) -> Result<Report, Error> {
    permit(conn, config)?;
    let mut generation = generation::admit(config, conn)?;
    let passage = NewPassage {
        id: uuid::Uuid::now_v7().to_string(),
        hote: machine::name(),
        mode: config.messages.mode,
    };
    // What it says of envois may leave messages to be closed.
    envois::catch_up(conn)?;
    let now = conn.now()?;
    let idle = journal::files(&config.journal).is_empty() && overview::is_idle(conn, now)?;
    let count = |conn: &mut Conn, now| generation.raise(conn, now);
    let begun = passages::begin(conn, &passage, idle, count)?;
    generation.keep(config);
    reach("passage_begun");
    log::info!("passage={} debut mode={}", passage.id, passage.mode);
    let report = if idle {
        nothing(passage, begun)
    } else {
        conn.devote(Purpose::Dispatch)?;
        engine::Engine::new(config, conn, passage, begun, generation, options).run()?
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
