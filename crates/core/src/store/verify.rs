//! What the database itself proves: every recipient has a final state or is on the way to one,
//! sums agree, and nobody was sent to twice outside the window that is promised.
//!
//! Each rule is one question that finds the rows that break it, so it sees one moment of the
//! database however many runs are at work.

use super::envois::AMBIGUOUS_RESENDS;
use super::sql::statements;
use super::{Conn, Count, Error};
use crate::piece::TOTAL_MAX;
use crate::vocabulary::{Etat, Regle};
use diesel::sql_types::{BigInt, Nullable, Text};

/// A row that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Breach {
    /// Which rule.
    pub regle: Regle,
    /// Number of the message.
    pub message: i64,
    /// Number of the envoi, where one envoi is concerned.
    pub envoi: Option<i64>,
}

/// Envois in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, diesel::QueryableByName)]
pub struct States {
    /// The state.
    #[diesel(sql_type = Text)]
    pub etat: Etat,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub nombre: i64,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    envoi: Option<i64>,
}

/// Envois by state, the history included.
pub fn states(conn: &mut Conn) -> Result<Vec<States>, Error> {
    conn.load(states_now())
}

/// How many attempts the network may have taken although another one of the same envoi was taken
/// too: what the window for e-mails allows, and a person's own wish.
pub fn second_copies(conn: &mut Conn) -> Result<i64, Error> {
    let rows: Vec<Count> = conn.load(copies())?;
    Ok(rows.first().map_or(0, |row| row.nombre))
}

/// Up to `limit` rows that break `regle`, the oldest first. `repeatable` are the gateways that make no second
/// SMS of a request that is repeated.
pub fn breaches(
    conn: &mut Conn,
    regle: Regle,
    repeatable: &[String],
    limit: usize,
) -> Result<Vec<Breach>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<Row> = conn.load(match regle {
        Regle::SansSuite => stuck(limit),
        Regle::Totaux => sums(limit),
        Regle::Statut => statut(limit),
        Regle::DeuxFois => twice(
            AMBIGUOUS_RESENDS,
            &format!(",{},", repeatable.join(",")),
            limit,
        ),
        Regle::SansPreuve => unproven(limit),
        Regle::Tentative => ahead(limit),
        Regle::Remise => delivered(limit),
        Regle::Pieces => files(TOTAL_MAX, limit),
    })?;
    let breach = |row: Row| Breach {
        regle,
        message: row.message,
        envoi: row.envoi,
    };
    Ok(rows.into_iter().map(breach).collect())
}

/// Ends the rows that break a rule, as `message, envoi`.
const OLDEST: &str = " ORDER BY 1, 2 LIMIT {limit}";

statements! {
    fn states_now() = "SELECT etat, count(*) AS nombre FROM envois GROUP BY etat ORDER BY etat";

    fn copies() =
        "SELECT CAST(COALESCE(sum(copies - 1), 0) AS BIGINT) AS nombre
           FROM (SELECT count(*) AS copies FROM tentatives
                  WHERE verdict IN ('accepte', 'ambigu') GROUP BY envoi) AS c
          WHERE copies > 1";

    // Whoever takes envois up looks at messages in `en_attente` only, and at leases that have
    // an end.
    fn stuck(limit: i64) =
        "SELECT e.message, e.id AS envoi
           FROM envois e JOIN messages m ON m.id = e.message
          WHERE e.etat IN ('a_envoyer', 'reserve', 'emission')
            AND (m.statut <> 'en_attente'
                 OR (e.etat <> 'a_envoyer' AND (e.bail_jusqua IS NULL OR e.proprio IS NULL)))", OLDEST;

    fn sums(limit: i64) =
        "SELECT m.id AS message, CAST(NULL AS BIGINT) AS envoi
           FROM messages m
           LEFT JOIN (SELECT message, count(*) AS tous,
                             sum(CASE etat WHEN 'envoye' THEN 1 ELSE 0 END) AS envoyes,
                             sum(CASE etat WHEN 'echec' THEN 1 ELSE 0 END) AS echecs,
                             sum(CASE etat WHEN 'incertain' THEN 1 ELSE 0 END) AS incertains,
                             sum(CASE etat WHEN 'ignore' THEN 1 ELSE 0 END) AS ignores
                        FROM envois GROUP BY message) e ON e.message = m.id
          WHERE (m.statut IN ('envoye', 'echec')
                 AND (m.nb_envoyes <> COALESCE(e.envoyes, 0)
                      OR m.nb_echecs <> COALESCE(e.echecs, 0)
                      OR m.nb_incertains <> COALESCE(e.incertains, 0)
                      OR m.nb_ignores <> COALESCE(e.ignores, 0)))
             OR (m.statut IN ('en_attente', 'envoye', 'echec') AND m.etendu_le IS NOT NULL
                 AND m.annule_le IS NULL AND m.nb_destinataires <> COALESCE(e.tous, 0))", OLDEST;

    fn statut(limit: i64) =
        "SELECT m.id AS message, CAST(NULL AS BIGINT) AS envoi FROM messages m
          WHERE m.etendu_le IS NOT NULL
            AND ((m.statut = 'envoye'
                  AND NOT EXISTS (SELECT 1 FROM envois e
                                   WHERE e.message = m.id AND e.etat = 'envoye'))
                 OR (m.statut = 'echec'
                     AND EXISTS (SELECT 1 FROM envois e
                                  WHERE e.message = m.id AND e.etat = 'envoye')))", OLDEST;

    fn twice(resends: i64, repeatable: &str, limit: i64) =
        "SELECT e.message, e.id AS envoi
           FROM envois e
           JOIN (SELECT envoi, count(*) AS copies FROM tentatives
                  WHERE verdict IN ('accepte', 'ambigu') GROUP BY envoi) t ON t.envoi = e.id
          WHERE t.copies > (1 + e.renvois)
                           * CASE WHEN e.canal = 'email' THEN 1 + {resends}
                                  WHEN {repeatable} LIKE '%,' || e.passerelle || ',%' THEN 1 + e.ambigus
                                  ELSE 1 END
             OR (e.renvois = 0 AND t.copies > 1 + e.ambigus)", OLDEST;

    // Accepted after all, and told too late for its envoi: that is a reason for doubt too. Of what was
    // forgotten there is no proof any more.
    fn unproven(limit: i64) =
        "SELECT e.message, e.id AS envoi
           FROM envois e JOIN messages m ON m.id = e.message
          WHERE e.etat IN ('envoye', 'incertain') AND m.oublie_le IS NULL
            AND NOT EXISTS (SELECT 1 FROM tentatives t
                             WHERE t.envoi = e.id
                               AND (t.verdict = 'accepte'
                                    OR (t.verdict = 'ambigu' AND e.etat = 'incertain')))", OLDEST;

    // A token in the attempts that the envoi has not reached: the database forgot a commit.
    fn ahead(limit: i64) =
        "SELECT e.message, e.id AS envoi
           FROM tentatives t JOIN envois e ON e.id = t.envoi
          WHERE t.jeton > e.jeton
             OR (t.fin IS NULL AND NOT (e.etat = 'emission' AND e.jeton = t.jeton))", OLDEST;

    fn delivered(limit: i64) =
        "SELECT e.message, e.id AS envoi FROM envois e
          WHERE e.remise <> 'inconnue' AND e.etat <> 'envoye'", OLDEST;

    fn files(most: i64, limit: i64) =
        "SELECT m.id AS message, CAST(NULL AS BIGINT) AS envoi
           FROM messages m
           JOIN (SELECT message, sum(taille) AS taille FROM pieces_jointes GROUP BY message) p
             ON p.message = m.id
          WHERE m.type <> 'email' OR m.oublie_le IS NOT NULL OR p.taille > {most}", OLDEST;
}
