//! Relays and gateways that misbehave: whatever they do, the channel says of each attempt what may
//! be said of it, never more, and in time. The program sends through the same code.

mod dice;
mod http_matrix;
mod http_oracle;
mod http_random;
mod silence;
mod smtp_matrix;
mod smtp_oracle;
mod smtp_random;

use messages_core::channel::{Answer, Channel, Cutoff, Delivery};
use messages_core::config::{Config, Vars};
use messages_core::model::Content;
use messages_core::vocabulary::{Canal, Verdict};
use messages_testing::http::Gateway;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Long enough for every peer that answers at all, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(25);

/// A text whose lines look like the end of a message.
const TEXT: &str = "Bonjour,\n.\n..\n.fin";

/// What would be in the `.env`.
fn config(settings: &[(&str, &str)]) -> Config {
    let own = [
        ("MESSAGES_MODE", "reel"),
        ("DEFAULT_FROM_EMAIL", "ecole@exemple.example"),
        ("MESSAGES_ALLOW_CLEARTEXT", "true"),
    ];
    let pairs = own.iter().chain(settings);
    let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(Vars::from_pairs(pairs)).unwrap()
}

/// The way to a relay on this port, with further settings.
fn relay(port: u16, settings: &[(&str, &str)]) -> Channel {
    let port = port.to_string();
    let own = [("EMAIL_HOST", "127.0.0.1"), ("EMAIL_PORT", port.as_str())];
    Channel::new(&config(&[&own, settings].concat()), Canal::Email).unwrap()
}

/// The way to a gateway.
fn gateway(url: &str) -> Channel {
    let settings = [("SMS_API_URL", url), ("SMS_API_KEY", "cle")];
    Channel::new(&config(&settings), Canal::Sms).unwrap()
}

/// For now, and not at the recipient's cost.
fn spared(answer: &Answer) -> bool {
    answer.verdict == Verdict::Temporaire && answer.is_free()
}

fn mailbox(n: usize) -> String {
    format!("parent{n}@exemple.example")
}

fn number(n: usize) -> String {
    format!("+336{n:08}")
}

fn delivery(adresse: String, limit: Duration) -> Delivery {
    Delivery {
        id: 7,
        jeton: 1,
        content: Arc::new(Content {
            id: 1,
            sujet: Some("Sujet".to_owned()),
            contenu: TEXT.to_owned(),
            contenu_html: None,
            cle: "abc".to_owned(),
            cle_lecture: "def".to_owned(),
        }),
        attached: None,
        adresse,
        renvois: 0,
        emis_le: "2026-03-29T01:30:00Z".parse().unwrap(),
        deadline: Instant::now() + limit,
        cutoff: Cutoff::default(),
    }
}

/// How often the gateway was asked for this number.
fn asked(gateway: &Gateway, number: &str) -> usize {
    let posts = gateway.received();
    posts
        .iter()
        .filter(|post| post.body["to"] == number)
        .count()
}
