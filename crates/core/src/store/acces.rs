//! Everything that is kept about one parent, for who asks for it (right of access).
//!
//! What is not told: the answers that the HTTP interface remembers for a day, which say the same, and
//! from which addresses others changed the record.

use super::{Conn, Error, pieces};
use crate::instant::Instant;
use crate::model::{Classe, Etudiant, Parent, PieceJointe};
use crate::schema::{
    classes, envois, etudiants, historique, messages, parents, parents_etudiants, tentatives,
};
use crate::store::annuaire::in_chunks;
use crate::vocabulary::{Action, Canal, Etat, Motif, Objet, Remise, Statut, Verdict};
use diesel::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is kept about a parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acces {
    /// When it was asked for, by the database's clock.
    pub fait_le: Instant,
    /// The record, the opt-outs with it.
    pub parent: Fiche,
    /// The pupils, each with the class.
    pub etudiants: Vec<Enfant>,
    /// What was written to the parent, alone or with others, the oldest first.
    pub messages: Vec<Ecrit>,
    /// What was done to the record, and to messages to this parent alone, the oldest first.
    pub historique: Vec<Geste>,
}

/// The record of a parent, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = parents)]
pub struct Fiche {
    /// What the application shows.
    #[diesel(embed)]
    #[serde(flatten)]
    pub parent: Parent,
    /// What the office's own files call the parent.
    pub identifiant: Option<String>,
    /// The number in the form in which it is written to.
    pub telephone_e164: Option<String>,
    /// The mailbox in the form in which it is compared.
    pub email_norme: Option<String>,
    /// Since when a complete directory does not name the parent any more.
    pub parti_le: Option<Instant>,
}

/// A pupil of the parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enfant {
    /// The pupil.
    #[serde(flatten)]
    pub etudiant: Etudiant,
    /// The class in full.
    pub classe_nommee: Option<Classe>,
}

/// A message to the parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ecrit {
    /// What it says, and when.
    #[serde(flatten)]
    pub texte: Texte,
    /// The files that travel with it.
    pub pieces_jointes: Vec<PieceJointe>,
    /// What became of it for this parent; none when it has not left.
    pub envoi: Option<Recu>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Texte {
    /// Its number.
    pub id: i64,
    /// The channel.
    #[diesel(column_name = type_)]
    pub r#type: Canal,
    /// Whether others got it too.
    pub est_message_groupe: bool,
    /// Subject of an e-mail.
    pub sujet: Option<String>,
    /// The text.
    pub contenu: String,
    /// The same in HTML.
    pub contenu_html: Option<String>,
    /// Its state.
    pub statut: Statut,
    /// When it was written.
    pub date_creation: Instant,
    /// When it shall leave.
    pub date_programmee: Option<Instant>,
    /// When the first envoi was accepted.
    pub date_envoi: Option<Instant>,
    /// Why not everybody was reached.
    pub details_erreur: Option<String>,
    /// Whether nothing really left.
    pub simule: bool,
}

/// What became of a message for the parent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recu {
    /// The delivery.
    #[serde(flatten)]
    pub envoi: Envoi,
    /// Each time it was handed to the network.
    pub essais: Vec<Essai>,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = envois)]
pub struct Envoi {
    /// Its number.
    pub id: i64,
    #[serde(skip)]
    message: i64,
    /// The channel.
    pub canal: Canal,
    /// The number or mailbox.
    pub adresse: Option<String>,
    /// What became of it.
    pub etat: Etat,
    /// Why it was not accepted.
    pub motif: Option<Motif>,
    /// The peer's code.
    pub code: Option<String>,
    /// The peer's words, or ours.
    pub detail: Option<String>,
    /// The gateway's own number for it.
    pub reference: Option<String>,
    /// First attempt.
    pub emis_le: Option<Instant>,
    /// When it became final.
    pub termine_le: Option<Instant>,
    /// When it was read first, if that is followed.
    pub lu_le: Option<Instant>,
    /// Whether the telephone or the mailbox has it, as far as anybody told.
    pub remise: Remise,
    /// Since when that is known.
    pub remise_le: Option<Instant>,
    /// The code that was told with it.
    pub remise_code: Option<String>,
    /// The gateway that has taken it.
    pub passerelle: Option<String>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = tentatives)]
pub struct Essai {
    #[serde(skip)]
    envoi: i64,
    /// When it began.
    pub debut: Instant,
    /// When it was answered.
    pub fin: Option<Instant>,
    /// What it came to.
    pub verdict: Option<Verdict>,
    /// The peer's code.
    pub code: Option<String>,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Queryable, Selectable)]
#[diesel(table_name = historique)]
pub struct Geste {
    /// When.
    pub fait_le: Instant,
    /// Who, by a number that is no name.
    pub acteur: String,
    /// What.
    pub action: Action,
    /// On what.
    pub objet: Objet,
    /// Its number.
    pub numero: Option<i64>,
    /// How many of what, as a JSON object.
    pub bilan: Option<String>,
}

/// Everything that is kept about the parent with this number.
///
/// # Errors
/// `NotFound`; the database's.
pub fn of_parent(conn: &mut Conn, id: i64) -> Result<Acces, Error> {
    // One moment of the database, on SQLite; nothing is written.
    conn.write(|conn| {
        let record = parents::table.find(id).select(Fiche::as_select());
        let parent = conn.one(record)?;
        let messages = written(conn, id)?;
        let alone: Vec<i64> = messages
            .iter()
            .filter(|one| !one.texte.est_message_groupe)
            .map(|one| one.texte.id)
            .collect();
        Ok(Acces {
            fait_le: conn.now()?,
            parent,
            etudiants: pupils(conn, id)?,
            historique: deeds(conn, id, &alone)?,
            messages,
        })
    })
}

fn pupils(conn: &mut Conn, parent: i64) -> Result<Vec<Enfant>, Error> {
    let theirs = parents_etudiants::table.filter(parents_etudiants::parent.eq(parent));
    let pupils = theirs
        .inner_join(etudiants::table.on(etudiants::id.eq(parents_etudiants::etudiant)))
        .left_join(classes::table.on(classes::id.nullable().eq(etudiants::classe)))
        .order((parents_etudiants::rang, etudiants::id))
        .select((Etudiant::as_select(), Option::<Classe>::as_select()));
    let pupils: Vec<(Etudiant, Option<Classe>)> = conn.load(pupils)?;
    let child = |(etudiant, classe_nommee)| Enfant {
        etudiant,
        classe_nommee,
    };
    Ok(pupils.into_iter().map(child).collect())
}

/// Also what has not left yet.
fn written(conn: &mut Conn, parent: i64) -> Result<Vec<Ecrit>, Error> {
    let theirs = envois::table.filter(envois::parent.eq(parent));
    let envois: Vec<Envoi> = conn.load(theirs.select(Envoi::as_select()))?;
    let alone = messages::table.filter(messages::parent.eq(parent));
    let mut ids: Vec<i64> = conn.load(alone.select(messages::id))?;
    ids.extend(envois.iter().map(|envoi| envoi.message));
    ids.sort_unstable();
    ids.dedup();
    let mut received = received(conn, envois)?;
    let texts = in_chunks(&ids, |ids| {
        let named = messages::table.filter(messages::id.eq_any(ids));
        conn.load(named.select(Texte::as_select()).order(messages::id))
    })?;
    let mut files: BTreeMap<i64, Vec<PieceJointe>> = BTreeMap::new();
    for file in in_chunks(&ids, |ids| pieces::of_messages(conn, ids))? {
        files.entry(file.message).or_default().push(file);
    }
    let one = |texte: Texte| Ecrit {
        envoi: received.remove(&texte.id),
        pieces_jointes: files.remove(&texte.id).unwrap_or_default(),
        texte,
    };
    Ok(texts.into_iter().map(one).collect())
}

fn received(conn: &mut Conn, envois: Vec<Envoi>) -> Result<BTreeMap<i64, Recu>, Error> {
    let ids: Vec<i64> = envois.iter().map(|envoi| envoi.id).collect();
    let attempts: Vec<Essai> = in_chunks(&ids, |ids| {
        let named = tentatives::table.filter(tentatives::envoi.eq_any(ids));
        conn.load(named.select(Essai::as_select()).order(tentatives::jeton))
    })?;
    let mut essais: BTreeMap<i64, Vec<Essai>> = BTreeMap::new();
    for essai in attempts {
        essais.entry(essai.envoi).or_default().push(essai);
    }
    let received = envois.into_iter().map(|envoi| {
        let essais = essais.remove(&envoi.id).unwrap_or_default();
        (envoi.message, Recu { envoi, essais })
    });
    Ok(received.collect())
}

fn deeds(conn: &mut Conn, parent: i64, messages: &[i64]) -> Result<Vec<Geste>, Error> {
    use historique::{fait_le, numero, objet, table};
    let all = || table.select(Geste::as_select()).order(fait_le);
    let about = objet.eq(Objet::Parent).and(numero.eq(parent));
    let mut deeds: Vec<Geste> = conn.load(all().filter(about))?;
    deeds.extend(in_chunks(messages, |messages| {
        let about = objet.eq(Objet::Message).and(numero.eq_any(messages));
        conn.load(all().filter(about))
    })?);
    deeds.sort_by_key(|deed| deed.fait_le);
    Ok(deeds)
}
