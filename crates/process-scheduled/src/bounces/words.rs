//! What is said of bounces.

use super::Sum;
use crate::output::{either, plural};
use messages_core::config::Lang;
use std::path::Path;

/// A bounce that names none of our e-mails.
pub(super) const fn stranger(lang: Lang) -> &'static str {
    either(
        lang,
        "retour d'un e-mail qui n'est pas parti d'ici, ou dont le message a été oublié : rien n'est changé",
        "bounce of an email that did not leave from here, or whose message was forgotten: nothing is changed",
    )
}

/// Some of them.
pub(super) fn strangers(lang: Lang, number: i64) -> String {
    match lang {
        Lang::Fr => format!(
            "{} d'e-mails qui ne sont pas partis d'ici, ou dont le message a été oublié",
            plural(number, "retour", "retours")
        ),
        Lang::En => format!(
            "{number} bounces of emails that did not leave from here, or whose messages were forgotten"
        ),
    }
}

/// There is no such folder.
pub(super) fn no_maildir(lang: Lang, folder: &Path) -> String {
    let folder = folder.display();
    match lang {
        Lang::Fr => format!("{folder} n'est pas un Maildir : il faut un dossier avec new/ et cur/"),
        Lang::En => format!("{folder} is no Maildir: it takes a folder with new/ and cur/"),
    }
}

/// No mailbox is set.
pub(super) const fn no_mailbox(lang: Lang) -> &'static str {
    either(
        lang,
        "BOUNCES_IMAP_URL : manque : la boîte à lire",
        "BOUNCES_IMAP_URL is missing: the mailbox to read",
    )
}

/// What was read.
pub(super) fn sum(lang: Lang, sum: &Sum) -> String {
    let words = match lang {
        Lang::Fr => [
            ["non remis", "non remis"],
            ["encore en route", "encore en route"],
            ["remis", "remis"],
            ["déjà connu", "déjà connus"],
            [
                "à noter au prochain traitement",
                "à noter au prochain traitement",
            ],
            ["d'ailleurs", "d'ailleurs"],
            ["qui n'est pas un retour", "qui ne sont pas des retours"],
        ],
        Lang::En => [
            ["not delivered", "not delivered"],
            ["still under way", "still under way"],
            ["delivered", "delivered"],
            ["known already", "known already"],
            ["noted by the next run", "noted by the next run"],
            ["from elsewhere", "from elsewhere"],
            ["no bounce", "no bounces"],
        ],
    };
    let numbers = [
        sum.non_remis,
        sum.en_cours,
        sum.remis,
        sum.connus,
        sum.en_avance,
        sum.etrangers,
        sum.autres,
    ];
    let told: Vec<String> = numbers
        .into_iter()
        .zip(words)
        .filter(|(number, _)| *number > 0)
        .map(|(number, [one, many])| plural(number, one, many))
        .collect();
    let read = match lang {
        Lang::Fr => plural(sum.lus, "message lu", "messages lus"),
        Lang::En => plural(sum.lus, "message read", "messages read"),
    };
    if told.is_empty() {
        return format!("{read}.");
    }
    let colon = either(lang, " :", ":");
    format!("{read}{colon} {}.", told.join(", "))
}
