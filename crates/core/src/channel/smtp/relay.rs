//! From the settings to a connection that is ready for MAIL.

use super::extensions::Extensions;
use super::login::Login;
use super::name;
use super::reply::{not_opened, while_opening};
use super::response::Response;
use super::wire::{self, Failure, Wire};
use super::words::Phase;
use crate::channel::email::Letterhead;
use crate::channel::tls::Tls;
use crate::channel::{Answer, Unready};
use crate::config::{Config, Security};
use crate::domain;
use crate::vocabulary::Cause;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// For everything from connecting to the login.
const OPENING: Duration = Duration::from_secs(45);

/// For connecting, and for each answer until the login is done.
const STEP: Duration = Duration::from_secs(15);

/// A relay that says nothing for so long may be waiting for TLS.
const FIRST_WORD: Duration = Duration::from_secs(5);

/// For finding out whether it does.
const PROBE: Duration = Duration::from_secs(4);

/// The relay of the settings.
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    login: Option<Login>,
    helo: Option<String>,
    tls: Option<Tls>,
    pub(super) head: Letterhead,
}

impl Relay {
    pub(crate) fn new(config: &Config) -> Result<Self, Unready> {
        let email = &config.email;
        let head = Letterhead::new(config);
        if is_nobodys(head.from.email.domain()) {
            return Err(Unready::Sender(head.from.email.to_string()));
        }
        let host = host(&email.host)?;
        let tls = match email.security {
            Security::Cleartext => None,
            Security::StartTls | Security::Implicit => Some(Tls::new(&host)?),
        };
        Ok(Self {
            host,
            port: email.port,
            security: email.security,
            login: email.login.clone().map(Login::new),
            helo: email.helo_name.clone(),
            tls,
            head,
        })
    }

    /// Connects, secures, logs in.
    pub(super) fn open(&self) -> Result<(Wire, Extensions), Answer> {
        let until = Instant::now() + OPENING;
        let mut wire = self.greeted(until)?;
        let name = name::of(self.helo.as_deref(), wire.local_ip());
        wire.until(step(until));
        let mut extensions = hello(&mut wire, &name)?;
        if self.security == Security::StartTls {
            if !extensions.offers("STARTTLS") {
                let text = "le relais ne propose pas STARTTLS, que EMAIL_USE_TLS demande (465 = \
                            EMAIL_USE_SSL)";
                return Err(Answer::channel(Cause::Reglage, "réglage", text));
            }
            wire.until(step(until));
            wire = self.start_tls(wire)?;
            wire.until(step(until));
            extensions = hello_again(&mut wire, &name, &extensions.name)?;
        }
        if let Some(login) = &self.login {
            login.prepare()?;
            wire.until(step(until));
            login.log_in(&mut wire, &extensions)?;
        }
        Ok((wire, extensions))
    }

    /// The connection once the relay has greeted.
    fn greeted(&self, until: Instant) -> Result<Wire, Answer> {
        let place = format!("{}:{}", self.host, self.port);
        let failed = |failure: Failure| not_opened(&place, &failure);
        let mut wire = Wire::connect(&self.host, self.port, step(until)).map_err(failed)?;
        if self.security == Security::Implicit
            && let Some(tls) = &self.tls
        {
            wire.until(step(until));
            wire = wire.secured(tls).map_err(failed)?;
        }
        let end = step(until);
        if !wire.is_tls() {
            wire.until(end.min(Instant::now() + FIRST_WORD));
        }
        let outcome = match wire.read() {
            Err(Failure::TimedOut) if !wire.is_tls() => {
                if wire.is_quiet() && self.awaits_tls() {
                    let text = "le relais attend TLS dès le premier octet (465 = EMAIL_USE_SSL, \
                                587 = EMAIL_USE_TLS) : mettez EMAIL_USE_SSL=true et \
                                EMAIL_USE_TLS=false";
                    return Err(Answer::channel(Cause::Reglage, "réglage", text));
                }
                wire.until(end);
                wire.read()
            }
            outcome => outcome,
        };
        while_opening(Phase::Greeting, &place, outcome)?;
        Ok(wire)
    }

    /// Asked over a connection of its own: a relay that is only slow must not hear TLS before it
    /// has greeted.
    fn awaits_tls(&self) -> bool {
        let Ok(tls) = Tls::new(&self.host) else {
            return false;
        };
        wire::answers_tls(&self.host, self.port, &tls, Instant::now() + PROBE)
    }

    fn start_tls(&self, mut wire: Wire) -> Result<Wire, Answer> {
        let Some(tls) = &self.tls else {
            return Ok(wire);
        };
        while_opening(Phase::StartTls, "STARTTLS", wire.command("STARTTLS"))?;
        // What a stranger slips in before the handshake is not believed under it.
        if !wire.is_quiet() {
            let text = "STARTTLS : des réponses sont arrivées avant le chiffrement";
            return Err(Answer::unreached("tls", text));
        }
        wire.secured(tls)
            .map_err(|failure| not_opened("STARTTLS", &failure))
    }

    /// What `check` tells of the settings besides.
    pub(super) fn remarks(&self) -> String {
        let mut told = String::new();
        if let Some(login) = &self.login {
            told.push_str(", connexion acceptée");
            if login.has_blanks() {
                told.push_str(" ; à voir : EMAIL_HOST_PASSWORD contient des blancs");
            }
        }
        told
    }
}

/// The end of the next step.
fn step(until: Instant) -> Instant {
    until.min(Instant::now() + STEP)
}

/// The relay's name or address as sockets and certificates know it.
fn host(setting: &str) -> Result<String, Unready> {
    let bare = setting.trim_start_matches('[').trim_end_matches(']');
    if bare.parse::<IpAddr>().is_ok() {
        return Ok(bare.to_owned());
    }
    domain::ascii(bare).ok_or_else(|| Unready::Host(setting.to_owned()))
}

/// A domain that no mail comes from: Django's default sender, and names without a dot.
fn is_nobodys(domain: &str) -> bool {
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_literal = domain.starts_with('[');
    let is_local = ["localhost", "localdomain"]
        .iter()
        .any(|local| last.eq_ignore_ascii_case(local));
    !is_literal && (is_local || !domain.contains('.'))
}

/// EHLO, or HELO to a relay that does not know the word (RFC 5321, 3.2).
fn hello(wire: &mut Wire, name: &str) -> Result<Extensions, Answer> {
    let command = format!("EHLO {name}");
    match wire.command(&command) {
        Ok(response) if matches!(response.code, 500 | 502) => {
            let command = format!("HELO {name}");
            offered(&command, wire.command(&command))
        }
        outcome => offered(&format!("{command} (EMAIL_HELO_NAME)"), outcome),
    }
}

/// EHLO under TLS, where everything may be on offer anew (RFC 3207, 4.2). A relay that took note
/// of us before offers nothing that we know of.
fn hello_again(wire: &mut Wire, name: &str, relay: &str) -> Result<Extensions, Answer> {
    let command = format!("EHLO {name}");
    match wire.command(&command) {
        Ok(response) if response.code == 503 => Ok(Extensions::unknown(relay)),
        outcome => offered(&command, outcome),
    }
}

fn offered(step: &str, outcome: Result<Response, Failure>) -> Result<Extensions, Answer> {
    let response = while_opening(Phase::Ehlo, step, outcome)?;
    Ok(Extensions::read(&response))
}
