//! Whom a message did not reach: the list that the office telephones by.
//!
//! In it are those who failed, those whose answer was lost (perhaps they have it, and only a call tells),
//! those who cannot be written to, and those to whom it left and did not arrive. Not in it: who does
//! not want the channel, who left the school, who has it at the same address as another, and those
//! for whom a person cancelled it.

use crate::model::Message;
use crate::schema::{envois, parents};
use crate::store::annuaire::eleves::{self, Eleve};
use crate::store::literal::{IsIn, Literal, is_one_of, word};
use crate::store::search::sans_accents;
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Motif, Remise};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;

/// What an office can do something about.
const UNWRITABLE: [Motif; 4] = [
    Motif::SansAdresse,
    Motif::NumeroInvalide,
    Motif::PaysRefuse,
    Motif::AdresseMorte,
];

/// Somebody whom a message did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonAtteint {
    /// The parent and what became of the envoi.
    pub envoi: Manque,
    /// The pupils; of a message to a class, those of it first.
    pub eleves: Vec<Eleve>,
}

/// An envoi that did not reach its parent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = envois)]
pub struct Manque {
    /// Number of the envoi.
    pub id: i64,
    /// The parent.
    #[diesel(select_expression = parents::id)]
    pub parent: i64,
    /// Family name.
    #[diesel(select_expression = parents::nom)]
    pub nom: String,
    /// First name.
    #[diesel(select_expression = parents::prenom)]
    pub prenom: String,
    /// As typed.
    #[diesel(select_expression = parents::telephone)]
    pub telephone: String,
    /// As typed.
    #[diesel(select_expression = parents::email)]
    pub email: String,
    /// The channel of the message.
    pub canal: Canal,
    /// What became of it.
    pub etat: Etat,
    /// Why.
    pub motif: Option<Motif>,
    /// What more there is to say, or the peer's words.
    pub detail: Option<String>,
    /// The code of what came back.
    pub remise_code: Option<String>,
}

/// Whom a message did not reach, by class and pupil.
///
/// # Errors
/// The database's.
pub fn missed(conn: &mut Conn, message: &Message) -> Result<Vec<NonAtteint>, Error> {
    let of_it = envois::table.inner_join(parents::table);
    let of_it = of_it.filter(is_missed(message.id));
    let manques: Vec<Manque> = conn.load(of_it.select(Manque::as_select()))?;
    let ids: Vec<i64> = manques.iter().map(|manque| manque.parent).collect();
    let mut eleves = eleves::of(conn, &ids)?;
    let mut missed: Vec<NonAtteint> = manques
        .into_iter()
        .map(|envoi| {
            let mut eleves = eleves.remove(&envoi.parent).unwrap_or_default();
            if message.classe.is_some() {
                eleves.sort_by_key(|eleve| eleve.classe != message.classe);
            }
            NonAtteint { envoi, eleves }
        })
        .collect();
    missed.sort_by_cached_key(place);
    Ok(missed)
}

/// Those to whom nothing was sent because they do not take this channel, in the order of their names.
///
/// # Errors
/// The database's.
pub fn declined(conn: &mut Conn, message: i64) -> Result<Vec<Manque>, Error> {
    let of_it = envois::table.inner_join(parents::table);
    let of_it = of_it
        .filter(envois::message.eq(message))
        .filter(envois::motif.eq(Motif::Opposition))
        .filter(parents::parti_le.is_null());
    let names = (sans_accents(parents::nom), sans_accents(parents::prenom));
    conn.load(of_it.order((names, envois::id)).select(Manque::as_select()))
}

/// How many they are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, message: i64) -> Result<i64, Error> {
    let of_it = envois::table.inner_join(parents::table);
    conn.one(of_it.filter(is_missed(message)).select(count_star()))
}

/// Of an envoi of this message, with its parent.
#[auto_type]
fn is_missed(message: i64) -> _ {
    let failed: IsIn<envois::etat, Literal> =
        is_one_of(envois::etat, &[Etat::Echec, Etat::Incertain]);
    let ignored: Literal = word(Etat::Ignore);
    let unwritable: IsIn<envois::motif, Literal> = is_one_of(envois::motif, &UNWRITABLE);
    let sent: Literal = word(Etat::Envoye);
    let lost: Literal = word(Remise::NonRemis);
    envois::message
        .eq(message)
        .and(parents::parti_le.is_null())
        .and(
            failed
                .or(envois::etat.eq(ignored).and(unwritable))
                .or(envois::etat.eq(sent).and(envois::remise.eq(lost))),
        )
}

/// By class and pupil; who has none comes last.
fn place(one: &NonAtteint) -> (bool, [String; 5]) {
    let first = one.eleves.first();
    let words = [
        first.map_or("", |eleve| &eleve.classe_nom),
        first.map_or("", |eleve| &eleve.nom),
        first.map_or("", |eleve| &eleve.prenom),
        &one.envoi.nom,
        &one.envoi.prenom,
    ];
    let without = first.is_none_or(|eleve| eleve.classe_nom.is_empty());
    (without, words.map(str::to_lowercase))
}
