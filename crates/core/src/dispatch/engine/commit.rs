//! The dispatcher's commit: results, leases and intents of all senders together.

use super::Engine;
use crate::channel::{Channel, Cutoff, Delivery};
use crate::dispatch::lane::Lane;
use crate::dispatch::report::ChannelStop;
use crate::dispatch::{HARD_LIMIT, policy};
use crate::instant::Instant;
use crate::store::envois::{self, Finished, Granted, Recorded, Refused, Reserved};
use crate::store::{Conn, Error, canaux, messages};
use crate::vocabulary::{Etat, Verdict};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

/// After the deadline of an attempt its lease lasts this long.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// Texts of so many messages are kept at hand.
const CONTENTS_MAX: usize = 1000;

/// What one commit did.
#[derive(Default)]
struct Commit {
    recorded: Vec<Recorded>,
    lanes: [LaneCommit; 2],
}

#[derive(Default)]
struct LaneCommit {
    claimed: Option<Vec<Reserved>>,
    paused: bool,
    announced: usize,
    granted: Vec<Granted>,
    refused: Vec<Refused>,
    next_slot: Option<Duration>,
}

impl Engine<'_> {
    /// Writes the answers at hand, leases more if it is needed, and announces as many envois as
    /// there are idle senders: all in one commit.
    pub(super) fn commit(&mut self, go_on: bool) -> Result<(), Error> {
        let go_on = go_on && !self.expanding;
        let more = self.lanes.iter().any(|lane| lane.wanted() > 0 || lane.can_announce());
        if self.answers.is_empty() && !(go_on && more) {
            return Ok(());
        }
        let finished = self.finished();
        let (passage, lanes, answers) = (self.passage.id.as_str(), &self.lanes, &self.answers);
        let commit = super::persist(&mut self.conn, |conn, again| {
            conn.write(|conn| {
                let now = conn.now()?;
                let mut commit = Commit {
                    recorded: envois::record(conn, &finished, now)?,
                    ..Commit::default()
                };
                for (canal, _, answer) in answers {
                    if let Some(pause) = answer.pause {
                        canaux::pause(conn, *canal, now + pause, now)?;
                    }
                }
                if go_on {
                    for (lane, done) in lanes.iter().zip(&mut commit.lanes) {
                        *done = serve(conn, passage, lane, again, now)?;
                    }
                }
                Ok(commit)
            })
        })?;
        self.apply(commit, &finished)
    }

    /// What the answers at hand mean.
    fn finished(&mut self) -> Vec<Finished> {
        if self.answers.is_empty() {
            return Vec::new();
        }
        // When the database is away, its clock is too; a retry's date needs no precision.
        let now = self.conn.now().unwrap_or_else(|_| Instant::of_this_machine());
        let outcomes = self.answers.iter().map(|(canal, granted, answer)| {
            policy::outcome(*canal, granted, answer.clone(), now, random())
        });
        outcomes.collect()
    }

    /// Takes over what was committed: counts it, and hands the announced envois to their senders.
    fn apply(&mut self, commit: Commit, finished: &[Finished]) -> Result<(), Error> {
        self.tally(&commit.recorded, finished);
        self.answers.clear();
        for (n, done) in commit.lanes.into_iter().enumerate() {
            let Some(lane) = self.lanes.get_mut(n) else {
                continue;
            };
            if let Some(claimed) = done.claimed {
                lane.drained = claimed.is_empty();
                lane.pool.extend(claimed);
            }
            if done.paused {
                lane.stop(ChannelStop {
                    canal: lane.canal,
                    verdict: Verdict::Temporaire,
                    code: "pause".to_owned(),
                    detail: "pause demandée par la passerelle".to_owned(),
                });
            }
            if let Some(wait) = done.next_slot {
                lane.next_slot = Some(Moment::now() + wait);
            }
            lane.pool.drain(..done.announced.min(lane.pool.len()));
            for refused in &done.refused {
                self.progress.done += 1;
                match refused.etat {
                    Etat::Echec => self.counts.echecs += 1,
                    _ => self.counts.ignores += 1,
                }
            }
            self.hand_over(n, done.granted)?;
        }
        (self.on_progress)(self.progress);
        Ok(())
    }

    fn hand_over(&mut self, lane: usize, granted: Vec<Granted>) -> Result<(), Error> {
        if granted.is_empty() {
            return Ok(());
        }
        self.load_contents(&granted)?;
        let hard = self.started + HARD_LIMIT;
        let Some(lane) = self.lanes.get_mut(lane) else {
            return Ok(());
        };
        let deadline = hard.min(Moment::now() + Channel::deadline(lane.canal));
        for (number, granted) in lane.idle().into_iter().zip(granted) {
            // A message cannot go away while it has open envois.
            let Some(content) = self.contents.get(&granted.message).map(Arc::clone) else {
                continue;
            };
            let delivery = Delivery {
                id: granted.id,
                content,
                adresse: granted.adresse.clone(),
                renvois: granted.renvois,
                emis_le: granted.emis_le,
                deadline,
                cutoff: Cutoff::default(),
            };
            lane.send(number, granted, delivery);
        }
        Ok(())
    }

    fn load_contents(&mut self, granted: &[Granted]) -> Result<(), Error> {
        let mut missing: Vec<i64> = granted.iter().map(|granted| granted.message).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|id| !self.contents.contains_key(id));
        if missing.is_empty() {
            return Ok(());
        }
        if self.contents.len() + missing.len() > CONTENTS_MAX {
            self.contents.clear();
            return self.load_contents_of(granted.iter().map(|granted| granted.message).collect());
        }
        self.load_contents_of(missing)
    }

    fn load_contents_of(&mut self, ids: Vec<i64>) -> Result<(), Error> {
        for content in messages::contents(&mut self.conn, &ids)? {
            self.contents.insert(content.id, Arc::new(content));
        }
        Ok(())
    }

    fn tally(&mut self, recorded: &[Recorded], finished: &[Finished]) {
        let mut kept: Vec<i64> = recorded.iter().map(|recorded| recorded.id).collect();
        kept.sort_unstable();
        for finished in finished {
            self.progress.done += 1;
            if kept.binary_search(&finished.id).is_err() {
                log::warn!("envoi={} réponse trop tardive, ignorée", finished.id);
                continue;
            }
            let count = match finished.etat {
                Etat::Envoye => &mut self.counts.envoyes,
                Etat::Echec => &mut self.counts.echecs,
                Etat::Incertain => &mut self.counts.incertains,
                _ => &mut self.counts.reportes,
            };
            *count += 1;
            log_outcome(finished);
        }
    }
}

/// Leases and announces for one channel, within the commit.
fn serve(
    conn: &mut Conn,
    passage: &str,
    lane: &Lane,
    again: bool,
    now: Instant,
) -> Result<LaneCommit, Error> {
    let mut done = LaneCommit::default();
    if lane.stopped.is_some() {
        return Ok(done);
    }
    let wanted = lane.wanted();
    if wanted > 0 {
        if canaux::paused_until(conn, lane.canal, now)?.is_some() {
            done.paused = true;
            return Ok(done);
        }
        done.claimed = Some(envois::claim(conn, passage, lane.canal, wanted, now)?);
    }
    let mut places = lane.idle().len();
    if let Some(rate) = lane.per_minute
        && places > 0
        && !(lane.pool.is_empty() && done.claimed.as_ref().is_none_or(Vec::is_empty))
    {
        let (had, next) = canaux::take_slots(conn, lane.canal, rate, places, now)?;
        places = had;
        done.next_slot = Some(next.since(now));
    }
    let claimed = done.claimed.iter().flatten();
    let leased: Vec<Reserved> = lane.pool.iter().chain(claimed).take(places).copied().collect();
    let lease = Channel::deadline(lane.canal) + LEASE_MARGIN;
    (done.granted, done.refused) = envois::announce(conn, passage, &leased, lease, again, now)?;
    done.announced = leased.len();
    Ok(done)
}

/// The codes only: a peer's words may hold an address.
fn log_outcome(finished: &Finished) {
    let code = finished.code.as_deref().unwrap_or("");
    let motif = finished.motif.map_or("", crate::vocabulary::Motif::as_str);
    match finished.etat {
        Etat::Envoye => log::debug!("envoi={} etat=envoye", finished.id),
        Etat::AEnvoyer => log::info!(
            "envoi={} reporte verdict={} code={code:?} prochaine={}",
            finished.id,
            finished.verdict,
            finished.prochaine.map(|at| at.to_string()).unwrap_or_default()
        ),
        etat => log::warn!(
            "envoi={} etat={etat} motif={motif} verdict={} code={code:?}",
            finished.id, finished.verdict
        ),
    }
}

/// Uniform enough to spread retries: 0..=1000.
fn random() -> u32 {
    let (_, low) = uuid::Uuid::new_v4().as_u64_pair();
    u32::try_from(low % 1001).unwrap_or(500)
}
