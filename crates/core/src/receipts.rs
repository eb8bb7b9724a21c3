//! Receipts: what a gateway tells of an SMS after it took it.
//!
//! How a gateway's receipt is read is data: a [`Form`], which stands in the gateway's preset. Whatever way it
//! comes, in a query, a form or JSON, it is one JSON value when it is read here.

mod form;
mod signature;
#[cfg(test)]
mod tests;

pub use form::{Form, Told};
pub use signature::{Request, Scheme};

use crate::config::Gateway;
use crate::failpoint::reach;
use crate::gateways;
use crate::store::envois::{self, News, Noted};
use crate::store::{Conn, Error};
use crate::vocabulary::Remise;

/// How the receipts of a gateway are read: of the school's own one as its file says, of the others as their
/// presets do. None of one that is not known, or tells nothing.
#[must_use]
pub fn form(passerelle: &str, own: Option<&Gateway>) -> Option<Form> {
    match own.filter(|own| own.passerelle == passerelle) {
        Some(own) => own.preset.receipt.clone(),
        None => gateways::parse(gateways::named(passerelle)?).ok()?.receipt,
    }
}

/// The names of the gateways whose receipts are understood.
#[must_use]
pub fn names(own: Option<&Gateway>) -> Vec<String> {
    let presets = gateways::names().map(str::to_owned);
    let mut names: Vec<String> = presets
        .chain(own.map(|own| own.passerelle.clone()))
        .collect();
    names.sort();
    names.dedup();
    names.retain(|name| form(name, own).is_some());
    names
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
