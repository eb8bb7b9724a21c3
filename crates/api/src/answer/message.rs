//! A message in JSON: with numbers in lists, with its parent and class in full when it is alone.

use super::annuaire::{ClasseJson, ParentJson};
use super::attachment::AttachmentJson;
use super::local::Local;
use crate::schema::kit::{self, Named, Part};
use crate::schema::words::{StatutEnum, TypeEnum};
use messages_core::model::{Message, PieceJointe};
use messages_core::vocabulary::{Canal, Statut};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::{PartialSchema, ToSchema};

// `P` and `C` are numbers, or the objects themselves.
/// Un message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message, bound = "", examples(example))]
pub(crate) struct MessageJson<'m, P, C> {
    /// Numéro.
    id: i64,
    /// Le destinataire ; null pour un message groupé.
    #[schema(value_type = Option<i64>)]
    parent: Option<P>,
    /// Par quel canal.
    #[schema(value_type = TypeEnum)]
    r#type: Canal,
    /// Le texte.
    contenu: &'m str,
    /// Le texte mis en forme, pour un e-mail.
    contenu_html: Option<&'m str>,
    /// Quand il a été écrit.
    #[schema(value_type = String, format = DateTime)]
    date_creation: Local,
    /// Quand un premier destinataire l'a reçu.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_envoi: Option<Local>,
    /// Quand il doit partir.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_programmee: Option<Local>,
    /// Où il en est.
    #[schema(value_type = StatutEnum)]
    statut: Statut,
    /// Pourquoi des destinataires n'ont rien reçu.
    details_erreur: Option<&'m str>,
    /// À plusieurs parents : ceux de la classe, ou tous.
    est_message_groupe: bool,
    /// La classe dont les parents sont destinataires.
    #[schema(value_type = Option<i64>)]
    classe: Option<C>,
    /// Sujet de l'e-mail.
    sujet: Option<&'m str>,
    /// Si l'e-mail a été lu.
    est_lu: bool,
    /// Quand il a été lu la première fois.
    #[schema(value_type = Option<String>, format = DateTime)]
    date_lecture: Option<Local>,
    /// Destinataires, une fois le départ commencé.
    nb_destinataires: i64,
    /// Ceux qui l'ont reçu.
    nb_envoyes: i64,
    /// Ceux à qui l'envoi a échoué.
    nb_echecs: i64,
    /// Ceux dont la réponse s'est perdue.
    nb_incertains: i64,
    /// Ceux à qui rien n'a été envoyé.
    nb_ignores: i64,
    /// Si le départ n'était que simulé.
    simule: bool,
    /// Qui l'a créé ; null pour un message plus ancien que l'historique.
    auteur: Option<&'m str>,
    /// Quand son texte, ses adresses et son auteur ont été oubliés (durée de conservation) ; « contenu » le dit alors.
    #[schema(value_type = Option<String>, format = DateTime)]
    oublie_le: Option<Local>,
}

/// A message as lists show it.
pub(crate) type MessageShort<'m> = MessageJson<'m, i64, i64>;

/// A message with `parent` and `classe` in full, and its files.
#[derive(Serialize)]
pub(crate) struct MessageDetail<'m> {
    #[serde(flatten)]
    message: MessageJson<'m, ParentJson, ClasseJson>,
    attachments: Vec<AttachmentJson>,
}

impl ToSchema for MessageDetail<'_> {
    fn name() -> Cow<'static, str> {
        "MessageDetail".into()
    }

    fn schemas(schemas: &mut Vec<Named>) {
        MessageShort::schemas(schemas);
        schemas.push((ParentJson::name().into_owned(), ParentJson::schema()));
        schemas.push((ClasseJson::name().into_owned(), ClasseJson::schema()));
        schemas.push((
            AttachmentJson::name().into_owned(),
            AttachmentJson::schema(),
        ));
    }
}

/// The same members, two of them in full, and one more.
impl PartialSchema for MessageDetail<'_> {
    fn schema() -> Part {
        let mut part = MessageShort::schema();
        if let Some(object) = kit::object_of(&mut part) {
            let parent = kit::nullable(&ParentJson::name(), "Le destinataire.");
            let classe = kit::nullable(&ClasseJson::name(), "La classe.");
            object.properties.insert("parent".to_owned(), parent);
            object.properties.insert("classe".to_owned(), classe);
            let files = kit::list(kit::named(&AttachmentJson::name()));
            object.properties.insert("attachments".to_owned(), files);
            object.required.push("attachments".to_owned());
            for example in object.examples.iter_mut().filter_map(Value::as_object_mut) {
                let mut parent = ParentJson::schema();
                let parent = kit::object_of(&mut parent).and_then(|parent| parent.examples.pop());
                example.insert("parent".to_owned(), parent.unwrap_or_default());
                example.insert("attachments".to_owned(), json!([]));
            }
        }
        part
    }
}

/// One to the parent who stands as an example.
pub(crate) fn example() -> Value {
    json!({
        "id": 1,
        "parent": 1,
        "type": "sms",
        "contenu": "Réunion jeudi à 18 h.",
        "contenu_html": null,
        "date_creation": "2036-09-10T16:12:09.123456+02:00",
        "date_envoi": null,
        "date_programmee": "2036-09-14T08:00:00+02:00",
        "statut": "programme",
        "details_erreur": null,
        "est_message_groupe": false,
        "classe": null,
        "sujet": null,
        "est_lu": false,
        "date_lecture": null,
        "nb_destinataires": 0,
        "nb_envoyes": 0,
        "nb_echecs": 0,
        "nb_incertains": 0,
        "nb_ignores": 0,
        "simule": false,
        "auteur": "utilisateur 12",
        "oublie_le": null,
    })
}

/// A message as lists show it.
pub(crate) fn short(message: &Message, zone: chrono_tz::Tz) -> MessageShort<'_> {
    with(message, zone, message.parent, message.classe)
}

/// A message with `parent` and `classe` in full, and its files.
pub(crate) fn full(
    message: &Message,
    zone: chrono_tz::Tz,
    parent: Option<ParentJson>,
    classe: Option<ClasseJson>,
    files: Vec<PieceJointe>,
) -> MessageDetail<'_> {
    let files = files.into_iter();
    MessageDetail {
        message: with(message, zone, parent, classe),
        attachments: files.map(|file| AttachmentJson::new(file, zone)).collect(),
    }
}

fn with<P, C>(
    message: &Message,
    zone: chrono_tz::Tz,
    parent: Option<P>,
    classe: Option<C>,
) -> MessageJson<'_, P, C> {
    let local = |at| Local(at, zone);
    MessageJson {
        id: message.id,
        parent,
        r#type: message.r#type,
        contenu: &message.contenu,
        contenu_html: message.contenu_html.as_deref(),
        date_creation: local(message.date_creation),
        date_envoi: message.date_envoi.map(local),
        date_programmee: message.date_programmee.map(local),
        statut: message.statut,
        details_erreur: message.details_erreur.as_deref(),
        est_message_groupe: message.est_message_groupe,
        classe,
        sujet: message.sujet.as_deref(),
        est_lu: message.est_lu,
        date_lecture: message.date_lecture.map(local),
        nb_destinataires: message.nb_destinataires,
        nb_envoyes: message.nb_envoyes,
        nb_echecs: message.nb_echecs,
        nb_incertains: message.nb_incertains,
        nb_ignores: message.nb_ignores,
        simule: message.simule,
        auteur: message.auteur.as_deref(),
        oublie_le: message.oublie_le.map(local),
    }
}

/// The subject of a message, or how its text begins, in so many letters at most.
pub(crate) fn begin(message: &Message, most: usize) -> String {
    let subject = message.sujet.as_deref().filter(|sujet| !sujet.is_empty());
    shortened(subject.unwrap_or(&message.contenu), most)
}

/// How a text begins.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let mut begin: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        begin.push('…');
    }
    begin
}
