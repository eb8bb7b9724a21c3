//! The dispatcher's own thread: the only one that talks to the database.

mod commit;
mod contents;
mod persist;
mod replay;
mod supply;

use self::contents::Contents;
use self::persist::persist;
use super::journal::Journal;
use super::lane::Lane;
use super::report::{Progress, Report, Stop};
use super::sender::{Event, What};
use super::{GRACE, HARD_LIMIT, Options, SOFT_LIMIT, StopFlag};
use crate::audience::{Expander, Rules};
use crate::channel::Answer;
use crate::config::Config;
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::envois::{self, Granted};
use crate::store::messages::{self, Closed};
use crate::store::passages::{self, Counts, NewPassage};
use crate::store::{Conn, Error, expansion, overview};
use crate::texts;
use crate::vocabulary::{Canal, Etat, Statut};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant as Moment};

/// How often a run looks for dead leases, newly due messages and messages to close.
const TICK: Duration = Duration::from_secs(5);

/// Longest wait for a sender's word: a request to stop is noticed within it.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long the senders may take to say goodbye.
const LEAVE: Duration = Duration::from_secs(3);

/// Messages closed in one transaction.
const CLOSE_CHUNK: usize = 500;

pub(super) struct Engine<'e> {
    config: &'e Config,
    conn: Conn,
    passage: NewPassage,
    begun: Instant,
    started: Moment,
    stop: StopFlag,
    on_progress: &'e mut dyn FnMut(Progress),
    progress: Progress,
    rules: Rules,
    expander: Expander,
    expanding: bool,
    lanes: [Lane; 2],
    events: Receiver<Event>,
    journal: Arc<Journal>,
    /// Answers that senders gave, and that are or will be written.
    heard: usize,
    /// Answers that are not written yet.
    answers: Vec<(Canal, Granted, Answer)>,
    contents: Contents,
    next_tick: Moment,
    counts: Counts,
    closed: Vec<Closed>,
}

impl<'e> Engine<'e> {
    pub(super) fn new(
        config: &'e Config,
        conn: Conn,
        passage: NewPassage,
        begun: Instant,
        options: Options<'e>,
    ) -> Self {
        let (outlet, events) = channel();
        let journal = Arc::new(Journal::new(&config.journal, &passage.id));
        let lanes = [Canal::Sms, Canal::Email]
            .map(|canal| Lane::new(config, canal, &journal, outlet.clone()));
        let (started, rules) = (Moment::now(), Rules::new(config));
        Self {
            expander: Expander::new(rules.clone(), passage.id.clone(), options.limit),
            rules,
            config,
            conn,
            passage,
            begun,
            started,
            stop: options.stop,
            on_progress: options.progress,
            progress: Progress::default(),
            expanding: true,
            lanes,
            events,
            journal,
            heard: 0,
            answers: Vec::new(),
            contents: Contents::default(),
            next_tick: started,
            counts: Counts::default(),
            closed: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Report, Error> {
        self.replay()?;
        let stop = loop {
            let stop = self.must_stop();
            self.tick()?;
            self.expand()?;
            self.commit(stop.is_none())?;
            if stop.is_some() || self.is_done() {
                break stop;
            }
            for lane in &mut self.lanes {
                lane.staff(self.config);
            }
            self.listen();
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
        !self.expanding && self.answers.is_empty() && self.lanes.iter().all(Lane::is_done)
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
            self.commit(false)?;
        }
        for lane in &mut self.lanes {
            lane.give_up(true);
        }
        self.collect(true);
        self.commit(false)
    }

    fn in_flight(&self) -> usize {
        self.lanes.iter().map(Lane::in_flight).sum()
    }

    /// What has to be done now and then.
    fn tick(&mut self) -> Result<(), Error> {
        if Moment::now() < self.next_tick {
            return Ok(());
        }
        self.next_tick = Moment::now() + TICK;
        let (id, counts) = (self.passage.id.as_str(), self.counts);
        let first = self.started.elapsed() < TICK;
        let (recovered, cancelled, expired) = persist(&mut self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                let recovered = envois::recover(conn, id, now)?;
                let cancelled = envois::drop_cancelled(conn, now)?;
                let expired = envois::expire(conn, now)?;
                if !first {
                    passages::heartbeat(conn, id, &counts, now)?;
                }
                reach("recover_commit");
                Ok((recovered, cancelled, expired))
            })
        })?;
        for envoi in &recovered {
            log::warn!(
                "envoi={} message={} canal={} repris après un traitement interrompu etat={}",
                envoi.id,
                envoi.message,
                envoi.canal,
                envoi.etat
            );
        }
        reach("recover_committed");
        let lost = recovered.iter().map(|envoi| envoi.etat);
        lost.filter(|etat| etat.is_final())
            .chain(cancelled)
            .chain(expired)
            .for_each(|etat| self.counts.add(etat));
        self.expanding = true;
        self.close()
    }

    /// One transaction's worth of working out recipients.
    fn expand(&mut self) -> Result<(), Error> {
        if !self.expanding {
            return Ok(());
        }
        let expander = &mut self.expander;
        let step = persist(&mut self.conn, &self.stop, |conn, _| expander.step(conn))?;
        self.expanding = step.more;
        self.counts.messages += i64::try_from(step.messages).unwrap_or(0);
        self.counts.ignores += i64::try_from(step.ignored).unwrap_or(0);
        if step.recipients > 0 {
            self.progress.total += u64::try_from(step.recipients).unwrap_or(0);
            for lane in &mut self.lanes {
                lane.drained = false;
            }
        }
        Ok(())
    }

    /// Closes every message whose envois are all final.
    fn close(&mut self) -> Result<(), Error> {
        let lang = self.config.messages.lang;
        loop {
            let closed = persist(&mut self.conn, &self.stop, |conn, _| {
                if !messages::has_closable(conn)? {
                    return Ok(Vec::new());
                }
                conn.write(|conn| {
                    let closed =
                        messages::close(conn, CLOSE_CHUNK, |closed| texts::details(lang, closed));
                    reach("close_commit");
                    closed
                })
            })?;
            reach("closed");
            if closed.is_empty() {
                return Ok(());
            }
            closed.iter().for_each(log_closed);
            self.closed.extend(closed);
        }
    }

    /// Waits for a sender to say something, and takes in everything that was said.
    fn listen(&mut self) {
        for lane in &mut self.lanes {
            lane.give_up(false);
        }
        self.collect(false);
        let busy = self.expanding || !self.answers.is_empty();
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
        self.collect(false);
    }

    /// Takes over the answers that the lanes have made up their minds about.
    fn collect(&mut self, ending: bool) {
        for lane in &mut self.lanes {
            let canal = lane.canal;
            let decided = lane.take_decided(ending).into_iter();
            self.answers
                .extend(decided.map(|(granted, answer)| (canal, granted, answer)));
        }
    }

    /// Until something may have to be done without a sender's word.
    fn patience(&self) -> Duration {
        let now = Moment::now();
        let slots = self.lanes.iter().filter_map(Lane::next_move);
        let waits = slots
            .map(|slot| slot.saturating_duration_since(now))
            .filter(|wait| !wait.is_zero());
        waits.min().unwrap_or(PATIENCE).min(PATIENCE)
    }

    fn hear(&mut self, event: Event) {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.canal == event.canal) else {
            return;
        };
        match event.what {
            What::Open => lane.opened(event.sender),
            What::NotOpen(answer) => lane.not_opened(event.sender, &answer),
            What::Answered(answer, usable) => {
                self.heard += usize::from(lane.answered(event.sender, answer, usable));
            }
        }
    }

    fn finish(mut self, stop: Option<Stop>) -> Result<Report, Error> {
        let id = self.passage.id.clone();
        reach("give_back");
        persist(&mut self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                for canal in Canal::ALL {
                    envois::give_back(conn, &id, *canal)?;
                }
                expansion::give_back(conn, &id)
            })
        })?;
        self.close()?;
        let counts = self.counts;
        let (waiting, ended) = persist(&mut self.conn, &self.stop, |conn, _| {
            let waiting = overview::waiting(conn)?;
            conn.write(|conn| {
                let now = conn.now()?;
                let stop = stop.map(|stop| stop.as_str().to_owned());
                passages::finish(conn, &id, &counts, stop, now)?;
                reach("finish_commit");
                Ok((waiting, now))
            })
        })?;
        reach("finished");
        // The run is over and recorded: nothing may fail any more.
        let stopped = self
            .lanes
            .iter_mut()
            .filter_map(|lane| lane.stopped.take())
            .collect();
        self.take_leave();
        self.journal.close(self.heard);
        reach("journal_removed");
        Ok(Report {
            passage: id,
            mode: self.passage.mode,
            begun: self.begun,
            ended,
            counts,
            closed: self.closed,
            waiting: waiting
                .iter()
                .map(|w| u64::try_from(w.nombre).unwrap_or(0))
                .sum(),
            stopped,
            stop,
        })
    }

    /// Lets the senders say goodbye to their peers.
    fn take_leave(&mut self) {
        let until = Moment::now() + LEAVE;
        self.lanes.iter_mut().for_each(Lane::dismiss);
        while Moment::now() < until {
            let left = until.saturating_duration_since(Moment::now());
            if let Err(RecvTimeoutError::Disconnected) = self.events.recv_timeout(left) {
                return;
            }
        }
    }
}

fn log_closed(closed: &Closed) {
    let [envoyes, echecs, incertains, ignores] =
        [Etat::Envoye, Etat::Echec, Etat::Incertain, Etat::Ignore].map(|etat| closed.count(etat));
    let failed = closed.statut == Statut::Echec || echecs + incertains > 0;
    let level = if failed {
        log::Level::Warn
    } else {
        log::Level::Info
    };
    log::log!(
        level,
        "message={} canal={} statut={} envoyes={envoyes} echecs={echecs} incertains={incertains} ignores={ignores}",
        closed.id,
        closed.canal,
        closed.statut
    );
}
