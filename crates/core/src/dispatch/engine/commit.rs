//! The dispatcher's commit: outcomes recorded and envois announced, of all senders together.

use super::Engine;
use super::persist::persist;
use super::purse;
use crate::channel::{Channel, Cutoff, Delivery};
use crate::dispatch::attached;
use crate::dispatch::lane::{Heard, Lane};
use crate::dispatch::{HARD_LIMIT, policy};
use crate::failpoint::reach;
use crate::readdress;
use crate::store::envois::{Announced, Outcome, Ready, Recorded, Settled};
use crate::store::{Error, messages};
use crate::vocabulary::{Canal, Etat, Motif};
use std::collections::BTreeSet;
use std::time::Instant as Moment;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Envois are claimed and announced.
    Sending,
    /// Nothing new is begun.
    Ending,
    /// Nothing is waited for either.
    Over,
}

impl Engine<'_> {
    /// Records the answers at hand and announces as many envois as there are idle senders.
    pub(super) fn commit(&mut self, phase: Phase) -> Result<(), Error> {
        let over = phase == Phase::Over;
        let answers = self.lanes.iter_mut().flat_map(|lane| lane.answers(over));
        let answers: Vec<Heard> = answers.collect();
        self.keep_channels(&answers)?;
        let ready = if phase == Phase::Sending && self.expander.is_done() {
            self.supply()?;
            self.ready()
        } else {
            Vec::new()
        };
        if answers.is_empty() && ready.is_empty() {
            return self.keep_channels(&[]);
        }
        // The database's clock, without asking it each time: a retry's date needs no precision.
        let now = self.begun + self.started.elapsed();
        let repeatable = self.rules.repeatable().is_some();
        let outcome = |heard: &Heard| {
            policy::outcome(
                &heard.envoi,
                heard.answer.clone(),
                repeatable,
                now,
                policy::random(),
            )
        };
        let outcomes: Vec<Outcome> = answers.iter().map(outcome).collect();
        let (passage, reading) = (self.passage.id.as_str(), self.rules.reading());
        let unused = self.purse.unused(&outcomes);
        let (purse, told) = (&self.purse, (outcomes.as_slice(), unused.as_slice()));
        reach("settle_begin");
        let settled = persist(self.conn, &self.stop, |conn, again| {
            purse.settle(conn, passage, told, &ready, again, &reading)
        })?;
        let committed = Moment::now();
        reach("settle_committed");
        for (heard, outcome) in answers.iter().zip(&outcomes) {
            // What was put back without a wait leaves in this run, if its channel goes on.
            if outcome.prochaine.is_some_and(|at| at <= now) {
                self.lane(heard.envoi.canal).more_waits();
            }
        }
        self.tally(&settled.recorded, &outcomes);
        self.take_over(settled, &ready, committed)
    }

    /// From each lane as many envois as can leave now.
    fn ready(&mut self) -> Vec<Ready> {
        let mut ready: Vec<Ready> = self.lanes.iter_mut().flat_map(Lane::next).collect();
        // Rows are locked in this order; whoever cancels does the same.
        ready.sort_unstable_by_key(|ready| (ready.envoi.canal, ready.envoi.id));
        ready
    }

    /// Takes over what was committed: hands the announced envois to their senders.
    fn take_over(
        &mut self,
        settled: Settled,
        ready: &[Ready],
        committed: Moment,
    ) -> Result<(), Error> {
        for refused in &settled.refused {
            self.progress.done += 1;
            self.counts.add(refused.etat);
        }
        let outdated = outdated(&settled, ready);
        self.purse.keep(&settled.paid);
        self.load_contents(&settled.announced)?;
        for envoi in settled.announced {
            self.hand_over(envoi, committed);
        }
        self.contents.let_go();
        reach("handed_over");
        self.read_addresses_again(&outdated)?;
        (self.on_progress)(self.progress);
        if let Some(reached) = &settled.reached {
            let arret = purse::arret(self.config.messages.lang, reached);
            self.lane(Canal::Sms).stop(arret);
        }
        self.keep_channels(&[])
    }

    /// Of these messages something may wait under an address that the directory has changed.
    fn read_addresses_again(&mut self, messages: &[i64]) -> Result<(), Error> {
        if messages.is_empty() {
            return Ok(());
        }
        let rules = &self.rules;
        let refreshed = persist(self.conn, &self.stop, |conn, _| {
            readdress::refresh(conn, rules, messages)
        })?;
        self.counts.ignores += i64::try_from(refreshed.ended).unwrap_or(0);
        for canal in refreshed.canaux {
            self.lane(canal).more_waits();
        }
        Ok(())
    }

    /// Its lease counts from the announcement, just before the commit from which its deadline counts: the
    /// margin of the lease is for that, too.
    fn hand_over(&mut self, envoi: Announced, committed: Moment) {
        let deadline = committed + Channel::deadline(envoi.canal);
        let content = self.contents.of(&envoi);
        // The text was changed or cancelled since, or this machine slept.
        let Some((content, attached)) = content.filter(|_| Moment::now() < deadline) else {
            return self.lane(envoi.canal).keep_back(envoi);
        };
        let delivery = Delivery {
            id: envoi.id,
            jeton: envoi.jeton,
            content,
            attached,
            adresse: envoi.adresse.clone(),
            renvois: envoi.renvois,
            emis_le: envoi.emis_le,
            deadline: deadline.min(self.started + HARD_LIMIT),
            cutoff: Cutoff::default(),
        };
        self.lane(envoi.canal).send(envoi, delivery);
    }

    /// Reads the texts of messages that are not at hand.
    fn load_contents(&mut self, announced: &[Announced]) -> Result<(), Error> {
        let missing = self.contents.missing(announced);
        if missing.is_empty() {
            return Ok(());
        }
        let (texts, files) = persist(self.conn, &self.stop, |conn, _| {
            // Files first: with the text comes the version that both have.
            let files = attached(conn, &missing)?;
            Ok((messages::contents(conn, &missing)?, files))
        })?;
        self.contents.keep(texts, files);
        Ok(())
    }

    fn tally(&mut self, recorded: &[Recorded], outcomes: &[Outcome]) {
        let kept = Recorded::ids(recorded);
        for outcome in outcomes {
            self.progress.done += 1;
            if kept.contains(&outcome.id) {
                self.count(outcome);
            } else {
                log::warn!("envoi={} réponse trop tardive, ignorée", outcome.id);
            }
        }
    }

    /// Counts an outcome that was recorded, and logs it.
    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.counts.add(outcome.etat);
        log_outcome(outcome);
    }
}

/// The messages of what was neither announced nor refused, nor waits for another day.
fn outdated(settled: &Settled, ready: &[Ready]) -> Vec<i64> {
    let known = settled.announced.len() + settled.refused.len() + settled.unpaid.len();
    if known == ready.len() {
        return Vec::new();
    }
    let announced = settled.announced.iter().map(|envoi| envoi.id);
    let refused = settled.refused.iter().map(|refused| refused.id);
    let unpaid = settled.unpaid.iter().copied();
    let known: BTreeSet<i64> = announced.chain(refused).chain(unpaid).collect();
    let unknown = ready.iter().map(|ready| ready.envoi);
    let unknown = unknown.filter(|envoi| !known.contains(&envoi.id));
    let messages: BTreeSet<i64> = unknown.map(|envoi| envoi.message).collect();
    messages.into_iter().collect()
}

/// The codes only: a peer's words may hold an address.
fn log_outcome(outcome: &Outcome) {
    let (id, verdict) = (outcome.id, outcome.verdict);
    let code = outcome.code.as_deref().unwrap_or("");
    let motif = outcome.motif.map_or("", Motif::as_str);
    match outcome.etat {
        Etat::Envoye => log::debug!("envoi={id} etat=envoye"),
        Etat::AEnvoyer => {
            let at = outcome.prochaine.map(|at| at.to_string());
            let at = at.unwrap_or_default();
            log::info!("envoi={id} reporte verdict={verdict} code={code:?} prochaine={at}");
        }
        etat => log::warn!("envoi={id} etat={etat} motif={motif} verdict={verdict} code={code:?}"),
    }
}
