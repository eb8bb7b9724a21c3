//! What a run would treat now, read without changing it: for the dry run.

use super::literal::{Literal, instant_or, lower, text_or, word};
use super::messages::{classe_nom, is_due, is_leaving};
use super::{Conn, Error};
use crate::instant::Instant;
use crate::schema::{envois, messages, parents};
use crate::vocabulary::{Canal, Etat};
use diesel::dsl::{auto_type, case_when, exists};
use diesel::prelude::*;

/// A message that a run would treat now.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Upcoming {
    /// Number of the message.
    pub id: i64,
    /// The channel.
    #[diesel(column_name = type_)]
    pub canal: Canal,
    /// What an SMS says.
    #[diesel(select_expression = texte())]
    pub texte: Option<String>,
    /// Its subject.
    pub sujet: Option<String>,
    /// The one recipient.
    pub parent: Option<i64>,
    /// The class of a group message; none means everybody.
    pub classe: Option<i64>,
    /// Name of the class.
    #[diesel(select_expression = classe_nom())]
    pub classe_nom: Option<String>,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: bool,
    /// When it should have left: at its date, or when it was programmed for a date that had gone by.
    #[diesel(select_expression = due())]
    pub due: Instant,
}

#[auto_type]
fn texte() -> _ {
    let sms: Canal = Canal::Sms;
    case_when(messages::type_.eq(sms), messages::contenu)
}

#[auto_type]
fn due() -> _ {
    let programmed = instant_or(messages::programme_le, messages::date_creation);
    let date = messages::date_programmee;
    case_when(date.ge(programmed.nullable()), date.assume_not_null()).otherwise(programmed)
}

/// The messages that runs until then would take, which stay as they are.
pub fn upcoming(conn: &mut Conn, limit: usize, until: Instant) -> Result<Vec<Upcoming>, Error> {
    let due = messages::table
        .filter(is_due(until))
        .order((messages::date_programmee, messages::id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX));
    conn.load(due.select(Upcoming::as_select()))
}

/// One message, in whatever state it is.
///
/// # Errors
/// `NotFound`.
pub fn one(conn: &mut Conn, id: i64) -> Result<Upcoming, Error> {
    conn.one(messages::table.find(id).select(Upcoming::as_select()))
}

/// The messages with envois whose turn, or whose next attempt, has come by then.
pub fn leaving(conn: &mut Conn, now: Instant, until: Instant) -> Result<Vec<Upcoming>, Error> {
    let of_it = envois::table.filter(envois::message.eq(messages::id));
    let leaving = messages::table
        .filter(is_leaving().and(messages::etendu_le.is_not_null()))
        .filter(exists(of_it.filter(is_turn(now, until))))
        .order(messages::id);
    conn.load(leaving.select(Upcoming::as_select()))
}

/// Of an envoi: its turn has come by then, and it is not too late now.
#[auto_type]
fn is_turn(now: Instant, until: Instant) -> _ {
    let waits: Literal = word(Etat::AEnvoyer);
    envois::etat
        .eq(waits)
        .and(envois::prochaine.le(until))
        .and(envois::expire.gt(now))
}

/// Somebody whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Addressed {
    /// The parent; none when erased.
    pub parent: Option<i64>,
    /// Family name; empty when erased.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// The address.
    pub adresse: String,
}

/// Number, names and address of those of a message whose turn has come by then. What was never tried
/// goes where the directory says now.
pub fn waiting(
    conn: &mut Conn,
    message: i64,
    now: Instant,
    until: Instant,
) -> Result<Vec<Addressed>, Error> {
    use envois::{adresse, canal, tentatives};
    let number = parents::telephone_e164.nullable();
    let mailbox = parents::email_norme.nullable();
    let of = |wanted: Canal| tentatives.eq(0).and(canal.eq(wanted));
    let present = case_when(of(Canal::Sms).and(number.ne(adresse)), number)
        .when(of(Canal::Email).and(mailbox.ne(lower(adresse))), mailbox)
        .otherwise(adresse);
    conn.load(
        envois::table
            .left_join(parents::table)
            .filter(envois::message.eq(message).and(is_turn(now, until)))
            .order(envois::id)
            .select((
                parents::id.nullable(),
                text_or(parents::nom.nullable(), ""),
                text_or(parents::prenom.nullable(), ""),
                present.assume_not_null(),
            )),
    )
}
