//! `BOUNCES_IMAP_URL`: the mailbox to which e-mails come back.

use super::{Login, Proof, Vars};
use crate::domain;
use crate::secret::Secret;
use percent_encoding::percent_decode_str;

const URL: &str = "BOUNCES_IMAP_URL";
const PASSWORD: &str = "BOUNCES_IMAP_PASSWORD";

pub(super) const NAMES: &[&str] = &[URL, PASSWORD];

/// A mailbox of an IMAP server (RFC 5092, without its options).
#[derive(Debug, Clone)]
pub struct Imap {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Who logs in, and by what.
    pub login: Login,
    /// The folder, such as `INBOX`.
    pub folder: String,
}

impl Imap {
    /// None when no mailbox is named. Without a password of its own, the mailbox is opened by a token of
    /// `EMAIL_OAUTH_…`.
    pub(super) fn read(vars: &mut Vars, relay: Option<&Login>) -> Option<Self> {
        let password = vars.text(PASSWORD).map(Secret::new);
        let Some(url) = vars.text(URL) else {
            if password.is_some() {
                vars.fault(URL, format!("manque, alors que {PASSWORD} est donné"));
            }
            return None;
        };
        let Some((user, host, port, folder)) = place(url.trim()) else {
            let text = format!(
                "il faut une adresse comme imaps://retours%40exemple.fr@imap.exemple.fr/INBOX \
                 (le mot de passe dans {PASSWORD})"
            );
            vars.fault(URL, text);
            return None;
        };
        let token = relay
            .map(|login| &login.proof)
            .filter(|proof| matches!(proof, Proof::Token(_)));
        let Some(proof) = password.map(Proof::Password).or_else(|| token.cloned()) else {
            vars.fault(PASSWORD, format!("manque, alors que {URL} est donné"));
            return None;
        };
        Some(Self {
            host,
            port,
            login: Login { user, proof },
            folder,
        })
    }
}

/// User, host, port and folder. A user may be an address as it is.
fn place(url: &str) -> Option<(String, String, u16, String)> {
    let rest = url.strip_prefix("imaps://")?;
    let (place, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = place.rsplit_once('@')?;
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8().ok()?;
        (!text.chars().any(char::is_control)).then(|| text.into_owned())
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => {
            (host, port.parse().ok()?)
        }
        _ => (host, 993),
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_address = bare.parse::<std::net::IpAddr>().is_ok();
    let host = if is_address {
        Some(bare.to_owned())
    } else {
        domain::ascii(bare)
    };
    let folder = decoded(folder.trim_end_matches('/'))?;
    let folder = if folder.is_empty() {
        "INBOX".to_owned()
    } else {
        folder
    };
    // A password stands elsewhere.
    let user = decoded(user).filter(|user| !user.is_empty() && !user.contains(':'))?;
    Some((user, host?, port, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_read_from_its_address() {
        let read = |url: &str| {
            place(url).map(|(user, host, port, folder)| format!("{user} {host} {port} {folder}"))
        };
        for (url, expected) in [
            (
                "imaps://retours%40exemple.fr@imap.exemple.fr/INBOX",
                "retours@exemple.fr imap.exemple.fr 993 INBOX",
            ),
            (
                "imaps://retours@exemple.fr@imap.exemple.fr",
                "retours@exemple.fr imap.exemple.fr 993 INBOX",
            ),
            (
                "imaps://ecole@127.0.0.1:10993/Bo%C3%AEte/Retours/",
                "ecole 127.0.0.1 10993 Boîte/Retours",
            ),
            ("imaps://ecole@[::1]/", "ecole ::1 993 INBOX"),
        ] {
            assert_eq!(read(url).as_deref(), Some(expected), "{url}");
        }
        for url in [
            "",
            "imap://ecole@imap.exemple.fr/INBOX",
            "https://imap.exemple.fr",
            "imaps://imap.exemple.fr/INBOX",
            "imaps://ecole:motsecret@imap.exemple.fr/INBOX",
            "imaps://@imap.exemple.fr/",
            "imaps://ecole@imap.exemple.fr:beaucoup/",
            "imaps://ecole@imap.exemple.fr/a%0d%0ab",
            "imaps://ecole@/",
        ] {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
