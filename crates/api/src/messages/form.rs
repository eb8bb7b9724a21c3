//! The body of a message: Django REST framework's rules for each field, then ours for the whole.

use super::confirmation::Confirmation;
use crate::drf::{Fields, Key, OPTIONAL, REQUIRED, Rule};
use crate::texts::NO_PARENT;
use messages_core::config::Config;
use messages_core::model::{Classe, Fiche, Message, NewMessage};
use messages_core::segments;
use messages_core::store::annuaire::Resource;
use messages_core::store::{Conn, Error};
use messages_core::texts::addresses;
use messages_core::vocabulary::{Canal, Statut};

/// A subject: one line.
pub(super) const SUJET: Rule = Rule::line(255);

/// The fields that were said, and how the others stand.
#[derive(Clone)]
pub(crate) struct Form {
    pub(super) edit: NewMessage,
    parent: Option<Key>,
    classe: Option<Key>,
    statut_said: bool,
    /// Of one that becomes programmed, or for others than it was.
    confirmation: Option<Confirmation>,
}

/// A message that says nothing yet: a draft.
const fn blank() -> NewMessage {
    NewMessage {
        r#type: Canal::Sms,
        sujet: None,
        contenu: String::new(),
        contenu_html: None,
        parent: None,
        classe: None,
        est_message_groupe: false,
        statut: Statut::Brouillon,
        date_programmee: None,
    }
}

/// Reads a body over `present`, the message that is changed; what is not said stays. The fields
/// come in the order of the web app's serializer, and so do the faults.
pub(super) fn read(fields: &mut Fields<'_>, present: Option<&Message>, config: &Config) -> Form {
    let mut edit = present.map_or_else(blank, |message| NewMessage::from(message.clone()));
    if let Some(canal) = fields.choice("type", true) {
        edit.r#type = canal;
    }
    if let Some(Some(contenu)) = fields.text("contenu", REQUIRED) {
        edit.contenu = contenu;
    }
    if let Some(html) = fields.text("contenu_html", OPTIONAL) {
        edit.contenu_html = html;
    }
    if let Some(date) = fields.date("date_programmee", config.messages.zone) {
        edit.date_programmee = date;
    }
    let statut = fields.choice("statut", false);
    edit.statut = statut.unwrap_or(edit.statut);
    if let Some(group) = fields.switch("est_message_groupe") {
        edit.est_message_groupe = group;
    }
    if let Some(sujet) = fields.text("sujet", SUJET) {
        edit.sujet = sujet;
    }
    let mut key = |name: &str, place: &mut Option<i64>| {
        let key = fields.key(name)?;
        *place = key.as_ref().map(|key| key.id);
        key
    };
    let parent = key("parent", &mut edit.parent);
    let classe = key("classe", &mut edit.classe);
    let confirmation = Confirmation::read(fields, config);
    let confirmation = leaves_anew(&edit, present).then_some(confirmation);
    Form {
        edit,
        parent,
        classe,
        statut_said: statut.is_some(),
        confirmation,
    }
}

/// Whether it is programmed now and was not before, or not for these.
fn leaves_anew(edit: &NewMessage, present: Option<&Message>) -> bool {
    let audience = (
        edit.r#type,
        edit.parent,
        edit.classe,
        edit.est_message_groupe,
    );
    edit.statut == Statut::Programme
        && present.is_none_or(|was| {
            was.statut != Statut::Programme
                || (was.r#type, was.parent, was.classe, was.est_message_groupe) != audience
        })
}

impl Form {
    /// Whether whoever writes it says for how many it leaves, where that is asked for.
    pub(super) fn confirmed(&self, conn: &mut Conn, id: i64) -> Result<(), Error> {
        match &self.confirmation {
            Some(confirmation) => confirmation.check(conn, id),
            None => Ok(()),
        }
    }

    /// The parent and the class that were said and are not there.
    pub(super) fn unknown(&self, conn: &mut Conn) -> Result<Vec<(&'static str, String)>, Error> {
        let [parent, classe] = [&self.parent, &self.classe].map(Option::as_ref);
        let unknown = unknown(conn, parent.map(|key| key.id), classe.map(|key| key.id))?;
        let written = [("parent", parent), ("classe", classe)].into_iter();
        let named = written.filter_map(|(name, key)| Some((name, key?.written.clone())));
        Ok(named.filter(|(name, _)| unknown.contains(name)).collect())
    }
}

/// The names of those that are not there.
pub(super) fn unknown(
    conn: &mut Conn,
    parent: Option<i64>,
    classe: Option<i64>,
) -> Result<Vec<&'static str>, Error> {
    let mut unknown = Vec::new();
    if Fiche::existing(conn, parent.as_slice())? != parent.as_slice() {
        unknown.push("parent");
    }
    if Classe::existing(conn, classe.as_slice())? != classe.as_slice() {
        unknown.push("classe");
    }
    Ok(unknown)
}

/// What leaves as SMS is not too long. A draft may be, as long as it is one.
pub(super) fn too_long(config: &Config, canal: Canal, contenu: &str) -> Option<String> {
    let most = config.sms.segments_max;
    let count = segments::over(contenu, config.sms.plain, most).filter(|_| canal == Canal::Sms)?;
    Some(addresses::too_many_segments(
        config.messages.lang,
        count,
        most,
    ))
}

/// The rules of a message as a whole (contract, section 4).
pub(super) fn check_whole(
    fields: &mut Fields<'_>,
    form: &Form,
    present: Option<&Message>,
    config: &Config,
) {
    let edit = &form.edit;
    let settable = Statut::SETTABLE.contains(&edit.statut)
        || present.is_some_and(|message| message.statut == edit.statut);
    if form.statut_said && !settable {
        fields.fault("statut", fields.texts().statut_not_settable());
    }
    if edit.statut == Statut::Programme && edit.date_programmee.is_none() {
        fields.fault("date_programmee", fields.texts().required());
    }
    if edit.statut == Statut::Programme
        && let Some(text) = too_long(config, edit.r#type, &edit.contenu)
    {
        fields.fault("contenu", text);
    }
    if edit.statut == Statut::Programme {
        check_width(fields, edit, present);
    }
    // A message whose parent was erased can still be looked at and put away.
    let was_erased =
        present.is_some_and(|message| !message.est_message_groupe && message.parent.is_none());
    let excused = was_erased && edit.statut != Statut::Programme;
    let needs_parent = !edit.est_message_groupe && edit.parent.is_none() && !excused;
    if needs_parent {
        fields.fault("parent", NO_PARENT);
    }
}

/// Whether it goes to everybody.
pub(super) const fn is_to_all(message: &NewMessage) -> bool {
    message.est_message_groupe && message.classe.is_none()
}

/// A slip must not make of a parent, or of a class, everybody.
fn check_width(fields: &mut Fields<'_>, edit: &NewMessage, present: Option<&Message>) {
    let was_of_a_class = present.is_some_and(|message| {
        message.statut == Statut::Programme
            && message.est_message_groupe
            && message.classe.is_some()
    });
    let narrower = match edit.parent {
        _ if !is_to_all(edit) => return,
        Some(_) => "parent",
        None if was_of_a_class => "classe",
        None => return,
    };
    for name in [narrower, "est_message_groupe"] {
        fields.fault(name, fields.texts().wider_than_meant());
    }
}
