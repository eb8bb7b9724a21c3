//! What one commit may announce, and what it counts or gives back.

use super::{Limits, Paid, Reached, comptes, passed};
use crate::instant::Instant;
use crate::schema::depenses::{self, jour, table};
use crate::schema::messages;
use crate::segments::{self, Plain};
use crate::store::backend::either;
use crate::store::{Conn, Error};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What a commit may announce, and what it has to count.
pub(in crate::store) struct Bill {
    today: NaiveDate,
    /// Parts, by message.
    prices: BTreeMap<i64, i64>,
    /// The limit at which it was cut off.
    pub(in crate::store) reached: Option<Reached>,
}

impl Bill {
    /// For envois with their messages, in the order in which they leave; `admitted` are those before the
    /// first one that does not fit. The texts stand: an envoi in a run's hands is ended before its
    /// message can be changed.
    pub(in crate::store) fn of(
        conn: &mut Conn,
        limits: &Limits,
        messages: &[i64],
        now: Instant,
    ) -> Result<(Self, usize), Error> {
        let prices = prices(conn, limits.plain, messages)?;
        let comptes = comptes(conn, limits, now)?;
        let today = limits.day(now);
        let (mut sum, mut admitted, mut reached) = (0, 0, None);
        for message in messages {
            sum += prices.get(message).copied().unwrap_or_default();
            reached = passed(&comptes, sum, today);
            if reached.is_some() {
                break;
            }
            admitted += 1;
        }
        let bill = Self {
            today,
            prices,
            reached,
        };
        Ok((bill, admitted))
    }

    /// What an announced envoi costs.
    pub(in crate::store) fn paid(&self, envoi: i64, jeton: i64, message: i64) -> Paid {
        Paid {
            envoi,
            jeton,
            jour: self.today,
            segments: self.prices.get(&message).copied().unwrap_or_default(),
        }
    }
}

fn prices(conn: &mut Conn, plain: Plain, messages: &[i64]) -> Result<BTreeMap<i64, i64>, Error> {
    let ids: BTreeSet<i64> = messages.iter().copied().collect();
    let named = messages::table.filter(messages::id.eq_any(ids));
    let texts: Vec<(i64, String)> = conn.load(named.select((messages::id, messages::contenu)))?;
    let price = |(id, text): (i64, String)| {
        let segments = segments::count(&text, plain).segments;
        (id, i64::try_from(segments).unwrap_or(i64::MAX))
    };
    Ok(texts.into_iter().map(price).collect())
}

/// Counts attempts.
pub(in crate::store) fn count(conn: &mut Conn, paid: &[Paid]) -> Result<(), Error> {
    for (day, segments) in by_day(paid) {
        let day = day.to_string();
        let counted = diesel::insert_into(table).values((jour.eq(&day), depenses::segments.eq(0)));
        conn.execute(either(counted.on_conflict_do_nothing()))?;
        let more = depenses::segments.eq(depenses::segments + segments);
        conn.execute(diesel::update(table.find(&day)).set(more))?;
    }
    Ok(())
}

/// Takes off what was not taken.
pub(in crate::store) fn give_back(conn: &mut Conn, paid: &[Paid]) -> Result<(), Error> {
    for (day, segments) in by_day(paid) {
        let less = depenses::segments.eq(depenses::segments - segments);
        conn.execute(diesel::update(table.find(day.to_string())).set(less))?;
    }
    Ok(())
}

fn by_day(paid: &[Paid]) -> BTreeMap<NaiveDate, i64> {
    let mut days = BTreeMap::new();
    for one in paid.iter().filter(|one| one.segments > 0) {
        *days.entry(one.jour).or_default() += one.segments;
    }
    days
}
