//! What can be known of settings that are at fault.

use super::{Alarms, Database, Lang, Messages, Vars};

/// Where it can be kept that settings are at fault, and who is told.
#[derive(Debug, Clone)]
pub struct Remnant {
    /// The database, whose own settings are right.
    pub database: Database,
    /// The language of sentences.
    pub lang: Lang,
    /// Who is told.
    pub alarms: Alarms,
}

impl Remnant {
    /// Reads it; none when the settings cannot be read as a whole, or the database's are at fault.
    #[must_use]
    pub fn read(mut vars: Vars) -> Option<Self> {
        if vars.has_faults() {
            return None;
        }
        let database = Database::read(&mut vars);
        (!vars.has_faults()).then(|| Self {
            database,
            lang: Messages::read(&mut vars).lang,
            alarms: Alarms::read(&mut vars),
        })
    }
}
