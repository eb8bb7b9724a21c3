//! When what is too old is forgotten: at the end of runs, a little each time; or all at once, when it is
//! asked for. [`oubli`] is how.

use crate::config::Config;
use crate::dispatch::{Report, StopFlag};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::oubli::{self, Cours, Oublies};
use crate::store::passages::{self, Counts};
use crate::store::{Conn, Error, Purpose};
use std::thread::sleep;
use std::time::{Duration, Instant as Moment};

/// A run takes so long for it, rests included, when it had nothing to send.
const LONGEST: Duration = Duration::from_secs(1);

/// One that sent takes this part of its own time, and no more than that.
const PART: u32 = 25;

/// With less nothing is begun: a step is to fit in.
const SHORTEST: Duration = Duration::from_millis(50);

/// Between two steps others get to write, for as long as the step took and so long at least.
const REST: Duration = Duration::from_millis(5);

/// While a run is under way: what it commits is not to wait.
const REST_BESIDE_RUNS: Duration = Duration::from_secs(1);

/// What is older than that is forgotten now; none when nothing ever is.
///
/// # Errors
/// `Unavailable` when the clock cannot be right: what is young might look old.
pub fn before(conn: &mut Conn, config: &Config) -> Result<Option<Instant>, Error> {
    let Some(days) = config.messages.retention else {
        return Ok(None);
    };
    let now = conn.now()?;
    if let Some(fault) = passages::clock_fault(conn, now)? {
        return Err(Error::Unavailable(fault));
    }
    Ok(Some(now - Duration::from_secs(u64::from(days) * 24 * 3600)))
}

/// Forgets for a second at most, after this run, and returns how much. Whoever else sends or writes goes
/// first; a failure is the next run's work.
pub fn after_run(config: &Config, conn: &mut Conn, stop: &StopFlag, run: &Report) -> Oublies {
    let mut sum = Oublies::default();
    let time = time(run);
    if run.stop.is_some() || stop.is_raised() || time < SHORTEST {
        return sum;
    }
    match forget_a_little(config, conn, stop, time, &mut sum) {
        Ok(()) => {}
        Err(Error::Unavailable(why)) => log::debug!("oubli remis au prochain traitement : {why}"),
        Err(error) => log::warn!("oubli remis au prochain traitement : {error}"),
    }
    if !sum.is_nothing() {
        log::info!("oubli {}", told(&sum));
    }
    sum
}

/// How long it may take after such a run.
fn time(run: &Report) -> Duration {
    if run.counts == Counts::default() && run.closed.is_empty() {
        return LONGEST;
    }
    LONGEST.min(run.ended.since(run.begun) / PART)
}

fn forget_a_little(
    config: &Config,
    conn: &mut Conn,
    stop: &StopFlag,
    time: Duration,
    sum: &mut Oublies,
) -> Result<(), Error> {
    let until = Moment::now() + time;
    conn.write_if_free(oubli::answers)?;
    let Some(avant) = before(conn, config)? else {
        return Ok(());
    };
    conn.devote(Purpose::Dispatch)?;
    let mut cours = Cours::new(avant);
    let mut longest = Duration::ZERO;
    while !cours.is_over() && !stop.is_raised() && !passages::is_under_way(conn)? {
        let begun = Moment::now();
        *sum += conn.write_if_free(|conn| oubli::step(conn, &mut cours))?;
        reach("oubli_committed");
        let took = noted(begun);
        longest = longest.max(took);
        let rest = took.max(REST);
        if Moment::now() + rest + longest > until {
            break;
        }
        if !cours.is_over() {
            sleep(rest);
        }
    }
    Ok(())
}

/// Forgets all that is due, and returns how much; `progress` is told the sum after each step. Runs that
/// are under way go on sending meanwhile.
///
/// # Errors
/// The database's; what was forgotten stays so.
pub fn forget(
    conn: &mut Conn,
    avant: Instant,
    stop: &StopFlag,
    mut progress: impl FnMut(&Oublies),
) -> Result<Oublies, Error> {
    conn.devote(Purpose::Dispatch)?;
    oubli::answers(conn)?;
    let mut sum = Oublies::default();
    let mut cours = Cours::new(avant);
    while !cours.is_over() && !stop.is_raised() {
        let begun = Moment::now();
        let mut next = cours.clone();
        sum += conn.write(|conn| oubli::step(conn, &mut next))?;
        reach("oubli_committed");
        cours = next;
        progress(&sum);
        let rest = noted(begun).max(REST);
        let beside = passages::is_under_way(conn)?;
        sleep(if beside { REST_BESIDE_RUNS } else { rest });
    }
    if !sum.is_nothing() {
        log::info!("oubli {}", told(&sum));
    }
    conn.tidy_up()?;
    Ok(sum)
}

/// How long a step took that began then.
fn noted(begun: Moment) -> Duration {
    let took = begun.elapsed();
    log::debug!("oubli pas duree_us={}", took.as_micros());
    took
}

fn told(sum: &Oublies) -> String {
    let Oublies {
        messages,
        envois,
        tentatives,
        faits,
        parents,
        etudiants,
    } = sum;
    format!(
        "messages={messages} envois={envois} tentatives={tentatives} faits={faits} parents={parents} etudiants={etudiants}"
    )
}
