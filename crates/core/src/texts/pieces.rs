//! What is said of files that travel with e-mails.

use crate::config::Lang;
use crate::piece::{COUNT_MAX, Refused, TOTAL_MAX, taille};

/// That the files of one message would be too much; `present` are those that it has.
#[must_use]
pub fn too_heavy(lang: Lang, present: i64, more: i64) -> String {
    let [present_size, more, most] = [present, more, TOTAL_MAX].map(|octets| taille(lang, octets));
    match lang {
        Lang::Fr if present == 0 => format!(
            "Ce fichier fait {more}\u{a0}: les pièces jointes d'un message ne peuvent dépasser {most}."
        ),
        Lang::Fr => format!(
            "Ce fichier fait {more} et les pièces jointes de ce message font déjà {present_size}\u{a0}: ensemble elles ne peuvent dépasser {most}."
        ),
        Lang::En if present == 0 => {
            format!("This file has {more}: the attachments of a message have {most} at most.")
        }
        Lang::En => format!(
            "This file has {more} and the attachments of this message have {present_size} already: together they have {most} at most."
        ),
    }
}

/// That a message has as many files as it may.
#[must_use]
pub fn too_many(lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("Un message ne peut avoir plus de {COUNT_MAX} pièces jointes."),
        Lang::En => format!("A message has {COUNT_MAX} attachments at most."),
    }
}

/// Why a file may not travel.
#[must_use]
pub fn not_attached(lang: Lang, refused: &Refused) -> String {
    match (lang, refused) {
        (Lang::Fr, Refused::Unnamed) => "Le fichier n'a pas de nom.".to_owned(),
        (Lang::Fr, Refused::Path) => {
            "Le nom du fichier ne peut contenir «\u{a0}/\u{a0}» ni «\u{a0}\\\u{a0}»\u{a0}: donnez le nom seul, sans dossier.".to_owned()
        }
        (Lang::Fr, Refused::Program(ending)) => format!(
            "Les fichiers .{ending} ne peuvent être joints\u{a0}: les messageries les bloquent, car ils peuvent contenir un programme."
        ),
        (Lang::Fr, Refused::Macros(ending)) => format!(
            "Les documents avec macros (.{ending}) ne peuvent être joints\u{a0}: les messageries les bloquent. Enregistrez-le sans macros, ou en PDF."
        ),
        (Lang::En, Refused::Unnamed) => "The file has no name.".to_owned(),
        (Lang::En, Refused::Path) => {
            "The name of the file may contain neither \"/\" nor \"\\\": give the name alone, without a folder.".to_owned()
        }
        (Lang::En, Refused::Program(ending)) => format!(
            "Files .{ending} cannot be attached: mail systems block them, because they may hold a program."
        ),
        (Lang::En, Refused::Macros(ending)) => format!(
            "Documents with macros (.{ending}) cannot be attached: mail systems block them. Save it without macros, or as PDF."
        ),
    }
}
