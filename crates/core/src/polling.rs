//! Gateways that tell only who asks them: after a run it is asked what became of SMS whose answer was lost, or of
//! which nobody has told the end.
//!
//! Every SMS is asked about after a minute, then less and less often, for three days ([`sondages`]); a run asks
//! for ten seconds at most, and makes 200 calls. No transaction is open during a call; what is learnt goes
//! the way of a [receipt](crate::receipts), so that it may come late, again, and beside receipts.

use crate::channel::{Answer, Channel, Followed, Follower, Question};
use crate::config::{Config, Gateway};
use crate::dispatch::{Report, StopFlag};
use crate::failpoint::reach;
use crate::gateways::poll::Poll;
use crate::receipts::{self, Outcome, Told};
use crate::store::envois::Noted;
use crate::store::sondages::{self, Claim, Sonde};
use crate::store::{Conn, Error, canaux};
use crate::vocabulary::{Canal, Mode};
use std::time::{Duration, Instant as Moment};

/// A run asks so long at most.
const LONGEST: Duration = Duration::from_secs(10);

/// Most calls of one run.
const CALLS: usize = 200;

/// SMS that are taken at a time.
const CHUNK: i64 = 10;

/// What asking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suivi {
    /// SMS about which the gateway has answered.
    pub demandes: usize,
    /// Of these, those that are known better now.
    pub nouveaux: usize,
    /// Those that it does not have.
    pub inconnus: usize,
}

/// Asks, where the gateway can be asked, until then at most. A gateway that does not answer, is stopped or wants
/// to be left alone is asked by a later run; a failure is told in the log alone.
pub fn after_run(
    config: &Config,
    conn: &mut Conn,
    stop: &StopFlag,
    run: &Report,
    until: Moment,
) -> Suivi {
    let mut suivi = Suivi::default();
    let stopped = run.stopped.iter().any(|arret| arret.canal == Canal::Sms);
    let Some((gateway, poll)) = polled(config) else {
        return suivi;
    };
    if stopped || run.stop.is_some() {
        return suivi;
    }
    let asking = Asking {
        gateway,
        poll,
        stop,
        until: until.min(Moment::now() + LONGEST),
    };
    match asking.ask(config, conn, &mut suivi) {
        Ok(None) => {}
        Ok(Some(answer)) => {
            let code = answer.code.unwrap_or_default();
            log::info!("suivi des SMS remis : {} ({code})", answer.verdict);
        }
        Err(error) => log::warn!("suivi des SMS remis : {error}"),
    }
    if suivi != Suivi::default() {
        log::info!(
            "suivi passerelle={} demandes={} nouveaux={} inconnus={}",
            gateway.passerelle,
            suivi.demandes,
            suivi.nouveaux,
            suivi.inconnus
        );
    }
    suivi
}

/// The gateway that can be asked, if this program really sends by one.
fn polled(config: &Config) -> Option<(&Gateway, &Poll)> {
    let gateway = config.sms.gateway.as_ref()?;
    let poll = gateway.preset.poll.as_ref()?;
    (config.messages.mode == Mode::Reel).then_some((gateway, poll))
}

struct Asking<'a> {
    gateway: &'a Gateway,
    poll: &'a Poll,
    stop: &'a StopFlag,
    until: Moment,
}

impl Asking<'_> {
    /// Until nobody is due, or the bounds are reached; or tells what the gateway said instead of an answer.
    fn ask(
        &self,
        config: &Config,
        conn: &mut Conn,
        suivi: &mut Suivi,
    ) -> Result<Option<Answer>, Error> {
        let now = conn.now()?;
        let Ok(channel) = Channel::new(config, Canal::Sms) else {
            return Ok(None);
        };
        let Some(mut follower) = channel.follower() else {
            return Ok(None);
        };
        if canaux::paused_until(conn, Canal::Sms, now)?.is_some() {
            return Ok(None);
        }
        let mut calls = 0;
        while !self.is_over(calls) {
            let due = sondages::claim(conn, &self.claim())?;
            if due.is_empty() {
                break;
            }
            reach("sondage_claimed");
            for sonde in due {
                if self.is_over(calls) {
                    return Ok(None);
                }
                calls += self.calls(&sonde);
                match self.follow(&mut follower, &sonde) {
                    Ok(heard) => self.note(conn, &sonde, &heard, suivi)?,
                    Err(answer) => return Ok(Some(answer)),
                }
            }
        }
        Ok(None)
    }

    fn is_over(&self, calls: usize) -> bool {
        self.stop.is_raised() || calls >= CALLS || Moment::now() >= self.until
    }

    fn claim(&self) -> Claim<'_> {
        Claim {
            passerelle: self.gateway.passerelle.as_str(),
            unnumbered: self.poll.is_by_name(),
            limit: CHUNK,
        }
    }

    /// Calls that a question takes, most of the time.
    const fn calls(&self, sonde: &Sonde) -> usize {
        match (&self.poll.find, &sonde.reference) {
            (Some(_), None) => 2,
            _ => 1,
        }
    }

    fn follow(&self, follower: &mut Follower<'_>, sonde: &Sonde) -> Result<Vec<Followed>, Answer> {
        let id = sonde.key.short();
        let question = Question {
            id: &id,
            reference: sonde.reference.as_deref(),
        };
        follower.follow(question, self.until)
    }

    fn note(
        &self,
        conn: &mut Conn,
        sonde: &Sonde,
        heard: &[Followed],
        suivi: &mut Suivi,
    ) -> Result<(), Error> {
        let passerelle = &self.gateway.passerelle;
        let outcomes = conn.write(|conn| {
            let outcomes = receipts::take(conn, passerelle, &told(sonde, heard))?;
            match heard.first() {
                Some(first) => sondages::known(conn, sonde, first.reference.as_deref())?,
                None => sondages::unknown(conn, sonde)?,
            }
            sondages::answered(conn, sonde)?;
            reach("sondage_commit");
            Ok(outcomes)
        })?;
        reach("sondage_committed");
        suivi.demandes += 1;
        suivi.inconnus += usize::from(heard.is_empty());
        let mut is_new = false;
        for outcome in outcomes {
            if let Outcome::Noted(remise, Noted::New(envoi)) = outcome {
                is_new = true;
                let (id, message) = (envoi.id, envoi.message);
                log::info!(
                    "suivi passerelle={passerelle} envoi={id} message={message} remise={remise}"
                );
            }
        }
        suivi.nouveaux += usize::from(is_new);
        Ok(())
    }
}

/// The same as receipts of it would tell.
fn told(sonde: &Sonde, heard: &[Followed]) -> Vec<Told> {
    let told = heard.iter().map(|followed| Told {
        references: vec![sonde.key.to_string()],
        remise: Some(followed.remise),
        code: followed.code.clone(),
    });
    told.collect()
}
