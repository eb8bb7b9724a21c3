//! What a relay's words mean: whom they concern, and what is to be done.
//!
//! The digit alone does not tell. `550` to RCPT may mean the mailbox, our address, our machine's
//! name, or that today's allowance is used up, and relays choose codes as they like. So the phase,
//! the code, the enhanced code (RFC 3463, RFC 5248) and the words are looked at together; the lists
//! of words are in [`lists`]. Where nothing is recognised the phase decides, as RFC 5321 has it.

mod lists;

use crate::channel::words::is_named;
use crate::vocabulary::Cause;
use lists::{
    ACCOUNT, BLOCKED, CARRIED, CLIENT, CONNECTIONS, CREDIT, DOMAIN, ENCRYPTION, GREYLISTED, HELLO,
    LATER, LIMIT, LOCKED, LOGIN, MAIL_FROM, MAILBOX, PACE, RECIPIENT, RELAY, SENDER, SIZE, SPAM,
    UNWANTED,
};

/// When the relay said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Before we said anything.
    Greeting,
    /// After EHLO or HELO.
    Ehlo,
    /// After STARTTLS.
    StartTls,
    /// While we logged in.
    Auth,
    /// After MAIL FROM.
    Mail,
    /// After RCPT TO.
    Rcpt,
    /// After DATA.
    Data,
    /// After the content.
    Dot,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// This recipient, or this message: for good.
    Recipient,
    /// This recipient or this message, for now.
    Later,
    /// A setting or an account of ours.
    Us(Cause),
    /// What we are allowed is used up for now.
    Limit(Cause),
    /// Too many connections, or too fast.
    Slow,
    /// Refused for its content.
    Spam,
    /// Larger than the relay, or this mailbox, takes.
    TooLarge,
}

/// A refusal, made ready to be looked at.
struct Said {
    phase: Phase,
    code: u16,
    /// Second and third part of the enhanced code.
    enhanced: Option<(u16, u16)>,
    words: String,
}

impl Said {
    fn names(&self, list: &[&str]) -> bool {
        is_named(&self.words, list)
    }

    /// Whether it is about something in the message, and not about our machine.
    fn carries(&self) -> bool {
        self.phase > Phase::Rcpt && self.names(CARRIED) && !self.names(&[" ip "])
    }

    const fn is_final(&self) -> bool {
        self.code >= 500
    }

    /// This recipient or this message; for good or for now, as the code says.
    const fn own(&self) -> Class {
        if self.is_final() {
            Class::Recipient
        } else {
            Class::Later
        }
    }
}

/// Sorts a reply of the classes 4 and 5, with all its lines in `text`.
pub(super) fn sort(phase: Phase, code: u16, text: &str) -> Class {
    let said = Said {
        phase,
        code,
        enhanced: enhanced(text),
        words: lists::plain(text),
    };
    of_login(&said)
        .or_else(|| of_us(&said))
        .or_else(|| of_recipient(&said))
        .or_else(|| of_measure(&said))
        .or_else(|| of_standing(&said))
        .or_else(|| of_content(&said))
        .unwrap_or_else(|| by_phase(&said))
}

/// Encryption and login, asked for or refused.
fn of_login(said: &Said) -> Option<Class> {
    let us = |cause| Some(Class::Us(cause));
    let logging_in = said.phase == Phase::Auth || matches!(said.code, 534 | 535);
    if said.enhanced == Some((7, 66)) {
        return us(Cause::Chiffrement);
    }
    if said.code == 538 || said.names(ENCRYPTION) {
        return (said.is_final() || said.phase > Phase::StartTls)
            .then_some(Class::Us(Cause::Chiffrement));
    }
    let too_often = said.names(PACE) || said.names(LIMIT);
    let locked = said.phase <= Phase::Auth && said.names(LOCKED);
    if locked || (logging_in && too_often && !said.names(CONNECTIONS)) {
        return Some(Class::Limit(Cause::Verrou));
    }
    // A password has to be changed (RFC 4954).
    if said.code == 432 && said.enhanced == Some((7, 12)) {
        return us(Cause::Identification);
    }
    if logging_in && said.is_final() {
        let account =
            said.names(ACCOUNT) || said.names(&["disabled", "suspend", "desactive", "inacti"]);
        return us(if account {
            Cause::Compte
        } else {
            Cause::Identification
        });
    }
    // OpenSMTPD says it of a sender who is not the account's, all others of a login that is missing.
    (said.code == 530 && !said.names(&["sender rejected"])).then_some(Class::Us(Cause::Relayage))
}

/// The sender's address or domain, or our machine's name.
fn of_us(said: &Said) -> Option<Class> {
    // A group that takes mail from some only (Exchange): the others are not concerned.
    let restricted = said.phase > Phase::Mail && matches!(said.enhanced, Some((7, 120..=137)));
    if is_too_large(said) {
        let class = if said.is_final() {
            Class::TooLarge
        } else {
            Class::Later
        };
        return Some(class);
    }
    if said.names(SIZE) || restricted {
        return Some(said.own());
    }
    let passing =
        said.names(GREYLISTED) || said.names(&["temporar", "timeout", "timed out", "lookup"]);
    if passing && !said.is_final() {
        return None;
    }
    let of_domain = matches!(
        said.enhanced,
        Some((7, 20 | 23 | 24 | 26 | 30 | 32 | 509 | 515))
    );
    if said.names(DOMAIN) || of_domain {
        return Some(Class::Us(Cause::Domaine));
    }
    let of_sender = matches!(said.enhanced, Some((1, 7 | 8) | (2, 252) | (7, 27 | 60)));
    let measured = said.names(LIMIT) || said.names(PACE);
    let sender = said.names(SENDER) || (said.names(MAIL_FROM) && !said.names(BLOCKED));
    let told = said.phase > Phase::Auth;
    if (sender && told && !measured) || of_sender {
        return Some(Class::Us(Cause::Expediteur));
    }
    if said.names(HELLO) {
        return Some(Class::Us(Cause::Helo));
    }
    None
}

/// The message, by its size. (Once the recipient is named, 552 may be said of a full mailbox.)
fn is_too_large(said: &Said) -> bool {
    let other = said.names(MAILBOX) && said.phase > Phase::Mail;
    let named = said.names(SIZE) && !other;
    // RFC 1870 has this code for it, RFC 5321 these words.
    let bare = said.code == 552 && said.enhanced.is_none() && !other && !said.names(LIMIT);
    let bare = match said.phase {
        Phase::Mail => bare && said.names(&["storage allocation"]),
        phase => bare && phase > Phase::Rcpt,
    };
    named || bare || matches!(said.enhanced, Some((3, 4) | (2, 3)))
}

/// The mailbox: unknown, closed, full, or asked too often.
fn of_recipient(said: &Said) -> Option<Class> {
    if said.phase < Phase::Rcpt {
        return None;
    }
    if said.names(GREYLISTED) {
        return Some(Class::Later);
    }
    let measured = said.names(LIMIT) || said.names(PACE);
    // Of the subjects of RFC 3463 the second is the mailbox's own.
    let storage = said.names(&["quota"]) && said.enhanced.is_none_or(|(subject, _)| subject == 2);
    let mailbox = said.names(MAILBOX)
        || matches!(said.enhanced, Some((2, 121 | 122)))
        || (said.enhanced == Some((2, 2)) || storage) && !said.names(lists::SENDING);
    let unknown = matches!(said.enhanced, Some((1, 1 | 2 | 3 | 6 | 10) | (2, 1)));
    let named = said.names(RECIPIENT) || unknown;
    // A table of Postfix's is called so.
    let relay = said.names(RELAY) && !said.names(&["relay recipient table"]);
    let other = measured || relay;
    (mailbox || (named && !other)).then(|| said.own())
}

/// How much and how fast.
fn of_measure(said: &Said) -> Option<Class> {
    if said.names(CREDIT) {
        return Some(Class::Us(Cause::Credit));
    }
    if said.names(CONNECTIONS) {
        return Some(Class::Slow);
    }
    let used_up = matches!(said.enhanced, Some((1, 90) | (7, 232 | 233)));
    if said.names(LIMIT) || used_up || (said.is_final() && said.enhanced == Some((4, 5))) {
        return Some(Class::Limit(Cause::Limite));
    }
    (said.names(PACE) || said.enhanced == Some((7, 28))).then_some(if said.is_final() {
        Class::Limit(Cause::Limite)
    } else {
        Class::Slow
    })
}

/// Who we are to the relay: nobody, a suspended account, a listed address.
fn of_standing(said: &Said) -> Option<Class> {
    let us = |cause| Some(Class::Us(cause));
    if said.names(RELAY) || said.enhanced == Some((7, 57)) {
        return us(Cause::Relayage);
    }
    if said.names(LOGIN) {
        return us(Cause::Identification);
    }
    let banned = matches!(said.enhanced, Some((7, 501..=512 | 700..=707 | 709..=750)));
    let account = said.phase < Phase::Rcpt && said.names(&[" account", " compte "]);
    if said.is_final() && (said.names(ACCOUNT) || banned || account) {
        return us(Cause::Compte);
    }
    let listed = matches!(said.enhanced, Some((7, 25 | 606..=649 | 708)));
    let blocked = said.is_final() && said.names(BLOCKED) && !said.carries();
    if blocked || said.names(CLIENT) || listed {
        return us(Cause::AdresseIp);
    }
    None
}

/// What the message says; before it was seen, the same words are said of us.
fn of_content(said: &Said) -> Option<Class> {
    if !said.is_final() {
        return None;
    }
    if said.names(SPAM) || said.carries() {
        return Some(match said.phase {
            Phase::Data | Phase::Dot => Class::Spam,
            _ => Class::Us(Cause::AdresseIp),
        });
    }
    if said.phase > Phase::Auth && said.names(LATER) {
        return Some(Class::Later);
    }
    // Policy (X.7.X), or the content as such, once it was seen.
    let policy = matches!(said.enhanced, Some((7, _)));
    let seen = said.phase == Phase::Dot;
    (seen && (policy || said.names(UNWANTED))).then_some(Class::Spam)
}

fn by_phase(said: &Said) -> Class {
    if !said.is_final() {
        return Class::Later;
    }
    match said.phase {
        Phase::Greeting => Class::Us(Cause::AdresseIp),
        Phase::Ehlo => Class::Us(Cause::Helo),
        Phase::StartTls => Class::Us(Cause::Chiffrement),
        Phase::Auth => Class::Us(Cause::Identification),
        Phase::Mail => Class::Us(Cause::Expediteur),
        Phase::Rcpt | Phase::Data | Phase::Dot => Class::Recipient,
    }
}

/// `550 5.1.1` when the relay gave an enhanced code (RFC 3463), else `550`.
pub(super) fn full_code(code: u16, text: &str) -> String {
    match enhanced_word(text) {
        Some(word) => format!("{code} {word}"),
        None => code.to_string(),
    }
}

fn enhanced(text: &str) -> Option<(u16, u16)> {
    let mut parts = enhanced_word(text)?.split('.').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn enhanced_word(text: &str) -> Option<&str> {
    text.split_whitespace().take(4).find(|word| {
        let mut parts = word.split('.');
        matches!(parts.next(), Some("4" | "5"))
            && parts.clone().count() == 2
            && parts.all(|part| {
                (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            })
    })
}

#[cfg(test)]
mod tests;
