//! A peer for the benchmark: `peer smtp LATENCY_MS` or `peer sms LATENCY_MS` prints its port and
//! works until its standard input ends, then prints how many messages it accepted.

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
    let accepted = if kind == "smtp" {
        let server = smtp::Server::start(smtp::Script::default().latency(latency));
        say(server.port());
        wait();
        server.accepted_count()
    } else {
        let gateway = http::Gateway::start(http::GatewayScript::default().latency(latency));
        say(gateway.port());
        wait();
        gateway.accepted_count()
    };
    say(accepted);
}

fn say(what: impl std::fmt::Display) {
    writeln!(std::io::stdout(), "{what}").ok();
}

fn wait() {
    std::io::stdin().read_to_end(&mut Vec::new()).ok();
}
