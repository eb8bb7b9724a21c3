//! Why somebody cannot be written to, in the words that the office reads beside the motif.

use crate::config::Lang;
use crate::vocabulary::Canal;
use crate::{mailbox, phone};

/// What is wrong with a telephone number; none when there is no more to say than that it is none.
#[must_use]
pub const fn of_number(lang: Lang, fault: phone::Fault) -> Option<&'static str> {
    use phone::Fault;
    Some(match (lang, fault) {
        (_, Fault::Unreadable) => return None,
        (Lang::Fr, Fault::Words) => "texte à côté du numéro",
        (Lang::Fr, Fault::Old) => "ancien numéro à 8 chiffres",
        (Lang::Fr, Fault::Spreadsheet) => "abîmé par un tableur",
        (Lang::Fr, Fault::FixedLine) => "ligne fixe",
        (Lang::Fr, Fault::Premium) => "numéro surtaxé",
        (Lang::Fr, Fault::Service) => "numéro surtaxé ou gratuit",
        (Lang::En, Fault::Words) => "text beside the number",
        (Lang::En, Fault::Old) => "old number of 8 digits",
        (Lang::En, Fault::Spreadsheet) => "damaged by a spreadsheet",
        (Lang::En, Fault::FixedLine) => "land line",
        (Lang::En, Fault::Premium) => "premium-rate number",
        (Lang::En, Fault::Service) => "premium-rate or toll-free number",
    })
}

/// What is wrong with a mailbox; none when there is no more to say than that it is none.
#[must_use]
pub const fn of_mailbox(lang: Lang, fault: mailbox::Fault) -> Option<&'static str> {
    use mailbox::Fault;
    Some(match (lang, fault) {
        (_, Fault::Unreadable) => return None,
        (Lang::Fr, Fault::Accent) => "accent avant l'arobase",
        (Lang::Fr, Fault::Domain) => "domaine impossible",
        (Lang::Fr, Fault::Comma) => "virgule",
        (Lang::En, Fault::Accent) => "accented letter before the @",
        (Lang::En, Fault::Domain) => "impossible domain",
        (Lang::En, Fault::Comma) => "comma",
    })
}

/// Another record of the directory has the same address and refuses the channel.
#[must_use]
pub const fn refused_elsewhere(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "une autre fiche avec cette adresse s'y oppose",
        Lang::En => "another record with this address refuses it",
    }
}

/// An SMS is longer than it may be.
#[must_use]
pub fn too_many_segments(lang: Lang, count: usize, most: usize) -> String {
    match lang {
        Lang::Fr => format!(
            "Ce texte fait {count} SMS, {most} au plus sont permis (MESSAGES_SMS_MAX_SEGMENTS) : raccourcissez-le."
        ),
        Lang::En => format!(
            "This text makes {count} SMS, at most {most} are allowed (MESSAGES_SMS_MAX_SEGMENTS): shorten it."
        ),
    }
}

/// Why the office should look at an address, such as `numéro partagé par 200 familles`: so many
/// records share it, or nobody seems to have it.
#[must_use]
pub fn odd(lang: Lang, canal: Canal, records: Option<usize>, made_up: bool) -> String {
    let shared = records.map(|records| shared(lang, canal, records));
    let invented = made_up.then(|| invented(lang).to_owned());
    let told: Vec<String> = shared.into_iter().chain(invented).collect();
    told.join(", ")
}

fn shared(lang: Lang, canal: Canal, records: usize) -> String {
    match (lang, canal) {
        (Lang::Fr, Canal::Sms) => format!("numéro partagé par {records} familles"),
        (Lang::Fr, Canal::Email) => format!("adresse partagée par {records} familles"),
        (Lang::En, Canal::Sms) => format!("number shared by {records} families"),
        (Lang::En, Canal::Email) => format!("address shared by {records} families"),
    }
}

const fn invented(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "numéro inventé ou arrondi ?",
        Lang::En => "made-up or rounded number?",
    }
}
