//! AUTH (RFC 4954): PLAIN (RFC 4616), or LOGIN where a relay knows nothing else; XOAUTH2 with a token.

use super::extensions::Extensions;
use super::oauth::Tokens;
use super::reply::while_opening;
use super::wire::Wire;
use super::words::Phase;
use crate::channel::{About, Answer};
use crate::config::{self, Proof};
use crate::secret::Secret;
use crate::vocabulary::Cause;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// How this machine logs in.
#[derive(Debug)]
pub(super) enum Login {
    /// User and password.
    Password(String, Secret),
    /// User, and who gives the tokens.
    Token(String, Tokens),
}

impl Login {
    pub(super) fn new(login: config::Login) -> Self {
        match login.proof {
            Proof::Password(password) => Self::Password(login.user, password),
            Proof::Token(server) => Self::Token(login.user, Tokens::new(server)),
        }
    }

    /// What has to be had before the relay is kept waiting.
    pub(super) fn prepare(&self) -> Result<(), Answer> {
        match self {
            Self::Password(..) => Ok(()),
            Self::Token(_, tokens) => tokens.token().map(drop),
        }
    }

    /// Logs in, with one password once: a relay that counts wrong ones must not lock the account.
    pub(super) fn log_in(&self, wire: &mut Wire, extensions: &Extensions) -> Result<(), Answer> {
        match self {
            Self::Password(user, password) => {
                by_password(wire, extensions, user, password.expose())
            }
            Self::Token(user, tokens) => by_token(wire, extensions, user, tokens),
        }
    }

    /// Whether the password may have been pasted as it is shown.
    pub(super) fn has_blanks(&self) -> bool {
        matches!(self, Self::Password(_, password) if has_blanks(password.expose()))
    }
}

fn by_password(
    wire: &mut Wire,
    extensions: &Extensions,
    user: &str,
    password: &str,
) -> Result<(), Answer> {
    let offered = extensions.mechanisms();
    let offers = |mechanism| offered.contains(&mechanism);
    if offers("PLAIN") || extensions.is_unknown() {
        let secret = BASE64_STANDARD.encode(format!("\0{user}\0{password}"));
        let mut code = say(wire, &format!("AUTH PLAIN {secret}"), password)?;
        if code == 334 {
            // It does not take the secret along with the command.
            code = say(wire, &secret, password)?;
        }
        return granted(code);
    }
    if offers("LOGIN") {
        let secrets = [user, password].map(|text| BASE64_STANDARD.encode(text));
        let mut code = say(wire, "AUTH LOGIN", password)?;
        for secret in secrets {
            if code != 334 {
                break;
            }
            code = say(wire, &secret, password)?;
        }
        return granted(code);
    }
    Err(impossible(&offered, "PLAIN ni LOGIN"))
}

/// AUTH XOAUTH2 (developers.google.com/gmail/imap/xoauth2-protocol): a refusal comes as 334 with words in
/// base64, and is a refusal once an empty line was answered.
fn by_token(
    wire: &mut Wire,
    extensions: &Extensions,
    user: &str,
    tokens: &Tokens,
) -> Result<(), Answer> {
    let offered = extensions.mechanisms();
    if !offered.contains(&"XOAUTH2") && !extensions.is_unknown() {
        return Err(impossible(&offered, "XOAUTH2"));
    }
    let token = tokens.token()?;
    let secret = BASE64_STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"));
    let step = "connexion (EMAIL_HOST_USER)";
    let ask = |wire: &mut Wire, line: &str| while_opening(Phase::Auth, step, wire.command(line));
    let mut outcome = ask(wire, &format!("AUTH XOAUTH2 {secret}"));
    if outcome.as_ref().is_ok_and(|response| response.code == 334) {
        outcome = ask(wire, "");
    }
    match outcome {
        Ok(response) => granted(response.code),
        Err(answer) if answer.cause() == Some(Cause::Identification) => {
            tokens.forget(&token);
            let code = answer.code.unwrap_or_default();
            let text = format!(
                "le serveur d'envoi refuse le jeton ({code}) : EMAIL_HOST_USER est-il la boîte de l'application, \
                 et celle-ci a-t-elle le droit d'envoyer (SMTP.SendAsApp) ?"
            );
            Err(Answer::channel(Cause::Reglage, "jeton", &text))
        }
        Err(answer) => Err(answer),
    }
}

fn say(wire: &mut Wire, line: &str, password: &str) -> Result<u16, Answer> {
    let blanks = has_blanks(password);
    let step = if blanks {
        "connexion (EMAIL_HOST_USER ; EMAIL_HOST_PASSWORD contient des blancs)"
    } else {
        "connexion (EMAIL_HOST_USER, EMAIL_HOST_PASSWORD)"
    };
    let response = while_opening(Phase::Auth, step, wire.command(line));
    match response {
        Err(answer) if blanks && answer.about == About::Channel(Cause::Identification) => {
            Err(answer.put_back(Cause::Blancs))
        }
        response => response.map(|response| response.code),
    }
}

fn granted(code: u16) -> Result<(), Answer> {
    if (200..300).contains(&code) {
        return Ok(());
    }
    let text = "connexion : réponse inattendue";
    Err(Answer::unreached(&code.to_string(), text))
}

fn impossible(offered: &[&str], wanted: &str) -> Answer {
    let text = if offered.is_empty() {
        "le relais ne propose pas de connexion (AUTH) : retirez EMAIL_HOST_USER et \
         EMAIL_HOST_PASSWORD, ou mettez EMAIL_USE_TLS=true"
            .to_owned()
    } else {
        let offered = offered.join(", ");
        format!("le relais ne propose que {offered} pour la connexion, pas {wanted}")
    };
    Answer::channel(Cause::Reglage, "réglage", &text)
}

/// True of an application password that was pasted as it is shown, in groups; the blank between
/// them may be one that nobody sees (U+00A0).
fn has_blanks(password: &str) -> bool {
    let unseen = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];
    password.contains(|c: char| c.is_whitespace() || unseen.contains(&c))
}
