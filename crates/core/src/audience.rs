//! Who can be written to, and at which address: a rule that knows no database.

use crate::config::{Config, Lang};
use crate::mailbox;
use crate::model::{Barred, Candidate, Reading};
use crate::phone::{self, Region};
use crate::segments::{self, Plain};
use crate::texts::addresses as texts;
use crate::vocabulary::{Canal, Mode, Motif};
use std::time::Duration;

/// Why somebody is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In one word.
    pub motif: Motif,
    /// What more there is to say, such as `ligne fixe`; no address stands in it.
    pub detail: Option<String>,
}

impl From<Motif> for Refusal {
    fn from(motif: Motif) -> Self {
        Self::told(motif, None)
    }
}

impl Refusal {
    fn told(motif: Motif, detail: Option<&str>) -> Self {
        Self {
            motif,
            detail: detail.map(ToOwned::to_owned),
        }
    }
}

/// What decides whether a parent can be written to.
#[derive(Debug, Clone)]
pub struct Rules {
    region: Region,
    allowed: Vec<Region>,
    late: Duration,
    mode: Mode,
    segments_max: usize,
    plain: Plain,
    lang: Lang,
    passerelle: String,
    repeatable: bool,
}

impl Rules {
    /// The settings that matter here.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let real = config.messages.mode == Mode::Reel;
        let gateway = config.sms.gateway.as_ref().filter(|_| real);
        Self {
            passerelle: gateway.map_or_else(String::new, |gateway| gateway.passerelle.clone()),
            repeatable: gateway.is_some_and(|gateway| gateway.preset.repeatable),
            region: config.sms.region,
            allowed: config.sms.allowed.clone(),
            late: config.messages.late,
            mode: config.messages.mode,
            segments_max: config.sms.segments_max,
            plain: config.sms.plain,
            lang: config.messages.lang,
        }
    }

    /// Country of numbers that are written without one.
    pub(crate) const fn region(&self) -> Region {
        self.region
    }

    /// How the directory's addresses are read.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            region: self.region,
            elsewhere: texts::refused_elsewhere(self.lang),
            passerelle: self.passerelle.clone(),
        }
    }

    /// The gateway, if it can be asked again for an SMS without making a second one.
    #[must_use]
    pub fn repeatable(&self) -> Option<&str> {
        self.repeatable.then_some(self.passerelle.as_str())
    }

    /// How long after it was due an envoi may still leave.
    pub(crate) const fn late(&self) -> Duration {
        self.late
    }

    /// Whether what leaves really leaves.
    pub(crate) fn is_real(&self) -> bool {
        self.mode == Mode::Reel
    }

    /// Whether what leaves is only marked as sent.
    pub(crate) fn is_simulated(&self) -> bool {
        self.mode == Mode::Simulation
    }

    /// The address to write to, by what stands in the parent's own record.
    ///
    /// # Errors
    /// Why there is none.
    pub fn address(&self, candidate: &Candidate, canal: Canal) -> Result<String, Refusal> {
        match canal {
            _ if candidate.parti => Err(Motif::Efface.into()),
            Canal::Sms if !candidate.notifications_sms => Err(Motif::Opposition.into()),
            Canal::Email if !candidate.notifications_email => Err(Motif::Opposition.into()),
            Canal::Sms => self.number(&candidate.telephone),
            Canal::Email => match mailbox::parse(&candidate.email) {
                Ok(mailbox) => Ok(mailbox.address),
                Err(fault) => Err(Refusal::told(
                    Motif::SansAdresse,
                    texts::of_mailbox(self.lang, fault),
                )),
            },
        }
    }

    fn number(&self, typed: &str) -> Result<String, Refusal> {
        if typed.trim().is_empty() {
            return Err(Motif::SansAdresse.into());
        }
        let number = phone::parse(typed, self.region).map_err(|fault| {
            Refusal::told(Motif::NumeroInvalide, texts::of_number(self.lang, fault))
        })?;
        let allowed = self.allowed.is_empty()
            || number
                .region
                .is_some_and(|region| self.allowed.contains(&region));
        if allowed {
            Ok(number.e164)
        } else {
            Err(Motif::PaysRefuse.into())
        }
    }

    /// Why an address is not written to, whoever has it.
    #[must_use]
    pub fn barred(&self, why: Barred) -> Refusal {
        match why {
            Barred::Refusee => {
                Refusal::told(Motif::Opposition, Some(texts::refused_elsewhere(self.lang)))
            }
            Barred::Morte => Motif::AdresseMorte.into(),
        }
    }

    /// Why nobody is sent this SMS, which was written before it could be refused.
    #[must_use]
    pub fn too_long(&self, texte: Option<&str>) -> Option<Refusal> {
        let count = segments::over(texte?, self.plain, self.segments_max)?;
        let told = texts::too_many_segments(self.lang, count, self.segments_max);
        Some(Refusal::told(Motif::Permanent, Some(&told)))
    }
}
