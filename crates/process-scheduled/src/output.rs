//! Writing to stdout, which may be closed: a run goes on then.

use crate::cli::Cli;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt;
use std::io::{IsTerminal, Write};

pub(crate) use messages_core::texts::{either, plural};

/// Writes text as it is.
pub(crate) fn print(text: impl fmt::Display) {
    write!(std::io::stdout().lock(), "{text}").ok();
}

/// Writes a line.
pub(crate) fn line(text: impl fmt::Display) {
    print(format_args!("{text}\n"));
}

/// Writes a line on stderr, for whoever is called when something needs a person.
pub(crate) fn alarm(text: impl fmt::Display) {
    writeln!(std::io::stderr().lock(), "process-scheduled : {text}").ok();
}

/// Writes a JSON value on lines of its own.
pub(crate) fn json(value: &serde_json::Value) {
    line(format_args!("{value:#}"));
}

/// A bar of this look, where somebody watches.
pub(crate) fn bar(cli: &Cli, look: &str) -> ProgressBar {
    if cli.quiet || cli.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    // Five drawings a second are enough, and cost nothing while ten thousand envois pass.
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
    let style = ProgressStyle::with_template(look);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
