//! Receipts: what a gateway tells of an SMS after it took it.
//!
//! How a gateway's receipt is read is data: a [`Form`], which stands in the gateway's preset. Whatever way it
//! comes, in a query, a form or JSON, it is one JSON value when it is read here.

mod signature;
#[cfg(test)]
mod tests;

pub use crate::gateways::receipt::{Form, Scheme, Told};
pub use signature::Request;

use crate::config::Gateway;
use crate::failpoint::reach;
use crate::gateways;
use crate::store::envois::{self, News, Noted};
use crate::store::{Conn, Error};
use crate::vocabulary::Remise;
use std::collections::BTreeMap;

/// How the receipts of each gateway are read that sends some, by its name: of the school's own one as its
/// file says, of the others as their presets do.
#[must_use]
pub fn forms(own: Option<&Gateway>) -> BTreeMap<String, Form> {
    let presets = gateways::names().filter_map(|name| {
        let preset = gateways::parse(gateways::named(name)?).ok()?;
        Some((name.to_owned(), preset.receipt))
    });
    let own = own.map(|own| (own.passerelle.clone(), own.preset.receipt.clone()));
    // The last one of a name counts, also when it sends none.
    let forms: BTreeMap<String, Option<Form>> = presets.chain(own).collect();
    let forms = forms.into_iter();
    forms
        .filter_map(|(name, form)| Some((name, form?)))
        .collect()
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
        let outcomes = take(conn, passerelle, told)?;
        reach("remise_commit");
        Ok(outcomes)
    })?;
    reach("remise_committed");
    Ok(outcomes)
}

/// The same within a transaction.
pub(crate) fn take(
    conn: &mut Conn,
    passerelle: &str,
    told: &[Told],
) -> Result<Vec<Outcome>, Error> {
    let note = |told: &Told| {
        let Some(remise) = told.remise.filter(|_| !told.references.is_empty()) else {
            return Ok(Outcome::Unread);
        };
        let news = News {
            passerelle: Some(passerelle.to_owned()),
            references: told.references.clone(),
            remise,
            code: told.code.as_deref().and_then(News::code),
        };
        Ok(Outcome::Noted(remise, envois::note(conn, &news)?))
    };
    told.iter().map(note).collect()
}
