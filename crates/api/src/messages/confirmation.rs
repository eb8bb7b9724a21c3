//! A message to many leaves when whoever asks for it says for how many (`MESSAGES_CONFIRM_ABOVE`).

use crate::drf::{ApiError, Body, Fields};
use crate::state::State;
use messages_core::config::Config;
use messages_core::preview;
use messages_core::store::{Conflict, Conn, Error};

/// The number that was said, and what it is held against.
#[derive(Clone)]
pub(crate) struct Confirmation {
    said: Option<i64>,
    /// The settings, where more than so many ask for it.
    above: Option<(i64, Box<Config>)>,
}

impl Confirmation {
    /// Reads `destinataires`.
    pub(super) fn read(fields: &mut Fields<'_>, config: &Config) -> Self {
        let above = config.messages.confirm_above;
        Self {
            said: fields.number("destinataires"),
            above: above.map(|above| (i64::from(above), Box::new(config.clone()))),
        }
    }

    /// As whoever looks at a page saw it: exactly so many, whatever the settings ask for.
    pub(crate) fn of_page(said: Option<i64>, config: &Config) -> Self {
        Self {
            said,
            above: Some((0, Box::new(config.clone()))),
        }
    }

    /// Reads it where nothing else can be wrong.
    ///
    /// # Errors
    /// 400.
    pub(super) fn read_alone(state: &State, body: &Body) -> Result<Self, ApiError> {
        let mut fields = Fields::new(body, true, state.texts);
        let read = Self::read(&mut fields, &state.config);
        fields.check()?;
        Ok(read)
    }

    /// Looks for how many this message leaves. To be asked in the transaction that makes it leave.
    ///
    /// # Errors
    /// [`Conflict::Unconfirmed`].
    pub(super) fn check(&self, conn: &mut Conn, id: i64) -> Result<(), Error> {
        match &self.above {
            Some((_, config)) => self.hold(preview::reached(conn, config, id)?),
            None => Ok(()),
        }
    }

    /// Holds what was said against the number of recipients.
    ///
    /// # Errors
    /// [`Conflict::Unconfirmed`].
    pub(super) fn hold(&self, count: usize) -> Result<(), Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self.above {
            Some((above, _)) if count > above && self.said != Some(count) => {
                Err(Error::Conflict(Conflict::Unconfirmed(count)))
            }
            _ => Ok(()),
        }
    }
}
