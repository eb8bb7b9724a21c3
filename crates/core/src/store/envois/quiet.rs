//! SMS that wait for the morning.

use crate::instant::Instant;
use crate::quiet::Night;
use crate::store::sql::statements;
use crate::store::{Conn, Error};
use std::time::Duration;

/// However little time it had left, an SMS that waited for the morning has this long to leave.
const MORNING: Duration = Duration::from_secs(3600);

statements! {
    fn held(now: Instant, ends: Instant, never: Instant, punctual: Instant, morning: Instant) =
        "WITH nuit AS MATERIALIZED (
            SELECT id FROM envois
             WHERE etat = 'a_envoyer' AND canal = 'sms' AND expire > {now}
               AND (prochaine < {ends} OR prochaine > {never})
               AND NOT (tentatives = 0 AND expire >= {punctual})
             ORDER BY id {for update})
         UPDATE envois
            SET prochaine = {ends},
                expire = CASE WHEN expire < {morning} THEN {morning} ELSE expire END
          WHERE id IN (SELECT id FROM nuit) AND etat = 'a_envoyer'";
}

/// Has every SMS that would leave in this night wait for its end, unless it was programmed for just
/// now and was never tried. `late` is how long after it was due an envoi expires: from that it is known
/// when it was due. The wait itself makes nothing expire.
pub fn hold(conn: &mut Conn, night: Night, late: Duration, now: Instant) -> Result<usize, Error> {
    conn.execute(held(
        now,
        night.ends,
        now + super::WAIT_MAX,
        night.punctual_since(now) + late,
        night.ends + MORNING,
    ))
}
