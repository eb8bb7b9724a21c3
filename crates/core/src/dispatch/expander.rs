//! Expanding: a due message becomes envois, every recipient once per address, with a reason for
//! whoever gets nothing.
//!
//! In chunks of one transaction each: a run that dies leaves whole chunks, and the next one goes on
//! from there.

use crate::audience::{Refusal, Rules};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::mailbox;
use crate::model::Candidate;
use crate::store::expansion::{self, NewEnvoi, Progress, Taken};
use crate::store::{Conflict, Conn, Error, adresses};
use crate::vocabulary::{Canal, Etat};
use std::collections::{BTreeMap, BTreeSet};

/// Recipients of one transaction.
const CHUNK: usize = 500;

/// Messages to one parent each that are taken at once.
const TAKEN: usize = CHUNK;

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    /// Messages newly taken.
    pub messages: usize,
    /// Recipients who will be written to.
    pub recipients: usize,
    /// Recipients who will not, for a reason that is theirs.
    pub ignored: usize,
    /// Whether there may be more to do.
    pub more: bool,
}

/// What one transaction came to, and the group message that it left half done.
struct Chunk {
    group: Option<Taken>,
    step: Step,
}

/// Turns the due messages of one run into envois, step by step.
#[derive(Debug)]
pub struct Expander {
    rules: Rules,
    passage: String,
    /// Messages that may still be taken.
    allowance: usize,
    /// The group message whose recipients are being worked out.
    group: Option<Taken>,
    /// The last step found nothing more.
    done: bool,
}

impl Expander {
    /// For one run; `limit` bounds how many messages it takes.
    #[must_use]
    pub fn new(rules: Rules, passage: String, limit: Option<usize>) -> Self {
        Self {
            rules,
            passage,
            allowance: limit.unwrap_or(usize::MAX),
            group: None,
            done: false,
        }
    }

    /// Whether there was nothing more to do.
    pub(super) const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether it may take another message.
    pub(super) const fn may_take(&self) -> bool {
        self.allowance > 0
    }

    /// There may be more to do again: something may be due by now.
    pub(super) const fn look_again(&mut self) {
        self.done = false;
    }

    /// One transaction's worth of work.
    ///
    /// # Errors
    /// The database's; the step is undone then and may be tried again.
    pub fn step(&mut self, conn: &mut Conn) -> Result<Step, Error> {
        let step = self.try_step(conn)?;
        self.done = !step.more;
        Ok(step)
    }

    fn try_step(&mut self, conn: &mut Conn) -> Result<Step, Error> {
        let outcome = conn.write(|conn| {
            // Another run that needs these addresses too waits for this commit: nothing else is in it.
            let written = adresses::refresh(conn, self.rules.region())?;
            if written > 0 {
                return Ok(Err(written));
            }
            let chunk = self.work_out(conn)?;
            reach("expand_commit");
            Ok(Ok(chunk))
        });
        reach("expand_committed");
        match outcome {
            Ok(Err(written)) if written < adresses::BATCH => return self.try_step(conn),
            Ok(Err(_more_were_written)) => {}
            Ok(Ok(Chunk { group, step })) => {
                self.allowance -= step.messages;
                self.group = group;
                return Ok(step);
            }
            // A message was cancelled, a parent erased, or our lease ran out: let go of all and look again.
            Err(Error::Conflict(_)) => {
                self.group = None;
                expansion::give_back(conn, &self.passage)?;
            }
            Err(error) => return Err(error),
        }
        Ok(Step {
            more: true,
            ..Step::default()
        })
    }

    fn work_out(&self, conn: &mut Conn) -> Result<Chunk, Error> {
        let now = conn.now()?;
        let (mut group, mut messages) = (self.group.clone(), 0);
        let (mut envois, mut progress) = (Vec::new(), Vec::new());
        while envois.len() < CHUNK {
            if let Some(one) = &mut group {
                let complete = self.work_out_group(conn, one, now, &mut envois, &mut progress)?;
                group = group.filter(|_| !complete);
                continue;
            }
            let taken = self.take(conn, self.allowance - messages, now)?;
            reach("expand_taken");
            if taken.is_empty() {
                break;
            }
            messages += taken.len();
            let (groups, singles): (Vec<_>, Vec<_>) = taken
                .into_iter()
                .partition(|message| message.est_message_groupe);
            self.work_out_singles(conn, &singles, now, &mut envois, &mut progress)?;
            group = groups.into_iter().next();
        }
        let is_full = envois.len() >= CHUNK;
        self.refuse_elsewhere(conn, &mut envois, now)?;
        let doubles = expansion::insert(conn, &envois, now)?;
        if expansion::advance(conn, &progress, now)? < progress.len() {
            return Err(Error::Conflict(Conflict::NotOurs));
        }
        let ignored = doubles + envois.iter().filter(|envoi| envoi.motif.is_some()).count();
        let step = Step {
            messages,
            recipients: envois.len().saturating_sub(ignored),
            ignored,
            more: group.is_some() || (is_full && messages < self.allowance),
        };
        Ok(Chunk { group, step })
    }

    /// As many of its recipients as the transaction still holds; whether these are all.
    fn work_out_group(
        &self,
        conn: &mut Conn,
        group: &mut Taken,
        now: Instant,
        envois: &mut Vec<NewEnvoi>,
        progress: &mut Vec<Progress>,
    ) -> Result<bool, Error> {
        let limit = CHUNK.saturating_sub(envois.len());
        let parents = expansion::group(conn, group.classe, group.curseur, limit)?;
        envois.extend(self.envois(group, &parents, now));
        let complete = parents.len() < limit;
        group.curseur = parents.last().map_or(group.curseur, |parent| parent.id);
        group.nb_destinataires += i64::try_from(parents.len()).unwrap_or(i64::MAX);
        progress.push(step_of(group, complete.then_some(now)));
        Ok(complete)
    }

    fn take(&self, conn: &mut Conn, allowance: usize, now: Instant) -> Result<Vec<Taken>, Error> {
        let (limit, simule) = (allowance.min(TAKEN), self.rules.is_simulated());
        expansion::take(conn, &self.passage, simule, limit, now)
    }

    fn work_out_singles(
        &self,
        conn: &mut Conn,
        singles: &[Taken],
        now: Instant,
        envois: &mut Vec<NewEnvoi>,
        progress: &mut Vec<Progress>,
    ) -> Result<(), Error> {
        let ids: Vec<i64> = singles
            .iter()
            .filter_map(|message| message.parent)
            .collect();
        let found = expansion::singles(conn, &ids)?;
        let parents: BTreeMap<i64, Candidate> = found.into_iter().map(|p| (p.id, p)).collect();
        for message in singles {
            let parent = message.parent.and_then(|id| parents.get(&id));
            envois.extend(self.envois(message, parent, now));
            progress.push(Progress {
                nb_destinataires: i64::from(parent.is_some()),
                ..step_of(message, Some(now))
            });
        }
        Ok(())
    }

    fn envois<'p>(
        &'p self,
        message: &'p Taken,
        parents: impl IntoIterator<Item = &'p Candidate>,
        now: Instant,
    ) -> impl Iterator<Item = NewEnvoi> {
        // Not now: were this clock ahead, they would wait for its time. And not before the message's
        // own date, which stays what it is when the clock is set right.
        let prochaine = message.date_programmee.unwrap_or(now).min(now);
        let due = message.due.min(now);
        let too_long = self.rules.too_long(message.texte.as_deref());
        (message.nb_destinataires..)
            .zip(parents)
            .map(move |(rang, parent)| {
                let mut envoi = NewEnvoi {
                    message: message.id,
                    parent: parent.id,
                    canal: message.canal,
                    adresse: None,
                    etat: Etat::AEnvoyer,
                    motif: None,
                    detail: None,
                    rang,
                    prochaine,
                    expire: due + self.rules.late(),
                    termine_le: None,
                };
                match self.rules.address(parent, message.canal) {
                    Err(refusal) => end(&mut envoi, refusal, Etat::Ignore, now),
                    Ok(adresse) => envoi.adresse = Some(adresse),
                }
                if let (Some(refusal), Etat::AEnvoyer) = (&too_long, envoi.etat) {
                    end(&mut envoi, refusal.clone(), Etat::Echec, now);
                }
                envoi
            })
    }

    /// An opposition holds for the address: whoever else has it is not written to there either; nor is a
    /// mailbox that does not exist.
    fn refuse_elsewhere(
        &self,
        conn: &mut Conn,
        envois: &mut [NewEnvoi],
        now: Instant,
    ) -> Result<(), Error> {
        for canal in [Canal::Sms, Canal::Email] {
            let form = |envoi: &NewEnvoi| {
                let adresse = envoi.adresse.as_deref()?;
                (envoi.canal == canal).then(|| mailbox::key(adresse))
            };
            let forms: BTreeSet<String> = envois.iter().filter_map(form).collect();
            let barred = adresses::barred(conn, canal, &forms)?;
            for envoi in envois.iter_mut() {
                if let Some(why) = form(envoi).and_then(|form| barred.get(&form).copied()) {
                    end(envoi, self.rules.barred(why), Etat::Ignore, now);
                }
            }
        }
        Ok(())
    }
}

/// Ends an envoi before it began.
fn end(envoi: &mut NewEnvoi, refusal: Refusal, etat: Etat, now: Instant) {
    envoi.adresse = None;
    envoi.etat = etat;
    envoi.motif = Some(refusal.motif);
    envoi.detail = refusal.detail;
    envoi.termine_le = Some(now);
}

fn step_of(message: &Taken, etendu_le: Option<Instant>) -> Progress {
    Progress {
        id: message.id,
        jeton: message.jeton,
        curseur: message.curseur,
        nb_destinataires: message.nb_destinataires,
        etendu_le,
    }
}
