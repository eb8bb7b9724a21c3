//! What the lanes need from the database before they can send, and what it keeps of them: envois
//! leased, pauses, reasons of a stop, places in a limited rate.

use super::Engine;
use super::persist::persist;
use crate::config::{Lang, Messages};
use crate::dispatch::lane::Lane;
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::canaux::Arret;
use crate::store::envois::{self, Reserved};
use crate::store::{Conn, Error, canaux, expansion};
use crate::texts;
use crate::vocabulary::{Cause, Mode};
use std::time::{Duration, Instant as Moment};

/// What one lane was given.
#[derive(Default)]
struct Supply {
    claimed: Option<Vec<Reserved>>,
    /// The channel is paused from now until then; for the cause that is kept, if it is.
    paused: Option<(Cause, [Instant; 2])>,
    /// With a rate: places had now, and the wait for the next one.
    slots: Option<(usize, Duration)>,
}

impl Engine<'_> {
    /// Writes what every run on every machine is to know of the channels: pauses that peers asked
    /// for, why a channel was stopped, and that it works again.
    pub(super) fn keep_channels(&mut self) -> Result<(), Error> {
        let pauses: Vec<_> = self
            .answers
            .iter()
            .filter_map(|(canal, _, answer)| Some((*canal, answer.pause?)))
            .collect();
        let news: Vec<_> = self.lanes.iter_mut().filter_map(Lane::take_news).collect();
        // What a simulation finds says nothing of the peers.
        if self.passage.mode == Mode::Simulation || (pauses.is_empty() && news.is_empty()) {
            return Ok(());
        }
        let lang = self.config.messages.lang;
        let behind: Vec<i64> = news
            .iter()
            .flat_map(|(_, news, _)| &news.behind)
            .copied()
            .collect();
        persist(&mut self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                for (canal, pause) in &pauses {
                    canaux::pause(conn, *canal, now + *pause, now)?;
                }
                for (canal, news, stopped) in &news {
                    if news.accepted {
                        canaux::works(conn, *canal)?;
                    }
                    if let Some(stop) = stopped.as_ref().filter(|_| news.stopped) {
                        keep(conn, lang, stop, news.known, now)?;
                    }
                }
                Ok(())
            })?;
            // Apart: whoever cancels a message holds it while it asks for its envois.
            conn.write(|conn| envois::step_back(conn, &behind))
        })
    }

    /// Leases more envois for the lanes that run short, and takes places for those with a rate.
    pub(super) fn supply(&mut self) -> Result<(), Error> {
        if !self
            .lanes
            .iter()
            .any(|lane| lane.wanted() > 0 || lane.wants_slots() > 0)
        {
            return Ok(());
        }
        let (passage, lanes) = (self.passage.id.as_str(), &self.lanes);
        let simule = self.passage.mode == Mode::Simulation;
        let (sms, messages) = (&self.config.sms, &self.config.messages);
        let supplies = persist(&mut self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                if let Some(night) = sms.quiet.and_then(|quiet| quiet.night(now, messages.zone)) {
                    envois::hold(conn, night, messages.late, now)?;
                }
                let mut supplies = [Supply::default(), Supply::default()];
                for (lane, supply) in lanes.iter().zip(&mut supplies) {
                    *supply = supply_of(conn, passage, simule, lane, now)?;
                }
                reach("claim_commit");
                Ok(supplies)
            })
        })?;
        reach("claim_committed");
        for (lane, supply) in self.lanes.iter_mut().zip(supplies) {
            take_over(&self.config.messages, lane, supply);
        }
        Ok(())
    }
}

fn supply_of(
    conn: &mut Conn,
    passage: &str,
    simule: bool,
    lane: &Lane,
    now: Instant,
) -> Result<Supply, Error> {
    let mut supply = Supply::default();
    let wanted = lane.wanted();
    if wanted > 0 {
        if let Some(until) = canaux::paused_until(conn, lane.canal, now)? {
            let why = canaux::stopped(conn)?.into_iter();
            let mut why = why.filter(|stopped| stopped.arret.canal == lane.canal);
            let cause = why
                .next()
                .map_or(Cause::Pause, |stopped| stopped.arret.cause);
            supply.paused = Some((cause, [now, until]));
            return Ok(supply);
        }
        let claimed = envois::claim(conn, passage, lane.canal, wanted, now)?;
        if simule && !claimed.is_empty() {
            let messages: Vec<i64> = claimed.iter().map(|envoi| envoi.message).collect();
            expansion::mark_simulated(conn, &messages)?;
        }
        supply.claimed = Some(claimed);
    }
    let places = lane.wants_slots();
    if let Some(rate) = lane.per_minute
        && places > 0
    {
        let (had, next) = canaux::take_slots(conn, lane.canal, rate, places, now)?;
        supply.slots = Some((had, next.since(now)));
    }
    Ok(supply)
}

/// Keeps why a channel is stopped, unless it is `known`, and tells it in the messages that wait.
fn keep(conn: &mut Conn, lang: Lang, stop: &Arret, known: bool, now: Instant) -> Result<(), Error> {
    if !known {
        canaux::stop(conn, stop, now)?;
    }
    let said = texts::waits(lang, &stop.phrase(lang));
    canaux::tell(conn, stop.canal, &said)
}

fn take_over(messages: &Messages, lane: &mut Lane, supply: Supply) {
    if let Some(claimed) = supply.claimed {
        lane.drained = claimed.is_empty();
        lane.pool.extend(claimed);
    }
    if let Some((cause, times)) = supply.paused {
        let [now, until] = times.map(|at| at.in_zone(messages.zone));
        let detail = texts::tried_again(messages.lang, until, now);
        lane.rest(Arret::new(lane.canal, cause, "pause", detail));
    }
    if let Some((had, wait)) = supply.slots {
        lane.slots += had;
        lane.next_slot = Some(Moment::now() + wait);
    }
}
