//! On stderr, so that cron mails it, whatever silence was asked for; and in the log.

use super::words::lines;
use super::{News, Told};
use crate::config::Lang;
use crate::logging::SAID;
use std::io::Write;

/// Says it, as `program`.
pub fn aloud(program: &str, lang: Lang, told: &[Told]) {
    for line in lines(lang, told) {
        // stderr may be closed.
        writeln!(std::io::stderr(), "{program} : {line}").ok();
    }
    for told in told {
        let level = match told.news {
            News::Begins | News::Lasts => log::Level::Error,
            News::Ends => log::Level::Info,
        };
        log::log!(target: SAID, level, "incident={} {}", told.incident.genre, told.text);
    }
}
