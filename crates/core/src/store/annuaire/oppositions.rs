//! Parents who refuse a channel, or have left.

use crate::store::envois::unsent;
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use crate::vocabulary::{Etat, Motif};

/// Ends what waits for parents (or for this one) who refuse its channel. Row by row against the
/// intents of running dispatchers: whichever commits first wins.
pub(super) fn apply(conn: &mut Conn, parent: Option<i64>) -> Result<(), Error> {
    let now = conn.now()?;
    let mut update = sql("WITH refus AS MATERIALIZED (
            SELECT e.id FROM envois e
             WHERE e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
               AND EXISTS (SELECT 1 FROM parents p
                            WHERE p.id = e.parent
                              AND NOT CASE e.canal WHEN 'sms' THEN p.notifications_sms
                                                   ELSE p.notifications_email END)");
    if let Some(parent) = parent {
        update = update.then(" AND e.parent = ?").bind(parent);
    }
    let update = update.then(" ORDER BY e.id {for update}) UPDATE envois SET");
    conn.execute(
        unsent(update, Etat::Ignore, Motif::Opposition, now)
            .then(" WHERE id IN (SELECT id FROM refus) AND etat IN ('a_envoyer', 'reserve')"),
    )?;
    Ok(())
}

/// Ends what waits for parents who have left, in the same way.
pub(super) fn end_departed(conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    let update = sql("WITH partis AS MATERIALIZED (
            SELECT e.id FROM envois e
             WHERE e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
               AND EXISTS (SELECT 1 FROM parents p
                            WHERE p.id = e.parent AND p.parti_le IS NOT NULL)
             ORDER BY e.id {for update}) UPDATE envois SET");
    conn.execute(
        unsent(update, Etat::Ignore, Motif::Efface, now)
            .then(" WHERE id IN (SELECT id FROM partis) AND etat IN ('a_envoyer', 'reserve')"),
    )?;
    Ok(())
}
