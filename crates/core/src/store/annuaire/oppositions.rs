//! Parents who refuse a channel, or have left: what waits for them is ended.
//!
//! By hand: an envoi is found by the index of the open ones, whose states the statement must name in
//! words, and is locked in the order of the numbers, as everybody does who changes many.

use crate::instant::Instant;
use crate::store::envois::UNSENT;
use crate::store::sql::statements;
use crate::store::{Conn, Error};
use crate::vocabulary::{Etat, Motif};

/// Of the envois `e`: those that wait for a parent `p`.
const WAITING: &str = "WITH fin AS MATERIALIZED (
    SELECT e.id FROM envois e
     WHERE e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
       AND EXISTS (SELECT 1 FROM parents p WHERE p.id = e.parent";

/// Who refuses the envoi's channel.
const OPPOSED: &str = "
    AND NOT CASE e.canal WHEN 'sms' THEN p.notifications_sms ELSE p.notifications_email END";

/// Row by row against the announcements of running dispatchers: whichever commits first wins.
const ENDED: [&str; 3] = [
    ") ORDER BY e.id {for update}) UPDATE envois SET",
    UNSENT,
    " WHERE id IN (SELECT id FROM fin) AND etat IN ('a_envoyer', 'reserve')",
];

statements! {
    fn opposed(etat: Etat, motif: Motif, now: Instant) = WAITING, OPPOSED, ENDED;

    fn opposed_one(parent: i64, etat: Etat, motif: Motif, now: Instant) =
        WAITING, OPPOSED, " AND e.parent = {parent}", ENDED;

    fn departed(etat: Etat, motif: Motif, now: Instant) =
        WAITING, " AND p.parti_le IS NOT NULL", ENDED;
}

/// Ends what waits for parents (or for this one) who refuse its channel.
pub(super) fn apply(conn: &mut Conn, parent: Option<i64>) -> Result<(), Error> {
    let (etat, motif, now) = (Etat::Ignore, Motif::Opposition, conn.now()?);
    let ended = match parent {
        None => opposed(etat, motif, now),
        Some(parent) => opposed_one(parent, etat, motif, now),
    };
    conn.execute(ended).map(drop)
}

/// Ends what waits for parents who have left.
pub(super) fn end_departed(conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    conn.execute(departed(Etat::Ignore, Motif::Efface, now))
        .map(drop)
}
