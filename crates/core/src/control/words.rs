//! What `verify` says, in both languages.

use crate::config::Lang;
use crate::store::verify::Breach;
use crate::texts::plural;
use crate::vocabulary::Regle;

/// How many recipients there are and where they stand.
pub(super) fn headline(lang: Lang, ended: i64, uncertain: i64, under_way: i64) -> String {
    let all = ended + under_way;
    match lang {
        Lang::Fr => format!(
            "{} : {ended} dans un état final ({}), {under_way} en route.",
            plural(all, "destinataire", "destinataires"),
            plural(uncertain, "incertain", "incertains"),
        ),
        Lang::En => format!(
            "{all} recipient(s): {ended} in a final state ({uncertain} uncertain), {under_way} under way."
        ),
    }
}

/// Second copies that may have left, by design.
pub(super) fn second_copies(lang: Lang, copies: i64) -> String {
    match lang {
        Lang::Fr => format!(
            "       {} : réponse perdue d'un e-mail, ou renvoi demandé par une personne.",
            plural(
                copies,
                "second exemplaire a pu partir",
                "seconds exemplaires ont pu partir"
            )
        ),
        Lang::En => format!(
            "       {copies} second copies may have left: an e-mail's answer was lost, or a person sent again."
        ),
    }
}

/// A rule that holds.
pub(super) const fn promise(lang: Lang, regle: Regle) -> &'static str {
    match (lang, regle) {
        (Lang::Fr, Regle::SansSuite) => "chaque destinataire a un état final ou est en route",
        (Lang::Fr, Regle::Totaux) => "les totaux des messages sont ceux de leurs envois",
        (Lang::Fr, Regle::Statut) => {
            "un message est « envoyé » si quelqu'un a été atteint, et seulement alors"
        }
        (Lang::Fr, Regle::DeuxFois) => {
            "aucun SMS n'a pu partir deux fois, ni un e-mail, sauf si une réponse s'est perdue"
        }
        (Lang::Fr, Regle::SansPreuve) => {
            "ce qui est dit parti ou incertain repose sur une tentative enregistrée"
        }
        (Lang::Fr, Regle::Tentative) => "chaque tentative a une fin",
        (Lang::Fr, Regle::Remise) => "ce qui est dit remis ou non remis était parti",
        (Lang::Fr, Regle::Pieces) => {
            "seuls des e-mails ont des pièces jointes, dans la limite permise"
        }
        (Lang::En, Regle::SansSuite) => "every recipient has a final state or is under way",
        (Lang::En, Regle::Totaux) => "the sums of messages are those of their deliveries",
        (Lang::En, Regle::Statut) => {
            "a message is \"sent\" when somebody was reached, and only then"
        }
        (Lang::En, Regle::DeuxFois) => {
            "no SMS can have left twice, nor an e-mail unless an answer was lost"
        }
        (Lang::En, Regle::SansPreuve) => {
            "what is said to have left or to be uncertain rests on a recorded attempt"
        }
        (Lang::En, Regle::Tentative) => "every attempt has an end",
        (Lang::En, Regle::Remise) => "what is said to be delivered, or not, had left",
        (Lang::En, Regle::Pieces) => "only emails have attachments, and no more than they may",
    }
}

/// A rule that does not hold.
pub(super) const fn broken(lang: Lang, regle: Regle) -> &'static str {
    match (lang, regle) {
        (Lang::Fr, Regle::SansSuite) => "envois ni finaux ni en route",
        (Lang::Fr, Regle::Totaux) => "messages dont les totaux ne sont pas ceux de leurs envois",
        (Lang::Fr, Regle::Statut) => "messages dont le statut contredit les envois",
        (Lang::Fr, Regle::DeuxFois) => "envois qui ont pu partir deux fois",
        (Lang::Fr, Regle::SansPreuve) => {
            "envois dits partis ou incertains sans tentative qui le dise"
        }
        (Lang::Fr, Regle::Tentative) => "tentatives sans fin, ou que la base a oubliées en partie",
        (Lang::Fr, Regle::Remise) => "envois dits remis ou non remis qui ne sont pas partis",
        (Lang::Fr, Regle::Pieces) => "messages dont les pièces jointes sont de trop",
        (Lang::En, Regle::SansSuite) => "deliveries neither final nor under way",
        (Lang::En, Regle::Totaux) => "messages whose sums are not those of their deliveries",
        (Lang::En, Regle::Statut) => "messages whose state contradicts their deliveries",
        (Lang::En, Regle::DeuxFois) => "deliveries that may have left twice",
        (Lang::En, Regle::SansPreuve) => {
            "deliveries said to have left or to be uncertain without an attempt that says so"
        }
        (Lang::En, Regle::Tentative) => {
            "attempts without an end, or forgotten in part by the database"
        }
        (Lang::En, Regle::Remise) => "deliveries said to be delivered, or not, that did not leave",
        (Lang::En, Regle::Pieces) => "messages with attachments that they may not have",
    }
}

/// A row that breaks a rule, by its numbers.
pub(super) fn row(lang: Lang, breach: &Breach) -> String {
    match (breach.envoi, lang) {
        (Some(envoi), Lang::Fr) => format!("envoi {envoi} (message {})", breach.message),
        (Some(envoi), Lang::En) => format!("delivery {envoi} (message {})", breach.message),
        (None, _) => format!("message {}", breach.message),
    }
}
