//! A school with its messages, and each step of a run in one line.

use crate::whole::Whole;
use messages_core::audience::Rules;
use messages_core::config::{Config, Database as Place, Lang, Vars};
use messages_core::dispatch::{Expander, Step};
use messages_core::instant::Instant;
use messages_core::model::{NewMessage, Parent, Reading};
use messages_core::readdress;
use messages_core::store::annuaire::{self, Annuaire, Changes};
use messages_core::store::envois::{
    self, Announced, Claimed, Outcome, Ready, Recorded, Recovered, Refused, Settled,
};
use messages_core::store::messages::{self, Closed};
use messages_core::store::{Conn, Error, Purpose, migrations, overview};
use messages_core::texts;
use messages_core::vocabulary::{Canal, Etat, Motif, Relation, Statut, Verdict};
use messages_testing::db::Database;
use std::time::Duration;

/// Of an announced envoi.
pub(crate) const LEASE: Duration = Duration::from_secs(90);

/// Of a next attempt: one that is further off than the longest retry counts as come.
pub(crate) const LATER: Duration = Duration::from_secs(10 * 3600);

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// A database with tables of this version.
pub(crate) struct School<'d> {
    pub(crate) database: &'d Database,
}

/// Whom a message goes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum To {
    Parent(i64),
    Classe(i64),
    All,
}

/// Takes over what is said of a school.
pub(crate) fn take_over(conn: &mut Conn, school: &Annuaire) -> Result<Changes, Error> {
    annuaire::take_over(conn, |conn| annuaire::put(conn, school, &[])).map(|(changes, _)| changes)
}

pub(crate) fn place(database: &Database) -> Place {
    Place::from_url(database.url()).unwrap()
}

impl<'d> School<'d> {
    pub(crate) fn new(database: &'d Database) -> Self {
        let school = Self { database };
        migrations::migrate(&mut Conn::create(&place(database)).unwrap()).unwrap();
        school
    }

    pub(crate) fn conn(&self) -> Conn {
        Conn::open(&place(self.database)).unwrap()
    }

    pub(crate) fn run(&self, passage: &str) -> Run {
        let mut conn = self.conn();
        conn.devote(Purpose::Dispatch).unwrap();
        Run {
            conn,
            passage: passage.to_owned(),
        }
    }

    pub(crate) fn parents(&self, parents: impl IntoIterator<Item = Parent>) {
        let annuaire = Annuaire {
            parents: parents.into_iter().map(Whole::whole).collect(),
            ..Annuaire::default()
        };
        take_over(&mut self.conn(), &annuaire).unwrap();
    }

    /// Inserts a message; one that is programmed without a date is due since a second.
    pub(crate) fn insert(&self, message: &NewMessage) -> i64 {
        let mut conn = self.conn();
        let mut message = message.clone();
        if message.statut == Statut::Programme && message.date_programmee.is_none() {
            message.date_programmee = Some(conn.now().unwrap() - Duration::from_secs(1));
        }
        messages::insert(&mut conn, &message).unwrap()
    }

    pub(crate) fn programme(&self, canal: Canal, audience: To) -> i64 {
        self.insert(&message(canal, audience))
    }

    /// Programmes the same message `count` times, due since a second.
    pub(crate) fn programme_many(&self, count: usize, canal: Canal, audience: To) -> Vec<i64> {
        let mut conn = self.conn();
        let due = conn.now().unwrap() - Duration::from_secs(1);
        let message = NewMessage {
            date_programmee: Some(due),
            ..message(canal, audience)
        };
        conn.write(|conn| {
            (0..count)
                .map(|_| messages::insert(conn, &message))
                .collect()
        })
        .unwrap()
    }

    /// Works out the recipients of everything that is due.
    pub(crate) fn expand(&self) -> Step {
        let mut expander = Expander::new(rules(&[]), "expansion".to_owned(), None);
        expand(&mut expander, &mut self.conn())
    }

    /// A message to parents 1 to `parents`, ready to be claimed.
    pub(crate) fn leaving(&self, canal: Canal, parents: i64) -> i64 {
        self.parents((1..=parents).map(parent));
        let message = self.programme(canal, To::All);
        self.expand();
        message
    }

    /// As if the run that holds them had died long ago.
    pub(crate) fn leases_are_over(&self) {
        self.database.execute(
            "UPDATE envois SET bail_jusqua = '2001-01-01T00:00:00Z' WHERE bail_jusqua IS NOT NULL",
        );
    }

    /// Ends the envois of a parent as if they had been sent.
    pub(crate) fn ends(&self, parent: i64, etat: Etat, motif: Option<Motif>) {
        let motif = motif.map_or("NULL".to_owned(), |motif| format!("'{motif}'"));
        self.database.execute(&format!(
            "UPDATE envois SET etat = '{etat}', motif = {motif}, proprio = NULL, bail_jusqua = NULL,
                               termine_le = '2026-02-03T04:05:0{}.000000Z' WHERE parent = {parent}",
            parent % 10
        ));
    }

    /// `etat motif` of every envoi of a message, in the order of the parents.
    pub(crate) fn states(&self, message: i64) -> Vec<String> {
        self.database.texts(&format!(
            "SELECT trim(etat || ' ' || COALESCE(motif, '')) AS v FROM envois
              WHERE message = {message} ORDER BY parent"
        ))
    }

    pub(crate) fn statut(&self, message: i64) -> String {
        self.one(&format!(
            "SELECT statut AS v FROM messages WHERE id = {message}"
        ))
    }

    /// `statut recipients sent failed uncertain ignored` of a message.
    pub(crate) fn sums(&self, message: i64) -> String {
        self.one(&format!(
            "SELECT statut || ' ' || nb_destinataires || ' ' || nb_envoyes || ' ' || nb_echecs
                    || ' ' || nb_incertains || ' ' || nb_ignores AS v
               FROM messages WHERE id = {message}"
        ))
    }

    /// An expression over the row of one envoi.
    pub(crate) fn envoi(&self, id: i64, expression: &str) -> String {
        self.one(&format!(
            "SELECT {expression} AS v FROM envois WHERE id = {id}"
        ))
    }

    /// The text column `v` of the only row.
    pub(crate) fn one(&self, question: &str) -> String {
        let mut found = self.database.texts(question);
        assert_eq!(found.len(), 1, "{question}: {found:?}");
        found.remove(0)
    }

    /// How many rows a table has where `condition` holds.
    pub(crate) fn count(&self, table: &str, condition: &str) -> i64 {
        self.database.number(&format!(
            "SELECT CAST(count(*) AS TEXT) AS v FROM {table} WHERE {condition}"
        ))
    }
}

/// A dispatcher's hands, one transaction to each step.
pub(crate) struct Run {
    pub(crate) conn: Conn,
    pub(crate) passage: String,
}

impl Run {
    pub(crate) fn claim(&mut self, canal: Canal, limit: usize) -> Vec<Claimed> {
        let now = self.conn.now().unwrap();
        self.claim_at(canal, limit, now)
    }

    pub(crate) fn claim_at(&mut self, canal: Canal, limit: usize, now: Instant) -> Vec<Claimed> {
        let passage = self.passage.as_str();
        self.conn
            .write(|conn| envois::claim(conn, passage, canal, limit, now))
            .unwrap()
    }

    /// Claims the SMS that are due at `now` and announces them, one to a transaction: all claimed
    /// beforehand, or each just before its intent.
    pub(crate) fn send_one_by_one(&mut self, now: Instant, claimed_beforehand: bool) {
        let limit = if claimed_beforehand { 99 } else { 1 };
        loop {
            let leased = self.claim_at(Canal::Sms, limit, now);
            if leased.is_empty() {
                return;
            }
            for envoi in leased {
                self.announce(&[envoi]);
            }
        }
    }

    pub(crate) fn announce(&mut self, leased: &[Claimed]) -> (Vec<Announced>, Vec<Refused>) {
        let settled = self.settle(&[], leased, false);
        (settled.announced, settled.refused)
    }

    /// As after a commit whose answer was lost.
    pub(crate) fn announce_again(&mut self, leased: &[Claimed]) -> (Vec<Announced>, Vec<Refused>) {
        let settled = self.settle(&[], leased, true);
        (settled.announced, settled.refused)
    }

    /// Claims and announces, as the dispatcher does: what comes back is in `emission`.
    pub(crate) fn send(&mut self, canal: Canal, limit: usize) -> Vec<Announced> {
        let leased = self.claim(canal, limit);
        let (granted, refused) = self.announce(&leased);
        assert_eq!(refused, []);
        granted
    }

    pub(crate) fn record(&mut self, finished: &[Outcome]) -> Vec<Recorded> {
        self.settle(finished, &[], false).recorded
    }

    /// The dispatcher's commit: answers and intents together.
    pub(crate) fn settle(
        &mut self,
        finished: &[Outcome],
        leased: &[Claimed],
        again: bool,
    ) -> Settled {
        let leased: Vec<Ready> = leased.iter().map(|envoi| lease(*envoi)).collect();
        let mut settled = envois::settle(
            &mut self.conn,
            &self.passage,
            finished,
            &leased,
            again,
            &reading(),
        )
        .unwrap();
        // The order is the database's own.
        settled.announced.sort_by_key(|granted| granted.id);
        settled
    }

    /// As another run does it, for nobody takes back what is under way in its own hands.
    pub(crate) fn recover(&mut self) -> Vec<Recovered> {
        self.conn
            .write(|conn| {
                let now = conn.now()?;
                envois::recover(conn, "recovery", None, now)
            })
            .unwrap()
    }

    /// Closes up to `limit` messages, with the details that staff read.
    pub(crate) fn close(&mut self, limit: usize) -> Vec<Closed> {
        self.conn
            .write(|conn| messages::close(conn, limit, |closed| texts::details(Lang::Fr, closed)))
            .unwrap()
    }

    /// How many envois are in `emission` now.
    pub(crate) fn in_emission(&mut self) -> i64 {
        let waiting = overview::waiting(&mut self.conn).unwrap();
        waiting
            .iter()
            .filter(|w| w.etat == Etat::Emission)
            .map(|w| w.nombre)
            .sum()
    }
}

/// `rounds` moments, the last one a second ago: each round of a race claims at its own, and so
/// finds its own envois only.
pub(crate) fn moments(rounds: u64, now: Instant) -> Vec<Instant> {
    (1..=rounds)
        .rev()
        .map(|left| now - Duration::from_secs(left))
        .collect()
}

/// For the usual time.
pub(crate) const fn lease(envoi: Claimed) -> Ready {
    Ready {
        envoi,
        lease: LEASE,
    }
}

/// How the directory's addresses are read without settings.
pub(crate) fn reading() -> Reading {
    rules(&[]).reading()
}

/// The rules of a school with these settings.
pub(crate) fn rules(settings: &[(&str, &str)]) -> Rules {
    let pairs = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Rules::new(&Config::load(Vars::from_pairs(pairs)).unwrap())
}

/// Sends a message again; returns to how many.
pub(crate) fn resend(conn: &mut Conn, id: i64, envois: Option<&[i64]>) -> Result<usize, Error> {
    readdress::resend(conn, &rules(&[]), id, envois).map(|again| again.envois.len())
}

/// All steps together.
pub(crate) fn expand(expander: &mut Expander, conn: &mut Conn) -> Step {
    let mut sum = Step::default();
    loop {
        let step = expander.step(conn).unwrap();
        sum.messages += step.messages;
        sum.recipients += step.recipients;
        sum.ignored += step.ignored;
        if !step.more {
            return sum;
        }
    }
}

/// A programmed message; its date is filled in when it is inserted.
pub(crate) fn message(canal: Canal, audience: To) -> NewMessage {
    let (parent, classe) = match audience {
        To::Parent(id) => (Some(id), None),
        To::Classe(id) => (None, Some(id)),
        To::All => (None, None),
    };
    NewMessage {
        r#type: canal,
        sujet: (canal == Canal::Email).then(|| "Réunion à l'école".to_owned()),
        contenu: "Bonjour, la réunion a lieu jeudi à 18 h.".to_owned(),
        contenu_html: None,
        parent,
        classe,
        est_message_groupe: parent.is_none(),
        statut: Statut::Programme,
        date_programmee: None,
    }
}

/// A parent who can be reached on both channels.
pub(crate) fn parent(n: i64) -> Parent {
    Parent {
        id: n,
        nom: format!("Nom{n}"),
        prenom: format!("Prénom{n}"),
        telephone: number(n),
        email: mailbox(n),
        adresse: String::new(),
        relation: Relation::Autre,
        notifications_sms: true,
        notifications_email: true,
    }
}

/// A valid French mobile number, in E.164.
pub(crate) fn number(n: i64) -> String {
    format!("+336{:08}", 12_000_000 + n)
}

pub(crate) fn mailbox(n: i64) -> String {
    format!("parent{n}@exemple.example")
}

/// The peer accepted it.
pub(crate) fn accepted(granted: &Announced) -> Outcome {
    Outcome {
        id: granted.id,
        jeton: granted.jeton,
        etat: Etat::Envoye,
        motif: None,
        verdict: Verdict::Accepte,
        code: Some("250".to_owned()),
        detail: None,
        reference: None,
        prochaine: None,
        rendues: 0,
        ambigus: 0,
    }
}

/// The peer refused it for good.
pub(crate) fn refused(granted: &Announced) -> Outcome {
    Outcome {
        etat: Etat::Echec,
        motif: Some(Motif::Permanent),
        verdict: Verdict::Permanent,
        code: Some("550 5.1.1".to_owned()),
        ..accepted(granted)
    }
}

/// The peer asked to come back.
pub(crate) fn postponed(granted: &Announced, prochaine: Instant) -> Outcome {
    Outcome {
        etat: Etat::AEnvoyer,
        verdict: Verdict::Temporaire,
        code: Some("451".to_owned()),
        prochaine: Some(prochaine),
        ..accepted(granted)
    }
}

/// The peer's answer was lost, and nobody will try again.
pub(crate) fn lost(granted: &Announced) -> Outcome {
    Outcome {
        etat: Etat::Incertain,
        motif: Some(Motif::ResultatInconnu),
        verdict: Verdict::Ambigu,
        code: None,
        ambigus: 1,
        ..accepted(granted)
    }
}
