//! What is the case: questions to the store, and to this machine's disk.

use super::GONE;
use crate::config::Config;
use crate::instant::Instant;
use crate::store::canaux;
use crate::store::incidents::{self as store, Constat, Incident};
use crate::store::{Conn, Error, origine, passages};
use crate::vocabulary::{Canal, Genre, Verdict};
use crate::{dispatch, machine, writable};
use std::time::Duration;

/// Runs come every five minutes: without one for so long, the scheduler does not work; and what is due
/// for so long is late.
pub const SILENCE_MAX: Duration = Duration::from_secs(15 * 60);

/// What became of a message is told for so long, a week-end and two working days, unless somebody acts.
const RECENT: Duration = Duration::from_secs(4 * 24 * 3600);

/// What lasts is written down once an hour.
const SEEN_MAX: Duration = Duration::from_secs(2 * 3600);

/// Who looks, and so what may be found to be over.
pub(super) struct Look<'l> {
    genres: &'l [Genre],
    host: String,
    /// What is known already.
    found: Vec<Constat>,
    /// After a run: the channels whose rate is limited.
    run: Option<Vec<Canal>>,
}

impl<'l> Look<'l> {
    /// A run that ended sees everything.
    pub(super) fn after_run(config: &Config) -> Self {
        let disk = writable::faults(config);
        let names: Vec<&str> = disk.iter().map(|fault| fault.setting).collect();
        let disk = (!names.is_empty()).then(|| of_machine(Genre::Disque, &names.join(", ")));
        let slowed = [
            (Canal::Email, config.email.per_minute),
            (Canal::Sms, config.sms.per_minute),
        ];
        let slowed = slowed.into_iter().filter(|(_, rate)| rate.is_some());
        Self {
            genres: Genre::ALL,
            host: machine::name(),
            found: disk.into_iter().collect(),
            run: Some(slowed.map(|(canal, _)| canal).collect()),
        }
    }

    /// One that was refused or broken off knows why, at best.
    pub(super) fn after_failure(config: &Config, conn: &mut Conn) -> Result<Self, Error> {
        let now = conn.now()?;
        if let Err(Error::Config(_)) = dispatch::permit(conn, config) {
            Ok(Self::only(
                &[Genre::Simulation],
                of_machine(Genre::Simulation, ""),
            ))
        } else if let Some(held) = held_back(conn)? {
            Ok(Self::only(&[Genre::Retenue], held))
        } else if passages::clock_fault(conn, now)?.is_some() {
            Ok(Self::only(
                &[Genre::Horloge],
                Constat {
                    detail: Some(machine::name()),
                    ..plain(Genre::Horloge)
                },
            ))
        } else {
            Ok(Self::blind())
        }
    }

    pub(super) fn of_settings(names: &str) -> Self {
        Self::only(&[Genre::Reglages], of_machine(Genre::Reglages, names))
    }

    pub(super) fn beside_runs() -> Self {
        Self {
            genres: &[Genre::SansPassage],
            ..Self::blind()
        }
    }

    fn only(genres: &'l [Genre], constat: Constat) -> Self {
        Self {
            genres,
            found: vec![constat],
            ..Self::blind()
        }
    }

    fn blind() -> Self {
        Self {
            genres: &[],
            host: machine::name(),
            found: Vec::new(),
            run: None,
        }
    }

    /// Whether it sees nothing.
    pub(super) const fn is_blind(&self) -> bool {
        self.genres.is_empty()
    }

    /// Whether it would have seen that the incident lasts.
    pub(super) fn covers(&self, incident: &Incident, now: Instant) -> bool {
        let is_here = !incident.genre.is_of_machine()
            || incident.objet == self.host
            || incident.vu_le + GONE < now;
        self.genres.contains(&incident.genre) && is_here
    }

    /// What is the case.
    pub(super) fn look(
        &self,
        conn: &mut Conn,
        now: Instant,
        open: &[Incident],
    ) -> Result<Vec<Constat>, Error> {
        let mut found = self.found.clone();
        if let Some(slowed) = &self.run {
            let stopped = canaux::stopped(conn)?;
            let canaux: Vec<Canal> = stopped.iter().map(|one| one.arret.canal).collect();
            found.extend(stopped.iter().map(of_channel));
            found.extend(held_back(conn)?);
            let late = store::overdue(conn, now - SILENCE_MAX, &canaux, slowed)?;
            found.extend(late.map(|_| plain(Genre::Retard)));
            found.extend(of_messages(conn, now, open)?);
        } else if self.genres.contains(&Genre::SansPassage) {
            found.extend(silence(conn, now, open)?);
        }
        Ok(found)
    }
}

/// No run for long, unless another incident says why.
pub(super) fn silence(
    conn: &mut Conn,
    now: Instant,
    open: &[Incident],
) -> Result<Option<Constat>, Error> {
    let explains = |incident: &Incident| {
        let refuses = [
            Genre::Simulation,
            Genre::Reglages,
            Genre::Horloge,
            Genre::Retenue,
        ];
        refuses.contains(&incident.genre) && incident.vu_le + SEEN_MAX > now
    };
    if open.iter().any(explains) {
        return Ok(None);
    }
    let last = passages::last(conn, 1)?;
    let is_silent = match last.first() {
        Some(last) => now.since(last.battement) > SILENCE_MAX,
        // Where no run ever was, none is missed before something is due.
        None => store::overdue(conn, now - SILENCE_MAX, &[], &[])?.is_some(),
    };
    Ok(is_silent.then(|| plain(Genre::SansPassage)))
}

/// A database that went back in time, or is a copy.
fn held_back(conn: &mut Conn) -> Result<Option<Constat>, Error> {
    let cause = origine::read(conn)?.cause;
    Ok(cause.map(|cause| Constat {
        detail: Some(cause.to_string()),
        ..plain(Genre::Retenue)
    }))
}

/// The incidents of messages that last.
fn of_messages(conn: &mut Conn, now: Instant, open: &[Incident]) -> Result<Vec<Constat>, Error> {
    let recent = open
        .iter()
        .filter(|incident| incident.genre.is_of_message() && incident.debut + RECENT > now);
    let named: Vec<(i64, &Incident)> = recent
        .filter_map(|incident| Some((incident.objet.parse().ok()?, incident)))
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = named.iter().map(|(id, _)| *id).collect();
    let states = store::of_messages(conn, &ids)?;
    let lasts = |id: i64, genre: Genre| {
        states.iter().any(|(message, failed, doubtful)| {
            *message == id
                && (if genre == Genre::Incertain {
                    *doubtful
                } else {
                    *failed
                })
        })
    };
    let lasting = named
        .into_iter()
        .filter(|(id, incident)| lasts(*id, incident.genre));
    Ok(lasting
        .map(|(_, incident)| Constat {
            genre: incident.genre,
            objet: incident.objet.clone(),
            detail: incident.detail.clone(),
        })
        .collect())
}

/// A cause that a setting mends is told anew when it is another one; of those that pass by
/// themselves now this one shows, now that.
fn of_channel(stopped: &canaux::Stopped) -> Constat {
    let cause = stopped.arret.cause;
    let detail = match cause.verdict() {
        Verdict::Config => cause.as_str(),
        other => other.as_str(),
    };
    Constat {
        genre: Genre::of_cause(cause),
        objet: stopped.arret.canal.as_str().to_owned(),
        detail: Some(detail.to_owned()),
    }
}

fn of_machine(genre: Genre, detail: &str) -> Constat {
    Constat {
        genre,
        objet: machine::name(),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
    }
}

const fn plain(genre: Genre) -> Constat {
    Constat {
        genre,
        objet: String::new(),
        detail: None,
    }
}
