//! A peer for scripts: `peer smtp|sms LATENCY_MS [JOURNAL [PATTERN=CODE | PATTERN=CODE:TIMES]...]`
//! prints its port and works until its standard input ends, then prints how many messages it
//! accepted. It appends those to the file JOURNAL, and refuses whatever has PATTERN in its
//! recipient (or, as a gateway, in its body) with CODE, only so many times if TIMES is given.

use messages_testing::{http, smtp};
use std::io::{Read, Write};
use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_default();
    let latency = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let latency = Duration::from_millis(latency);
    let journal = arguments.next();
    let refusals: Vec<Refusal> = arguments.filter_map(|text| Refusal::read(&text)).collect();
    let accepted = if kind == "smtp" {
        let mut script = smtp::Script::default().latency(latency);
        for refusal in &refusals {
            let reply = smtp::Action::reply(format!("{} no", refusal.code));
            script = script.on_recipient(&refusal.pattern, smtp::Stage::Rcpt, reply);
            script = refusal.times.into_iter().fold(script, smtp::Script::times);
        }
        script = journal.into_iter().fold(script, smtp::Script::journal_file);
        let server = smtp::Server::start(script);
        say(server.port());
        wait();
        server.accepted_count()
    } else {
        let mut script = http::GatewayScript::default().latency(latency);
        for refusal in &refusals {
            let answer = http::Answer::status(refusal.code, r#"{"status":"no"}"#);
            script = script.answer_for(&refusal.pattern, answer);
            script = refusal
                .times
                .into_iter()
                .fold(script, http::GatewayScript::times);
        }
        script = journal
            .into_iter()
            .fold(script, http::GatewayScript::journal_file);
        let gateway = http::Gateway::start(script);
        say(gateway.port());
        wait();
        gateway.accepted_count()
    };
    say(accepted);
}

struct Refusal {
    pattern: String,
    code: u16,
    times: Option<usize>,
}

impl Refusal {
    fn read(text: &str) -> Option<Self> {
        let (pattern, how) = text.split_once('=')?;
        let (code, times) = match how.split_once(':') {
            Some((code, times)) => (code, Some(times.parse().ok()?)),
            None => (how, None),
        };
        Some(Self {
            pattern: pattern.to_owned(),
            code: code.parse().ok()?,
            times,
        })
    }
}

fn say(what: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{what}").ok();
}

fn wait() {
    std::io::stdin().read_to_end(&mut Vec::new()).ok();
}
