//! Whether the database is still the one that runs of this machine knew. One that was restored from a
//! backup, went back in time in another way, or was copied does not know what left since: it would send
//! that again. So runs that send for real send nothing then, until a person says what may leave.
//!
//! Three things tell it:
//! * each such run counts itself in the database when it begins and when it ends, and keeps the number in
//!   the folder of answers ([`Config::journal`]): a database with a lower number is an older one;
//! * the database keeps where it was: a file elsewhere, or a dump in another server, is a copy;
//! * what `backup` writes and `restore` puts back says so itself.
//!
//! The numbers are those of one folder, so that a machine that joins others on their server is none that
//! went back. They count for an *epoch*, which goes up whenever a person has decided, or nothing could
//! leave twice: what another machine has seen before that is settled.

mod kept;
mod resume;

pub use resume::{Resumed, Wish, resume};

use crate::config::{Config, Database};
use crate::failpoint::reach;
use crate::instant::Instant;
use crate::store::origine::{self, Doute, Origine};
use crate::store::{Conn, Error};
use crate::vocabulary::{Mode, Retour};
use crate::{machine, preview, texts};
use kept::Kept;

/// What is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Why.
    pub cause: Retour,
    /// What may have left already, by date.
    pub doutes: Vec<Doute>,
}

/// More messages are not named.
const NAMED_MAX: usize = 10;

/// The count of a run that sends for real; of any other, nothing.
pub(crate) struct Generation(Option<Counted>);

struct Counted {
    seen: Seen,
    nombre: i64,
}

impl Generation {
    /// Counts the run once more, in a transaction.
    pub(crate) fn raise(&mut self, conn: &mut Conn, now: Instant) -> Result<(), Error> {
        if let Some(Counted { seen, nombre }) = &mut self.0 {
            if seen.origine.lieu.is_none() {
                origine::settle(conn, &seen.lieu)?;
            }
            *nombre = origine::raise(conn, &seen.kept.dossier, &machine::name(), now)?;
        }
        Ok(())
    }

    /// Keeps the number on this machine, once the transaction is over.
    pub(crate) fn keep(&self, config: &Config) {
        if let Some(Counted { seen, nombre }) = &self.0 {
            let now = Kept {
                dossier: seen.kept.dossier.clone(),
                epoque: seen.origine.epoque,
                nombre: *nombre,
            };
            now.write(&config.journal, &seen.origine.cle);
        }
    }
}

/// How the database looks from this machine.
struct Seen {
    origine: Origine,
    lieu: String,
    kept: Kept,
    retour: Option<Retour>,
}

impl Seen {
    fn of(config: &Config, conn: &mut Conn) -> Result<Self, Error> {
        let origine = origine::read(conn)?;
        let lieu = origine::place(conn, file(config))?;
        let kept = Kept::read(&config.journal, &origine.cle);
        let count = origine::count(conn, &kept.dossier)?;
        let moved = origine.lieu.as_ref().is_some_and(|known| *known != lieu);
        let retour = if moved {
            Some(Retour::Copie)
        } else if (kept.epoque, kept.nombre) > (origine.epoque, count) || origine.copie_le.is_some()
        {
            Some(Retour::Recul)
        } else {
            None
        };
        Ok(Self {
            origine,
            lieu,
            kept,
            retour,
        })
    }

    /// Why it is held back, or is to be.
    fn cause(&self) -> Option<Retour> {
        self.origine.cause.or(self.retour)
    }

    /// In a transaction: what is held back, which is nothing when nothing could leave twice; then this is
    /// the database to go on with.
    fn hold(&mut self, conn: &mut Conn) -> Result<Option<Held>, Error> {
        self.origine = origine::read_locked(conn)?;
        let Some(cause) = self.cause() else {
            return Ok(None);
        };
        if self.origine.retenu_le.is_none() {
            let now = conn.now()?;
            origine::hold(conn, cause, now)?;
        }
        let doutes = origine::doubts(conn)?;
        if doutes.is_empty() {
            self.adopt(conn)?;
            return Ok(None);
        }
        Ok(Some(Held { cause, doutes }))
    }

    /// The epoch goes with the clock, so that it is higher than any that another machine has seen. A copy
    /// has a key of its own from now on: what is known of the original says nothing of it.
    fn adopt(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let now = conn.now()?;
        if self.cause() == Some(Retour::Copie) {
            self.origine.cle = uuid::Uuid::new_v4().simple().to_string();
        }
        let before = self.origine.epoque.max(self.kept.epoque);
        self.origine.epoque = now.utc().timestamp().max(before + 1);
        self.retour = None;
        origine::adopt(conn, &self.origine.cle, &self.lieu, self.origine.epoque)
    }
}

/// A SQLite file, by its machine and its full path.
fn file(config: &Config) -> Option<String> {
    match &config.database {
        Database::Sqlite(path) => {
            let full = path.canonicalize().unwrap_or_else(|_| path.clone());
            Some(format!("{}\n{}", machine::identity(), full.display()))
        }
        Database::Postgres(_) => None,
    }
}

/// Lets a run begin, unless it might send again what has left.
///
/// # Errors
/// `Held`: which messages those are, and what to do.
pub(crate) fn admit(config: &Config, conn: &mut Conn) -> Result<Generation, Error> {
    if config.messages.mode != Mode::Reel {
        return Ok(Generation(None));
    }
    let mut seen = Seen::of(config, conn)?;
    if seen.cause().is_some() {
        let held = conn.write(|conn| {
            let held = seen.hold(conn);
            reach("held_commit");
            held
        })?;
        reach("held");
        if let Some(held) = held {
            return Err(Error::Held(told(config, conn, &held)?));
        }
        log::info!("base adoptee epoque={}", seen.origine.epoque);
    }
    Ok(Generation(Some(Counted { seen, nombre: 0 })))
}

/// What is held back, or would be by the next run; changes nothing.
pub fn held(config: &Config, conn: &mut Conn) -> Result<Option<Held>, Error> {
    let mut seen = Seen::of(config, conn)?;
    if seen.cause().is_none() {
        return Ok(None);
    }
    conn.rehearse(|conn| seen.hold(conn))
}

/// Why the next run would send nothing, in a sentence for a person; none when it may, or sends nothing
/// really.
pub fn refusal(config: &Config, conn: &mut Conn) -> Result<Option<String>, Error> {
    if config.messages.mode != Mode::Reel {
        return Ok(None);
    }
    let held = held(config, conn)?;
    held.map(|held| told(config, conn, &held)).transpose()
}

/// The sentence of what is held back: numbers, dates, and how many recipients.
fn told(config: &Config, conn: &mut Conn, held: &Held) -> Result<String, Error> {
    let (lang, zone) = (config.messages.lang, config.messages.zone);
    let mut named = Vec::new();
    for doute in held.doutes.iter().take(NAMED_MAX) {
        let number = recipients(config, conn, doute)?;
        named.push(texts::doubtful(lang, zone, doute, number));
    }
    Ok(texts::held(lang, held.cause, held.doutes.len(), &named))
}

/// How many would get it.
pub fn recipients(config: &Config, conn: &mut Conn, doute: &Doute) -> Result<i64, Error> {
    match origine::open_envois(conn, doute.message)? {
        0 => {
            let number = preview::reached(conn, config, doute.message)?;
            Ok(i64::try_from(number).unwrap_or(i64::MAX))
        }
        open => Ok(open),
    }
}
