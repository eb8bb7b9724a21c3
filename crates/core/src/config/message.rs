//! `MESSAGES_*`, `TIME_ZONE`, `LANGUAGE_CODE`: how messages are treated.

use super::Vars;
use crate::vocabulary::Mode;
use std::path::PathBuf;
use std::time::Duration;

pub(super) const NAMES: &[&str] = &[
    "MESSAGES_MODE",
    "MESSAGES_OUTBOX",
    "MESSAGES_LATE_HOURS",
    "MESSAGES_CONFIRM_ABOVE",
    "MESSAGES_RETENTION_DAYS",
    "MESSAGES_ALLOW_CLEARTEXT",
    "TIME_ZONE",
    "LANGUAGE_CODE",
];

/// Language of reports and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// `fr-fr`
    #[default]
    Fr,
    /// `en-us`
    En,
}

/// How messages are treated.
#[derive(Debug, Clone)]
pub struct Messages {
    /// Where they go.
    pub mode: Mode,
    /// Folder of the mode `fichier`.
    pub outbox: PathBuf,
    /// A message later than this is not sent silently.
    pub late: Duration,
    /// Whoever has a message leave for more recipients over HTTP says how many; none: nobody is asked.
    pub confirm_above: Option<u32>,
    /// So many days after the last thing that happened to a message it is forgotten; none: never.
    pub retention: Option<u32>,
    /// The school's time zone.
    pub zone: chrono_tz::Tz,
    /// Language of the reports.
    pub lang: Lang,
    /// Whether secrets and messages may travel unencrypted beyond this machine.
    pub allow_cleartext: bool,
}

/// Fewer would take from staff what they still work with: nobody is sent a message again that was
/// forgotten.
const RETENTION_MIN: u32 = 30;

impl Messages {
    pub(super) fn read(vars: &mut Vars) -> Self {
        let mode = vars.parsed("MESSAGES_MODE", "simulation, fichier ou reel", |t| {
            t.parse().ok()
        });
        let late = vars.number("MESSAGES_LATE_HOURS", 1..=8760).unwrap_or(24);
        let zone = vars.parsed("TIME_ZONE", "un fuseau comme Europe/Paris", |t| {
            t.parse().ok()
        });
        let lang = vars.parsed("LANGUAGE_CODE", "fr-fr ou en-us", |text| {
            match text.to_ascii_lowercase().as_str() {
                "fr-fr" | "fr" => Some(Lang::Fr),
                "en-us" | "en" => Some(Lang::En),
                _ => None,
            }
        });
        Self {
            mode: mode.unwrap_or(Mode::Simulation),
            outbox: vars.text_or("MESSAGES_OUTBOX", "outbox").into(),
            late: Duration::from_secs(u64::from(late) * 3600),
            confirm_above: vars.number("MESSAGES_CONFIRM_ABOVE", 0..=1_000_000),
            retention: retention(vars),
            zone: zone.unwrap_or(chrono_tz::Europe::Paris),
            lang: lang.unwrap_or_default(),
            allow_cleartext: vars.switch("MESSAGES_ALLOW_CLEARTEXT"),
        }
    }
}

fn retention(vars: &mut Vars) -> Option<u32> {
    let expected = format!(
        "un nombre de jours, {RETENTION_MIN} ou plus (400 pour une année scolaire ; sans ce réglage, \
         rien n'est oublié)"
    );
    vars.parsed("MESSAGES_RETENTION_DAYS", &expected, |text| {
        text.parse()
            .ok()
            .filter(|days| (RETENTION_MIN..=36_500).contains(days))
    })
}
