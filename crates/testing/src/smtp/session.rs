//! One SMTP session.

use std::io::{self, BufRead, BufReader, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use super::{Action, Performed, Stage, State};
use crate::net::{Peer, over};

pub(super) const OK: &str = "250 2.0.0 Ok";

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a step of the dialogue that was taken"
)]
pub(super) struct Session {
    pub(super) peer: BufReader<Peer>,
    pub(super) server: Arc<State>,
    pub(super) logged_in: bool,
    /// EHLO was said since the connection came about or was secured.
    greeted: bool,
    pub(super) mail_from: Option<String>,
    pub(super) rcpt_to: Vec<String>,
    /// What is answered next had to come over the line: commands that arrived together have
    /// travelled together.
    travelled: bool,
    /// Counts among those that are served at a time.
    served: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.served {
            self.server.served.fetch_sub(1, Relaxed);
        }
    }
}

impl Session {
    pub(super) fn new(peer: Peer, server: &Arc<State>) -> Self {
        Self {
            peer: BufReader::new(peer),
            server: Arc::clone(server),
            logged_in: false,
            greeted: false,
            mail_from: None,
            rcpt_to: Vec::new(),
            travelled: true,
            served: false,
        }
    }

    pub(super) fn run(mut self) {
        let _over = self.talk();
    }

    fn talk(&mut self) -> io::Result<()> {
        if self.server.script.implicit() {
            self.peer.get_mut().start_tls();
        }
        if self.server.is_crowded() {
            return self.say("421 4.7.0 Error: too many connections from 127.0.0.1");
        }
        self.served = true;
        self.respond(Stage::Banner, "220 localhost ESMTP", |_| ())?;
        loop {
            let line = self.line()?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.ehlo()?,
                "HELO" => self.respond(Stage::Ehlo, "250 localhost", Self::reset)?,
                "STARTTLS" => self.starttls()?,
                "AUTH" => self.auth(rest)?,
                "MAIL" => self.mail(rest)?,
                "RCPT" => self.rcpt(rest)?,
                "DATA" => self.data()?,
                "RSET" => {
                    self.reset();
                    self.say(OK)?;
                }
                "NOOP" => self.say(OK)?,
                "QUIT" => self.quit()?,
                _ => self.say("500 5.5.2 Unknown command")?,
            }
        }
    }

    pub(super) fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.look();
        if self.peer.read_until(b'\n', &mut line)? == 0 {
            return Err(over());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let command = (self.peer.get_ref().number, line.clone());
        self.server.commands.lock().unwrap().push(command);
        Ok(line)
    }

    /// Before something is read: whether it is here already.
    pub(super) fn look(&mut self) {
        self.travelled = self.peer.buffer().is_empty();
    }

    fn take_time(&self) {
        if self.travelled {
            thread::sleep(self.server.script.latency);
        }
    }

    pub(super) fn reset(&mut self) {
        self.mail_from = None;
        self.rcpt_to.clear();
    }

    fn ehlo(&mut self) -> io::Result<()> {
        if self.greeted && self.server.script.one_ehlo {
            return self.say("503 5.5.1 Invalid command: Already identified");
        }
        self.greeted = true;
        let extensions = self.server.script.extensions(self.peer.get_ref().is_tls());
        self.respond(Stage::Ehlo, &extensions, Self::reset)
    }

    fn starttls(&mut self) -> io::Result<()> {
        if !self.server.script.offers_tls(self.peer.get_ref().is_tls()) {
            return self.say("502 5.5.1 No STARTTLS here");
        }
        let mut granted = false;
        self.respond(Stage::StartTls, "220 2.0.0 Go ahead", |_| granted = true)?;
        if granted {
            // What was slipped in before the handshake must not count as said under it.
            self.peer.consume(self.peer.buffer().len());
            self.peer.get_mut().start_tls();
            self.greeted = false;
            self.reset();
        }
        Ok(())
    }

    fn quit(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.served) {
            self.server.served.fetch_sub(1, Relaxed);
        }
        self.respond(Stage::Quit, "221 2.0.0 Bye", |session| {
            session.peer.get_ref().leave();
        })?;
        self.peer.get_mut().close();
        Err(over())
    }

    /// Replies as the script says or else normally; `granted` runs before, if the reply is (or
    /// would have been) positive.
    pub(super) fn respond(
        &mut self,
        stage: Stage,
        normal: &str,
        granted: impl FnOnce(&mut Self),
    ) -> io::Result<()> {
        let server = Arc::clone(&self.server);
        let action = server.script.action(stage, &self.rcpt_to);
        self.note(stage, &self.rcpt_to, action);
        if action.is_none_or(Action::grants) {
            granted(self);
        }
        self.perform(action, normal)
    }

    /// Before it is done: whoever sees what it led to finds it noted.
    pub(super) fn note(&self, stage: Stage, recipients: &[String], action: Option<&Action>) {
        let Some(action) = action else { return };
        self.server.performed.lock().unwrap().push(Performed {
            connection: self.peer.get_ref().number,
            stage,
            recipients: recipients.to_vec(),
            action: action.clone(),
        });
    }

    pub(super) fn perform(&mut self, action: Option<&Action>, normal: &str) -> io::Result<()> {
        match action {
            None => return self.say(normal),
            Some(Action::Reply(text)) => return self.say(text),
            Some(Action::Drip(pause)) => return self.drip(normal, *pause),
            Some(Action::AcceptThen(then)) => return self.perform(Some(then), normal),
            Some(Action::Raw(bytes)) => return self.send(bytes),
            Some(Action::Late(pause, action)) => {
                thread::sleep(*pause);
                return self.perform(Some(action), normal);
            }
            Some(Action::Both(first, second)) => {
                self.perform(Some(first), normal)?;
                return self.perform(Some(second), normal);
            }
            Some(Action::Endless(bytes)) => loop {
                self.send(bytes)?;
            },
            Some(Action::Close) => self.peer.get_mut().close(),
            Some(Action::Reset) => self.peer.get_ref().reset(),
            Some(Action::Hang) => self.peer.get_ref().drain(),
        }
        Err(over())
    }

    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.send(wire(text).as_bytes())?;
        if text.starts_with("421") {
            self.peer.get_mut().close();
            return Err(over());
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.take_time();
        self.peer.get_mut().write_all(bytes)
    }

    fn drip(&mut self, text: &str, pause: Duration) -> io::Result<()> {
        self.take_time();
        self.peer.get_mut().drip(wire(text).as_bytes(), pause)
    }
}

fn wire(text: &str) -> String {
    text.lines().flat_map(|line| [line, "\r\n"]).collect()
}
