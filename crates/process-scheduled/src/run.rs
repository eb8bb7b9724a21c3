//! `run`: one passage.

use crate::alarms::{self, Alarms};
use crate::cli::Cli;
use crate::{output, report, start};
use messages_core::config::Config;
use messages_core::credit;
use messages_core::dispatch::{self, Options, Progress, Report, StopFlag};
use messages_core::exit::{Exit, Failure};
use messages_core::polling;
use messages_core::retention;
use messages_core::store::Conn;
use messages_core::vocabulary::Verdict;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant as Moment};

/// A run never lives longer, whatever holds it: a scheduler that starts no second instance would
/// otherwise stop sending for days.
const LIFE_MAX: Duration = Duration::from_secs(299);

/// So long before, nobody is waited for any more.
const LAST_WORD: Duration = Duration::from_secs(5);

pub(crate) fn run(cli: &Cli) -> Result<Exit, Failure> {
    let until = Moment::now() + LIFE_MAX.saturating_sub(LAST_WORD);
    watch_over_life();
    let stop = stop_on_signals()?;
    let config = alarms::settings(cli)?;
    start::logging(cli, &config);
    let alarms = Alarms::begin(cli, &config, until);
    let mut conn = match start::database(&config) {
        Ok(conn) => conn,
        Err(failure) => return Err(alarms.without_database(failure)),
    };
    match pass(cli, &config, &mut conn, stop.clone()) {
        Ok(report) => {
            report::show(cli, &config, &report);
            alarms.after_run(&mut conn, report.stop);
            credit::after_run(&config, &mut conn, &report);
            polling::after_run(&config, &mut conn, &stop, &report, until);
            retention::after_run(&config, &mut conn, &stop, &report);
            Ok(exit(cli, &report))
        }
        Err(failure) => Err(alarms.after_failure(failure, &mut conn)),
    }
}

/// One passage, with a progress bar when somebody watches.
pub(crate) fn pass(
    cli: &Cli,
    config: &Config,
    conn: &mut Conn,
    stop: StopFlag,
) -> Result<Report, Failure> {
    let bar = output::bar(cli, "{bar:30} {pos}/{len} envois, {per_sec}, reste {eta}");
    let mut progress = |progress: Progress| {
        bar.set_length(progress.total.max(progress.done));
        bar.set_position(progress.done);
    };
    let options = Options {
        limit: cli.limit,
        stop,
        progress: &mut progress,
    };
    let outcome = dispatch::run(config, conn, options);
    bar.finish_and_clear();
    Ok(outcome?)
}

fn exit(cli: &Cli, report: &Report) -> Exit {
    let counts = &report.counts;
    if report
        .stopped
        .iter()
        .any(|stop| stop.cause.verdict() == Verdict::Config)
    {
        Exit::Config
    } else if cli.fail_on_error && counts.echecs + counts.incertains > 0 {
        Exit::Failed
    } else {
        Exit::Done
    }
}

/// The first signal asks for the end, the second one ends at once.
pub(crate) fn stop_on_signals() -> Result<StopFlag, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in messages_core::command_line::STOPS {
        let code = i32::from(u8::from(Exit::TryLater));
        signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(&flag))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&flag)))
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    }
    Ok(StopFlag::shared(flag))
}

fn watch_over_life() {
    let watch = || {
        std::thread::sleep(LIFE_MAX);
        log::error!(
            "le traitement dure plus de {} s : il est interrompu",
            LIFE_MAX.as_secs()
        );
        std::process::exit(i32::from(u8::from(Exit::TryLater)));
    };
    // Without this thread the dispatcher's own deadlines remain.
    std::thread::Builder::new()
        .name("garde".to_owned())
        .spawn(watch)
        .ok();
}
