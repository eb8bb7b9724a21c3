//! Messages in the words of programs for calendars (RFC 5545). The address may come into other hands, so that
//! of a message to one parent neither the name nor the text is told.

use crate::answer::message::shortened;
use crate::console::one;
use crate::console::words::Words;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use messages_core::instant::Instant;
use messages_core::store::messages::agenda::Rendezvous;
use messages_core::vocabulary::Statut;
use std::time::Duration;

/// Letters of a text.
const LETTERS: usize = 60;

/// So long an event takes in a calendar.
const LASTS: Duration = Duration::from_secs(15 * 60);

/// What is known besides the messages.
pub(super) struct About<'a> {
    pub(super) words: Words,
    pub(super) now: Instant,
    /// A name that no other calendar has.
    pub(super) name: String,
    /// Where this server is reached from outside.
    pub(super) base: Option<&'a str>,
}

/// The whole answer.
pub(super) fn calendar(about: &About<'_>, events: &[Rendezvous]) -> String {
    let mut calendar = Calendar::empty();
    let name = about
        .words
        .t("Messages aux familles", "Messages to families");
    for (key, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//messages-programmes//FR"),
        ("METHOD", "PUBLISH"),
        ("NAME", name),
        ("X-WR-CALNAME", name),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"),
        ("X-PUBLISHED-TTL", "PT1H"),
    ] {
        calendar.append_property(Property::new(key, value));
    }
    for one in events {
        calendar.push(event(about, one));
    }
    calendar.to_string()
}

fn event(about: &About<'_>, one: &Rendezvous) -> Event {
    let status = match one.statut {
        Statut::Echec => EventStatus::Cancelled,
        _ => EventStatus::Confirmed,
    };
    let mut event = Event::new();
    event
        .uid(&format!("message-{}@{}", one.id, about.name))
        .timestamp(about.now.utc())
        .starts(one.date_programmee.utc())
        .ends((one.date_programmee + LASTS).utc())
        .summary(&summary(about.words, one))
        .status(status)
        .add_property("TRANSP", "TRANSPARENT");
    if let Some(base) = about.base {
        event.url(&format!(
            "{}{}",
            base.trim_end_matches('/'),
            one::path(one.id)
        ));
    }
    event.done()
}

/// « SMS · classe 6e A · programmé : Réunion de rentrée ».
fn summary(words: Words, one: &Rendezvous) -> String {
    let to = if one.est_message_groupe {
        words.audience(true, one.classe.as_deref())
    } else {
        words.t("un parent", "a parent").to_owned()
    };
    let (canal, statut) = (words.canal(one.canal), words.statut(one.statut));
    let about = format!("{canal} · {to} · {statut}");
    let subject = one.sujet.as_deref().filter(|sujet| !sujet.is_empty());
    match subject.or(one.contenu.as_deref()) {
        Some(text) => format!("{about} : {}", begin(text)),
        None => about,
    }
}

/// How a text begins, on one line.
fn begin(text: &str) -> String {
    let line = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let words: Vec<&str> = line.filter(|word| !word.is_empty()).collect();
    shortened(&words.join(" "), LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use messages_core::config::Lang;
    use messages_core::vocabulary::Canal;

    fn one(id: i64, sujet: Option<&str>, contenu: Option<&str>) -> Rendezvous {
        Rendezvous {
            id,
            canal: Canal::Sms,
            statut: Statut::Programme,
            est_message_groupe: contenu.is_some(),
            classe: contenu.map(|_| "6e A, latin".to_owned()),
            sujet: sujet.map(str::to_owned),
            contenu: contenu.map(str::to_owned),
            date_programmee: "2026-12-03T07:00:00.000000Z".parse().unwrap(),
        }
    }

    fn written(events: &[Rendezvous]) -> String {
        let about = About {
            words: Words {
                lang: Lang::Fr,
                zone: chrono_tz::Europe::Paris,
            },
            now: "2026-11-28T16:00:00.5Z".parse().unwrap(),
            name: "agenda-1-2".to_owned(),
            base: Some("https://ecole.exemple.fr"),
        };
        calendar(&about, events)
    }

    #[test]
    fn an_event_is_as_the_rfc_says() {
        let nasty = "Réunion; salle 3, étage 2\\\r\nBEGIN:VEVENT\u{7} venez nombreux, il y aura des gâteaux";
        let text = written(&[one(7, None, Some(nasty)), one(8, None, None)]);
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"),
            "{text}"
        );
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(
            lines
                .iter()
                .all(|line| line.len() <= 75 && !line.contains('\n')),
            "{text}"
        );
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "DTSTAMP:20261128T160000Z",
            "DTSTART:20261203T070000Z",
            "DTEND:20261203T071500Z",
            "UID:message-7@agenda-1-2",
            "URL:https://ecole.exemple.fr/console/messages/7/",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "SUMMARY:SMS · classe 6e A\\, latin · programmé : Réunion\\; salle 3\\, étage 2\\\\ BEGIN:VEVENT venez nombreux\\, il y…",
            "SUMMARY:SMS · un parent · programmé",
        ] {
            assert!(
                unfolded.split("\r\n").any(|has| has == line),
                "{line}\n{unfolded}"
            );
        }
        assert_eq!(unfolded.matches("\r\nBEGIN:VEVENT").count(), 2);
    }
}
