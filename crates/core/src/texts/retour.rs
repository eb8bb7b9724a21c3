//! A database that went back in time, or is a copy: what is told of it, and of its messages.

use crate::config::Lang;
use crate::instant::Instant;
use crate::store::origine::Doute;
use crate::vocabulary::Retour;

/// What is held back and why, and what to do: of so many messages, those that are named
/// ([`doubtful`]).
#[must_use]
pub fn held(lang: Lang, cause: Retour, number: usize, named: &[String]) -> String {
    let more = if number > named.len() { ", …" } else { "" };
    let count = match (lang, number) {
        (Lang::Fr, 1) => "1 message pourrait repartir".to_owned(),
        (Lang::Fr, _) => format!("{number} messages pourraient repartir"),
        (Lang::En, _) => format!("{number} that might leave again"),
    };
    let colon = match lang {
        Lang::Fr => " :",
        Lang::En => ":",
    };
    let (why, what) = (held_why(lang, cause), held_what(lang));
    format!("{why} {count}{colon} {}{more}. {what}", named.join(", "))
}

/// Why nothing leaves.
#[must_use]
pub const fn held_why(lang: Lang, cause: Retour) -> &'static str {
    match (lang, cause) {
        (Lang::Fr, Retour::Recul) => {
            "rien n'est envoyé : la base est revenue en arrière (sauvegarde remise ?) et ne sait pas ce \
             qui est parti depuis."
        }
        (Lang::Fr, Retour::Copie) => {
            "rien n'est envoyé : la base est une copie, ou a changé de place ; l'original envoie \
             peut-être encore."
        }
        (Lang::En, Retour::Recul) => {
            "nothing is sent: the database went back in time (a backup was restored?) and does not know \
             what left since."
        }
        (Lang::En, Retour::Copie) => {
            "nothing is sent: the database is a copy, or was moved; the original may still be sending."
        }
    }
}

/// What to do then.
#[must_use]
pub const fn held_what(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => {
            "Dites ce qui doit partir : « process-scheduled resume --all » (tout), « resume --none » (rien \
             de ce qui était dû), « resume NUMÉRO… » ou « resume --skip NUMÉRO… » (message par message)."
        }
        Lang::En => {
            "Say what is to leave: \"process-scheduled resume --all\" (everything), \"resume --none\" \
             (nothing that was due), \"resume NUMBER…\" or \"resume --skip NUMBER…\" (message by \
             message)."
        }
    }
}

/// One message of them, such as `n° 12 (28/11/2026 à 08:00, 120 destinataires)`.
#[must_use]
pub fn doubtful(lang: Lang, zone: chrono_tz::Tz, doute: &Doute, recipients: i64) -> String {
    let id = doute.message;
    let plural = if recipients < 2 { "" } else { "s" };
    let (number, format, who) = match lang {
        Lang::Fr => (
            "n°",
            "%d/%m/%Y à %H:%M",
            format!("{recipients} destinataire{plural}"),
        ),
        Lang::En => (
            "no.",
            "%d/%m/%Y at %H:%M",
            format!("recipients: {recipients}"),
        ),
    };
    let local = |at: Instant| at.in_zone(zone).format(format).to_string();
    let at = doute.date_programmee.map_or_else(|| "?".to_owned(), local);
    format!("{number} {id} ({at}, {who})")
}

/// Why a message was not sent that was due when the database was restored or copied.
#[must_use]
pub const fn skipped(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => {
            "Écarté par l'administrateur après la remise d'une sauvegarde : peut-être déjà parti."
        }
        Lang::En => {
            "Set aside by the administrator after a backup was restored: it may have left already."
        }
    }
}
