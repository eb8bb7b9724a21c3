//! The dispatcher's commit: results and intents of all senders together.

use super::Engine;
use super::persist::persist;
use crate::channel::{Answer, Channel, Cutoff, Delivery, Stage};
use crate::dispatch::{HARD_LIMIT, policy};
use crate::failpoint::reach;
use crate::readdress;
use crate::store::envois::{self, Finished, Granted, Leased, Recorded, Settled};
use crate::store::{Error, messages};
use crate::vocabulary::{Canal, Etat, Motif};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant as Moment};

/// After the deadline of an attempt its lease lasts this long.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

impl Engine<'_> {
    /// Writes the answers at hand and announces as many envois as there are idle senders.
    pub(super) fn commit(&mut self, go_on: bool) -> Result<(), Error> {
        self.keep_channels()?;
        let go_on = go_on && !self.expanding;
        if go_on {
            self.supply()?;
        }
        let leased = if go_on {
            self.take_leased()
        } else {
            Vec::new()
        };
        if self.answers.is_empty() && leased.is_empty() {
            return Ok(());
        }
        let finished = self.finished();
        let passage = self.passage.id.as_str();
        let reading = self.rules.reading();
        let envois: Vec<Leased> = leased.iter().map(|(_, leased)| *leased).collect();
        reach("settle_begin");
        let settled = persist(&mut self.conn, &self.stop, |conn, again| {
            envois::settle(conn, passage, &finished, &envois, again, reading)
        })?;
        reach("settle_committed");
        self.claim_again(&finished);
        self.answers.clear();
        self.tally(&settled.recorded, &finished);
        self.take_over(settled, &leased)
    }

    /// From each lane's pool as many as can leave now.
    fn take_leased(&mut self) -> Vec<(Canal, Leased)> {
        let mut leased = Vec::new();
        for lane in &mut self.lanes {
            let lease = Channel::deadline(lane.canal) + LEASE_MARGIN;
            let canal = lane.canal;
            let taken = lane.take_ready().into_iter();
            leased.extend(taken.map(|envoi| (canal, Leased { envoi, lease })));
        }
        // Rows are locked in this order; whoever cancels does the same.
        leased.sort_unstable_by_key(|(canal, leased)| (*canal, leased.envoi.id));
        leased
    }

    /// What the answers at hand mean.
    fn finished(&self) -> Vec<Finished> {
        // The database's clock, without asking it each time: a retry's date needs no precision.
        let now = self.begun + self.started.elapsed();
        let outcomes = self.answers.iter().map(|(canal, granted, answer)| {
            policy::outcome(*canal, granted, answer.clone(), now, random())
        });
        outcomes.collect()
    }

    /// What was put back without a wait leaves in this run, if its channel goes on.
    fn claim_again(&mut self, finished: &[Finished]) {
        let now = self.begun + self.started.elapsed();
        let answers = self.answers.iter().zip(finished);
        let at_once = answers.filter(|(_, one)| one.prochaine.is_some_and(|at| at <= now));
        for ((canal, ..), _) in at_once {
            for lane in self.lanes.iter_mut().filter(|lane| lane.canal == *canal) {
                lane.drained = false;
            }
        }
    }

    /// Takes over what was committed: hands the announced envois to their senders.
    fn take_over(&mut self, settled: Settled, leased: &[(Canal, Leased)]) -> Result<(), Error> {
        for refused in &settled.refused {
            self.progress.done += 1;
            self.counts.add(refused.etat);
        }
        let unsettled = unsettled(&settled, leased);
        self.load_contents(&settled.granted)?;
        let canaux: BTreeMap<i64, Canal> = leased
            .iter()
            .map(|(canal, leased)| (leased.envoi.id, *canal))
            .collect();
        for granted in settled.granted {
            if let Some(canal) = canaux.get(&granted.id) {
                self.hand_over(*canal, granted);
            }
        }
        reach("handed_over");
        self.refresh_addresses(&unsettled)?;
        (self.on_progress)(self.progress);
        Ok(())
    }

    /// Of these messages something may wait under an address that the directory has changed.
    fn refresh_addresses(&mut self, messages: &[i64]) -> Result<(), Error> {
        if messages.is_empty() {
            return Ok(());
        }
        let rules = &self.rules;
        let refreshed = persist(&mut self.conn, &self.stop, |conn, _| {
            readdress::refresh(conn, rules, messages)
        })?;
        self.counts.ignores += i64::try_from(refreshed.ended).unwrap_or(0);
        for lane in &mut self.lanes {
            lane.drained &= !refreshed.canaux.contains(&lane.canal);
        }
        Ok(())
    }

    fn hand_over(&mut self, canal: Canal, granted: Granted) {
        let hard = self.started + HARD_LIMIT;
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.canal == canal) else {
            return;
        };
        let refused = match self.contents.of(&granted) {
            Some(content) => {
                let delivery = Delivery {
                    id: granted.id,
                    jeton: granted.jeton,
                    content,
                    adresse: granted.adresse.clone(),
                    renvois: granted.renvois,
                    emis_le: granted.emis_le,
                    deadline: hard.min(Moment::now() + Channel::deadline(canal)),
                    cutoff: Cutoff::default(),
                };
                lane.send(granted, delivery).err()
            }
            // It was cancelled since, or this machine slept until its lease was over.
            None => Some(Box::new(granted)),
        };
        if let Some(granted) = refused {
            // Nothing of it left: that has to be written, or it would read as "perhaps sent".
            self.answers
                .push((canal, *granted, Answer::given_up(Stage::Envelope)));
        }
    }

    /// Reads the texts of messages that are not at hand.
    fn load_contents(&mut self, granted: &[Granted]) -> Result<(), Error> {
        let missing = self.contents.missing(granted);
        if missing.is_empty() {
            return Ok(());
        }
        let texts = persist(&mut self.conn, &self.stop, |conn, _| {
            messages::contents(conn, &missing)
        })?;
        self.contents.keep(texts);
        Ok(())
    }

    fn tally(&mut self, recorded: &[Recorded], finished: &[Finished]) {
        let kept = Recorded::ids(recorded);
        for finished in finished {
            self.progress.done += 1;
            if !kept.contains(&finished.id) {
                log::warn!("envoi={} réponse trop tardive, ignorée", finished.id);
                continue;
            }
            self.count(finished);
        }
    }

    /// Counts an outcome that was written, and logs it.
    pub(super) fn count(&mut self, finished: &Finished) {
        self.counts.add(finished.etat);
        log_outcome(finished);
    }
}

/// The messages of what was neither granted nor refused.
fn unsettled(settled: &Settled, leased: &[(Canal, Leased)]) -> Vec<i64> {
    if settled.granted.len() + settled.refused.len() == leased.len() {
        return Vec::new();
    }
    let granted = settled.granted.iter().map(|granted| granted.id);
    let refused = settled.refused.iter().map(|refused| refused.id);
    let known: BTreeSet<i64> = granted.chain(refused).collect();
    let unknown = leased
        .iter()
        .map(|(_, leased)| leased.envoi)
        .filter(|envoi| !known.contains(&envoi.id));
    let messages: BTreeSet<i64> = unknown.map(|envoi| envoi.message).collect();
    messages.into_iter().collect()
}

/// The codes only: a peer's words may hold an address.
fn log_outcome(finished: &Finished) {
    let code = finished.code.as_deref().unwrap_or("");
    let motif = finished.motif.map_or("", Motif::as_str);
    match finished.etat {
        Etat::Envoye => log::debug!("envoi={} etat=envoye", finished.id),
        Etat::AEnvoyer => log::info!(
            "envoi={} reporte verdict={} code={code:?} prochaine={}",
            finished.id,
            finished.verdict,
            finished
                .prochaine
                .map(|at| at.to_string())
                .unwrap_or_default()
        ),
        etat => log::warn!(
            "envoi={} etat={etat} motif={motif} verdict={} code={code:?}",
            finished.id,
            finished.verdict
        ),
    }
}

/// Uniform enough to spread retries: 0..=1000.
pub(super) fn random() -> u32 {
    let (_, low) = uuid::Uuid::new_v4().as_u64_pair();
    u32::try_from(low % 1001).unwrap_or(500)
}
