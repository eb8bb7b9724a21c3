//! The same where SMS may cost only so much: what does not fit is not announced.

use super::{Ready, Settled, announce_all, record_all, settle};
use crate::failpoint::reach;
use crate::model::Reading;
use crate::schema::tentatives::{envoi, jeton, table};
use crate::store::depenses::{self, Bill, Limits, Paid};
use crate::store::envois::{Outcome, Recorded};
use crate::store::{Conn, Error, adresses};
use crate::vocabulary::Canal;
use diesel::prelude::*;
use std::collections::BTreeSet;

/// What a commit goes by.
#[derive(Debug, Clone, Copy)]
pub struct Budget<'b> {
    /// The limits of the settings.
    pub limits: &'b Limits,
    /// Attempts that were counted, and whose outcomes say that they were surely not taken.
    pub unused: &'b [Paid],
}

/// As [`settle`], within limits.
///
/// A few statements on both databases: who counts does so alone, and the texts have to be read.
///
/// # Errors
/// Those of [`settle`].
pub fn settle_within(
    conn: &mut Conn,
    passage: &str,
    outcomes: &[Outcome],
    ready: &[Ready],
    again: bool,
    reading: &Reading,
    budget: Budget<'_>,
) -> Result<Settled, Error> {
    let Budget { limits, unused } = budget;
    let (sms, others): (Vec<Ready>, Vec<Ready>) = ready
        .iter()
        .partition(|ready| ready.envoi.canal == Canal::Sms);
    if sms.is_empty() && unused.is_empty() {
        return settle(conn, passage, outcomes, ready, again, reading);
    }
    conn.write(|conn| {
        depenses::lock(conn)?;
        if !ready.is_empty() {
            adresses::refresh_all(conn, reading.region)?;
        }
        let now = conn.now()?;
        let mut settled = Settled::default();
        let kept = record_all(conn, outcomes, again, now, &mut settled)?;
        depenses::give_back(conn, &of_these(unused, &kept))?;
        // What a commit announced whose answer was lost is counted.
        let begun = if again {
            begun(conn, &sms)?
        } else {
            BTreeSet::new()
        };
        let is_new = |ready: &&Ready| !begun.contains(&ready.envoi.id);
        let messages: Vec<i64> = sms.iter().filter(is_new).map(|r| r.envoi.message).collect();
        let (bill, admitted) = Bill::of(conn, limits, &messages, now)?;
        let fits: BTreeSet<i64> = sms
            .iter()
            .filter(is_new)
            .take(admitted)
            .map(|r| r.envoi.id)
            .collect();
        let (leaving, unpaid): (Vec<Ready>, Vec<Ready>) = sms
            .iter()
            .partition(|ready| !is_new(ready) || fits.contains(&ready.envoi.id));
        let leaving = [leaving, others].concat();
        announce_all(conn, passage, &leaving, again, reading, now, &mut settled)?;
        let announced = settled.announced.iter();
        let paid = announced.filter(|one| fits.contains(&one.id));
        settled.paid = paid
            .map(|one| bill.paid(one.id, one.jeton, one.message))
            .collect();
        depenses::count(conn, &settled.paid)?;
        settled.unpaid = unpaid.iter().map(|ready| ready.envoi.id).collect();
        settled.reached = bill.reached;
        reach("settle_commit");
        Ok(settled)
    })
}

/// Those whose outcome was recorded just now: nothing is given back twice.
fn of_these(unused: &[Paid], recorded: &[Recorded]) -> Vec<Paid> {
    let recorded = Recorded::ids(recorded);
    let of_these = unused.iter().filter(|paid| recorded.contains(&paid.envoi));
    of_these.cloned().collect()
}

/// Those whose attempt is written down already.
fn begun(conn: &mut Conn, sms: &[Ready]) -> Result<BTreeSet<i64>, Error> {
    let ids = sms.iter().map(|ready| ready.envoi.id);
    let named = table.filter(envoi.eq_any(ids)).select((envoi, jeton));
    let attempts: BTreeSet<(i64, i64)> = conn.load(named)?.into_iter().collect();
    let begun = sms.iter().map(|ready| ready.envoi);
    let begun = begun.filter(|one| attempts.contains(&(one.id, one.jeton)));
    Ok(begun.map(|one| one.id).collect())
}
