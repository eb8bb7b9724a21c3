//! Whether everything works, asked by a person: [`check`] looks at the settings, the database and the channels,
//! and sends nothing; [`verify`] proves that nothing is lost and nobody was sent to twice.

pub mod check;
pub mod verify;
mod words;
mod writing;

use crate::config::Lang;
use crate::texts::either;

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Whether it is as it should be; none for what is only told.
    pub holds: Option<bool>,
    /// In words.
    pub text: String,
}

impl Line {
    /// As a terminal shows it.
    #[must_use]
    pub fn printed(&self, lang: Lang) -> String {
        let text = &self.text;
        match self.holds {
            Some(true) => format!("ok     {text}"),
            Some(false) => format!("{} {text}", either(lang, "ERREUR", "ERROR ")),
            None => text.clone(),
        }
    }
}
