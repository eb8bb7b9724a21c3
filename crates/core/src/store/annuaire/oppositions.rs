//! Parents who refuse a channel, or have left: what waits for them is ended.
//!
//! By hand: an envoi is found by the index of the open ones, whose states the statement must name in
//! words, and is locked in the order of the numbers, as everybody does who changes many.

use crate::store::envois::unsent;
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use crate::vocabulary::{Etat, Motif};

/// Of the envois `e`: those that wait for a parent `p`.
const WAITING: Sql = sql("WITH fin AS MATERIALIZED (
    SELECT e.id FROM envois e
     WHERE e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
       AND EXISTS (SELECT 1 FROM parents p WHERE p.id = e.parent");

/// Ends what waits for parents (or for this one) who refuse its channel.
pub(super) fn apply(conn: &mut Conn, parent: Option<i64>) -> Result<(), Error> {
    let mut opposed = WAITING.then(
        " AND NOT CASE e.canal WHEN 'sms' THEN p.notifications_sms ELSE p.notifications_email END",
    );
    if let Some(parent) = parent {
        opposed = opposed.then(" AND e.parent = ?").bind(parent);
    }
    end(conn, opposed, Motif::Opposition)
}

/// Ends what waits for parents who have left.
pub(super) fn end_departed(conn: &mut Conn) -> Result<(), Error> {
    let departed = WAITING.then(" AND p.parti_le IS NOT NULL");
    end(conn, departed, Motif::Efface)
}

/// Row by row against the intents of running dispatchers: whichever commits first wins.
fn end(conn: &mut Conn, waiting: Sql, motif: Motif) -> Result<(), Error> {
    let now = conn.now()?;
    let update = waiting.then(") ORDER BY e.id {for update}) UPDATE envois SET");
    conn.execute(
        unsent(update, Etat::Ignore, motif, now)
            .then(" WHERE id IN (SELECT id FROM fin) AND etat IN ('a_envoyer', 'reserve')"),
    )?;
    Ok(())
}
