//! Receipts: what a gateway tells of an SMS after it took it.
//!
//! How a gateway's receipt is read is data: a [`Form`], one short file for each gateway. Whatever way it
//! comes, in a query, a form or JSON, it is one JSON value when it is read here.

mod form;
mod signature;
#[cfg(test)]
mod tests;

pub use form::{Form, Told};
pub use signature::{Request, Scheme};

use crate::failpoint::reach;
use crate::store::envois::{self, News, Noted};
use crate::store::{Conn, Error};
use crate::vocabulary::Remise;

/// The gateways whose receipts are understood, with their forms.
const FORMS: &[(&str, &str)] = &[
    (
        "africastalking",
        include_str!("receipts/forms/africastalking.toml"),
    ),
    ("brevo", include_str!("receipts/forms/brevo.toml")),
    ("infobip", include_str!("receipts/forms/infobip.toml")),
    ("kannel", include_str!("receipts/forms/kannel.toml")),
    ("octopush", include_str!("receipts/forms/octopush.toml")),
    ("orange", include_str!("receipts/forms/orange.toml")),
    ("ovh", include_str!("receipts/forms/ovh.toml")),
    ("smsgate", include_str!("receipts/forms/smsgate.toml")),
    ("smsmode", include_str!("receipts/forms/smsmode.toml")),
    ("twilio", include_str!("receipts/forms/twilio.toml")),
    ("vonage", include_str!("receipts/forms/vonage.toml")),
];

/// The names of the gateways whose receipts are understood.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(name, _)| *name)
}

/// How the receipts of a gateway are read; none of one that is not known.
#[must_use]
pub fn form(passerelle: &str) -> Option<Form> {
    let (_, text) = FORMS.iter().find(|(name, _)| *name == passerelle)?;
    form::of_preset(text).ok()
}

/// What became of one receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its envoi is known better now, was known as well, or will be by the next run; or no envoi is named so.
    Noted(Remise, Noted),
    /// It has no reference, or a status that nobody knows.
    Unread,
}

/// Notes what a request told, all of it or nothing.
///
/// # Errors
/// The database's.
pub fn note(conn: &mut Conn, passerelle: &str, told: &[Told]) -> Result<Vec<Outcome>, Error> {
    let outcomes = conn.write(|conn| {
        let note = |told: &Told| {
            let Some(remise) = told.remise.filter(|_| !told.references.is_empty()) else {
                return Ok(Outcome::Unread);
            };
            let news = News {
                passerelle: Some(passerelle.to_owned()),
                references: told.references.clone(),
                remise,
                code: told.code.clone(),
            };
            Ok(Outcome::Noted(remise, envois::note(conn, &news)?))
        };
        let outcomes: Result<Vec<Outcome>, Error> = told.iter().map(note).collect();
        reach("remise_commit");
        outcomes
    })?;
    reach("remise_committed");
    Ok(outcomes)
}
