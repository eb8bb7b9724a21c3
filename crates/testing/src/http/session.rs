//! One connection to the gateway.

use std::io::{self, BufRead, BufReader, Write};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use serde_json::Value;

use super::request::{Request, header};
use super::script::SUCCESS;
use super::{Answer, Received, State};
use crate::net::{Peer, over};

pub(super) struct Session {
    peer: BufReader<Peer>,
    gateway: Arc<State>,
}

impl Session {
    pub(super) fn new(peer: Peer, gateway: &Arc<State>) -> Self {
        Self {
            peer: BufReader::new(peer),
            gateway: Arc::clone(gateway),
        }
    }

    pub(super) fn run(mut self) {
        let _over = self.talk();
    }

    fn talk(&mut self) -> io::Result<()> {
        if self.gateway.script.tls {
            self.peer.get_mut().start_tls();
        }
        while !self.peer.fill_buf()?.is_empty() {
            if self.gateway.script.closes_before_read() {
                return self.close();
            }
            let request = Request::read(&mut self.peer)?;
            self.serve(request)?;
        }
        Ok(())
    }

    fn serve(&mut self, request: Request) -> io::Result<()> {
        let keep_alive = request.keep_alive;
        let is_taken =
            request.method == "POST" || (self.gateway.script.gets && request.method == "GET");
        if !is_taken {
            let refusal = Answer::status(405, "").header("Allow", "POST");
            return self.perform(&refusal, keep_alive);
        }
        let gateway = Arc::clone(&self.gateway);
        let answer = gateway.script.answer_to(&request.path, &request.body);
        let received = Received {
            body: serde_json::from_str(&request.body).unwrap_or(Value::Null),
            raw: request.body,
            method: request.method,
            headers: request.headers,
            path: request.path,
            at: Instant::now(),
            connection: self.peer.get_ref().number,
        };
        if answer.accepts() {
            gateway.accepted.record(received.clone());
        }
        gateway.received.record(received);
        thread::sleep(gateway.script.latency);
        self.perform(answer, keep_alive)
    }

    fn perform(&mut self, answer: &Answer, keep_alive: bool) -> io::Result<()> {
        match answer {
            Answer::Status {
                code,
                headers,
                body,
            } => {
                let given = |name| header(headers, name);
                let closes = given("Connection").is_some_and(|to| to.eq_ignore_ascii_case("close"));
                let keep_alive = keep_alive && !closes && given("Content-Length").is_none();
                let head = head(*code, headers, Some(body.len()), keep_alive);
                self.send(&[head.as_bytes(), body].concat(), keep_alive)
            }
            Answer::EndlessBody => {
                let head = head(200, &[], None, false);
                self.flood(head.as_bytes(), &[b' '; 8192])
            }
            Answer::Endless(head, again) => self.flood(head, again),
            Answer::DripBody(pause) => {
                let head = head(200, &[], Some(SUCCESS.len()), keep_alive);
                self.write(head.as_bytes())?;
                self.peer.get_mut().drip(SUCCESS.as_bytes(), *pause)?;
                self.send(b"", keep_alive)
            }
            Answer::Raw(bytes) => self.send(bytes, false),
            Answer::RawThen(bytes, then) => {
                self.write(bytes)?;
                self.perform(then, false)
            }
            Answer::CloseBeforeRead | Answer::CloseAfterRead | Answer::AcceptThenClose => {
                self.close()
            }
            Answer::ResetAfterRead => {
                self.peer.get_ref().reset();
                Err(over())
            }
            Answer::Hang => {
                self.peer.get_ref().drain();
                Err(over())
            }
        }
    }

    fn flood(&mut self, head: &[u8], again: &[u8]) -> io::Result<()> {
        self.write(head)?;
        loop {
            self.write(again)?;
        }
    }

    fn send(&mut self, bytes: &[u8], keep_alive: bool) -> io::Result<()> {
        if keep_alive {
            return self.write(bytes);
        }
        self.peer.get_ref().leave();
        self.write(bytes)?;
        self.close()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.peer.get_mut().write_all(bytes)
    }

    fn close(&mut self) -> io::Result<()> {
        self.peer.get_mut().close();
        Err(over())
    }
}

/// The head of an answer with these headers, plus those it needs and does not have.
fn head(
    code: u16,
    headers: &[(String, String)],
    length: Option<usize>,
    keep_alive: bool,
) -> String {
    let needed = [
        ("Content-Type", Some("application/json".to_owned())),
        ("Content-Length", length.map(|length| length.to_string())),
        ("Connection", (!keep_alive).then(|| "close".to_owned())),
    ];
    let added = needed.iter().filter_map(|(name, value)| {
        let value = value.as_ref()?;
        header(headers, name)
            .is_none()
            .then_some((*name, value.as_str()))
    });
    let given = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let lines = given
        .chain(added)
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let reason = if code < 400 { "OK" } else { "Error" };
    format!(
        "HTTP/1.1 {code} {reason}\r\n{}\r\n",
        lines.collect::<String>()
    )
}
