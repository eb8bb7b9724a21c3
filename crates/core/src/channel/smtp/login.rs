//! AUTH (RFC 4954): PLAIN (RFC 4616), or LOGIN where a relay knows nothing else.

use super::extensions::Extensions;
use super::reply::while_opening;
use super::wire::Wire;
use super::words::Phase;
use crate::channel::{About, Answer};
use crate::secret::Secret;
use crate::vocabulary::Cause;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// Logs in, with one password once: a relay that counts wrong ones must not lock the account.
pub(super) fn log_in(
    wire: &mut Wire,
    extensions: &Extensions,
    (user, password): &(String, Secret),
) -> Result<(), Answer> {
    let offered = extensions.mechanisms();
    let offers = |mechanism| offered.contains(&mechanism);
    let password = password.expose();
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
    Err(impossible(&offered))
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

fn impossible(offered: &[&str]) -> Answer {
    let text = if offered.is_empty() {
        "le relais ne propose pas de connexion (AUTH) : retirez EMAIL_HOST_USER et \
         EMAIL_HOST_PASSWORD, ou mettez EMAIL_USE_TLS=true"
            .to_owned()
    } else {
        let offered = offered.join(", ");
        format!("le relais ne propose que {offered} pour la connexion, pas PLAIN ni LOGIN")
    };
    Answer::channel(Cause::Reglage, "réglage", &text)
}

/// True of an application password that was pasted as it is shown, in groups; the blank between
/// them may be one that nobody sees (U+00A0).
pub(super) fn has_blanks(password: &str) -> bool {
    let unseen = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];
    password.contains(|c: char| c.is_whitespace() || unseen.contains(&c))
}
