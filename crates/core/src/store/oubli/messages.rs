//! Messages, with their envois and attempts.

use super::{CHUNK, Oublies, counted};
use crate::instant::Instant;
use crate::schema::messages;
use crate::store::sql::{Key, columns, statements};
use crate::store::{Conn, Count, Error};
use diesel::sql_types::BigInt;
use serde::Serialize;

/// Messages that are looked at in one step.
const LOOKED_AT: i64 = 300;

/// Up to which message they were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    date_creation: Option<Instant>,
    id: i64,
}

impl Place {
    pub(super) const FIRST: Self = Self {
        date_creation: None,
        id: 0,
    };
}

#[derive(Debug, diesel::QueryableByName)]
#[diesel(table_name = messages)]
struct Candidate {
    id: i64,
    date_creation: Instant,
    nb_destinataires: i64,
    /// Of its files.
    #[diesel(sql_type = BigInt)]
    octets: i64,
}

/// So much of a file takes as long as a row.
const ROW: i64 = 64 * 1024;

#[derive(Debug, Clone, Copy, diesel::QueryableByName)]
struct Envoi {
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// A message of whose envois those up to this one were gone through.
#[derive(Debug, Serialize)]
struct Reached {
    message: i64,
    curseur: i64,
}
columns!(Reached: message, curseur);

/// Forgets some messages, or more of the envois of those that were begun; none when there is nothing
/// left to do.
pub(super) fn step(
    conn: &mut Conn,
    avant: Instant,
    place: &mut Place,
) -> Result<Option<Oublies>, Error> {
    let mut forgotten = Oublies::default();
    let mut open = ids(conn.load(begun())?);
    if open.is_empty() {
        let before = *place;
        let looked_at = chosen(conn, avant, place)?;
        // Whatever a date looks like, nobody goes round in a circle.
        if looked_at.is_empty() || *place == before {
            return Ok(None);
        }
        // Asked anew, now that they are locked: somebody may just have done something to one of them.
        open = ids(conn.load(still(avant, &Key::of(looked_at)))?);
        if open.is_empty() {
            return Ok(Some(forgotten));
        }
        let now = conn.now()?;
        let keys = Key::of(open.iter().copied());
        conn.execute(files_gone(&keys))?;
        forgotten.messages = conn.execute(emptied(&keys, now))?;
    }
    go_through(conn, &open, &mut forgotten)?;
    Ok(Some(forgotten))
}

/// The next messages that are old enough by what they say themselves, as many as have so many envois
/// together as one step may change, but one at least.
fn chosen(conn: &mut Conn, avant: Instant, place: &mut Place) -> Result<Vec<i64>, Error> {
    let from = place.date_creation.unwrap_or_else(earliest);
    let found: Vec<Candidate> = conn.load(candidates(avant, from, place.id, LOOKED_AT))?;
    let mut rows = 0;
    let mut chosen = Vec::new();
    for message in found {
        let weight = message.nb_destinataires + message.octets / ROW;
        rows += usize::try_from(weight).unwrap_or_default();
        if rows > CHUNK && !chosen.is_empty() {
            break;
        }
        *place = Place {
            date_creation: Some(message.date_creation),
            id: message.id,
        };
        chosen.push(message.id);
    }
    Ok(chosen)
}

fn earliest() -> Instant {
    Instant::from(std::time::SystemTime::UNIX_EPOCH)
}

/// Forgets the next envois of these messages, which were begun.
fn go_through(conn: &mut Conn, open: &[i64], forgotten: &mut Oublies) -> Result<(), Error> {
    // One more tells whether there are more.
    let limit = i64::try_from(CHUNK + 1).unwrap_or(i64::MAX);
    let keys = Key::of(open.iter().copied());
    let mut envois: Vec<Envoi> = conn.load(next(&keys, limit))?;
    let is_more = envois.len() > CHUNK;
    envois.truncate(CHUNK);
    if !envois.is_empty() {
        let envois = Key::of(envois.iter().map(|envoi| envoi.id));
        forgotten.envois += conn.execute(envois_emptied(&envois))?;
        forgotten.tentatives += conn.execute(attempts_gone(&envois))?;
    }
    let Some(last) = envois.last().filter(|_| is_more) else {
        return conn.execute(wholly(&keys)).map(drop);
    };
    let is_reached = |message: i64| message >= last.message;
    let done = open.iter().copied().filter(|message| !is_reached(*message));
    conn.execute(wholly(&Key::of(done)))?;
    let open = open.iter().copied().filter(|message| is_reached(*message));
    let open = open.map(|message| Reached {
        message,
        curseur: if message == last.message { last.id } else { 0 },
    });
    conn.execute(partly(&open.collect::<Vec<_>>())).map(drop)
}

fn ids(rows: Vec<Count>) -> Vec<i64> {
    rows.into_iter().map(|row| row.nombre).collect()
}

/// What would be forgotten.
pub(super) fn due(conn: &mut Conn, avant: Instant) -> Result<Oublies, Error> {
    Ok(Oublies {
        messages: counted(conn, due_messages(avant))?,
        envois: counted(conn, due_envois(avant))?,
        tentatives: counted(conn, due_attempts(avant))?,
        ..Oublies::default()
    })
}

/// Of a message `m`: not forgotten, and nothing happened to it since, as far as one sees without its
/// envois. The first conditions are those of its index.
macro_rules! quiet {
    () => {
        " m.oublie_le IS NULL AND m.date_creation < {avant}
    AND m.statut NOT IN ('programme', 'en_attente')
    AND COALESCE(m.date_programmee, m.date_creation) < {avant}
    AND COALESCE(m.programme_le, m.date_creation) < {avant}
    AND COALESCE(m.etendu_le, m.date_creation) < {avant}
    AND COALESCE(m.date_envoi, m.date_creation) < {avant}
    AND COALESCE(m.annule_le, m.date_creation) < {avant}
    AND NOT EXISTS (SELECT 1 FROM historique h
                     WHERE h.objet = 'message' AND h.numero = m.id AND h.fait_le >= {avant})"
    };
}
const QUIET: &str = quiet!();

/// And none of its envois ended since, nor is open.
pub(super) const DUE: &str = concat!(
    quiet!(),
    " AND NOT EXISTS (SELECT 1 FROM envois e WHERE e.message = m.id
         AND (e.termine_le >= {avant} OR e.etat IN ('a_envoyer', 'reserve', 'emission')))"
);

/// Envois `e` that are still to be forgotten: those of what is due, and of what was begun.
const OPEN: &str = " FROM messages m JOIN envois e ON e.message = m.id
    WHERE m.id IN (SELECT m.id FROM messages m WHERE";
const BEGUN: &str = ") OR e.id > (SELECT o.curseur FROM oublis o WHERE o.message = m.id)";

statements! {
    fn begun() =
        "SELECT message AS nombre FROM oublis ORDER BY message LIMIT 1 {skip locked}";

    fn candidates(avant: Instant, depuis: Instant, apres: i64, limit: i64) =
        "SELECT m.id, m.date_creation, m.nb_destinataires,
                CAST(COALESCE((SELECT sum(p.taille) FROM pieces_jointes p WHERE p.message = m.id), 0)
                     AS BIGINT) AS octets
           FROM messages m WHERE", QUIET, "
            AND m.date_creation >= {depuis} AND (m.date_creation > {depuis} OR m.id > {apres})
          ORDER BY m.date_creation, m.id LIMIT {limit} {skip locked}";

    fn still(avant: Instant, keys: &[Key]) =
        "SELECT m.id AS nombre FROM messages m WHERE m.id IN (SELECT r.cle FROM {keys}) AND",
        DUE, " ORDER BY m.id";

    fn emptied(keys: &[Key], now: Instant) =
        "UPDATE messages SET", EMPTY, "
          WHERE id IN (SELECT r.cle FROM {keys})";

    fn files_gone(keys: &[Key]) =
        "DELETE FROM pieces_jointes WHERE message IN (SELECT r.cle FROM {keys})";

    // Not by the bare number: SQLite would go through all envois from there.
    fn next(keys: &[Key], limit: i64) =
        "SELECT e.message, e.id
           FROM envois e LEFT JOIN oublis o ON o.message = e.message
          WHERE e.message IN (SELECT r.cle FROM {keys}) AND e.id + 0 > COALESCE(o.curseur, 0)
          ORDER BY e.message, e.id LIMIT {limit}";

    // With another token: no late answer brings anything back.
    fn envois_emptied(keys: &[Key]) =
        "UPDATE envois
            SET parent = NULL, adresse = NULL, reference = NULL, code = NULL, detail = NULL,
                remise_code = NULL, proprio = NULL, jeton = jeton + 1
          WHERE id IN (SELECT r.cle FROM {keys})";

    fn attempts_gone(keys: &[Key]) =
        "DELETE FROM tentatives WHERE envoi IN (SELECT r.cle FROM {keys})";

    fn wholly(keys: &[Key]) =
        "DELETE FROM oublis WHERE message IN (SELECT r.cle FROM {keys})";

    fn partly(reached: &[Reached]) =
        "INSERT INTO oublis (message, curseur)
         SELECT r.message, r.curseur FROM {reached} WHERE true
         ON CONFLICT (message) DO UPDATE SET curseur = excluded.curseur";

    fn due_messages(avant: Instant) =
        "SELECT count(*) AS nombre FROM messages m WHERE", DUE;

    fn due_envois(avant: Instant) = "SELECT count(*) AS nombre", OPEN, DUE, BEGUN;

    fn due_attempts(avant: Instant) =
        "SELECT count(*) AS nombre FROM tentatives WHERE envoi IN (SELECT e.id",
        OPEN, DUE, BEGUN, ")";

    // A draft was written to nobody yet: it can go to somebody else.
    fn of_parent(parent: i64, now: Instant) =
        "UPDATE messages SET", EMPTY, " WHERE", ALONE;

    fn files_of_parent(parent: i64) =
        "DELETE FROM pieces_jointes WHERE message IN (SELECT id FROM messages WHERE", ALONE, ")";
}

/// What was written to a parent alone.
const ALONE: &str = " parent = {parent} AND NOT est_message_groupe AND oublie_le IS NULL
    AND statut <> 'brouillon'";

/// What a message no longer says. (Its parent's name is searched with it.)
const EMPTY: &str = " contenu = '', sujet = NULL, contenu_html = NULL, details_erreur = NULL,
    parent = NULL, auteur = NULL, oublie_le = {now}";

/// Forgets what was written to a parent alone: the texts name the child. Called when the parent is
/// erased, by whom the envois are emptied.
pub(in crate::store) fn forget_parent(
    conn: &mut Conn,
    parent: i64,
    now: Instant,
) -> Result<(), Error> {
    conn.execute(files_of_parent(parent))?;
    conn.execute(of_parent(parent, now)).map(drop)
}
