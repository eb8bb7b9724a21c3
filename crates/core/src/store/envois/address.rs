//! Addresses that are read again: of what was never tried, and of what a person sends again.

use crate::instant::Instant;
use crate::schema::{envois, messages, parents, passages, tentatives};
use crate::store::annuaire::in_chunks;
use crate::store::backend::locked;
use crate::store::literal::{is_one_of, lower};
use crate::store::sql::{columns, statements};
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Mode, Motif, Remise, Verdict};
use diesel::dsl::{auto_type, exists, not};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::Serialize;
use std::collections::BTreeSet;

/// An envoi whose address is read again; it is locked until the commit.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = envois)]
pub struct Held {
    /// Number of the envoi.
    pub id: i64,
    /// Its message.
    pub message: i64,
    /// Its parent.
    #[diesel(select_expression = envois::parent.assume_not_null())]
    pub parent: i64,
    /// Its channel.
    pub canal: Canal,
    /// The address that it had.
    pub adresse: Option<String>,
    /// Times that the answer was lost.
    pub ambigus: i64,
    /// Attempts.
    pub tentatives: i64,
}

/// An envoi with the address that it goes to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Addressed {
    /// Number of the envoi.
    pub id: i64,
    /// E.164 number or mailbox.
    pub adresse: String,
}
columns!(Addressed: id, adresse);

/// An envoi that goes nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unaddressed {
    /// Number of the envoi.
    pub id: i64,
    /// Why.
    pub motif: Motif,
    /// What the office can mend; no address stands in it.
    pub detail: Option<String>,
}
columns!(Unaddressed: id, motif, detail);

// By hand, because each of many rows gets an address or a reason of its own in one statement.
statements! {
    fn ended(ended: &[Unaddressed], now: Instant) =
        "UPDATE envois
            SET etat = CASE WHEN ambigus > 0 THEN 'incertain' ELSE 'ignore' END,
                motif = CASE WHEN ambigus > 0 THEN 'resultat_inconnu' ELSE r.motif END,
                detail = r.detail, code = NULL, adresse = NULL, proprio = NULL,
                bail_jusqua = NULL, termine_le = {now}, jeton = jeton + 1
           FROM {ended} WHERE envois.id = r.id";

    fn readdressed(addressed: &[Addressed]) =
        "UPDATE envois
            SET adresse = r.adresse, etat = 'a_envoyer', motif = NULL, termine_le = NULL,
                proprio = NULL, bail_jusqua = NULL
           FROM {addressed} WHERE envois.id = r.id";

    fn sent_again(addressed: &[Addressed], now: Instant, expire: Instant) =
        "UPDATE envois
            SET adresse = r.adresse, etat = 'a_envoyer', motif = NULL, code = NULL, detail = NULL,
                reference = NULL, termine_le = NULL, emis_le = NULL, tentatives = 0, ambigus = 0,
                renvois = renvois + 1, jeton = jeton + 1, prochaine = {now}, expire = {expire},
                remise = 'inconnue', remise_le = NULL, remise_code = NULL, passerelle = NULL
           FROM {addressed} WHERE envois.id = r.id";

    // Addresses are unique in a message at every moment: two parents may have changed theirs.
    fn set_aside(addressed: &[Addressed], now: Instant) =
        "UPDATE envois
            SET adresse = NULL, etat = 'ignore', motif = 'sans_adresse', termine_le = {now}
          WHERE id IN (SELECT r.id FROM {addressed})";
}

/// Of an envoi: called accepted, and by simulating runs alone.
#[auto_type]
fn never_left() -> _ {
    let accepted: Verdict = Verdict::Accepte;
    let simulation: Mode = Mode::Simulation;
    let sent: Etat = Etat::Envoye;
    let really = tentatives::table
        .inner_join(passages::table.on(passages::id.eq(tentatives::passage)))
        .filter(tentatives::envoi.eq(envois::id))
        .filter(tentatives::verdict.eq(accepted))
        .filter(passages::mode.ne(simulation));
    envois::etat.eq(sent).and(not(exists(really)))
}

/// Those of a message that a person can send again: who was not reached, who had no usable address,
/// and with `simulated` also those to whom nothing really left. With `wanted`, only these of them, and of these
/// also those who did not get what left.
pub fn hold_resendable(
    conn: &mut Conn,
    message: i64,
    wanted: Option<&[i64]>,
    simulated: bool,
) -> Result<Vec<Held>, Error> {
    let unaddressed = [
        Motif::SansAdresse,
        Motif::NumeroInvalide,
        Motif::PaysRefuse,
        Motif::AdresseMorte,
    ];
    let unreached = envois::etat
        .eq_any([Etat::Echec, Etat::Incertain])
        .or(envois::etat
            .eq(Etat::Ignore)
            .and(envois::motif.eq_any(unaddressed)));
    // Sent again by name only: as long as the address is the same, it would most likely come back again.
    let undelivered = envois::etat
        .eq(Etat::Envoye)
        .and(envois::remise.eq(Remise::NonRemis));
    let unreached = unreached.or(undelivered.and(wanted.is_some().into_sql::<Bool>()));
    let of_it = envois::table
        .filter(
            envois::message
                .eq(message)
                .and(envois::parent.is_not_null()),
        )
        .into_boxed();
    let question = if simulated {
        let simule = messages::table.find(message).filter(messages::simule);
        of_it.filter(unreached.or(exists(simule).and(never_left())))
    } else {
        of_it.filter(unreached)
    };
    let mut held: Vec<Held> =
        conn.load(locked(question.select(Held::as_select()).order(envois::id)))?;
    if let Some(wanted) = wanted {
        let wanted: BTreeSet<&i64> = wanted.iter().collect();
        held.retain(|envoi| wanted.contains(&envoi.id));
    }
    Ok(held)
}

/// Locks messages, so that nobody else gives out an address in them.
pub fn lock_messages(conn: &mut Conn, messages: &[i64]) -> Result<(), Error> {
    let named = messages::table.filter(messages::id.eq_any(messages));
    conn.load::<i64>(locked(named.select(messages::id).order(messages::id)))
        .map(drop)
}

/// Those of these messages that wait for a first attempt, and whose parent's address was changed
/// since it was read.
pub fn hold_outdated(conn: &mut Conn, messages: &[i64]) -> Result<Vec<Held>, Error> {
    use envois::{adresse, canal, etat, id, message, table, tentatives};
    use parents::{email_norme, telephone_e164};
    let number = telephone_e164.is_null().or(telephone_e164.ne(adresse));
    let mailbox = email_norme.is_null().or(email_norme.ne(lower(adresse)));
    let of = |wanted: Canal| canal.eq(wanted);
    let moved = parents::table
        .filter(parents::id.nullable().eq(envois::parent))
        .filter(of(Canal::Sms).and(number).or(of(Canal::Email).and(mailbox)));
    let waiting = table
        .filter(message.eq_any(messages))
        .filter(is_one_of(etat, &Etat::OPEN).and(etat.ne(Etat::Emission)))
        .filter(tentatives.eq(0).and(exists(moved)));
    conn.load(locked(waiting.select(Held::as_select()).order(id)))
}

/// Which of these addresses, in small letters, a message has already by other envois than `held`.
pub fn taken(
    conn: &mut Conn,
    message: i64,
    addresses: &BTreeSet<String>,
    held: &[i64],
) -> Result<Vec<String>, Error> {
    let held: BTreeSet<&i64> = held.iter().collect();
    let addresses: Vec<&String> = addresses.iter().collect();
    let found: Vec<(i64, String)> = in_chunks(&addresses, |addresses| {
        let address = lower(envois::adresse).assume_not_null();
        let of_it = envois::table.filter(envois::message.eq(message));
        let named = of_it.filter(address.eq_any(addresses));
        conn.load(named.select((envois::id, address)))
    })?;
    let others = found.into_iter().filter(|(id, _)| !held.contains(id));
    Ok(others.map(|(_, address)| address).collect())
}

/// Ends those that go nowhere. Of those whose answer was lost a copy may have arrived.
pub fn end(conn: &mut Conn, gone: &[Unaddressed], now: Instant) -> Result<(), Error> {
    conn.execute(ended(gone, now)).map(drop)
}

/// Gives waiting envois their new address; whoever had claimed one has lost it.
pub fn readdress(conn: &mut Conn, addressed: &[Addressed], now: Instant) -> Result<(), Error> {
    conn.execute(set_aside(addressed, now))?;
    conn.execute(readdressed(addressed)).map(drop)
}

/// Has envois sent again from the beginning. An answer to an earlier attempt changes nothing any more.
pub fn send_again(
    conn: &mut Conn,
    addressed: &[Addressed],
    now: Instant,
    expire: Instant,
) -> Result<(), Error> {
    conn.execute(set_aside(addressed, now))?;
    conn.execute(sent_again(addressed, now, expire)).map(drop)
}

/// A message of which everything has really left, or is about to, is no simulation any more.
pub fn unmark_simulated(conn: &mut Conn, message: i64) -> Result<(), Error> {
    let never_left = envois::table.filter(envois::message.eq(message).and(never_left()));
    let simulated = messages::table
        .find(message)
        .filter(messages::simule.and(not(exists(never_left))));
    conn.execute(diesel::update(simulated).set(messages::simule.eq(false)))
        .map(drop)
}
