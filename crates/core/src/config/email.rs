//! `EMAIL_*` and `DEFAULT_FROM_EMAIL`, with Django's names and defaults.

mod dkim;
mod login;

pub use login::{Login, OAuth, Proof};

use super::Vars;
use super::vars::is_loopback;
use crate::dkim::Signer;
use crate::domain;
use crate::vocabulary::Mode;
use lettre::Address;
use lettre::message::Mailbox;

pub(super) const NAMES: &[&str] = &[
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_OAUTH_TOKEN_URL",
    "EMAIL_OAUTH_CLIENT_ID",
    "EMAIL_OAUTH_CLIENT_SECRET",
    "EMAIL_OAUTH_SCOPE",
    "EMAIL_OAUTH_REFRESH_TOKEN",
    "EMAIL_HELO_NAME",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_REPLY_TO",
    "EMAIL_DKIM_KEY",
    "EMAIL_DKIM_SELECTOR",
    "EMAIL_DKIM_DOMAIN",
    "EMAIL_BOUNCE_ADDRESS",
    "MESSAGES_EMAIL_CONNECTIONS",
    "MESSAGES_EMAIL_PER_MINUTE",
];

/// How the connection to the relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all.
    Cleartext,
    /// `EMAIL_USE_TLS`: STARTTLS after the greeting, refused if the relay does not offer it.
    StartTls,
    /// `EMAIL_USE_SSL`: TLS from the first byte.
    Implicit,
}

/// The SMTP relay.
#[derive(Debug, Clone)]
pub struct Email {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
    /// Who logs in, when the relay wants to know.
    pub login: Option<Login>,
    /// How this machine calls itself to the relay: a full name in ASCII, or an address in brackets.
    pub helo_name: Option<String>,
    /// Sender of all e-mails, all in ASCII.
    pub from: Mailbox,
    /// Where answers go, all in ASCII; none: to the sender.
    pub reply_to: Option<Mailbox>,
    /// Who vouches for them, if somebody does here and not at the relay.
    pub signer: Option<Signer>,
    /// Where e-mails come back to, all in ASCII; none: to the sender.
    pub bounces: Option<Address>,
    /// How many connections are used at once.
    pub connections: u32,
    /// E-mails per minute, all runs and machines together.
    pub per_minute: Option<u32>,
}

impl Email {
    pub(super) fn read(vars: &mut Vars, mode: Mode, allow_cleartext: bool) -> Self {
        let security = security(vars);
        let host = vars.text_or("EMAIL_HOST", "localhost");
        if mode == Mode::Reel
            && security == Security::Cleartext
            && !is_loopback(&host)
            && !allow_cleartext
        {
            vars.fault(
                "EMAIL_HOST",
                format!(
                    "« {host} » serait joint sans chiffrement : mettez EMAIL_USE_TLS=true ou \
                     EMAIL_USE_SSL=true (ou MESSAGES_ALLOW_CLEARTEXT=true en connaissance de cause)"
                ),
            );
        }
        let port = vars.number("EMAIL_PORT", 1..=65535).unwrap_or(25);
        let from = mailbox(vars, "DEFAULT_FROM_EMAIL")
            .unwrap_or_else(|| Mailbox::new(None, default_sender()));
        Self {
            host,
            port: u16::try_from(port).unwrap_or(25),
            security,
            login: login::read(vars),
            helo_name: helo_name(vars),
            signer: dkim::read(vars, from.email.domain()),
            from,
            reply_to: mailbox(vars, "EMAIL_REPLY_TO"),
            bounces: bounces(vars),
            connections: vars
                .number("MESSAGES_EMAIL_CONNECTIONS", 1..=200)
                .unwrap_or(4),
            per_minute: vars.number("MESSAGES_EMAIL_PER_MINUTE", 1..=1_000_000),
        }
    }
}

fn security(vars: &mut Vars) -> Security {
    match (vars.switch("EMAIL_USE_TLS"), vars.switch("EMAIL_USE_SSL")) {
        (false, false) => Security::Cleartext,
        (true, false) => Security::StartTls,
        (false, true) => Security::Implicit,
        (true, true) => {
            vars.fault(
                "EMAIL_USE_SSL",
                "ne va pas avec EMAIL_USE_TLS : gardez EMAIL_USE_TLS pour le port 587, \
                 EMAIL_USE_SSL pour le port 465",
            );
            Security::Implicit
        }
    }
}

fn helo_name(vars: &mut Vars) -> Option<String> {
    vars.parsed(
        "EMAIL_HELO_NAME",
        "un nom complet comme « pc.exemple.fr », ou une adresse entre crochets comme « [192.0.2.7] »",
        |text| {
            let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            if let Some(address) = inside {
                let v6 = |text: &str| text.parse::<std::net::Ipv6Addr>().is_ok();
                let v4 = address.parse::<std::net::Ipv4Addr>().is_ok();
                let known = v4 || address.strip_prefix("IPv6:").is_some_and(v6);
                return known.then(|| text.to_owned());
            }
            domain::ascii(text).filter(|name| domain::is_full(name))
        },
    )
}

fn mailbox(vars: &mut Vars, name: &str) -> Option<Mailbox> {
    vars.parsed(
        name,
        "une adresse comme « Collège <ecole@exemple.fr> », sans accent avant le @",
        |text| {
            let plain = !text.chars().any(char::is_control);
            plain
                .then(|| text.parse().ok().and_then(in_ascii))
                .flatten()
        },
    )
}

/// With the domain as relays know it; a local part with an accent is unknown to most of them.
fn in_ascii(from: Mailbox) -> Option<Mailbox> {
    Some(Mailbox::new(from.name, ascii(&from.email)?))
}

fn ascii(address: &Address) -> Option<Address> {
    let domain = domain::ascii(address.domain())?;
    let address = Address::new(address.user(), domain).ok()?;
    let is_ascii = AsRef::<str>::as_ref(&address).is_ascii();
    is_ascii.then_some(address)
}

fn bounces(vars: &mut Vars) -> Option<Address> {
    vars.parsed(
        "EMAIL_BOUNCE_ADDRESS",
        "une adresse comme retours@exemple.fr, sans nom et sans accent avant le @",
        |text| text.parse().ok().and_then(|address| ascii(&address)),
    )
}

/// Django's own default.
#[expect(clippy::expect_used, reason = "a literal address, read by a test")]
fn default_sender() -> Address {
    Address::new("webmaster", "localhost").expect("the default sender is an address")
}
