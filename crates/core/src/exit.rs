//! How the programs end (contract, "Command line"; the numbers above 64 are sysexits.h's).

use crate::config::{Faults, Lang};
use crate::logging::SAID;
use crate::store::Error as StoreError;
use crate::texts;
use std::io::Write;
use std::process::ExitCode;

/// Exit codes. (2, a wrong command line, is clap's own.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The work was done.
    Done = 0,
    /// What was asked for was not done, or with `--fail-on-error` somebody was not reached.
    Failed = 1,
    /// A fault of this program.
    Internal = 70,
    /// Try later: the database is away, its disk is full, the clock is impossible.
    TryLater = 75,
    /// A setting has to be mended.
    Config = 78,
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        #[expect(clippy::as_conversions, reason = "the discriminants are the codes")]
        let code = exit as Self;
        code
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(u8::from(exit))
    }
}

/// Why the program did not do its work, in words for the administrator.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    text: String,
    was_said: bool,
}

impl Failure {
    /// One with these words, which hold no secret.
    pub fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self {
            exit,
            text: text.into(),
            was_said: false,
        }
    }

    /// Of which somebody was told already: the log says it, and the exit code.
    #[must_use]
    pub fn was_said(self) -> Self {
        Self {
            was_said: true,
            ..self
        }
    }

    /// The same, where whoever called keeps what it was about and comes again: that a setting is wrong
    /// passes, too.
    #[must_use]
    pub fn for_later(self) -> Self {
        Self {
            exit: Exit::TryLater,
            ..self
        }
    }

    /// How the program ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }

    /// Says it on stderr, as `program`, and in the log.
    #[must_use]
    pub fn tell(self, program: &str) -> Exit {
        // stderr may be closed; the exit code remains.
        if !self.was_said {
            writeln!(std::io::stderr(), "{program} : {}", self.text).ok();
        }
        let line = self.text.lines().next().unwrap_or_default();
        log::error!(target: SAID, "code={} {line}", u8::from(self.exit));
        self.exit
    }

    /// One for which the database is the reason, said in this language.
    #[must_use]
    pub fn of_store(lang: Lang, error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(text) => Self::new(
                Exit::TryLater,
                format!("base de données indisponible : {text}"),
            ),
            StoreError::Config(text) | StoreError::Held(text) => Self::new(Exit::Config, text),
            StoreError::Conflict(why) => Self::new(Exit::Failed, texts::conflit(lang, why)),
            StoreError::Stale => Self::new(Exit::TryLater, "modifié entre-temps"),
            StoreError::NotFound => Self::new(Exit::Failed, "introuvable"),
            StoreError::Other(text) => Self::new(
                Exit::Internal,
                format!("erreur interne (base de données) : {text}"),
            ),
        }
    }
}

impl From<Faults> for Failure {
    fn from(faults: Faults) -> Self {
        Self::new(Exit::Config, format!("réglages à corriger\n{faults}"))
    }
}

/// For what can go wrong whatever the command.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::of_store(Lang::Fr, error)
    }
}
