//! The questions to the counters.

use super::period::Period;
use super::rangement::fold_if_many;
use super::{Combination, Selection};
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::sql_types::{BigInt, Bool, Text};

/// Messages of one combination, with their envois.
#[derive(Debug, diesel::QueryableByName)]
pub(super) struct Source {
    #[diesel(sql_type = Text)]
    pub(super) canal: Canal,
    #[diesel(sql_type = Text)]
    pub(super) statut: Statut,
    #[diesel(sql_type = BigInt)]
    pub(super) classe: i64,
    #[diesel(sql_type = Bool)]
    pub(super) est_message_groupe: bool,
    #[diesel(sql_type = Bool)]
    pub(super) est_lu: bool,
    #[diesel(sql_type = BigInt)]
    pub(super) nombre: i64,
    #[diesel(sql_type = BigInt)]
    envoye: i64,
    #[diesel(sql_type = BigInt)]
    echec: i64,
    #[diesel(sql_type = BigInt)]
    incertain: i64,
    #[diesel(sql_type = BigInt)]
    ignore: i64,
    #[diesel(sql_type = BigInt)]
    a_envoyer: i64,
    #[diesel(sql_type = BigInt)]
    reserve: i64,
    #[diesel(sql_type = BigInt)]
    emission: i64,
    #[diesel(sql_type = BigInt)]
    mouvements: i64,
}

impl Source {
    pub(super) const fn envois(&self) -> [(Etat, i64); 7] {
        [
            (Etat::AEnvoyer, self.a_envoyer),
            (Etat::Reserve, self.reserve),
            (Etat::Emission, self.emission),
            (Etat::Envoye, self.envoye),
            (Etat::Echec, self.echec),
            (Etat::Incertain, self.incertain),
            (Etat::Ignore, self.ignore),
        ]
    }
}

/// What the counters, what is not in them yet, and the open envois say: one statement, so that a
/// message that is closed meanwhile is neither missed nor counted twice.
pub(super) fn read(conn: &mut Conn, selection: &Selection) -> Result<Vec<Source>, Error> {
    let period = Period::new(selection);
    let mut question = sql("SELECT type AS canal, statut, classe, est_message_groupe, est_lu,
                CAST(sum(nombre) AS BIGINT) AS nombre, CAST(sum(nb_envoyes) AS BIGINT) AS envoye,
                CAST(sum(nb_echecs) AS BIGINT) AS echec,
                CAST(sum(nb_incertains) AS BIGINT) AS incertain,
                CAST(sum(nb_ignores) AS BIGINT) AS ignore,
                CAST(sum(a_envoyer) AS BIGINT) AS a_envoyer, CAST(sum(reserve) AS BIGINT) AS reserve,
                CAST(sum(emission) AS BIGINT) AS emission,
                CAST(sum(mouvement) AS BIGINT) AS mouvements
           FROM (");
    question = period
        .open_envois(period.edges(period.counters(question)))
        .then(") AS c");
    if let Some(classe) = selection.classe {
        question = question.then(" WHERE classe = ?").bind(classe);
    }
    let found: Vec<Source> =
        conn.load(question.then(" GROUP BY type, statut, classe, est_message_groupe, est_lu"))?;
    fold_if_many(conn, found.iter().map(|source| source.mouvements).sum());
    Ok(found)
}

#[derive(diesel::QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    nombre: i64,
    #[diesel(sql_type = BigInt)]
    mouvements: i64,
}

/// How many messages there are of a combination.
pub(super) fn count(conn: &mut Conn, combination: &Combination) -> Result<i64, Error> {
    let question = sql("SELECT CAST(COALESCE(sum(nombre), 0) AS BIGINT) AS nombre,
                CAST(COALESCE(sum(mouvement), 0) AS BIGINT) AS mouvements
           FROM (SELECT type, statut, classe, est_message_groupe, est_lu, nombre, 0 AS mouvement
                   FROM compteurs WHERE jour = ''
                 UNION ALL
                 SELECT type, statut, classe, est_message_groupe, est_lu, nombre, 1
                   FROM compteurs_mouvements) AS c
          WHERE true");
    let sums: Vec<Sum> = conn.load(such(question, combination))?;
    fold_if_many(conn, sums.iter().map(|sum| sum.mouvements).sum());
    Ok(sums.iter().map(|sum| sum.nombre).sum())
}

fn such(mut question: Sql, combination: &Combination) -> Sql {
    if let Some(canal) = combination.r#type {
        question = question.then(" AND type = ?").bind(canal.as_str());
    }
    if let Some(statut) = combination.statut {
        question = question.then(" AND statut = ?").bind(statut.as_str());
    }
    if let Some(classe) = combination.classe {
        question = question.then(" AND classe = ?").bind(classe);
    }
    if let Some(groupe) = combination.est_message_groupe {
        question = question.then(" AND est_message_groupe = ?").bind(groupe);
    }
    if let Some(lu) = combination.est_lu {
        question = question.then(" AND est_lu = ?").bind(lu);
    }
    question
}
