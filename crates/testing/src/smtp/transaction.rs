//! One message over SMTP: its envelope and its data.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::time::Instant;

use super::session::{OK, Session};
use super::{Accepted, Action, Stage};
use crate::net::over;

const UNEXPECTED: &str = "503 5.5.1 Bad sequence of commands";
const SYNTAX: &str = "501 5.5.4 Syntax error";

impl Session {
    pub(super) fn mail(&mut self, rest: &str) -> io::Result<()> {
        if self.server.script.credentials.is_some() && !self.logged_in {
            return self.say("530 5.7.0 Authentication required");
        }
        if self.mail_from.is_some() {
            return self.say(UNEXPECTED);
        }
        let Some(address) = address("FROM:", rest) else {
            return self.say(SYNTAX);
        };
        if self.server.is_hurried() {
            return self.say("450 4.7.1 Error: too much mail from 127.0.0.1");
        }
        self.respond(Stage::Mail, "250 2.1.0 Ok", |session| {
            session.mail_from = Some(address);
        })
    }

    pub(super) fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        if self.mail_from.is_none() {
            return self.say(UNEXPECTED);
        }
        let Some(address) = address("TO:", rest) else {
            return self.say(SYNTAX);
        };
        let server = Arc::clone(&self.server);
        let action = server
            .script
            .action(Stage::Rcpt, std::slice::from_ref(&address));
        self.note(Stage::Rcpt, std::slice::from_ref(&address), action);
        if action.is_none_or(Action::grants) {
            self.rcpt_to.push(address);
        }
        self.perform(action, "250 2.1.5 Ok")
    }

    pub(super) fn data(&mut self) -> io::Result<()> {
        if self.rcpt_to.is_empty() {
            return self.say("503 5.5.1 No valid recipients");
        }
        let mut granted = false;
        self.respond(Stage::Data, "354 Go ahead", |_| granted = true)?;
        if granted {
            let body = self.body()?;
            let respond = self.respond(Stage::Body, OK, |session| session.accept(&body));
            self.reset();
            return respond;
        }
        Ok(())
    }

    fn body(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        self.look();
        loop {
            let start = body.len();
            if self.peer.read_until(b'\n', &mut body)? == 0 {
                return Err(over());
            }
            let (before, line) = body.split_at(start);
            // After a bare line feed a dot is but a dot.
            if line.starts_with(b".") && (before.is_empty() || before.ends_with(b"\r\n")) {
                if line == b".\r\n" {
                    body.truncate(start);
                    return Ok(body);
                }
                body.remove(start);
            }
        }
    }

    fn accept(&mut self, body: &[u8]) {
        self.server.accepted.record(Accepted {
            mail_from: self.mail_from.take().unwrap_or_default(),
            rcpt_to: std::mem::take(&mut self.rcpt_to),
            data: if self.server.script.forgets {
                body.len().to_string()
            } else {
                String::from_utf8_lossy(body).into_owned()
            },
            connection: self.peer.get_ref().number,
            at: Instant::now(),
        });
    }
}

/// The address in `FROM:<…>` or `TO:<…>`.
fn address(keyword: &str, rest: &str) -> Option<String> {
    let (given, path) = rest.split_at_checked(keyword.len())?;
    let (address, _parameters) = path.trim_start().strip_prefix('<')?.rsplit_once('>')?;
    given
        .eq_ignore_ascii_case(keyword)
        .then(|| address.to_owned())
}
