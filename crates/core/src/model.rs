//! Rows of the directory and of the messages. Shapes only: no SQL, no network.

mod annuaire;
mod candidate;
mod key;
mod patch;
mod piece;

pub(crate) use annuaire::ParentRow;
pub use annuaire::{Classe, Etudiant, Fiche, Parent};
pub use candidate::{Barred, Candidate, Reading};
pub use key::DeliveryKey;
pub use patch::{ClassePatch, EtudiantPatch, ParentPatch};
pub use piece::{Fichier, PieceJointe};

use crate::instant::Instant;
use crate::schema;
use crate::vocabulary::{Canal, Statut};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};

/// What staff write of a message.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = schema::messages, treat_none_as_default_value = false)]
#[diesel(treat_none_as_null = true)]
pub struct NewMessage {
    /// The channel.
    #[diesel(column_name = type_)]
    pub r#type: Canal,
    /// Subject of an e-mail.
    pub sujet: Option<String>,
    /// The text.
    pub contenu: String,
    /// The same in HTML, for e-mails.
    pub contenu_html: Option<String>,
    /// The one recipient, unless it is a group message.
    pub parent: Option<i64>,
    /// Of a group message: the class; none means everybody.
    pub classe: Option<i64>,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: bool,
    /// `brouillon` or `programme`; of a change also the present state.
    pub statut: Statut,
    /// When it shall leave.
    pub date_programmee: Option<Instant>,
}

/// A message with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schema::messages)]
pub struct Message {
    /// Its number.
    pub id: i64,
    /// The channel.
    #[diesel(column_name = type_)]
    pub r#type: Canal,
    /// Subject of an e-mail.
    pub sujet: Option<String>,
    /// The text.
    pub contenu: String,
    /// The same in HTML, for e-mails.
    pub contenu_html: Option<String>,
    /// The one recipient, unless it is a group message.
    pub parent: Option<i64>,
    /// Of a group message: the class; none means everybody.
    pub classe: Option<i64>,
    /// Whether it goes to a class or to everybody.
    pub est_message_groupe: bool,
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
    /// Whether it was read.
    pub est_lu: bool,
    /// When it was read first.
    pub date_lecture: Option<Instant>,
    /// Envois.
    pub nb_destinataires: i64,
    /// Envois accepted.
    pub nb_envoyes: i64,
    /// Envois refused for good.
    pub nb_echecs: i64,
    /// Envois whose answer was lost.
    pub nb_incertains: i64,
    /// Envois not tried.
    pub nb_ignores: i64,
    /// Whether nothing left the machine although it is recorded as sent.
    pub simule: bool,
    /// Who created it, see [`Acteur`](crate::store::historique::Acteur); none of messages that are
    /// older than the history.
    pub auteur: Option<String>,
    /// When it was forgotten: its text, its subject, its parent and its author are not kept any more.
    pub oublie_le: Option<Instant>,
}

impl From<Message> for NewMessage {
    fn from(message: Message) -> Self {
        Self {
            r#type: message.r#type,
            sujet: message.sujet,
            contenu: message.contenu,
            contenu_html: message.contenu_html,
            parent: message.parent,
            classe: message.classe,
            est_message_groupe: message.est_message_groupe,
            statut: message.statut,
            date_programmee: message.date_programmee,
        }
    }
}

/// What every recipient of a message is sent.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = schema::messages)]
pub struct Content {
    /// Number of the message.
    pub id: i64,
    /// Subject of an e-mail.
    pub sujet: Option<String>,
    /// The text.
    pub contenu: String,
    /// The same in HTML, for e-mails.
    pub contenu_html: Option<String>,
    /// Random part of the e-mails' Message-ID.
    pub cle: String,
    /// What reading tokens are made with.
    pub cle_lecture: String,
}
