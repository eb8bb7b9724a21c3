//! Whether a run could write what it has to: in the database, beside it, and in its folders.

use crate::config::Config;
use crate::store::passages::{self, NewPassage};
use crate::store::{Conn, Error};
use crate::writable;

/// Writes a row, and takes it back.
pub(super) fn database(config: &Config, conn: &mut Conn) -> Result<(), Error> {
    let trial = NewPassage {
        id: "essai".to_owned(),
        hote: "essai".to_owned(),
        mode: config.messages.mode,
    };
    passages::rehearse(conn, &trial)
}

/// What is written to beside the database, by its setting, and why it cannot be.
pub(super) fn folders(config: &Config) -> Result<(), String> {
    let faults = writable::faults(config);
    let told = faults.iter().map(|fault| {
        let (setting, place) = (fault.setting, fault.place.display());
        format!("{setting} : {place} : {}", fault.error)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() {
        Ok(())
    } else {
        Err(told.join(" ; "))
    }
}
