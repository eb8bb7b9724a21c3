//! How many messages and envois there are, of which kind: for the statistics and the monitoring.
//!
//! Answers come from counters that triggers keep at every change of a message (migration
//! `compteurs`), so they cost the same whatever the number of messages. Only what is open is
//! counted where it is: the envois of messages in `en_attente`.

pub(in crate::store) mod jours;
pub(in crate::store) mod source;

pub use jours::{Bilan, by_day, results_by_day};

use crate::instant::Instant;
use crate::schema::{classes, envois, messages};
use crate::store::literal::word;
use crate::store::messages::is_due;
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat, Statut};
use diesel::dsl::min;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
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

/// Group messages to a class.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
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

    fn read(conn: &mut Conn, selection: &Selection, classes: Vec<OfClasse>) -> Result<Self, Error> {
        let pairs = Canal::ALL
            .iter()
            .flat_map(|canal| Etat::ALL.iter().map(move |etat| (*canal, *etat)));
        let mut statistics = Self {
            types: Canal::ALL.iter().map(|canal| (*canal, 0)).collect(),
            statuts: Statut::ALL.iter().map(|statut| (*statut, 0)).collect(),
            classes,
            emails_envoyes: 0,
            emails_lus: 0,
            envois: pairs.map(|pair| (pair, 0)).collect(),
        };
        for source in source::read(conn, selection)? {
            statistics.add(&source);
        }
        Ok(statistics)
    }

    fn add(&mut self, source: &Source) {
        for (etat, nombre) in source.envois() {
            *self.envois.entry((source.canal, etat)).or_default() += nombre;
        }
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

/// The statistics of `selection`.
pub fn messages(conn: &mut Conn, selection: &Selection) -> Result<Statistics, Error> {
    let none = 0_i64.into_sql::<BigInt>();
    let all = classes::table.select((classes::id, classes::nom, none));
    let all = conn.load(all.order(classes::id))?;
    Statistics::read(conn, selection, all)
}

/// Envois by channel and state, every pair.
pub fn envois_by_state(conn: &mut Conn) -> Result<BTreeMap<(Canal, Etat), i64>, Error> {
    Ok(Statistics::read(conn, &Selection::default(), Vec::new())?.envois)
}

/// Since when the oldest of what could leave now waits: the date of a programmed message, or the
/// next attempt of an envoi. None when nothing is due.
pub fn oldest_due(conn: &mut Conn, now: Instant) -> Result<Option<Instant>, Error> {
    let programmed = messages::table.filter(is_due(now));
    let message: Option<Instant> = conn.one(programmed.select(min(messages::date_programmee)))?;
    let to_send = envois::etat.eq(word(Etat::AEnvoyer));
    let waiting = envois::table.filter(to_send.and(envois::prochaine.le(now)));
    let envoi: Option<Instant> = conn.one(waiting.select(min(envois::prochaine)))?;
    Ok([message, envoi].into_iter().flatten().min())
}
