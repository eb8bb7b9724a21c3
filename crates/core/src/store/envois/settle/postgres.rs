//! Everything in one statement, so in one round trip: the parts are those of the other way.

use super::{Ready, Settled, step_by_step};
use crate::model::Reading;
use crate::store::envois::rule::{ANNOUNCE, ANNOUNCED, MAY_LEAVE, RECORD, TO_RECORD};
use crate::store::envois::{Announced, Outcome, Recorded};
use crate::store::sql::{Said, columns, statements};
use crate::store::{Conn, Error};
use diesel::QueryableByName;
use diesel::sql_types::Bool;
use std::collections::BTreeSet;

#[derive(serde::Serialize)]
struct Claim {
    id: i64,
    jeton: i64,
    bail_s: f64,
}
columns!(Claim: id, jeton, bail_s);

/// One row of the answer: an announced envoi, or a recorded outcome.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Bool)]
    annonce: bool,
    #[diesel(embed)]
    envoi: Announced,
}

statements! {
    // Addresses that were written since they were read last are read the other way.
    // The parts see the tables as they were before the statement; they touch different rows.
    #[expect(clippy::too_many_arguments, reason = "each is a mark of the statement")]
    fn settled(
        outcomes: &[Outcome], claims: &[Claim], passage: &str, passerelle: &str, again: bool, late: bool,
        now: Said, until: Said,
    ) =
        "WITH horloge AS MATERIALIZED (SELECT clock_timestamp() AS now),
          resultats AS MATERIALIZED (SELECT * FROM {outcomes}),
          enregistres AS (", RECORD, "
              FROM resultats r, horloge WHERE ", TO_RECORD, "
            RETURNING envois.id, envois.jeton, envois.message, envois.canal, r.verdict, r.code),
          tentatives_finies AS (
            UPDATE tentatives SET fin = now, verdict = e.verdict, code = e.code
              FROM enregistres e, horloge
             WHERE tentatives.envoi = e.id AND tentatives.jeton = e.jeton),
          annonces AS (", ANNOUNCE, "
              FROM horloge, {claims}
             WHERE NOT EXISTS (SELECT 1 FROM parents WHERE norme = '') AND ", MAY_LEAVE, ANNOUNCED, "),
          tentatives_ouvertes AS (
            INSERT INTO tentatives (envoi, jeton, passage, debut)
            SELECT id, jeton, {passage}, now FROM annonces, horloge)
          SELECT true AS annonce, id, canal, jeton, message, version, adresse, tentatives, ambigus,
                 renvois, emis_le, expire
            FROM annonces
          UNION ALL
          SELECT false, id, canal, 0, message, 0, '', 0, 0, 0, now, now FROM enregistres, horloge";
}

pub(super) fn at_once(
    conn: &mut Conn,
    passage: &str,
    outcomes: &[Outcome],
    ready: &[Ready],
    reading: &Reading,
) -> Result<Settled, Error> {
    let claims: Vec<Claim> = ready.iter().map(claim).collect();
    let until = Said("now + r.bail_s * interval '1 second'");
    let (gateway, now) = (reading.passerelle.as_str(), Said("now"));
    let statement = settled(
        outcomes, &claims, passage, gateway, false, false, now, until,
    );
    let mut settled = Settled::default();
    for Row { annonce, envoi } in conn.write_once(|conn| conn.load(statement))? {
        if annonce {
            settled.announced.push(envoi);
        } else {
            let Announced { id, message, .. } = envoi;
            settled.recorded.push(Recorded { id, message });
        }
    }
    if settled.recorded.len() < outcomes.len() || settled.announced.len() < ready.len() {
        let recorded = Recorded::ids(&settled.recorded);
        let announced: BTreeSet<i64> = settled.announced.iter().map(|envoi| envoi.id).collect();
        let outcomes = outcomes.iter().filter(|one| !recorded.contains(&one.id));
        let ready = ready
            .iter()
            .filter(|one| !announced.contains(&one.envoi.id));
        let outcomes: Vec<Outcome> = outcomes.cloned().collect();
        let ready: Vec<Ready> = ready.copied().collect();
        let rest = step_by_step(conn, passage, &outcomes, &ready, false, reading)?;
        settled.recorded.extend(rest.recorded);
        settled.announced.extend(rest.announced);
        settled.refused.extend(rest.refused);
    }
    Ok(settled)
}

fn claim(ready: &Ready) -> Claim {
    Claim {
        id: ready.envoi.id,
        jeton: ready.envoi.jeton,
        bail_s: ready.lease.as_secs_f64(),
    }
}
