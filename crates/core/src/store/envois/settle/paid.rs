//! The same where SMS may cost only so much: what does not fit is not announced.

use super::{Ready, Settled, announce_all, record_all, settle};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::model::Reading;
use crate::schema::tentatives::{envoi, jeton, table};
use crate::store::depenses::bill::{self, Bill};
use crate::store::depenses::{self, Limits, Paid};
use crate::store::envois::{Announced, Outcome, Recorded};
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
        bill::give_back(conn, &of_these(unused, &kept))?;
        let admitted = Admitted::of(conn, limits, &sms, again, now)?;
        let leaving = [admitted.leaving.as_slice(), &others].concat();
        announce_all(conn, passage, &leaving, again, reading, now, &mut settled)?;
        settled.paid = admitted.paid(&settled.announced);
        bill::count(conn, &settled.paid)?;
        settled.unpaid = admitted.unpaid;
        settled.reached = admitted.bill.reached;
        reach("settle_commit");
        Ok(settled)
    })
}

/// Which SMS a commit may announce.
struct Admitted {
    leaving: Vec<Ready>,
    /// Those of them that are to be counted.
    new: BTreeSet<i64>,
    /// Those that do not fit.
    unpaid: Vec<i64>,
    bill: Bill,
}

impl Admitted {
    fn of(
        conn: &mut Conn,
        limits: &Limits,
        sms: &[Ready],
        again: bool,
        now: Instant,
    ) -> Result<Self, Error> {
        // What a commit announced whose answer was lost is counted.
        let counted = if again {
            begun(conn, sms)?
        } else {
            BTreeSet::new()
        };
        let is_counted = |ready: &&Ready| counted.contains(&ready.envoi.id);
        let (counted, new): (Vec<Ready>, Vec<Ready>) = sms.iter().partition(is_counted);
        let messages: Vec<i64> = new.iter().map(|ready| ready.envoi.message).collect();
        let (bill, fits) = Bill::of(conn, limits, &messages, now)?;
        let (new, unpaid) = new.split_at(fits.min(new.len()));
        Ok(Self {
            leaving: [counted.as_slice(), new].concat(),
            new: new.iter().map(|ready| ready.envoi.id).collect(),
            unpaid: unpaid.iter().map(|ready| ready.envoi.id).collect(),
            bill,
        })
    }

    /// What those that were announced cost.
    fn paid(&self, announced: &[Announced]) -> Vec<Paid> {
        let new = announced.iter().filter(|one| self.new.contains(&one.id));
        let paid = new.map(|one| self.bill.paid(one.id, one.jeton, one.message));
        paid.collect()
    }
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
