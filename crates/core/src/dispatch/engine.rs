//! The dispatcher's own thread: the only one that talks to the database.

mod commit;
mod contents;
mod finish;
mod persist;
mod purse;
mod replay;
mod supply;
mod upkeep;

use self::commit::Phase;
use self::contents::Contents;
use self::persist::persist;
use self::purse::Purse;
use super::expander::Expander;
use super::journal::Journal;
use super::lane::Lane;
use super::report::{Progress, Report, Stop};
use super::sender::Event;
use super::{GRACE, HARD_LIMIT, Options, SOFT_LIMIT, StopFlag};
use crate::audience::Rules;
use crate::config::Config;
use crate::generation::Generation;
use crate::instant::Instant;
use crate::store::messages::Closed;
use crate::store::passages::{Counts, NewPassage};
use crate::store::{Conn, Error, expansion};
use crate::vocabulary::Canal;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant as Moment};

/// Longest wait for a sender's word: a request to stop is noticed within it.
const PATIENCE: Duration = Duration::from_millis(200);

/// How often it is looked at what other runs are working out.
const GLANCE: Duration = Duration::from_millis(50);

pub(super) struct Engine<'e> {
    config: &'e Config,
    rules: Rules,
    passage: NewPassage,
    begun: Instant,
    generation: Generation,
    started: Moment,
    stop: StopFlag,
    journal: Arc<Journal>,
    events: Receiver<Event>,
    on_progress: &'e mut dyn FnMut(Progress),
    conn: &'e mut Conn,
    /// What is due becomes envois.
    expander: Expander,
    /// Another run was working out recipients when this one had nothing to do.
    others_expand: bool,
    /// What can leave leaves.
    lanes: [Lane; 2],
    /// The texts at hand.
    contents: Contents,
    /// What SMS may cost.
    purse: Purse,
    next_tick: Moment,
    progress: Progress,
    counts: Counts,
    closed: Vec<Closed>,
}

impl<'e> Engine<'e> {
    pub(super) fn new(
        config: &'e Config,
        conn: &'e mut Conn,
        passage: NewPassage,
        begun: Instant,
        generation: Generation,
        options: Options<'e>,
    ) -> Self {
        let (outlet, events) = channel();
        let journal = Arc::new(Journal::new(&config.journal, &passage.id));
        let lanes = [Canal::Sms, Canal::Email]
            .map(|canal| Lane::new(config, canal, &journal, outlet.clone()));
        let (started, rules) = (Moment::now(), Rules::new(config));
        Self {
            expander: Expander::new(rules.clone(), passage.id.clone(), options.limit),
            config,
            rules,
            passage,
            begun,
            generation,
            started,
            stop: options.stop,
            journal,
            events,
            on_progress: options.progress,
            conn,
            others_expand: false,
            lanes,
            contents: Contents::default(),
            purse: Purse::new(config),
            next_tick: started,
            progress: Progress::default(),
            counts: Counts::default(),
            closed: Vec::new(),
        }
    }

    /// See the [dispatcher's](super) documentation for what a turn does.
    pub(super) fn run(mut self) -> Result<Report, Error> {
        let stop = loop {
            let stop = self.must_stop();
            self.tick()?;
            self.expand()?;
            self.commit(stop.map_or(Phase::Sending, |_| Phase::Ending))?;
            let done = self.is_done();
            if stop.is_some() || (done && !self.waits_for_others()?) {
                break stop;
            }
            for lane in &mut self.lanes {
                lane.staff(self.config);
            }
            self.listen();
            if done {
                self.look_again();
            }
        };
        if stop.is_some() {
            self.wind_down()?;
        }
        self.finish(stop)
    }

    fn must_stop(&self) -> Option<Stop> {
        if self.stop.is_raised() {
            Some(Stop::Asked)
        } else if self.started.elapsed() >= SOFT_LIMIT {
            Some(Stop::TimeOver)
        } else {
            None
        }
    }

    fn is_done(&self) -> bool {
        self.expander.is_done() && self.lanes.iter().all(Lane::is_done)
    }

    /// Machines whose schedulers fire in the same second share the work: while another run works out
    /// recipients that this one could send, it stays, and looks again now and then; once more when that
    /// is over.
    fn waits_for_others(&mut self) -> Result<bool, Error> {
        let going: Vec<Canal> = self.lanes.iter().filter_map(Lane::going).collect();
        let id = self.passage.id.as_str();
        // A run that has taken all that it may leaves what is due to others.
        let is_under_way = self.expander.may_take()
            && persist(self.conn, &self.stop, |conn, _| {
                let now = conn.now()?;
                expansion::is_under_way(conn, id, &going, now)
            })?;
        let waits = is_under_way || self.others_expand;
        self.others_expand = is_under_way;
        Ok(waits)
    }

    /// What others were working out may be there to be claimed; what they let go of, to be taken.
    fn look_again(&mut self) {
        self.expander.look_again();
        self.more_waits();
    }

    /// Envois were made ready, of either channel.
    fn more_waits(&mut self) {
        self.lanes.iter_mut().for_each(Lane::more_waits);
    }

    /// Lets what is under way end, then gives up what has not ended.
    fn wind_down(&mut self) -> Result<(), Error> {
        let hard = self.started + HARD_LIMIT;
        let until = if self.stop.is_raised() {
            hard.min(Moment::now() + GRACE)
        } else {
            hard
        };
        while self.in_flight() > 0 && Moment::now() < until {
            self.listen();
            self.commit(Phase::Ending)?;
        }
        for lane in &mut self.lanes {
            lane.give_up(true);
        }
        self.commit(Phase::Over)
    }

    fn in_flight(&self) -> usize {
        self.lanes.iter().map(Lane::in_flight).sum()
    }

    /// Waits for a sender to say something, and takes in everything that was said.
    fn listen(&mut self) {
        for lane in &mut self.lanes {
            lane.give_up(false);
        }
        let busy = !self.expander.is_done() || self.lanes.iter().any(Lane::has_answers);
        let wait = if busy {
            Duration::ZERO
        } else {
            self.patience()
        };
        match self.events.recv_timeout(wait) {
            Ok(event) => self.hear(event),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
        while let Ok(event) = self.events.try_recv() {
            self.hear(event);
        }
    }

    /// Until something may have to be done without a sender's word.
    fn patience(&self) -> Duration {
        let now = Moment::now();
        let moves = self.lanes.iter().filter_map(Lane::next_move);
        let waits = moves
            .map(|at| at.saturating_duration_since(now))
            .filter(|wait| !wait.is_zero());
        let most = if self.others_expand { GLANCE } else { PATIENCE };
        waits.min().unwrap_or(most).min(most)
    }

    fn hear(&mut self, event: Event) {
        if self.lane(event.canal).hear(event.sender, event.what) {
            self.journal.heard();
        }
    }

    const fn lane(&mut self, canal: Canal) -> &mut Lane {
        let [sms, email] = &mut self.lanes;
        match canal {
            Canal::Sms => sms,
            Canal::Email => email,
        }
    }
}
