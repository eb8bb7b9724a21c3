//! Why a channel stops, in words that somebody can act on.

use super::moments::moment;
use crate::config::Lang;
use crate::vocabulary::{Canal, Cause};
use chrono::DateTime;
use chrono_tz::Tz;

/// Why a channel stops, and what to do: one sentence without its full stop, with the peer's code.
/// Holds no address and none of a peer's words. `own` are this program's own words, if it has any.
#[must_use]
pub fn arret(lang: Lang, canal: Canal, cause: Cause, code: &str, own: Option<&str>) -> String {
    let phrase = match lang {
        Lang::Fr => fr(canal, cause),
        Lang::En => en(canal, cause),
    };
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

const fn fr(canal: Canal, cause: Cause) -> &'static str {
    match (cause, canal) {
        (Cause::Expediteur, Canal::Email) => {
            "le serveur d'envoi refuse l'adresse d'expéditeur, corrigez DEFAULT_FROM_EMAIL (une adresse du compte EMAIL_HOST_USER)"
        }
        (Cause::Expediteur, Canal::Sms) => {
            "la passerelle refuse le nom d'expéditeur, corrigez SMS_SENDER_NAME"
        }
        (Cause::Helo, _) => {
            "le serveur d'envoi refuse le nom de cette machine, mettez son nom complet dans EMAIL_HELO_NAME"
        }
        (Cause::Relayage, _) => {
            "le serveur d'envoi refuse de transmettre nos e-mails, vérifiez EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER et EMAIL_HOST_PASSWORD"
        }
        (Cause::Identification, Canal::Email) => {
            "identifiant ou mot de passe refusé par le serveur d'envoi, corrigez EMAIL_HOST_USER et EMAIL_HOST_PASSWORD"
        }
        (Cause::Identification, Canal::Sms) => {
            "la passerelle refuse le compte ou la clé, corrigez SMS_API_KEY"
        }
        (Cause::Blancs, _) => {
            "mot de passe refusé par le serveur d'envoi : EMAIL_HOST_PASSWORD contient des blancs, retirez-les"
        }
        (Cause::Verrou, _) => {
            "limite d'envoi du fournisseur : trop de connexions au compte, il est bloqué pour un moment et les essais s'espacent ; vérifiez EMAIL_HOST_PASSWORD"
        }
        (Cause::Compte, _) => {
            "le compte d'envoi est suspendu, désactivé ou pas encore activé, voyez avec le fournisseur"
        }
        (Cause::AdresseIp, _) => {
            "le serveur d'envoi bloque l'adresse IP de cette machine, faites-la débloquer par le fournisseur ou changez de serveur (EMAIL_HOST)"
        }
        (Cause::Domaine, _) => {
            "le domaine de l'expéditeur n'autorise pas ces envois (SPF, DKIM ou DMARC), faites corriger le DNS ou changez DEFAULT_FROM_EMAIL"
        }
        (Cause::Chiffrement, Canal::Email) => {
            "la connexion chiffrée manque ou échoue, vérifiez EMAIL_USE_TLS, EMAIL_USE_SSL et EMAIL_PORT"
        }
        (Cause::Chiffrement, Canal::Sms) => {
            "la connexion chiffrée à la passerelle échoue, vérifiez SMS_API_URL"
        }
        (Cause::Credit, _) => "le crédit du compte est épuisé, rechargez-le",
        (Cause::Passerelle, _) => "SMS_API_URL n'est pas l'adresse de la passerelle, corrigez-la",
        _ => fr_of_the_peer(canal, cause),
    }
}

/// Not what we are to it, but what it does.
const fn fr_of_the_peer(canal: Canal, cause: Cause) -> &'static str {
    match (cause, canal) {
        (Cause::Refus, Canal::Email) => {
            "le serveur d'envoi refuse tous les destinataires, vérifiez DEFAULT_FROM_EMAIL, EMAIL_HOST et EMAIL_HOST_USER"
        }
        (Cause::Refus, Canal::Sms) => {
            "la passerelle refuse tous les numéros, vérifiez SMS_API_URL, SMS_API_KEY et SMS_SENDER_NAME"
        }
        (Cause::Indesirable, _) => {
            "tous les e-mails sont refusés comme courrier indésirable, vérifiez le texte, DEFAULT_FROM_EMAIL et son domaine"
        }
        (Cause::Limite, _) => "limite d'envoi du fournisseur atteinte, le reste partira plus tard",
        (Cause::Cadence, Canal::Email) => {
            "le serveur d'envoi trouve nos envois trop rapides, baissez MESSAGES_EMAIL_CONNECTIONS ou MESSAGES_EMAIL_PER_MINUTE"
        }
        (Cause::Cadence, Canal::Sms) => {
            "la passerelle trouve nos envois trop rapides, baissez MESSAGES_SMS_CONNECTIONS ou MESSAGES_SMS_PER_MINUTE"
        }
        (Cause::Pause, _) => "pause demandée par le serveur d'envoi",
        (Cause::Occupe, _) => "le serveur d'envoi ne prend aucun message pour le moment",
        (Cause::Injoignable, Canal::Email) => {
            "le serveur d'envoi est injoignable ou coupe la connexion"
        }
        (Cause::Injoignable, Canal::Sms) => "la passerelle est injoignable ou coupe la connexion",
        (Cause::Muet, Canal::Email) => "le serveur d'envoi ne répond pas",
        (Cause::Muet, Canal::Sms) => "la passerelle ne répond pas",
        (Cause::Reponses, _) => "le serveur d'envoi ne confirme plus",
        _ => "un réglage ou cette machine ne permet pas d'envoyer",
    }
}

const fn en(canal: Canal, cause: Cause) -> &'static str {
    match (cause, canal) {
        (Cause::Expediteur, Canal::Email) => {
            "the relay refuses the sender's address, mend DEFAULT_FROM_EMAIL (an address of the account EMAIL_HOST_USER)"
        }
        (Cause::Expediteur, Canal::Sms) => {
            "the gateway refuses the sender's name, mend SMS_SENDER_NAME"
        }
        (Cause::Helo, _) => {
            "the relay refuses this machine's name, put its full name into EMAIL_HELO_NAME"
        }
        (Cause::Relayage, _) => {
            "the relay does not pass our emails on, look at EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
        }
        (Cause::Identification, Canal::Email) => {
            "the relay refuses user or password, mend EMAIL_HOST_USER and EMAIL_HOST_PASSWORD"
        }
        (Cause::Identification, Canal::Sms) => {
            "the gateway refuses the account or the key, mend SMS_API_KEY"
        }
        (Cause::Blancs, _) => {
            "the relay refuses the password: EMAIL_HOST_PASSWORD holds blanks, take them out"
        }
        (Cause::Verrou, _) => {
            "the provider's sending limit: too many logins, the account is locked for a while and is tried less often; look at EMAIL_HOST_PASSWORD"
        }
        (Cause::Compte, _) => {
            "the sending account is suspended, disabled or not active yet, ask the provider"
        }
        (Cause::AdresseIp, _) => {
            "the relay blocks this machine's IP address, have the provider unblock it or change EMAIL_HOST"
        }
        (Cause::Domaine, _) => {
            "the sender's domain does not allow this (SPF, DKIM or DMARC), have the DNS mended or change DEFAULT_FROM_EMAIL"
        }
        (Cause::Chiffrement, Canal::Email) => {
            "encryption is missing or fails, look at EMAIL_USE_TLS, EMAIL_USE_SSL and EMAIL_PORT"
        }
        (Cause::Chiffrement, Canal::Sms) => {
            "encryption with the gateway fails, look at SMS_API_URL"
        }
        (Cause::Credit, _) => "the account's credit is used up, add to it",
        (Cause::Passerelle, _) => "SMS_API_URL is not the gateway's address, mend it",
        _ => en_of_the_peer(canal, cause),
    }
}

/// Not what we are to it, but what it does.
const fn en_of_the_peer(canal: Canal, cause: Cause) -> &'static str {
    match (cause, canal) {
        (Cause::Refus, Canal::Email) => {
            "the relay refuses every recipient, look at DEFAULT_FROM_EMAIL, EMAIL_HOST and EMAIL_HOST_USER"
        }
        (Cause::Refus, Canal::Sms) => {
            "the gateway refuses every number, look at SMS_API_URL, SMS_API_KEY and SMS_SENDER_NAME"
        }
        (Cause::Indesirable, _) => {
            "all emails are refused as unwanted, look at the text, DEFAULT_FROM_EMAIL and its domain"
        }
        (Cause::Limite, _) => "the provider's sending limit is reached, the rest leaves later",
        (Cause::Cadence, Canal::Email) => {
            "the relay finds us too fast, lower MESSAGES_EMAIL_CONNECTIONS or MESSAGES_EMAIL_PER_MINUTE"
        }
        (Cause::Cadence, Canal::Sms) => {
            "the gateway finds us too fast, lower MESSAGES_SMS_CONNECTIONS or MESSAGES_SMS_PER_MINUTE"
        }
        (Cause::Pause, _) => "the peer asked for a pause",
        (Cause::Occupe, _) => "the relay takes no message now",
        (Cause::Injoignable, Canal::Email) => "the relay is away or breaks off",
        (Cause::Injoignable, Canal::Sms) => "the gateway is away or breaks off",
        (Cause::Muet, Canal::Email) => "the relay does not answer",
        (Cause::Muet, Canal::Sms) => "the gateway does not answer",
        (Cause::Reponses, _) => "answers get lost",
        _ => "a setting or this machine is in the way of sending",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_sentence_of_its_own_in_both_languages() {
        for canal in Canal::ALL {
            for phrase in [fr, en] {
                let mut phrases: Vec<_> = Cause::ALL
                    .iter()
                    .map(|cause| phrase(*canal, *cause))
                    .collect();
                phrases.sort_unstable();
                phrases.dedup();
                assert_eq!(phrases.len(), Cause::ALL.len(), "{canal}");
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
