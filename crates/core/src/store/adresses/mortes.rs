//! Addresses that do not work, by what became of earlier envois.
//!
//! A mailbox is dead when two messages came back from it because there is no such mailbox: one may be a
//! server's mistake of a day. Other reasons for which e-mails come back (a full mailbox, a server that
//! takes nothing from us) pass, or are ours. Of a telephone nobody says that it does not exist: one that
//! was off for some days is used again, and what matters leaves as an SMS. So no number is dead, but one
//! that the gateway calls wrong, or at which SMS do not arrive, is told.
//!
//! What retention forgets is forgotten here too: after that time a dead mailbox is tried again.

use crate::channel::UNWANTED;
use crate::instant::Instant;
use crate::schema::envois;
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Error};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An address in the form in which it is compared.
#[derive(Debug, Serialize, diesel::QueryableByName)]
struct Forme {
    #[diesel(sql_type = diesel::sql_types::Text)]
    forme: String,
}
columns!(Forme: forme);

/// A number that the gateway refused for good, as a number.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
#[diesel(table_name = envois)]
struct Wrong {
    adresse: Option<String>,
    code: Option<String>,
    detail: Option<String>,
    termine_le: Option<Instant>,
}

/// What is wrong with a number that can be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constat {
    /// The gateway refused it for good, then, with this code.
    Refuse(Option<Instant>, Option<String>),
    /// Two SMS that left did not arrive, and none since.
    Muet,
}

/// Of an envoi `e`: it came back because there is no such mailbox (RFC 3463: no mailbox, no domain, no address,
/// moved, a domain that takes no mail, closed, no way to the domain).
const NO_MAILBOX: &str = "
    e.remise = 'non_remis' AND e.canal = 'email'
    AND e.remise_code IN ('5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.4.4')";

statements! {
    fn dead_among(formes: &[Forme]) =
        "SELECT r.forme FROM {formes}
          WHERE 1 < (SELECT count(DISTINCT e.message) FROM envois e
                      WHERE lower(e.adresse) = r.forme AND ", NO_MAILBOX, ")";

    fn dead_of_all() =
        "SELECT lower(e.adresse) AS forme FROM envois e
          WHERE e.adresse IS NOT NULL AND ", NO_MAILBOX, "
          GROUP BY lower(e.adresse) HAVING count(DISTINCT e.message) > 1";

    // Until an SMS to the same number was accepted.
    fn wrong_among(formes: &[Forme]) =
        "SELECT e.adresse, e.code, e.detail, e.termine_le
           FROM {formes} JOIN envois e ON lower(e.adresse) = r.forme
          WHERE e.motif = 'permanent' AND e.canal = 'sms' AND e.tentatives > 0
            AND NOT EXISTS (SELECT 1 FROM envois n
                             WHERE n.parent = e.parent AND n.message > e.message
                               AND n.adresse = e.adresse AND n.etat = 'envoye')
          ORDER BY e.id";

    fn mute_among(formes: &[Forme]) =
        "SELECT r.forme FROM {formes}
          WHERE 1 < (SELECT count(DISTINCT e.message) FROM envois e
                      WHERE lower(e.adresse) = r.forme AND e.remise = 'non_remis' AND e.canal = 'sms'
                        AND NOT EXISTS (SELECT 1 FROM envois n
                                         WHERE n.parent = e.parent AND n.message > e.message
                                           AND n.adresse = e.adresse AND n.remise = 'remis'))";
}

fn rows(forms: &BTreeSet<String>) -> Vec<Forme> {
    let row = |form: &String| Forme {
        forme: form.clone(),
    };
    forms.iter().map(row).collect()
}

/// Those of these mailboxes that are dead.
pub fn dead(conn: &mut Conn, forms: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
    if forms.is_empty() {
        return Ok(BTreeSet::new());
    }
    let dead: Vec<Forme> = conn.load(dead_among(&rows(forms)))?;
    Ok(dead.into_iter().map(|one| one.forme).collect())
}

/// All mailboxes that are dead.
pub fn all_dead(conn: &mut Conn) -> Result<Vec<String>, Error> {
    let dead: Vec<Forme> = conn.load(dead_of_all())?;
    Ok(dead.into_iter().map(|one| one.forme).collect())
}

/// What is wrong with these numbers.
pub fn constats(
    conn: &mut Conn,
    forms: &BTreeSet<String>,
) -> Result<BTreeMap<String, Constat>, Error> {
    if forms.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mute: Vec<Forme> = conn.load(mute_among(&rows(forms)))?;
    let mute = mute.into_iter().map(|one| (one.forme, Constat::Muet));
    let wrong: Vec<Wrong> = conn.load(wrong_among(&rows(forms)))?;
    let is_content = |one: &Wrong| {
        let said = one.detail.as_deref();
        said.is_some_and(|said| said.starts_with(UNWANTED))
    };
    let of_number = wrong.into_iter().filter(|one| !is_content(one));
    let wrong =
        of_number.filter_map(|one| Some((one.adresse?, Constat::Refuse(one.termine_le, one.code))));
    Ok(mute.chain(wrong).collect())
}
