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
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Recipients of one transaction.
const CHUNK: usize = 500;

/// Messages taken at once.
const TAKEN: usize = 200;

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

/// Turns the due messages of one run into envois, step by step.
#[derive(Debug)]
pub struct Expander {
    rules: Rules,
    passage: String,
    /// Messages that may still be taken.
    allowance: usize,
    current: VecDeque<Taken>,
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
            current: VecDeque::new(),
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
            if adresses::refresh(conn, self.rules.reading().region)? == adresses::BATCH {
                return Ok(None);
            }
            let now = conn.now()?;
            let mut current = self.current.clone();
            let mut messages = 0;
            if current.is_empty() {
                let limit = self.allowance.min(TAKEN);
                current =
                    expansion::take(conn, &self.passage, self.rules.is_simulated(), limit, now)?
                        .into();
                messages = current.len();
            }
            reach("expand_taken");
            let (recipients, ignored) = self.work_out(conn, &mut current, now)?;
            reach("expand_commit");
            let step = Step {
                messages,
                recipients,
                ignored,
                more: false,
            };
            Ok(Some((current, step)))
        });
        reach("expand_committed");
        match outcome {
            // Many records were written: their addresses have to be known before they are asked for.
            Ok(None) => {}
            Ok(Some((current, step))) => {
                self.allowance -= step.messages;
                let more = !current.is_empty() || (step.messages > 0 && self.allowance > 0);
                self.current = current;
                return Ok(Step { more, ..step });
            }
            // A message was cancelled, a parent erased, or our lease ran out: let go of all and look again.
            Err(Error::Conflict(_)) => {
                self.current.clear();
                expansion::give_back(conn, &self.passage)?;
            }
            Err(error) => return Err(error),
        }
        Ok(Step {
            more: true,
            ..Step::default()
        })
    }

    fn work_out(
        &self,
        conn: &mut Conn,
        current: &mut VecDeque<Taken>,
        now: Instant,
    ) -> Result<(usize, usize), Error> {
        let (mut groups, singles): (VecDeque<_>, VecDeque<_>) = current
            .drain(..)
            .partition(|message| message.est_message_groupe);
        let mut envois = Vec::new();
        let mut progress = Vec::new();
        self.work_out_singles(conn, &singles, now, &mut envois, &mut progress)?;
        while envois.len() < CHUNK
            && let Some(group) = groups.front_mut()
        {
            let limit = CHUNK - envois.len();
            let parents = expansion::group(conn, group.classe, group.curseur, limit)?;
            envois.extend(self.envois(group, &parents, now));
            let complete = parents.len() < limit;
            group.curseur = parents.last().map_or(group.curseur, |parent| parent.id);
            group.nb_destinataires += i64::try_from(parents.len()).unwrap_or(i64::MAX);
            progress.push(step_of(group, complete.then_some(now)));
            if complete {
                groups.pop_front();
            }
        }
        *current = groups;
        self.refuse_elsewhere(conn, &mut envois, now)?;
        let doubles = expansion::insert(conn, &envois, now)?;
        if expansion::advance(conn, &progress, now)? < progress.len() {
            return Err(Error::Conflict(Conflict::NotOurs));
        }
        let ignored = doubles + envois.iter().filter(|envoi| envoi.motif.is_some()).count();
        Ok((envois.len().saturating_sub(ignored), ignored))
    }

    fn work_out_singles(
        &self,
        conn: &mut Conn,
        singles: &VecDeque<Taken>,
        now: Instant,
        envois: &mut Vec<NewEnvoi>,
        progress: &mut Vec<Progress>,
    ) -> Result<(), Error> {
        if singles.is_empty() {
            return Ok(());
        }
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

    /// An opposition holds for the address: whoever else has it is not written to there either.
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
            let refused = adresses::refused(conn, canal, &forms)?;
            for envoi in envois.iter_mut() {
                if form(envoi).is_some_and(|form| refused.contains(&form)) {
                    end(envoi, self.rules.elsewhere(), Etat::Ignore, now);
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
