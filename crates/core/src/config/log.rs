//! The log: its file, its level, how much of it is kept.

use super::Vars;
use std::path::PathBuf;

pub(super) const NAMES: &[&str] = &["LOG_FILE", "LOG_LEVEL", "LOG_MAX_MB", "LOG_KEEP"];

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    /// File that lines are added to.
    pub file: PathBuf,
    /// The least that is written there.
    pub level: log::LevelFilter,
    /// From how many bytes on another file is begun; none when something else sees to that.
    pub max: Option<u64>,
    /// How many full ones are kept: `.1` is the latest.
    pub keep: u32,
}

impl Log {
    pub(super) fn read(vars: &mut Vars) -> Self {
        let level = vars.parsed("LOG_LEVEL", "error, warning, info ou debug", |text| {
            match text.to_ascii_lowercase().as_str() {
                // Python's names, which the old application's file has.
                "warning" => Some(log::LevelFilter::Warn),
                "critical" => Some(log::LevelFilter::Error),
                word => word.parse().ok(),
            }
        });
        let megabytes = vars.number("LOG_MAX_MB", 0..=10_000).unwrap_or(10);
        Self {
            file: vars.text_or("LOG_FILE", "scheduled_messages.log").into(),
            level: level.unwrap_or(log::LevelFilter::Info),
            max: (megabytes > 0).then(|| u64::from(megabytes) << 20),
            keep: vars.number("LOG_KEEP", 1..=99).unwrap_or(5),
        }
    }
}
