//! What stands in the form.

use super::layout::{Layout, markdown};
use super::target::Target;
use crate::console::sent::{Sent, body};
use crate::console::words::Words;
use crate::drf::{Body, Value};
use chrono::{Datelike, NaiveDateTime};
use chrono_tz::Tz;
use messages_core::config::Lang;
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::segments::{self, Plain};
use messages_core::vocabulary::{Canal, Statut};

/// What a button of the form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gesture {
    /// To see how it would be.
    Look,
    /// To choose whom it is to, or to choose anew.
    Choose(Option<Target>),
    /// To replace the letters that make an SMS dear.
    Simplify,
    /// To keep it as a draft.
    Keep,
    /// To have it leave at its date.
    Programme,
    /// The same, of a date that has gone by.
    ProgrammePast,
}

impl Gesture {
    pub(super) fn read(word: &str) -> Self {
        match word {
            "brouillon" => Self::Keep,
            "programmer" => Self::Programme,
            "programmer_passe" => Self::ProgrammePast,
            "remplacer" => Self::Simplify,
            "changer" => Self::Choose(None),
            word => match word.strip_prefix("choisir:") {
                Some(target) => Self::Choose(Target::read(target)),
                None => Self::Look,
            },
        }
    }
}

/// The fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) is_email: bool,
    pub(super) target: Option<Target>,
    pub(super) is_just_chosen: bool,
    pub(super) search: String,
    pub(super) sujet: String,
    pub(super) contenu: String,
    pub(super) layout: Layout,
    /// Whether there is an HTML from elsewhere that can be kept.
    pub(super) has_html: bool,
    /// `2026-11-30`
    pub(super) jour: String,
    /// `08:00`
    pub(super) heure: String,
    /// For how many it was seen to leave.
    pub(super) confirmed: Option<String>,
    /// The tag of the message as it was when the form was shown.
    pub(super) seen: String,
}

impl Draft {
    pub(super) fn read(sent: &Sent) -> Self {
        Self {
            is_email: sent.text("canal") == Canal::Email.as_str(),
            target: Target::read(&sent.text("cible")),
            is_just_chosen: false,
            search: sent.text("cherche"),
            sujet: sent.text("sujet"),
            contenu: sent.text("contenu").replace("\r\n", "\n"),
            layout: Layout::read(&sent.text("mise_en_forme")),
            has_html: sent.said("html").is_some(),
            jour: sent.text("jour"),
            heure: sent.text("heure"),
            confirmed: sent.said("destinataires"),
            seen: sent.text("vu"),
        }
    }

    /// What a message says today, and when.
    pub(super) fn of(message: &Message, zone: Tz, seen: String) -> Self {
        let at = message.date_programmee.map(|at| at.in_zone(zone));
        let written = |format| at.map_or_else(String::new, |at| at.format(format).to_string());
        let layout = Layout::of(&message.contenu, message.contenu_html.as_deref());
        Self {
            jour: written("%Y-%m-%d"),
            heure: written("%H:%M"),
            layout,
            has_html: layout == Layout::Kept,
            seen,
            ..Self::like(message)
        }
    }

    /// The same text to the same; a layout that was made elsewhere stays with its message.
    pub(super) fn like(message: &Message) -> Self {
        let target = match (message.est_message_groupe, message.classe, message.parent) {
            (true, Some(classe), _) => Some(Target::Classe(classe)),
            (true, None, _) => Some(Target::All),
            (false, _, parent) => parent.map(Target::Parent),
        };
        let html = message.contenu_html.as_deref();
        let is_markdown = Layout::of(&message.contenu, html) == Layout::Markdown;
        Self {
            is_email: message.r#type == Canal::Email,
            target,
            sujet: message.sujet.clone().unwrap_or_default(),
            contenu: message.contenu.clone(),
            layout: if is_markdown {
                Layout::Markdown
            } else {
                Layout::Plain
            },
            ..Self::default()
        }
    }

    pub(super) const fn canal(&self) -> Canal {
        if self.is_email {
            Canal::Email
        } else {
            Canal::Sms
        }
    }

    /// The field that says whom it is to.
    pub(super) fn cible(&self) -> String {
        self.target.map_or_else(String::new, Target::text)
    }

    pub(super) fn is_markdown(&self) -> bool {
        self.layout == Layout::Markdown
    }

    pub(super) fn is_kept(&self) -> bool {
        self.layout == Layout::Kept
    }

    /// When it leaves, if that can be read.
    pub(super) fn date(&self, zone: Tz) -> Option<Instant> {
        if self.jour.is_empty() || self.heure.is_empty() {
            return None;
        }
        Instant::read_in_zone(&format!("{} {}", self.jour, self.heure), zone)
    }

    /// Does what a button is for that keeps nothing.
    pub(super) fn change(&mut self, gesture: Gesture) {
        match gesture {
            Gesture::Choose(target) => {
                self.target = target;
                self.is_just_chosen = target.is_some();
                self.search.clear();
            }
            Gesture::Simplify => self.contenu = segments::as_sent(&self.contenu, Plain::Always),
            Gesture::Look | Gesture::Keep | Gesture::Programme | Gesture::ProgrammePast => {}
        }
    }

    /// The day and the hour as they stand on the wall.
    pub(super) fn wall(&self) -> Option<NaiveDateTime> {
        let text = format!("{} {}", self.jour, self.heure);
        NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").ok()
    }

    /// What is said of a date that has gone by.
    pub(super) fn past(&self, words: Words) -> Option<String> {
        let at = self.date(words.zone)?;
        if at > Instant::of_this_machine() {
            return None;
        }
        let day = words.moment(&at);
        Some(match words.lang {
            Lang::Fr => format!(
                "Cette date est passée ({day}) : le message partirait tout de suite. Corrigez-la, ou confirmez."
            ),
            Lang::En => format!(
                "This date has gone by ({day}): the message would leave at once. Correct it, or confirm."
            ),
        })
    }

    /// What is wrong with the date, in words for people.
    fn date_fault(&self, words: Words) -> Option<&'static str> {
        if self.jour.is_empty() || self.heure.is_empty() {
            return None;
        }
        let Some(wall) = self.wall() else {
            return Some(words.t("Cette date n’existe pas.", "This date does not exist."));
        };
        let now = Instant::of_this_machine().in_zone(words.zone).year();
        if !(now - 1..=now + 10).contains(&wall.year()) {
            return Some(words.t(
                "Vérifiez l’année : elle est trop loin.",
                "Look at the year: it is too far away.",
            ));
        }
        let is_skipped = matches!(
            wall.and_local_timezone(words.zone),
            chrono::LocalResult::None
        );
        is_skipped.then(|| {
            words.t(
                "Cette heure n’existe pas cette nuit-là (passage à l’heure d’été) : choisissez une heure avant ou après.",
                "This hour does not exist that night (the clocks go forward): choose an hour before or after.",
            )
        })
    }

    /// What is not said yet and has to be, each under the API's name of the field.
    pub(super) fn missing(&self, statut: Statut, words: Words) -> Vec<(String, String)> {
        let is_programmed = statut == Statut::Programme;
        let half = self.jour.is_empty() != self.heure.is_empty();
        let none = self.jour.is_empty() && self.heure.is_empty();
        let all = [
            (
                self.target.is_none(),
                "parent",
                words.t("Choisissez à qui écrire.", "Choose whom to write to."),
            ),
            (
                self.contenu.is_empty(),
                "contenu",
                words.t(
                    "Écrivez le texte du message.",
                    "Write the text of the message.",
                ),
            ),
            (
                is_programmed && self.is_email && self.sujet.trim().is_empty(),
                "sujet",
                words.t(
                    "Donnez un objet à cet e-mail : sans lui, beaucoup ne l’ouvriront pas.",
                    "Give this email a subject: without one, many will not open it.",
                ),
            ),
            (
                half,
                "date_programmee",
                words.t(
                    "Il faut le jour et l’heure.",
                    "Both the day and the hour are needed.",
                ),
            ),
            (
                is_programmed && none,
                "date_programmee",
                words.t(
                    "Dites quand le message doit partir, ou enregistrez un brouillon.",
                    "Say when the message shall leave, or save a draft.",
                ),
            ),
        ];
        let date = self.date_fault(words);
        let date = date.map(|text| (true, "date_programmee", text));
        let missing = all
            .into_iter()
            .chain(date)
            .filter(|(is_missing, _, _)| *is_missing);
        missing
            .map(|(_, name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }

    /// The body for the API.
    pub(super) fn body(&self, statut: Statut) -> Body {
        let text = |text: &str| Value::Text(text.to_owned());
        let or_null = |value: Option<Value>| value.unwrap_or(Value::Null);
        let number = |id: i64| Value::Int(id.to_string());
        let date = (!self.jour.is_empty()).then(|| text(&format!("{}T{}", self.jour, self.heure)));
        let (parent, classe) = match self.target {
            Some(Target::Parent(id)) => (Some(number(id)), None),
            Some(Target::Classe(id)) => (None, Some(number(id))),
            Some(Target::All) | None => (None, None),
        };
        let is_to_many = matches!(self.target, Some(Target::All | Target::Classe(_)));
        let mut members = vec![
            ("type", text(self.canal().as_str())),
            ("contenu", text(&self.contenu)),
            ("date_programmee", or_null(date)),
            ("statut", text(statut.as_str())),
            ("est_message_groupe", Value::Bool(is_to_many)),
            ("parent", or_null(parent)),
            ("classe", or_null(classe)),
        ];
        let sujet = (self.is_email && !self.sujet.is_empty()).then(|| text(&self.sujet));
        members.push(("sujet", or_null(sujet)));
        if !self.is_email || self.layout != Layout::Kept {
            let is_laid_out = self.is_email && self.is_markdown();
            let html = is_laid_out.then(|| Value::Text(markdown(&self.contenu)));
            members.push(("contenu_html", or_null(html)));
        }
        let confirmed = self.confirmed.as_deref().map(text);
        members.extend(confirmed.map(|count| ("destinataires", count)));
        body(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_not_everybody() {
        let groups = |target| {
            let d = Draft {
                target,
                ..Draft::default()
            };
            d.body(Statut::Programme).get("est_message_groupe")
        };
        assert_eq!(groups(None), Some(Value::Bool(false)));
        assert_eq!(groups(Some(Target::Parent(1))), Some(Value::Bool(false)));
        assert_eq!(groups(Some(Target::All)), Some(Value::Bool(true)));
    }
}
