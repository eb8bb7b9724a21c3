//! A peer for the benchmark: `peer smtp LATENCY_MS` or `peer sms LATENCY_MS` prints its port and
//! works until its standard input ends, then prints how many messages it accepted.

use messages_testing::{http, smtp};
use std::io::Read;
use std::time::Duration;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_default();
    let latency = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let latency = Duration::from_millis(latency);
    let accepted = match kind.as_str() {
        "smtp" => {
            let server = smtp::Server::start(smtp::Script::default().latency(latency));
            println!("{}", server.port());
            wait();
            server.accepted_count()
        }
        _ => {
            let gateway = http::Gateway::start(http::GatewayScript::default().latency(latency));
            println!("{}", gateway.port());
            wait();
            gateway.accepted_count()
        }
    };
    println!("{accepted}");
}

fn wait() {
    std::io::stdin().read_to_end(&mut Vec::new()).ok();
}
