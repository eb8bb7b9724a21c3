//! What the lanes need from the database before they can send, and what it keeps of them: envois
//! claimed, pauses, reasons of a stop, places in a limited rate.

use super::persist::persist;
use super::{Engine, purse};
use crate::config::{Lang, Messages};
use crate::dispatch::lane::{Heard, Lane, Need, News, Stopped, Supply};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::canaux::{Arret, Stopped as Stop};
use crate::store::depenses::{self, Limits};
use crate::store::{Conn, Error, canaux, envois, expansion};
use crate::texts;
use crate::vocabulary::{Canal, Cause, Mode};

impl Engine<'_> {
    /// Writes what every run on every machine is to know of the channels: pauses that peers asked
    /// for, why a channel was stopped, and that it works again.
    pub(super) fn keep_channels(&mut self, answers: &[Heard]) -> Result<(), Error> {
        // A short one is waited for by this run.
        let is_long = |heard: &&Heard| heard.answer.cause() != Some(Cause::Cadence);
        let pauses = answers
            .iter()
            .filter(is_long)
            .filter_map(|heard| Some((heard.envoi.canal, heard.answer.pause?)));
        let pauses: Vec<_> = pauses.collect();
        let news: Vec<News> = self.lanes.iter_mut().filter_map(Lane::news).collect();
        // What a simulation finds says nothing of the peers.
        if self.passage.mode == Mode::Simulation || (pauses.is_empty() && news.is_empty()) {
            return Ok(());
        }
        let lang = self.config.messages.lang;
        let behind: Vec<i64> = news.iter().flat_map(|news| &news.behind).copied().collect();
        persist(self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                for (canal, pause) in &pauses {
                    canaux::pause(conn, *canal, now + *pause, now)?;
                }
                for news in &news {
                    if news.accepted {
                        canaux::works(conn, news.canal)?;
                    }
                    if let Some(stopped) = &news.stopped {
                        keep(conn, lang, stopped, now)?;
                    }
                }
                Ok(())
            })?;
            // Apart: whoever cancels a message holds it while it asks for its envois.
            conn.write(|conn| envois::step_back(conn, &behind))
        })
    }

    /// Claims envois for the lanes that run short, and takes places for those with a rate.
    pub(super) fn supply(&mut self) -> Result<(), Error> {
        let needs: Vec<Need> = self.lanes.iter().filter_map(Lane::need).collect();
        if needs.is_empty() {
            return Ok(());
        }
        let (passage, config) = (&self.passage, self.config);
        let (quiet, messages) = (config.sms.quiet, &config.messages);
        let limits = self.purse.limits();
        let supplies = persist(self.conn, &self.stop, |conn, _| {
            conn.write(|conn| {
                let now = conn.now()?;
                if let Some(night) = quiet.and_then(|quiet| quiet.night(now, messages.zone)) {
                    envois::hold(conn, night, messages.late, now)?;
                }
                let supplies = needs
                    .iter()
                    .map(
                        |need| match spent(conn, messages.lang, limits, need, now)? {
                            Some(arret) => Ok(Supply::spent(arret)),
                            None => supply_of(conn, &passage.id, messages, need, now),
                        },
                    )
                    .collect::<Result<Vec<Supply>, Error>>();
                reach("claim_commit");
                supplies
            })
        })?;
        reach("claim_committed");
        for supply in supplies {
            self.lane(supply.canal).supplied(supply);
        }
        Ok(())
    }
}

fn supply_of(
    conn: &mut Conn,
    passage: &str,
    messages: &Messages,
    need: &Need,
    now: Instant,
) -> Result<Supply, Error> {
    let mut supply = Supply::none(need.canal);
    if need.envois > 0 {
        supply.paused = paused(conn, messages, need.canal, now)?;
        if supply.paused.is_some() {
            return Ok(supply);
        }
        let claimed = envois::claim(conn, passage, need.canal, need.envois, now)?;
        if messages.mode == Mode::Simulation && !claimed.is_empty() {
            let messages: Vec<i64> = claimed.iter().map(|envoi| envoi.message).collect();
            expansion::mark_simulated(conn, &messages)?;
        }
        supply.claimed = Some(claimed);
    }
    if let Some((rate, places)) = need.places {
        let (had, next) = canaux::take_slots(conn, need.canal, rate, places, now)?;
        supply.places = Some((had, next.since(now)));
    }
    Ok(supply)
}

/// Why no SMS may be claimed now: a limit of the settings is reached. One that has begun anew since stops
/// the channel no more.
fn spent(
    conn: &mut Conn,
    lang: Lang,
    limits: Option<&Limits>,
    need: &Need,
    now: Instant,
) -> Result<Option<Arret>, Error> {
    let Some(limits) = limits.filter(|_| need.canal == Canal::Sms && need.envois > 0) else {
        return Ok(None);
    };
    if let Some(reached) = depenses::reached(conn, limits, now)? {
        return Ok(Some(purse::arret(lang, &reached)));
    }
    let is_over = |stopped: &Stop| {
        let Arret { cause, code, .. } = &stopped.arret;
        *cause == Cause::Depense && limits.is_over(code, stopped.depuis, now)
    };
    if canaux::stopped(conn)?.iter().any(is_over) {
        canaux::works(conn, Canal::Sms)?;
    }
    Ok(None)
}

/// Why nothing may be claimed now: the channel is paused, for the cause that is kept, if it is.
fn paused(
    conn: &mut Conn,
    messages: &Messages,
    canal: Canal,
    now: Instant,
) -> Result<Option<Arret>, Error> {
    let Some(until) = canaux::paused_until(conn, canal, now)? else {
        return Ok(None);
    };
    let mut why = canaux::stopped(conn)?.into_iter();
    let why = why.find(|stopped| stopped.arret.canal == canal);
    let cause = why.map_or(Cause::Pause, |stopped| stopped.arret.cause);
    let [now, until] = [now, until].map(|at| at.in_zone(messages.zone));
    let detail = texts::tried_again(messages.lang, until, now);
    Ok(Some(Arret::new(canal, cause, "pause", detail)))
}

/// Keeps why a channel is stopped, unless it is known, and tells it in the messages that wait.
fn keep(conn: &mut Conn, lang: Lang, stopped: &Stopped, now: Instant) -> Result<(), Error> {
    let arret = &stopped.arret;
    if !stopped.known {
        canaux::stop(conn, arret, now)?;
    }
    let said = texts::waits(lang, &arret.phrase(lang));
    canaux::tell(conn, arret.canal, Some(&said))
}
