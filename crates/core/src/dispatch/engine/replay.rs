//! Answers that a dead run of this machine heard and did not commit.

use super::Engine;
use super::persist::persist;
use crate::dispatch::journal::{self, LeftOver, Line};
use crate::dispatch::{breaker, policy};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::envois::{self, Announced, Outcome, Recorded, Sent};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Cause, Verdict};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::time::Duration;

/// Answers of one transaction.
const CHUNK: usize = 500;

/// A journal of which this database knows nothing is another one's: it is left for so long.
const FOREIGN_KEPT: Duration = Duration::from_secs(24 * 3600);

/// What became of some answers.
struct Replayed {
    /// Whether this database knows any of the envois.
    known: bool,
    outcomes: Vec<Outcome>,
    recorded: Vec<Recorded>,
}

impl Engine<'_> {
    /// Writes the answers that dead runs left on this machine. The token decides as always: what was
    /// committed already, or tried again since, is not changed.
    pub(super) fn replay(&mut self) -> Result<(), Error> {
        for path in journal::files(&self.config.journal) {
            match LeftOver::open(path) {
                Ok(Some(left_over)) => self.replay_one(left_over)?,
                Ok(None) => {}
                // Another run has just done it.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => {
                    log::warn!("réponses d'un traitement interrompu illisibles : {error}");
                }
            }
        }
        Ok(())
    }

    fn replay_one(&mut self, left_over: LeftOver) -> Result<(), Error> {
        reach("replay_read");
        let mut known = left_over.lines.is_empty();
        // Channels that took something from somebody.
        let mut accepted = BTreeSet::new();
        for lines in left_over.lines.chunks(CHUNK) {
            let replayed = persist(self.conn, &self.stop, |conn, _| {
                conn.write(|conn| {
                    let replayed = record(conn, lines, &mut accepted);
                    reach("replay_commit");
                    replayed
                })
            })?;
            known |= replayed.known;
            let kept = Recorded::ids(&replayed.recorded);
            for outcome in &replayed.outcomes {
                if kept.contains(&outcome.id) {
                    self.count(outcome);
                }
            }
        }
        reach("replay_committed");
        if known || left_over.age() > FOREIGN_KEPT {
            left_over.remove();
        }
        Ok(())
    }
}

fn record(
    conn: &mut Conn,
    lines: &[Line],
    accepted: &mut BTreeSet<Canal>,
) -> Result<Replayed, Error> {
    let now = conn.now()?;
    let named: Vec<Sent> = lines
        .iter()
        .map(|line| Sent {
            cle: line.cle.clone(),
            envoi: line.envoi,
        })
        .collect();
    let sent: BTreeMap<i64, Announced> = envois::sent(conn, &named)?
        .into_iter()
        .map(|envoi| (envoi.id, envoi))
        .collect();
    let took = lines
        .iter()
        .filter(|line| line.answer.verdict == Verdict::Accepte);
    accepted.extend(took.filter_map(|line| Some(sent.get(&line.envoi)?.canal)));
    let outcomes: Vec<Outcome> = lines
        .iter()
        .filter_map(|line| outcome(line, &sent, accepted, now))
        .collect();
    Ok(Replayed {
        known: !sent.is_empty(),
        recorded: envois::record(conn, &outcomes, now)?,
        outcomes,
    })
}

/// What the answer means, if it is the answer to the newest attempt. A refusal for good by a peer
/// that is not known to have accepted anybody may have been meant for us: it is asked for again.
fn outcome(
    line: &Line,
    sent: &BTreeMap<i64, Announced>,
    accepted: &BTreeSet<Canal>,
    now: Instant,
) -> Option<Outcome> {
    let envoi = sent.get(&line.envoi)?;
    if envoi.jeton != line.jeton {
        return None;
    }
    let mut answer = line.answer.clone();
    if breaker::is_refusal(&answer) && !accepted.contains(&envoi.canal) {
        answer = answer.put_back(Cause::Refus);
    }
    Some(policy::outcome(envoi, answer, now, policy::random()))
}
