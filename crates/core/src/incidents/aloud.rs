//! On stderr, so that cron mails it, whatever silence was asked for; and in the log.

use super::{News, Told};
use crate::logging::SAID;
use std::io::Write;

/// Says it, as `program`.
pub fn aloud(program: &str, told: &[Told]) {
    for told in told {
        // stderr may be closed.
        writeln!(std::io::stderr(), "{program} : {}", told.text).ok();
        log(told);
    }
}

/// In the log only, for what was said on stderr in other words.
pub(super) fn log(told: &Told) {
    let level = match told.news {
        News::Begins | News::Lasts => log::Level::Error,
        News::Ends => log::Level::Info,
    };
    log::log!(target: SAID, level, "incident={} {}", told.incident.genre, told.text);
}
