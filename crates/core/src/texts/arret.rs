//! Why a channel stops, in words that somebody can act on.

use super::moments::moment;
use crate::config::Lang;
use crate::vocabulary::{Canal, Cause, Verdict};
use chrono::DateTime;
use chrono_tz::Tz;

/// Each cause with its sentences, one a line.
const SENTENCES: &str = include_str!("arret.tsv");

/// Why a channel stops, and what to do: one sentence without its full stop, with the peer's code.
/// Holds no address and none of a peer's words. `own` are this program's own words, if it has any.
#[must_use]
pub fn arret(lang: Lang, canal: Canal, cause: Cause, code: &str, own: Option<&str>) -> String {
    let phrase = sentence(lang, canal, cause);
    match own {
        Some("") => phrase.to_owned(),
        Some(own) if cause == Cause::Reglage => own.to_owned(),
        Some(own) => match lang {
            Lang::Fr => format!("{phrase} : {own}"),
            Lang::En => format!("{phrase}: {own}"),
        },
        None => format!("{phrase} ({code})"),
    }
}

/// When a channel that is paused is tried again: `nouvel essai à 14 h 05`.
#[must_use]
pub fn tried_again(lang: Lang, until: DateTime<Tz>, now: DateTime<Tz>) -> String {
    let when = moment(lang, until, now);
    match lang {
        Lang::Fr => format!("nouvel essai {when}"),
        Lang::En => format!("next attempt {when}"),
    }
}

/// `details_erreur` of a message that waits because its channel is stopped.
#[must_use]
pub fn waits(lang: Lang, arret: &str) -> String {
    match lang {
        Lang::Fr => format!("Pas encore parti : {arret}."),
        Lang::En => format!("Not sent yet: {arret}."),
    }
}

/// That a channel sends nothing for now, why, and what becomes of what waits; `phrase` is [`arret`]'s.
#[must_use]
pub fn stopped(lang: Lang, canal: Canal, cause: Cause, phrase: &str) -> String {
    let (name, canaux) = (super::canal(lang, canal), super::canaux(lang, canal));
    match (cause.verdict(), lang) {
        (_, Lang::Fr) if cause == Cause::Depense => {
            format!("Envoi des {canaux} interrompu : {phrase}. Les envois attendent.")
        }
        (_, Lang::En) if cause == Cause::Depense => {
            format!("{name} stopped: {phrase}. What is left waits.")
        }
        (Verdict::Config, Lang::Fr) => format!(
            "Envoi des {canaux} interrompu : réglage à corriger par l'administrateur ; {phrase}. Rien n'est perdu : les envois attendent."
        ),
        (Verdict::Ambigu, Lang::Fr) => format!(
            "Envoi des {canaux} interrompu : {phrase}. Les envois restants attendent le prochain traitement."
        ),
        (_, Lang::Fr) => format!(
            "Envoi des {canaux} interrompu pour ce traitement : {phrase}. Les envois attendent le prochain."
        ),
        (Verdict::Config, Lang::En) => format!(
            "ATTENTION, {name} stopped, a setting must be mended: {phrase}. Nothing is lost."
        ),
        (_, Lang::En) => {
            format!("{name} stopped for this run: {phrase}. What is left waits for the next one.")
        }
    }
}

/// What the table of the sentences has for a cause.
fn sentence(lang: Lang, canal: Canal, cause: Cause) -> &'static str {
    let read = |line: &'static str| {
        let mut cells = line.split('\t');
        let is_cause = cells.next()? == cause.as_str();
        let is_channel = ["*", canal.as_str()].contains(&cells.next()?);
        let sentence = match lang {
            Lang::Fr => cells.next(),
            Lang::En => cells.nth(1),
        };
        sentence.filter(|_| is_cause && is_channel)
    };
    SENTENCES.lines().find_map(read).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_cause_has_a_sentence_of_its_own_in_both_languages() {
        for canal in Canal::ALL {
            for lang in [Lang::Fr, Lang::En] {
                let causes = Cause::ALL.iter();
                let phrases: BTreeSet<_> =
                    causes.map(|cause| sentence(lang, *canal, *cause)).collect();
                assert_eq!(phrases.len(), Cause::ALL.len(), "{canal}");
                assert!(!phrases.contains(""), "{canal}");
            }
        }
    }

    #[test]
    fn the_code_or_our_own_words_say_more() {
        let email = |cause, code, own| arret(Lang::Fr, Canal::Email, cause, code, own);
        assert_eq!(
            email(Cause::Compte, "535 5.7.139", None),
            "le compte d'envoi est suspendu, désactivé ou pas encore activé, voyez avec le fournisseur (535 5.7.139)"
        );
        assert_eq!(
            email(Cause::Injoignable, "connexion", Some("connexion refusée")),
            "le serveur d'envoi est injoignable ou coupe la connexion : connexion refusée"
        );
        assert_eq!(
            email(Cause::Reglage, "réglage", Some("EMAIL_HOST : manque")),
            "EMAIL_HOST : manque"
        );
        assert_eq!(
            waits(Lang::Fr, &email(Cause::Limite, "", Some(""))),
            "Pas encore parti : limite d'envoi du fournisseur atteinte, le reste partira plus tard."
        );
    }
}
