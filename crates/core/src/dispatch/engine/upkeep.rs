//! What a run does beside sending: takes over from dead runs, ends what is too late, works out
//! recipients, closes messages.

use super::Engine;
use super::persist::persist;
use crate::failpoint::reach;
use crate::store::envois::{self, Recovered};
use crate::store::messages::{self, Closed};
use crate::store::{Error, incidents, passages};
use crate::texts;
use crate::vocabulary::{Etat, Statut};
use std::time::{Duration, Instant as Moment};

/// How often a run looks for dead leases, newly due messages and messages to close.
const TICK: Duration = Duration::from_secs(5);

/// Messages closed in one transaction.
const CLOSE_CHUNK: usize = 500;

impl Engine<'_> {
    /// What has to be done now and then.
    pub(super) fn tick(&mut self) -> Result<(), Error> {
        if Moment::now() < self.next_tick {
            return Ok(());
        }
        self.next_tick = Moment::now() + TICK;
        // Before anything is taken back: what a run that died since had heard is no doubt.
        self.replay()?;
        let (id, counts) = (self.passage.id.as_str(), self.counts);
        let repeatable = self.rules.repeatable();
        let first = self.started.elapsed() < TICK;
        let (recovered, cancelled, expired) = persist(self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                let recovered = envois::recover(conn, id, repeatable, now)?;
                let cancelled = envois::drop_cancelled(conn, now)?;
                let expired = envois::expire(conn, now)?;
                if !first {
                    passages::heartbeat(conn, id, &counts, now)?;
                }
                reach("recover_commit");
                Ok((recovered, cancelled, expired))
            })
        })?;
        recovered.iter().for_each(log_recovered);
        reach("recover_committed");
        let lost = recovered.iter().map(|envoi| envoi.etat);
        lost.filter(|etat| etat.is_final())
            .chain(cancelled)
            .chain(expired)
            .for_each(|etat| self.counts.add(etat));
        self.expander.look_again();
        if recovered.iter().any(|envoi| !envoi.etat.is_final()) {
            self.more_waits();
        }
        self.catch_up()?;
        self.close()
    }

    /// Notes what was told of envois before they were recorded.
    pub(super) fn catch_up(&mut self) -> Result<(), Error> {
        persist(self.conn, &self.stop, |conn, _| envois::catch_up(conn)).map(drop)
    }

    /// One transaction's worth of working out recipients, while there may be some.
    pub(super) fn expand(&mut self) -> Result<(), Error> {
        if self.expander.is_done() {
            return Ok(());
        }
        let expander = &mut self.expander;
        let step = persist(self.conn, &self.stop, |conn, _| expander.step(conn))?;
        self.counts.messages += i64::try_from(step.messages).unwrap_or(0);
        self.counts.ignores += i64::try_from(step.ignored).unwrap_or(0);
        self.progress.total += u64::try_from(step.recipients).unwrap_or(0);
        if step.recipients > 0 {
            self.more_waits();
        }
        Ok(())
    }

    /// Closes every message whose envois are all final.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        let lang = self.config.messages.lang;
        loop {
            let closed = persist(self.conn, &self.stop, |conn, _| {
                if !messages::has_closable(conn)? {
                    return Ok(Vec::new());
                }
                conn.write(|conn| {
                    let explain = |closed: &Closed| texts::details(lang, closed);
                    let closed = messages::close(conn, CLOSE_CHUNK, explain)?;
                    let now = conn.now()?;
                    incidents::of_closed(conn, &closed, explain, now)?;
                    reach("close_commit");
                    Ok(closed)
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
}

fn log_recovered(envoi: &Recovered) {
    log::warn!(
        "envoi={} message={} canal={} repris après un traitement interrompu etat={}",
        envoi.id,
        envoi.message,
        envoi.canal,
        envoi.etat
    );
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
