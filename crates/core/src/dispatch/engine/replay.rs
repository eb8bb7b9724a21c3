//! Answers that a dead run of this machine heard and did not commit.

use super::Engine;
use super::persist::persist;
use crate::channel::Answer;
use crate::dispatch::journal::{self, LeftOver, Line};
use crate::dispatch::{breaker, policy};
use crate::failpoint::reach;
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
        let passage = left_over.passage();
        let repeatable = self.rules.repeatable().is_some();
        let mut known = left_over.lines.is_empty();
        // Channels that took something from somebody.
        let mut accepted = BTreeSet::new();
        for lines in left_over.lines.chunks(CHUNK) {
            let replayed = persist(self.conn, &self.stop, |conn, _| {
                conn.write(|conn| {
                    let replayed = record(conn, lines, &passage, repeatable, &mut accepted);
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
    passage: &str,
    repeatable: bool,
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
    let meant: Vec<(&Line, &Announced)> = lines
        .iter()
        .filter_map(|line| Some((line, sent.get(&line.envoi)?)))
        .filter(|(line, envoi)| is_meant(line, envoi))
        .collect();
    let took = meant
        .iter()
        .filter(|(line, _)| line.answer.verdict == Verdict::Accepte);
    accepted.extend(took.map(|(_, envoi)| envoi.canal));
    let of = |which: fn(&Line, &Announced) -> bool| -> Vec<Outcome> {
        let those = meant.iter().filter(|(line, envoi)| which(line, envoi));
        those
            .map(|(line, envoi)| {
                let answer = meaning(line, envoi, accepted);
                let envoi = Announced {
                    jeton: line.jeton,
                    ..Announced::clone(envoi)
                };
                policy::outcome(&envoi, answer, repeatable, now, policy::random())
            })
            .collect()
    };
    let mut outcomes = of(|line, envoi| line.jeton == envoi.jeton);
    let ahead = of(is_ahead);
    let mut recorded = envois::record(conn, &outcomes, now)?;
    recorded.extend(envois::overtake(conn, &ahead, passage, now)?);
    outcomes.extend(ahead);
    Ok(Replayed {
        known: !sent.is_empty(),
        recorded,
        outcomes,
    })
}

/// In a database that went back in time the number may be another recipient's. (Of one who was erased the
/// address is not known any more.)
fn is_meant(line: &Line, envoi: &Announced) -> bool {
    let unknown = line.empreinte.is_empty() || envoi.adresse.is_empty();
    unknown || journal::imprint(&line.cle, &envoi.adresse) == line.empreinte
}

/// A delivery that was accepted, and that the database has forgotten.
fn is_ahead(line: &Line, envoi: &Announced) -> bool {
    line.jeton > envoi.jeton
        && line.answer.verdict == Verdict::Accepte
        && !line.empreinte.is_empty()
        && !envoi.adresse.is_empty()
}

/// What the answer means. A refusal for good by a peer that is not known to have accepted anybody may have
/// been meant for us: it is asked for again.
fn meaning(line: &Line, envoi: &Announced, accepted: &BTreeSet<Canal>) -> Answer {
    let answer = line.answer.clone();
    if breaker::is_refusal(&answer) && !accepted.contains(&envoi.canal) {
        return answer.put_back(Cause::Refus);
    }
    answer
}
