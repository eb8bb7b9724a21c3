//! The log: one line an event, UTC, without personal data.
//!
//! The file gets everything from `LOG_LEVEL` up; the terminal (and so cron's mail) only warnings
//! and errors, unless more is asked for. Sending goes on when the file cannot be written.

mod file;

use self::file::LogFile;
use crate::config::Log;
use crate::instant::Instant;
use log::{LevelFilter, Record};
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Target of lines that the program also says on stderr in its own words: for the file only.
pub const SAID: &str = "process_scheduled::dit";

/// Opens the log, once for a process. `terminal` is the least that goes to stderr.
///
/// `moved` may be raised when somebody else moved the file: the next line goes to the one that has its name
/// then. (Within a second that is found without being told.)
pub fn init(config: &Log, terminal: LevelFilter, moved: &Arc<AtomicBool>) {
    let outcomes = if terminal > LevelFilter::Warn {
        terminal
    } else {
        LevelFilter::Error
    };
    let stderr = fern::Dispatch::new()
        .level(terminal)
        .level_for(SAID, LevelFilter::Off)
        // What became of messages is in the report.
        .level_for("messages_core::dispatch", outcomes)
        .chain(output(WholeLines::new(Terminal)));
    let mut all = fern::Dispatch::new()
        .format(|out, message, record| out.finish(format_args!("{}", Line(message, record))))
        // Libraries write protocol details at debug; ours are the lines that matter.
        .level(LevelFilter::Warn)
        // Broken HTTP is its sender's fault, and could fill the disk.
        .level_for("actix_http", LevelFilter::Off)
        .level_for("messages_core", LevelFilter::Debug)
        .level_for("messages_api", LevelFilter::Debug)
        .level_for("process_scheduled", LevelFilter::Debug)
        .chain(stderr);
    let fault = match LogFile::open(config, moved) {
        Ok(file) => {
            let file = output(WholeLines::new(Resilient(file)));
            all = all.chain(fern::Dispatch::new().level(config.level).chain(file));
            None
        }
        Err(error) => Some(error),
    };
    // A second call in one process keeps the first log.
    if all.apply().is_ok() {
        log_panics();
    }
    if let Some(error) = fault {
        // With --quiet only the incident is told.
        log::warn!(
            "LOG_FILE {} : {error} ; les envois continuent",
            config.file.display()
        );
    }
}

fn output(writer: impl Write + Send + 'static) -> Box<dyn Write + Send> {
    Box::new(writer)
}

/// One event on one line, whatever it holds.
struct Line<'l>(&'l fmt::Arguments<'l>, &'l Record<'l>);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:<5} {} ",
            Instant::of_this_machine(),
            self.1.level(),
            self.1.target()
        )?;
        for c in self.0.to_string().chars() {
            if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
                write!(f, "{}", c.escape_default())?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

/// Writes each line in one go: fern writes it in as many pieces as its formatting has, which is one
/// for each character, and several processes share the file.
struct WholeLines<W> {
    line: Vec<u8>,
    inner: W,
}

impl<W> WholeLines<W> {
    const fn new(inner: W) -> Self {
        Self {
            line: Vec::new(),
            inner,
        }
    }
}

impl<W: Write> Write for WholeLines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// fern flushes after each line.
    fn flush(&mut self) -> io::Result<()> {
        let written = self.inner.write_all(&self.line);
        self.line.clear();
        written
    }
}

/// The file, whose failure is told once and stops nothing (fern would print at every line).
struct Resilient(LogFile);

static TOLD: AtomicBool = AtomicBool::new(false);

impl Write for Resilient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.0.write_all(bytes)
            && !TOLD.swap(true, Ordering::Relaxed)
        {
            let text =
                format!("écriture du journal impossible ({error}) ; les envois continuent\n");
            // There is nowhere else to say it.
            io::stderr().write_all(text.as_bytes()).ok();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// stderr, which may be closed.
struct Terminal;

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(bytes).ok();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A panic's message may hold anything, so only its place is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        log::error!("panique en {place}");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(std::sync::mpsc::Sender<Vec<u8>>);

    impl Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_written_at_once() {
        let (writes, written) = std::sync::mpsc::channel();
        let (_, log) = fern::Dispatch::new()
            .format(|out, message, record| out.finish(format_args!("{}", Line(message, record))))
            .chain(output(WholeLines::new(Count(writes))))
            .into_log();
        for text in ["un\ndeux", "trois"] {
            log.log(&Record::builder().args(format_args!("{text}")).build());
        }
        drop(log);
        let lines: Vec<_> = written.iter().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines.first().unwrap().ends_with(b"un\\ndeux\n"));
    }
}
