//! Which database this is, how often runs sent from it, and which of its messages may have left without
//! its knowing.

use super::backend::locked;
use super::literal::is_one_of;
use super::sql::{Key, statements};
use super::{Conn, Count, Error};
use crate::digest::sha256;
use crate::instant::Instant;
use crate::schema::{doutes, envois, generations, messages, origine};
use crate::vocabulary::{Canal, Etat, Retour, Statut};
use diesel::dsl::count_star;
use diesel::prelude::*;
use std::time::Duration;

/// What a database knows of itself.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = origine)]
pub struct Origine {
    /// Its random key, which a copy has too until it goes its own way.
    pub cle: String,
    /// Where it was when a run last sent for real.
    pub lieu: Option<String>,
    /// How often a person said what may leave, or nothing could.
    pub epoque: i64,
    /// When it was written as a backup, or put back.
    pub copie_le: Option<Instant>,
    /// Since when nothing leaves.
    pub retenu_le: Option<Instant>,
    /// Why.
    pub cause: Option<Retour>,
}

/// A message that may have left already.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Doute {
    /// Its number.
    #[diesel(column_name = id)]
    pub message: i64,
    /// Its channel.
    #[diesel(column_name = type_)]
    pub canal: Canal,
    /// `programme` or `en_attente`.
    pub statut: Statut,
    /// Its date.
    pub date_programmee: Option<Instant>,
}

/// A folder of answers that no run has used for so long is forgotten.
const KEPT: Duration = Duration::from_secs(400 * 24 * 3600);

statements! {
    fn raised(dossier: &str, hote: &str, now: Instant) =
        "INSERT INTO generations (dossier, hote, nombre, vu_le) VALUES ({dossier}, {hote}, 1, {now})
         ON CONFLICT (dossier) DO UPDATE
            SET nombre = generations.nombre + 1, hote = excluded.hote, vu_le = excluded.vu_le
         RETURNING nombre";

    fn doubted(tous: bool, now: Instant) =
        "INSERT INTO doutes (message)
         SELECT id FROM messages
          WHERE statut = 'en_attente'
             OR (statut = 'programme' AND ({tous} OR date_programmee <= {now}))
         ON CONFLICT DO NOTHING";

    fn settled(keys: &[Key]) = "DELETE FROM doutes WHERE message IN (SELECT r.cle FROM {keys})";
}

/// The one row.
pub fn read(conn: &mut Conn) -> Result<Origine, Error> {
    conn.one(origine::table.select(Origine::as_select()))
}

/// The same, locked until the commit.
pub fn read_locked(conn: &mut Conn) -> Result<Origine, Error> {
    conn.one(locked(origine::table.select(Origine::as_select())))
}

/// Where it is: what a copy of it elsewhere has not. `file` is that of SQLite, with the machine; a server
/// says itself which it is, its database and its schema. A standby that takes over is the same.
pub fn place(conn: &mut Conn, file: Option<String>) -> Result<String, Error> {
    let place = match file {
        Some(file) => file,
        None => on_server(conn)?,
    };
    Ok(sha256(place.as_bytes()))
}

fn on_server(conn: &mut Conn) -> Result<String, Error> {
    // It may be closed to us, or not be there: then a copy in another cluster is told by less.
    let may = said(
        conn,
        "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')::text AS place",
    );
    let cluster = match may {
        Ok(may) if may == "true" => said(
            conn,
            "SELECT system_identifier::text AS place FROM pg_catalog.pg_control_system()",
        )?,
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Ok(_) | Err(_) => String::new(),
    };
    let within = said(
        conn,
        "SELECT d.oid::text || '/' || c.relnamespace::text AS place
           FROM pg_database d, pg_class c
          WHERE d.datname = current_database() AND c.oid = 'origine'::regclass",
    )?;
    Ok(format!("{cluster}/{within}"))
}

fn said(conn: &mut Conn, question: &str) -> Result<String, Error> {
    #[derive(diesel::QueryableByName)]
    struct Said {
        #[diesel(sql_type = diesel::sql_types::Text)]
        place: String,
    }
    let said: Said = conn.one(diesel::sql_query(question))?;
    Ok(said.place)
}

/// How often runs began and ended with this folder of answers.
pub fn count(conn: &mut Conn, dossier: &str) -> Result<i64, Error> {
    let row = generations::table.find(dossier);
    Ok(conn.first(row.select(generations::nombre))?.unwrap_or(0))
}

/// One more of them, by a run of the machine `hote`; how many that makes.
pub fn raise(conn: &mut Conn, dossier: &str, hote: &str, now: Instant) -> Result<i64, Error> {
    let rows: Vec<Count> = conn.load(raised(dossier, hote, now))?;
    let number = rows.first().map_or(0, |row| row.nombre);
    if number == 1 {
        let old = generations::table.filter(generations::vu_le.lt(now - KEPT));
        conn.execute(diesel::delete(old))?;
    }
    Ok(number)
}

/// Keeps where it is, unless that is known.
pub fn settle(conn: &mut Conn, lieu: &str) -> Result<(), Error> {
    let unknown = origine::table.filter(origine::lieu.is_null());
    conn.execute(diesel::update(unknown).set(origine::lieu.eq(lieu)))
        .map(drop)
}

/// Keeps that nothing is to leave, and which messages may have left: of a copy all that wait, of what is
/// older those that are due. Returns how many there are.
pub fn hold(conn: &mut Conn, cause: Retour, now: Instant) -> Result<usize, Error> {
    let number = conn.execute(doubted(cause == Retour::Copie, now))?;
    if number > 0 {
        let why = (origine::retenu_le.eq(now), origine::cause.eq(cause));
        conn.execute(diesel::update(origine::table).set(why))?;
    }
    Ok(number)
}

/// Keeps that this is the database to go on with, by this key and at this place.
pub fn adopt(conn: &mut Conn, cle: &str, lieu: &str, epoque: i64) -> Result<(), Error> {
    conn.execute(diesel::delete(doutes::table))?;
    conn.execute(diesel::update(origine::table).set((
        origine::cle.eq(cle),
        origine::lieu.eq(lieu),
        origine::epoque.eq(epoque),
        origine::copie_le.eq(None::<Instant>),
        origine::retenu_le.eq(None::<Instant>),
        origine::cause.eq(None::<Retour>),
    )))
    .map(drop)
}

/// The messages of which nobody has said yet what becomes of them, and that would leave, by their dates.
pub fn doubts(conn: &mut Conn) -> Result<Vec<Doute>, Error> {
    let would_leave = is_one_of(messages::statut, &[Statut::Programme, Statut::EnAttente]);
    let open = doutes::table
        .inner_join(messages::table)
        .filter(would_leave);
    conn.load(
        open.order((messages::date_programmee, messages::id))
            .select(Doute::as_select()),
    )
}

/// How many envois of a message are not final.
pub fn open_envois(conn: &mut Conn, message: i64) -> Result<i64, Error> {
    let open = envois::table
        .filter(envois::message.eq(message))
        .filter(is_one_of(envois::etat, &Etat::OPEN));
    conn.one(open.select(count_star()))
}

/// A person said what becomes of these.
pub fn decided(conn: &mut Conn, messages: &[i64]) -> Result<(), Error> {
    let keys = Key::of(messages.iter().copied());
    conn.execute(settled(&keys)).map(drop)
}
