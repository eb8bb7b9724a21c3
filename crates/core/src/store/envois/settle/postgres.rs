//! Everything in one statement, so in one round trip.

use super::{Leased, Settled, step_by_step};
use crate::instant::{Instant, InstantSql};
use crate::store::adresses::{NOT_REFUSED, Reading};
use crate::store::envois::address::NOT_OUTDATED;
use crate::store::envois::intent::MAY_LEAVE;
use crate::store::envois::{Finished, Granted, Recorded};
use crate::store::sql::sql;
use crate::store::{Conn, Error};
use diesel::sql_types::{BigInt, Bool, Text};

#[derive(serde::Serialize)]
struct Lease {
    id: i64,
    jeton: i64,
    bail_s: f64,
}

/// One row of the answer: a granted envoi, or a recorded result.
#[derive(diesel::QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Bool)]
    accorde: bool,
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    jeton: i64,
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Text)]
    adresse: String,
    #[diesel(sql_type = BigInt)]
    tentatives: i64,
    #[diesel(sql_type = BigInt)]
    ambigus: i64,
    #[diesel(sql_type = BigInt)]
    renvois: i64,
    #[diesel(sql_type = InstantSql)]
    emis_le: Instant,
    #[diesel(sql_type = InstantSql)]
    expire: Instant,
}

pub(super) fn at_once(
    conn: &mut Conn,
    passage: &str,
    finished: &[Finished],
    leased: &[Leased],
    reading: Reading,
) -> Result<Settled, Error> {
    let mut settled = Settled::default();
    for outcome in say_at_once(conn, passage, finished, leased)? {
        if outcome.accorde {
            settled.granted.push(granted(outcome));
        } else {
            let Outcome { id, message, .. } = outcome;
            settled.recorded.push(Recorded { id, message });
        }
    }
    if settled.recorded.len() < finished.len() || settled.granted.len() < leased.len() {
        let kept = Recorded::ids(&settled.recorded);
        let missing_results: Vec<Finished> = finished
            .iter()
            .filter(|finished| !kept.contains(&finished.id))
            .cloned()
            .collect();
        let missing_intents: Vec<Leased> = leased
            .iter()
            .filter(|leased| {
                settled
                    .granted
                    .iter()
                    .all(|done| done.id != leased.envoi.id)
            })
            .copied()
            .collect();
        let rest = step_by_step(
            conn,
            passage,
            &missing_results,
            &missing_intents,
            false,
            reading,
        )?;
        settled.recorded.extend(rest.recorded);
        settled.granted.extend(rest.granted);
        settled.refused.extend(rest.refused);
    }
    Ok(settled)
}

fn say_at_once(
    conn: &mut Conn,
    passage: &str,
    finished: &[Finished],
    leased: &[Leased],
) -> Result<Vec<Outcome>, Error> {
    let rows: Vec<Lease> = leased
        .iter()
        .map(|leased| Lease {
            id: leased.envoi.id,
            jeton: leased.envoi.jeton,
            bail_s: leased.lease.as_secs_f64(),
        })
        .collect();
    // Addresses that were written since they were read last are read the other way.
    // The parts see the tables as they were before the statement; they touch different rows.
    conn.load(
        sql("WITH horloge AS MATERIALIZED (SELECT clock_timestamp() AS now),
              resultats AS MATERIALIZED (
                SELECT * FROM {rows: id bigint, jeton bigint, etat text, motif text, code text, detail text, reference text, prochaine timestamptz, rendues bigint, ambigus bigint, verdict text}),
              enregistres AS (
                UPDATE envois
                   SET etat = r.etat, motif = r.motif, code = r.code, detail = r.detail,
                       reference = COALESCE(r.reference, envois.reference),
                       prochaine = COALESCE(r.prochaine, envois.prochaine),
                       tentatives = envois.tentatives - r.rendues,
                       ambigus = envois.ambigus + r.ambigus,
                       termine_le = CASE WHEN r.etat = 'a_envoyer' THEN NULL ELSE now END,
                       proprio = NULL, bail_jusqua = NULL
                  FROM resultats r, horloge
                 WHERE envois.id = r.id AND envois.jeton = r.jeton AND envois.etat = 'emission'
                RETURNING envois.id, envois.jeton, envois.message, r.verdict, r.code),
              tentatives_finies AS (
                UPDATE tentatives SET fin = now, verdict = e.verdict, code = e.code
                  FROM enregistres e, horloge
                 WHERE tentatives.envoi = e.id AND tentatives.jeton = e.jeton),
              annonces AS (
                UPDATE envois
                   SET etat = 'emission', bail_jusqua = now + r.bail_s * interval '1 second',
                       tentatives = tentatives + 1, emis_le = COALESCE(emis_le, now)
                  FROM horloge, {rows: id bigint, jeton bigint, bail_s float8}
                 WHERE envois.id = r.id AND envois.jeton = r.jeton AND envois.proprio = ?
                   AND envois.etat = 'reserve'
                   AND envois.bail_jusqua > now AND envois.expire > now
                   AND NOT EXISTS (SELECT 1 FROM parents WHERE norme = '')")
        .then(MAY_LEAVE)
        .then(NOT_REFUSED)
        .then(NOT_OUTDATED)
        .then("RETURNING envois.id, envois.jeton, envois.message,
                          (SELECT m.jeton FROM messages m WHERE m.id = envois.message) AS version,
                          envois.adresse, envois.tentatives, envois.ambigus, envois.renvois, envois.emis_le,
                          envois.expire),
              tentatives_ouvertes AS (
                INSERT INTO tentatives (envoi, jeton, passage, debut)
                SELECT id, jeton, ?, now FROM annonces, horloge)
              SELECT true AS accorde, id, jeton, message, version, adresse, tentatives, ambigus,
                     renvois, emis_le, expire
                FROM annonces
              UNION ALL
              SELECT false, id, 0, message, 0, '', 0, 0, 0, now, now FROM enregistres, horloge")
        .bind_rows(finished)
        .bind_rows(&rows)
        .bind(passage)
        .bind(passage),
    )
}

fn granted(outcome: Outcome) -> Granted {
    Granted {
        id: outcome.id,
        jeton: outcome.jeton,
        message: outcome.message,
        version: outcome.version,
        adresse: outcome.adresse,
        tentatives: outcome.tentatives,
        ambigus: outcome.ambigus,
        renvois: outcome.renvois,
        emis_le: outcome.emis_le,
        expire: outcome.expire,
    }
}
