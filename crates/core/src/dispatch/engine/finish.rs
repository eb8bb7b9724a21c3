//! The end of a run: what it holds is given back, what it did is written into the diary.

use super::Engine;
use super::persist::persist;
use crate::dispatch::lane::Lane;
use crate::dispatch::report::{Report, Stop};
use crate::failpoint::reach;
use crate::store::{Error, envois, expansion, overview, passages};
use crate::vocabulary::Canal;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant as Moment};

/// How long the senders may take to say goodbye.
const LEAVE: Duration = Duration::from_secs(3);

impl Engine<'_> {
    pub(super) fn finish(mut self, stop: Option<Stop>) -> Result<Report, Error> {
        let id = self.passage.id.clone();
        reach("give_back");
        persist(self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                for canal in Canal::ALL {
                    envois::give_back(conn, &id, *canal)?;
                }
                expansion::give_back(conn, &id)
            })
        })?;
        self.catch_up()?;
        self.close()?;
        let counts = self.counts;
        let generation = &mut self.generation;
        let (waiting, ended) = persist(self.conn, &self.stop, |conn, _| {
            let waiting = overview::waiting(conn)?;
            conn.write(|conn| {
                let now = conn.now()?;
                let stop = stop.map(|stop| stop.as_str().to_owned());
                passages::finish(conn, &id, &counts, stop, now)?;
                // A backup that was made while it ran is older from now on.
                generation.raise(conn, now)?;
                reach("finish_commit");
                Ok((waiting, now))
            })
        })?;
        reach("finished");
        self.generation.keep(self.config);
        // The run is over and recorded: nothing may fail any more.
        let stopped = self.lanes.iter_mut().filter_map(Lane::dismiss).collect();
        self.take_leave();
        self.journal.close();
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

    /// Waits until the senders, who were let go, have said goodbye to their peers.
    fn take_leave(&self) {
        let until = Moment::now() + LEAVE;
        while Moment::now() < until {
            let left = until.saturating_duration_since(Moment::now());
            if let Err(RecvTimeoutError::Disconnected) = self.events.recv_timeout(left) {
                return;
            }
        }
    }
}
