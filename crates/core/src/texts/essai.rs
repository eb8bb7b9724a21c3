//! What is told to whoever tried one message.

use super::arret::arret;
use crate::channel::Answer;
use crate::config::Lang;
use crate::vocabulary::{Canal, Verdict};

/// What became of a message on trial, and what to do.
#[must_use]
pub fn trial(lang: Lang, canal: Canal, answer: &Answer) -> String {
    let said = [answer.code.as_deref(), answer.detail.as_deref()];
    let said = said.into_iter().flatten().filter(|text| !text.is_empty());
    let said = said.collect::<Vec<_>>().join(", ");
    let stopped = answer.cause().map(|cause| {
        let code = answer.code.as_deref().unwrap_or_default();
        arret(lang, canal, cause, code, None)
    });
    match (answer.verdict, stopped) {
        (Verdict::Accepte, _) => accepted(lang, canal, answer.reference.as_deref()),
        (Verdict::Ambigu, _) => doubtful(lang, canal, &said),
        (_, Some(phrase)) => match lang {
            Lang::Fr => format!("L'essai n'est pas parti : {phrase}. Le serveur dit : {said}"),
            Lang::En => format!("The trial did not leave: {phrase}. The server says: {said}"),
        },
        (_, None) => match lang {
            Lang::Fr => format!("L'essai est refusé : {said}"),
            Lang::En => format!("The trial is refused: {said}"),
        },
    }
}

fn accepted(lang: Lang, canal: Canal, reference: Option<&str>) -> String {
    match (lang, canal) {
        (Lang::Fr, Canal::Sms) => {
            let reference = reference.unwrap_or("sans référence");
            format!("La passerelle a pris le SMS ({reference}). Regardez le téléphone.")
        }
        (Lang::Fr, Canal::Email) => {
            "Le relais a pris l'e-mail. Regardez la boîte aux lettres.".to_owned()
        }
        (Lang::En, Canal::Sms) => {
            let reference = reference.unwrap_or("without a reference");
            format!("The gateway took the SMS ({reference}). Look at the telephone.")
        }
        (Lang::En, Canal::Email) => "The relay took the email. Look at the mailbox.".to_owned(),
    }
}

fn doubtful(lang: Lang, canal: Canal, said: &str) -> String {
    match (lang, canal) {
        (Lang::Fr, Canal::Sms) => format!(
            "Personne ne sait si le SMS est parti ({said}). Regardez le téléphone et le compte avant de recommencer."
        ),
        (Lang::Fr, Canal::Email) => format!(
            "Personne ne sait si l'e-mail est parti ({said}). Regardez la boîte aux lettres avant de recommencer."
        ),
        (Lang::En, Canal::Sms) => format!(
            "Nobody knows whether the SMS left ({said}). Look at the telephone and the account before you try again."
        ),
        (Lang::En, Canal::Email) => format!(
            "Nobody knows whether the email left ({said}). Look at the mailbox before you try again."
        ),
    }
}
