//! The addresses of the directory in the one form in which they can be compared: what is typed as
//! `06 12…` in one record and as `+33 6 12…` in another is the same telephone.
//!
//! The forms are kept beside what was typed, because reading a number takes its country's plan, and
//! nobody reads 100,000 records for each envoi. `norme` says by which rules they were made: a
//! trigger empties it when a number or a mailbox is written, and another default country than the
//! one in it makes them anew.

use super::sql::{Sql, columns, sql};
use super::{Conn, Error};
use crate::phone::Region;
use crate::vocabulary::Canal;
use crate::{mailbox, phone};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Records of one transaction.
pub const BATCH: usize = 2000;

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

#[derive(diesel::QueryableByName)]
struct Typed {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    telephone: String,
    #[diesel(sql_type = Text)]
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

/// Makes the forms of up to [`BATCH`] records that were written since the last time, and returns
/// how many: fewer mean that all are made. To be called in a transaction that writes.
///
/// # Errors
/// The database's.
pub fn refresh(conn: &mut Conn, region: Region) -> Result<usize, Error> {
    let norme = norme(region);
    let mut typed = waiting(conn, &norme, WRITTEN)?;
    if typed.is_empty() {
        typed = waiting(conn, &norme, OF_OTHER_RULES)?;
    }
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
    conn.execute(
        sql("UPDATE parents
                 SET telephone_e164 = r.telephone_e164, email_norme = r.email_norme, norme = ?
                FROM {rows: id, telephone, email, telephone_e164, email_norme}
               WHERE parents.id = r.id AND parents.telephone = r.telephone AND parents.email = r.email")
        .bind(norme)
        .bind_rows(&normal),
    )?;
    Ok(normal.len())
}

/// Makes all of them.
///
/// # Errors
/// The database's.
pub fn refresh_all(conn: &mut Conn, region: Region) -> Result<(), Error> {
    while refresh(conn, region)? == BATCH {}
    Ok(())
}

/// In the order of an index, the empty mark first.
const WRITTEN: Sql = sql("SELECT id, telephone, email FROM parents
     WHERE norme < ? ORDER BY norme, id LIMIT ? {for update}");
const OF_OTHER_RULES: Sql = sql("SELECT id, telephone, email FROM parents
     WHERE norme > ? ORDER BY norme, id LIMIT ? {for update}");

fn waiting(conn: &mut Conn, norme: &str, question: Sql) -> Result<Vec<Typed>, Error> {
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    conn.load(question.bind(norme).bind(limit))
}

#[derive(Serialize)]
struct Wanted<'a> {
    adresse: &'a str,
}
columns!(Wanted<'_>: adresse);

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    adresse: String,
}

/// Those of these forms that a record of the directory refuses on this channel. The forms must
/// have been made ([`refresh`]).
///
/// # Errors
/// The database's.
pub fn refused(
    conn: &mut Conn,
    canal: Canal,
    forms: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Error> {
    if forms.is_empty() {
        return Ok(BTreeSet::new());
    }
    let wanted: Vec<Wanted<'_>> = forms.iter().map(|adresse| Wanted { adresse }).collect();
    let question = match canal {
        Canal::Sms => sql("SELECT DISTINCT telephone_e164 AS adresse FROM parents
             WHERE NOT notifications_sms
               AND telephone_e164 IN (SELECT r.adresse FROM {rows: adresse})"),
        Canal::Email => sql("SELECT DISTINCT email_norme AS adresse FROM parents
             WHERE NOT notifications_email
               AND email_norme IN (SELECT r.adresse FROM {rows: adresse})"),
    };
    let found: Vec<Found> = conn.load(question.bind_rows(&wanted))?;
    Ok(found.into_iter().map(|row| row.adresse).collect())
}

/// What the directory knows of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Use {
    /// Records that have it, of those who did not leave.
    pub fiches: usize,
    /// Whether one of them, or of those who left, refuses the channel.
    pub refused: bool,
}

#[derive(diesel::QueryableByName)]
struct Record {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    typed: String,
    #[diesel(sql_type = Nullable<Text>)]
    adresse: Option<String>,
    #[diesel(sql_type = Text)]
    norme: String,
    #[diesel(sql_type = Bool)]
    accepte: bool,
    #[diesel(sql_type = Bool)]
    parti: bool,
}

/// The uses of all addresses of a channel, by their form. Changes nothing, so that it can be asked
/// by who only looks: what is not made yet is made in memory.
///
/// # Errors
/// The database's.
pub fn uses(conn: &mut Conn, canal: Canal, region: Region) -> Result<BTreeMap<String, Use>, Error> {
    let norme = norme(region);
    let mut uses: BTreeMap<String, Use> = BTreeMap::new();
    let mut after = 0;
    loop {
        let records = records(conn, canal, after)?;
        after = records.last().map_or(after, |record| record.id);
        let complete = records.len() < BATCH;
        for record in records {
            let made = if record.norme == norme {
                record.adresse
            } else {
                form(canal, &record.typed, region)
            };
            if let Some(adresse) = made {
                let known = uses.entry(adresse).or_default();
                known.fiches += usize::from(!record.parti);
                known.refused |= !record.accepte;
            }
        }
        if complete {
            return Ok(uses);
        }
    }
}

fn records(conn: &mut Conn, canal: Canal, after: i64) -> Result<Vec<Record>, Error> {
    let question = match canal {
        Canal::Sms => sql(
            "SELECT id, telephone AS typed, telephone_e164 AS adresse, norme,
                    notifications_sms AS accepte, parti_le IS NOT NULL AS parti
               FROM parents WHERE id > ? ORDER BY id LIMIT ?",
        ),
        Canal::Email => sql("SELECT id, email AS typed, email_norme AS adresse, norme,
                    notifications_email AS accepte, parti_le IS NOT NULL AS parti
               FROM parents WHERE id > ? ORDER BY id LIMIT ?"),
    };
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    conn.load(question.bind(after).bind(limit))
}
