//! The addresses of the directory in the one form in which they can be compared: what is typed as
//! `06 12…` in one record and as `+33 6 12…` in another is the same telephone.
//!
//! The forms are kept beside what was typed, because reading a number takes its country's plan, and
//! nobody reads 100,000 records for each envoi. `norme` says by which rules they were made: a
//! trigger empties it when a number or a mailbox is written, and another default country than the
//! one in it makes them anew.

pub mod mortes;

use super::annuaire::in_chunks;
use super::backend::locked_to_change;
use super::sql::{columns, statements};
use super::{Conn, Error};
use crate::instant::Instant;
use crate::model::Barred;
use crate::phone::Region;
use crate::schema::parents;
use crate::vocabulary::Canal;
use crate::{mailbox, phone};
use diesel::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Records of one transaction.
pub const BATCH: usize = 2000;
/// The same, as a question says it.
const LIMIT: i64 = 2000;

/// More families than these do not share an address by being neighbours or grandparents.
pub(crate) const FAMILIES_MAX: usize = 3;

/// To be raised when numbers or mailboxes are read by other rules than before.
const RULES: &str = "1";

/// Under what name the forms of this default country are kept.
fn norme(region: Region) -> String {
    format!("{}.{RULES}", region.code())
}

/// The form of what was typed, if it is an address.
fn form(canal: Canal, typed: &str, region: Region) -> Option<String> {
    match canal {
        Canal::Sms => phone::parse(typed, region).ok().map(|number| number.e164),
        Canal::Email => mailbox::parse(typed)
            .ok()
            .map(|mailbox| mailbox::key(&mailbox.address)),
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = parents)]
struct Typed {
    id: i64,
    telephone: String,
    email: String,
}

#[derive(Serialize)]
struct Normal {
    id: i64,
    telephone: String,
    email: String,
    telephone_e164: Option<String>,
    email_norme: Option<String>,
}
columns!(Normal: id, telephone, email, telephone_e164, email_norme);

// By hand: each row has values of its own.
statements! {
    fn made(normal: &[Normal], norme: &str) =
        "UPDATE parents
            SET telephone_e164 = r.telephone_e164, email_norme = r.email_norme, norme = {norme}
           FROM {normal}
          WHERE parents.id = r.id AND parents.telephone = r.telephone AND parents.email = r.email";
}

/// Makes the forms of up to [`BATCH`] records that were written since the last time, and returns
/// how many: fewer mean that all are made. To be called in a transaction that writes.
pub fn refresh(conn: &mut Conn, region: Region) -> Result<usize, Error> {
    let norme = norme(region);
    let typed = waiting(conn, &norme)?;
    if typed.is_empty() {
        return Ok(0);
    }
    let normal: Vec<Normal> = typed
        .into_iter()
        .map(|row| Normal {
            id: row.id,
            telephone_e164: form(Canal::Sms, &row.telephone, region),
            email_norme: form(Canal::Email, &row.email, region),
            telephone: row.telephone,
            email: row.email,
        })
        .collect();
    conn.execute(made(&normal, &norme))?;
    Ok(normal.len())
}

/// Makes all of them.
pub fn refresh_all(conn: &mut Conn, region: Region) -> Result<(), Error> {
    while refresh(conn, region)? == BATCH {}
    Ok(())
}

/// Those that were written first, then those of other rules; in the order of an index, in which the
/// empty mark comes first.
fn waiting(conn: &mut Conn, norme: &str) -> Result<Vec<Typed>, Error> {
    let all = parents::table
        .order((parents::norme, parents::id))
        .limit(LIMIT)
        .select(Typed::as_select());
    let written = conn.load(locked_to_change(all.filter(parents::norme.lt(norme))))?;
    if written.is_empty() {
        return conn.load(locked_to_change(all.filter(parents::norme.gt(norme))));
    }
    Ok(written)
}

/// Those of these forms that are not written to on this channel, whoever has them. The forms must
/// have been made ([`refresh`]).
pub fn barred(
    conn: &mut Conn,
    canal: Canal,
    forms: &BTreeSet<String>,
) -> Result<BTreeMap<String, Barred>, Error> {
    let dead = match canal {
        Canal::Sms => BTreeSet::new(),
        Canal::Email => mortes::dead(conn, forms)?,
    };
    let refused = refused(conn, canal, forms)?;
    let dead = dead.into_iter().map(|form| (form, Barred::Morte));
    let refused = refused.into_iter().map(|form| (form, Barred::Refusee));
    // A wish is told before a fault.
    Ok(dead.chain(refused).collect())
}

/// Those that a record of the directory refuses.
fn refused(
    conn: &mut Conn,
    canal: Canal,
    forms: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Error> {
    let forms: Vec<&String> = forms.iter().collect();
    let refused = in_chunks(&forms, |forms| {
        let forms = forms.iter().copied();
        let all = parents::table.into_boxed();
        conn.load(match canal {
            Canal::Sms => all
                .filter(parents::telephone_e164.eq_any(forms))
                .filter(diesel::dsl::not(parents::notifications_sms))
                .select(parents::telephone_e164.assume_not_null()),
            Canal::Email => all
                .filter(parents::email_norme.eq_any(forms))
                .filter(diesel::dsl::not(parents::notifications_email))
                .select(parents::email_norme.assume_not_null()),
        })
    })?;
    Ok(refused.into_iter().collect())
}

/// What the directory knows of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Use {
    /// Records that have it, of those who did not leave.
    pub fiches: usize,
    /// Why it is not written to.
    pub barred: Option<Barred>,
}

/// What the directory says of one address, by the rules of `norme`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = parents)]
struct Record {
    #[diesel(embed)]
    typed: Typed,
    telephone_e164: Option<String>,
    email_norme: Option<String>,
    norme: String,
    notifications_sms: bool,
    notifications_email: bool,
    parti_le: Option<Instant>,
}

/// The uses of all addresses of a channel, by their form. Changes nothing, so that it can be asked
/// by who only looks: what is not made yet is made in memory.
pub fn uses(conn: &mut Conn, canal: Canal, region: Region) -> Result<BTreeMap<String, Use>, Error> {
    let norme = norme(region);
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    let mut after = 0;
    loop {
        let records = parents::table
            .filter(parents::id.gt(after))
            .order(parents::id);
        let records: Vec<Record> = conn.load(records.limit(LIMIT).select(Record::as_select()))?;
        let complete = records.len() < BATCH;
        for record in records {
            after = record.typed.id;
            let (typed, made, accepted) = match canal {
                Canal::Sms => (
                    record.typed.telephone,
                    record.telephone_e164,
                    record.notifications_sms,
                ),
                Canal::Email => (
                    record.typed.email,
                    record.email_norme,
                    record.notifications_email,
                ),
            };
            let adresse = if record.norme == norme {
                made
            } else {
                form(canal, &typed, region)
            };
            if let Some(adresse) = adresse {
                let known = uses.entry(adresse).or_default();
                known.fiches += usize::from(record.parti_le.is_none());
                if !accepted {
                    known.barred = Some(Barred::Refusee);
                }
            }
        }
        if complete {
            break;
        }
    }
    if canal == Canal::Email {
        for form in mortes::all_dead(conn)? {
            let known = uses.entry(form).or_default();
            known.barred = known.barred.or(Some(Barred::Morte));
        }
    }
    Ok(uses)
}
