//! What the lanes need from the database before they can send: envois leased, pauses kept, places
//! in a limited rate.

use super::Engine;
use super::persist::persist;
use crate::dispatch::lane::Lane;
use crate::dispatch::report::ChannelStop;
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::envois::{self, Reserved};
use crate::store::{Conn, Error, canaux, expansion};
use crate::vocabulary::{Mode, Verdict};
use std::time::{Duration, Instant as Moment};

/// What one lane was given.
#[derive(Default)]
struct Supply {
    claimed: Option<Vec<Reserved>>,
    paused: bool,
    /// With a rate: places had now, and the wait for the next one.
    slots: Option<(usize, Duration)>,
}

impl Engine<'_> {
    /// Writes the pauses that peers asked for, so that every run on every machine keeps them.
    pub(super) fn keep_pauses(&mut self) -> Result<(), Error> {
        let pauses: Vec<_> = self
            .answers
            .iter()
            .filter_map(|(canal, _, answer)| Some((*canal, answer.pause?)))
            .collect();
        if pauses.is_empty() {
            return Ok(());
        }
        persist(&mut self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                for (canal, pause) in &pauses {
                    canaux::pause(conn, *canal, now + *pause, now)?;
                }
                Ok(())
            })
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
            take_over(lane, supply);
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
        if canaux::paused_until(conn, lane.canal, now)?.is_some() {
            supply.paused = true;
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

fn take_over(lane: &mut Lane, supply: Supply) {
    if let Some(claimed) = supply.claimed {
        lane.drained = claimed.is_empty();
        lane.pool.extend(claimed);
    }
    if supply.paused {
        lane.stop(ChannelStop {
            canal: lane.canal,
            verdict: Verdict::Temporaire,
            code: "pause".to_owned(),
            detail: "pause demandée par le serveur d'envoi".to_owned(),
        });
    }
    if let Some((had, wait)) = supply.slots {
        lane.slots += had;
        lane.next_slot = Some(Moment::now() + wait);
    }
}
