//! The SMTP relay (RFC 5321), phase by phase.
//!
//! lettre's own `send` hides at which phase a failure came, and that decides between "try again"
//! and "perhaps sent"; it also sends body and final dot in two writes, which costs 40 ms a message
//! (Nagle's algorithm against delayed acknowledgements). So its connection is used command by
//! command. One recipient a transaction; only 250 after the final dot is success.

mod reply;
mod words;

use super::email::{self, Letterhead};
use super::{Answer, Delivery};
use crate::config::{Config, Security};
use crate::failpoint::reach;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use reply::Reply;
use std::time::{Duration, Instant};
use words::Phase;

/// For connecting, and for each answer until the login is done.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// For MAIL, RCPT and DATA together: nothing is lost when they are asked again.
const ENVELOPE_TIMEOUT: Duration = Duration::from_secs(60);

/// For the answer to QUIT, which changes nothing any more.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// The relay of the settings.
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    login: Option<Credentials>,
    head: Letterhead,
    tls: Option<TlsParameters>,
    hello: ClientId,
}

impl Relay {
    pub(super) fn new(config: &Config) -> Result<Self, String> {
        let email = &config.email;
        let tls = match email.security {
            Security::Cleartext => None,
            // Trusts whom the machine trusts, so that a town's own authority works.
            Security::StartTls | Security::Implicit => Some(
                TlsParameters::new_rustls(email.host.clone())
                    .map_err(|error| format!("EMAIL_HOST : {error}"))?,
            ),
        };
        Ok(Self {
            host: email.host.clone(),
            port: email.port,
            security: email.security,
            login: email.login.as_ref().map(|(user, password)| {
                Credentials::new(user.clone(), password.expose().to_owned())
            }),
            head: Letterhead::new(config),
            tls,
            hello: ClientId::default(),
        })
    }

    /// Connects, secures, logs in.
    pub(super) fn open(&self) -> Result<Link<'_>, Answer> {
        let implicit = self
            .tls
            .as_ref()
            .filter(|_| self.security == Security::Implicit);
        let mut conn = SmtpConnection::connect(
            (self.host.as_str(), self.port),
            Some(CONNECT_TIMEOUT),
            &self.hello,
            implicit,
            None,
        )
        .map_err(|error| {
            reply::while_opening(
                Phase::Greeting,
                &format!("{}:{}", self.host, self.port),
                &error,
            )
        })?;
        if self.security == Security::StartTls
            && let Some(tls) = &self.tls
        {
            conn.starttls(tls, &self.hello)
                .map_err(|error| reply::while_opening(Phase::StartTls, "STARTTLS", &error))?;
        }
        if let Some(login) = &self.login {
            conn.auth(&[Mechanism::Plain, Mechanism::Login], login)
                .map_err(|error| reply::while_opening(Phase::Auth, "AUTH", &error))?;
        }
        let pipelining = self.offers_pipelining(&mut conn)?;
        Ok(Link {
            relay: self,
            conn: Some(conn),
            pipelining,
            sent: 0,
        })
    }

    /// lettre keeps only the extensions that it uses itself, so EHLO is said once more (RFC 2920).
    fn offers_pipelining(&self, conn: &mut SmtpConnection) -> Result<bool, Answer> {
        let hello = conn
            .command(format_args!("EHLO {}\r\n", self.hello))
            .map_err(|error| reply::while_opening(Phase::Ehlo, "EHLO", &error))?;
        Ok(hello
            .message()
            .any(|line| line.eq_ignore_ascii_case("PIPELINING")))
    }
}

/// A connection to the relay, kept from one envoi to the next.
pub struct Link<'r> {
    relay: &'r Relay,
    conn: Option<SmtpConnection>,
    pipelining: bool,
    /// Envois sent through this connection.
    sent: u32,
}

impl Link<'_> {
    pub(super) fn send(&mut self, delivery: &Delivery) -> Answer {
        let body = match email::build(&self.relay.head, delivery) {
            Ok(message) => reply::stuffed(&message.formatted()),
            Err(reason) => return Answer::unsendable(&reason),
        };
        let reused = self.sent > 0;
        reach("envelope");
        match self.envelope(delivery) {
            Ok(()) => {}
            // The relay closed the connection while it was idle, or what we read was a stray answer
            // to the envoi before: this one was not looked at, so a new connection may take it.
            Err(answer) if reused && !self.is_open() && answer.is_free() => {
                if let Err(answer) = self.reopen().and_then(|()| self.envelope(delivery)) {
                    return answer;
                }
            }
            Err(answer) => return answer,
        }
        if !delivery.cutoff.begin_body() {
            self.conn = None;
            return Answer::given_up(super::Stage::Envelope);
        }
        self.sent += 1;
        reach("body");
        self.body(&body, delivery.deadline)
    }

    pub(super) const fn is_open(&self) -> bool {
        self.conn.is_some()
    }

    pub(super) fn quit(mut self) {
        if let Some(mut conn) = self.conn.take()
            && conn.set_timeout(Some(QUIT_TIMEOUT)).is_ok()
        {
            // Whatever the relay answers, the connection is over.
            conn.quit().ok();
        }
    }

    pub(super) fn describe(&self) -> String {
        let secure = self.conn.as_ref().is_some_and(SmtpConnection::is_encrypted);
        let server = self
            .conn
            .as_ref()
            .map(|conn| conn.server_info().name().to_owned());
        format!(
            "{} répond ({}{}{})",
            server.unwrap_or_default(),
            if secure { "chiffré" } else { "non chiffré" },
            if self.relay.login.is_some() {
                ", connexion acceptée"
            } else {
                ""
            },
            if self.pipelining { ", PIPELINING" } else { "" },
        )
    }

    fn reopen(&mut self) -> Result<(), Answer> {
        *self = self.relay.open()?;
        Ok(())
    }

    /// MAIL, RCPT and DATA; with PIPELINING in one write, so in one round trip.
    fn envelope(&mut self, delivery: &Delivery) -> Result<(), Answer> {
        let commands = [
            (
                Phase::Mail,
                format!("MAIL FROM:<{}>\r\n", self.relay.head.from.email),
            ),
            (Phase::Rcpt, format!("RCPT TO:<{}>\r\n", delivery.adresse)),
            (Phase::Data, "DATA\r\n".to_owned()),
        ];
        let until = delivery.deadline.min(Instant::now() + ENVELOPE_TIMEOUT);
        let mut conn = self.take(until)?;
        let outcome = if self.pipelining {
            pipelined(&mut conn, &commands)
        } else {
            one_by_one(&mut conn, &commands)
        };
        match outcome {
            Ok(()) => {
                self.conn = Some(conn);
                Ok(())
            }
            Err(reply) => {
                if reply.connection_usable && conn.command("RSET\r\n").is_ok() {
                    self.conn = Some(conn);
                }
                Err(reply.answer)
            }
        }
    }

    fn body(&mut self, body: &str, deadline: Instant) -> Answer {
        let mut conn = match self.take(deadline) {
            Ok(conn) => conn,
            // Nothing of the body has left.
            Err(answer) => return answer,
        };
        let reply = Reply::to_body(conn.command(body));
        if reply.connection_usable {
            self.conn = Some(conn);
        }
        reply.answer
    }

    /// The connection, with what is left of the attempt's time as its time-out.
    fn take(&mut self, deadline: Instant) -> Result<SmtpConnection, Answer> {
        let left = deadline.saturating_duration_since(Instant::now());
        let usable = self.conn.take().filter(|_| !left.is_zero());
        let mut conn = usable.ok_or_else(|| Answer::given_up(super::Stage::Envelope))?;
        conn.set_timeout(Some(left))
            .map_err(|error| Answer::unreached("connexion", &error.to_string()))?;
        Ok(conn)
    }
}

type Command = (Phase, String);

fn one_by_one(conn: &mut SmtpConnection, commands: &[Command]) -> Result<(), Reply> {
    for (phase, command) in commands {
        Reply::to_command(*phase, conn.command(command))?;
    }
    Ok(())
}

fn pipelined(conn: &mut SmtpConnection, commands: &[Command]) -> Result<(), Reply> {
    let all: String = commands
        .iter()
        .map(|(_, command)| command.as_str())
        .collect();
    let mut first = Some(conn.command(all));
    let mut refused: Option<Reply> = None;
    for (phase, _) in commands {
        let answer = first.take().unwrap_or_else(|| conn.read_response());
        match (Reply::to_command(*phase, answer), &mut refused) {
            (Ok(()), Some(refused)) if *phase == Phase::Data => {
                // It waits for a body that must not come: only hanging up says so.
                refused.connection_usable = false;
            }
            (Ok(()), _) => {}
            (Err(reply), None) => {
                let usable = reply.connection_usable;
                refused = Some(reply);
                if !usable {
                    break;
                }
            }
            (Err(reply), Some(refused)) => refused.connection_usable &= reply.connection_usable,
        }
    }
    refused.map_or(Ok(()), Err)
}
