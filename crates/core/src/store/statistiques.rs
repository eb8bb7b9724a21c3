//! How many messages and envois there are, of which kind: for the statistics, the lengths of
//! lists and the monitoring.
//!
//! Answers come from counters that triggers keep at every change of a message (migration
//! `compteurs`), so they cost the same whatever the number of messages. Only what is open is
//! counted where it is: the envois of messages in `en_attente`.

pub(super) mod jours;
pub(super) mod source;

pub use jours::by_day;

use super::backend::MultiBackend;
use super::sql::statements;
use super::{Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::schema::{classes, compteurs};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use source::Source;
use std::collections::BTreeMap;

/// Which messages the statistics are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Selection {
    /// Created then or later.
    pub depuis: Option<Instant>,
    /// Created earlier than that.
    pub jusqua: Option<Instant>,
    /// Of this class.
    pub classe: Option<i64>,
}

/// What a list is filtered by; nothing: all messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Combination {
    /// The state.
    pub statut: Option<Statut>,
    /// The channel.
    pub r#type: Option<Canal>,
    /// The class.
    pub classe: Option<i64>,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: Option<bool>,
    /// Whether its e-mail was read.
    pub est_lu: Option<bool>,
}

/// Group messages to a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfClasse {
    /// Number of the class.
    pub classe: i64,
    /// Its name.
    pub nom: String,
    /// How many messages.
    pub nombre: i64,
}

/// The numbers of a [`Selection`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Messages by channel, every channel.
    pub types: BTreeMap<Canal, i64>,
    /// Messages by state, every state.
    pub statuts: BTreeMap<Statut, i64>,
    /// Group messages by class, every class of the directory in the order of their numbers.
    pub classes: Vec<OfClasse>,
    /// E-mails that were sent.
    pub emails_envoyes: i64,
    /// Those of them that were read.
    pub emails_lus: i64,
    /// Envois by channel and state, every pair.
    pub envois: BTreeMap<(Canal, Etat), i64>,
}

impl Statistics {
    /// All messages.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.types.values().sum()
    }

    /// Read e-mails among those that were sent, in percent, to one decimal; 0 when none was.
    #[must_use]
    pub fn read_rate(&self) -> f64 {
        if self.emails_envoyes <= 0 {
            return 0.0;
        }
        let thousandths =
            (self.emails_lus * 2000 + self.emails_envoyes) / (self.emails_envoyes * 2);
        f64::from(u16::try_from(thousandths).unwrap_or(1000)) / 10.0
    }

    fn empty(classes: Vec<(i64, String)>) -> Self {
        let of = |(classe, nom)| OfClasse {
            classe,
            nom,
            nombre: 0,
        };
        Self {
            types: Canal::ALL.iter().map(|canal| (*canal, 0)).collect(),
            statuts: Statut::ALL.iter().map(|statut| (*statut, 0)).collect(),
            classes: classes.into_iter().map(of).collect(),
            emails_envoyes: 0,
            emails_lus: 0,
            envois: every_envoi(),
        }
    }

    fn add(&mut self, source: &Source) {
        add_envois(&mut self.envois, source);
        if source.etat.is_some() {
            return;
        }
        *self.types.entry(source.canal).or_default() += source.nombre;
        *self.statuts.entry(source.statut).or_default() += source.nombre;
        if source.est_message_groupe
            && let Some(of) = self.classes.iter_mut().find(|c| c.classe == source.classe)
        {
            of.nombre += source.nombre;
        }
        if source.canal == Canal::Email && source.statut == Statut::Envoye {
            self.emails_envoyes += source.nombre;
            self.emails_lus += if source.est_lu { source.nombre } else { 0 };
        }
    }
}

fn every_envoi() -> BTreeMap<(Canal, Etat), i64> {
    let pairs = Canal::ALL
        .iter()
        .flat_map(|canal| Etat::ALL.iter().map(move |etat| (*canal, *etat)));
    pairs.map(|pair| (pair, 0)).collect()
}

fn add_envois(envois: &mut BTreeMap<(Canal, Etat), i64>, source: &Source) {
    for (etat, nombre) in source.envois() {
        *envois.entry((source.canal, etat)).or_default() += nombre;
    }
}

/// The statistics of `selection`.
///
/// # Errors
/// The database's.
pub fn messages(conn: &mut Conn, selection: &Selection) -> Result<Statistics, Error> {
    let all = classes::table.order(classes::id);
    let mut statistics = Statistics::empty(conn.load(all.select((classes::id, classes::nom)))?);
    for source in source::read(conn, selection)? {
        statistics.add(&source);
    }
    Ok(statistics)
}

/// How many messages there are of a combination.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, combination: &Combination) -> Result<i64, Error> {
    let of_all_days = compteurs::table.filter(compteurs::jour.eq(""));
    let mut found: compteurs::BoxedQuery<'_, MultiBackend> = of_all_days.into_boxed();
    if let Some(canal) = combination.r#type {
        found = found.filter(compteurs::type_.eq(canal));
    }
    if let Some(statut) = combination.statut {
        found = found.filter(compteurs::statut.eq(statut));
    }
    if let Some(classe) = combination.classe {
        found = found.filter(compteurs::classe.eq(classe));
    }
    if let Some(groupe) = combination.est_message_groupe {
        found = found.filter(compteurs::est_message_groupe.eq(groupe));
    }
    if let Some(lu) = combination.est_lu {
        found = found.filter(compteurs::est_lu.eq(lu));
    }
    // The builder's sum is a numeric, which SQLite does not have.
    let sum = diesel::dsl::sql::<BigInt>("CAST(COALESCE(sum(nombre), 0) AS BIGINT)");
    conn.one(found.select(sum))
}

/// Envois by channel and state, every pair in the order of the vocabularies.
///
/// # Errors
/// The database's.
pub fn envois_by_state(conn: &mut Conn) -> Result<Vec<(Canal, Etat, i64)>, Error> {
    let mut envois = every_envoi();
    for source in source::read(conn, &Selection::default())? {
        add_envois(&mut envois, &source);
    }
    Ok(envois
        .into_iter()
        .map(|((canal, etat), nombre)| (canal, etat, nombre))
        .collect())
}

statements! {
    fn due(now: Instant) =
        "SELECT min(date_programmee) AS depuis FROM messages
          WHERE statut = 'programme' AND date_programmee <= {now}
         UNION ALL
         SELECT min(prochaine) FROM envois WHERE etat = 'a_envoyer' AND prochaine <= {now}";
}

/// Since when the oldest of what could leave now waits: the date of a programmed message, or the
/// next attempt of an envoi. None when nothing is due.
///
/// # Errors
/// The database's.
pub fn oldest_due(conn: &mut Conn, now: Instant) -> Result<Option<Instant>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Oldest {
        #[diesel(sql_type = Nullable<InstantSql>)]
        depuis: Option<Instant>,
    }
    let rows: Vec<Oldest> = conn.load(due(now))?;
    Ok(rows.into_iter().filter_map(|row| row.depuis).min())
}
