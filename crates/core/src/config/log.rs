//! `LOG_FILE` and `LOG_LEVEL`.

use super::Vars;
use std::path::PathBuf;

pub(super) const NAMES: &[&str] = &["LOG_FILE", "LOG_LEVEL"];

/// The log.
#[derive(Debug, Clone)]
pub struct Log {
    /// File that lines are added to.
    pub file: PathBuf,
    /// The least that is written there.
    pub level: log::LevelFilter,
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
        Self {
            file: vars.text_or("LOG_FILE", "scheduled_messages.log").into(),
            level: level.unwrap_or(log::LevelFilter::Info),
        }
    }
}
