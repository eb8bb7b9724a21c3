//! Each preset against a fake of its provider: the request byte by byte as the provider describes it,
//! and what its documented answers mean.

use messages_core::channel::{About, Answer, Channel, Cutoff, Delivery, Question};
use messages_core::config::{Config, Vars};
use messages_core::gateways;
use messages_core::model::Content;
use messages_core::vocabulary::{Canal, Verdict};
use messages_testing::http::{self, GatewayScript, Received};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a provider describes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    settings: BTreeMap<String, String>,
    /// What stands behind the host in `SMS_API_URL`.
    #[serde(default)]
    origin: String,
    /// Asked before the first SMS.
    before: Option<Before>,
    request: Request,
    credit: Option<Credit>,
    poll: Option<Polled>,
    answers: Vec<Said>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    path: String,
    body: String,
    line: Option<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    sent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    line: String,
    headers: Vec<String>,
    body: String,
    /// The body for a text that needs 16 bits a letter.
    unicode: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credit {
    path: String,
    body: String,
    told: String,
}

/// Asking about an SMS whose number is not known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Polled {
    find: String,
    found: String,
    line: String,
    answers: Vec<Becomes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Becomes {
    body: String,
    /// State and code; empty where it tells of another SMS.
    becomes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: Vec<String>,
    body: String,
    /// Verdict, and the cause where it concerns the channel.
    becomes: String,
    reference: Option<String>,
}

const fn ok() -> u16 {
    200
}

fn case(name: &str) -> Case {
    let path = format!(
        "{}/tests/it/gateways/{name}.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path} is missing"));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn fake(case: &Case, answer: http::Answer) -> http::Gateway {
    let mut script = GatewayScript::default().gets().answer(answer);
    if let Some(before) = &case.before {
        script = script.answer_for(&before.path, http::Answer::status(200, &before.body));
    }
    http::Gateway::start(script)
}

fn channel(name: &str, case: &Case, fake: &http::Gateway) -> Channel {
    let own = [
        ("MESSAGES_MODE", "reel".to_owned()),
        ("SMS_PROVIDER", name.to_owned()),
        ("SMS_SENDER_NAME", "COLLEGE".to_owned()),
        ("SMS_API_URL", format!("{}{}", fake.origin(), case.origin)),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(Vars::from_pairs(
        own.into_iter().chain(case.settings.clone()),
    ));
    Channel::new(
        &config.unwrap_or_else(|faults| panic!("{name}: {faults}")),
        Canal::Sms,
    )
    .unwrap()
}

fn send(channel: &Channel, text: &str) -> Answer {
    let delivery = Delivery {
        id: 7,
        jeton: 1,
        content: Arc::new(Content {
            id: 1,
            sujet: None,
            contenu: text.to_owned(),
            contenu_html: None,
            cle: "0123456789abcdef".repeat(2),
            cle_lecture: "def".to_owned(),
        }),
        attached: None,
        adresse: "+33612345678".to_owned(),
        renvois: 0,
        emis_le: "2026-03-29T01:30:00Z".parse().unwrap(),
        deadline: Instant::now() + Duration::from_secs(20),
        cutoff: Cutoff::default(),
    };
    channel.open().unwrap().send(&delivery)
}

/// `config credit`, `accepte`.
fn word(answer: &Answer) -> String {
    match answer.about {
        About::Channel(cause) => format!("{} {cause}", answer.verdict),
        _ => answer.verdict.to_string(),
    }
}

fn expect(name: &str, sent: &Received, line: &str, headers: &[String], body: &str) {
    assert_eq!(format!("{} {}", sent.method, sent.path), line, "{name}");
    assert_eq!(sent.raw, body, "{name}");
    for header in headers {
        let (key, value) = header.split_once(": ").unwrap();
        assert_eq!(sent.header(key), Some(value), "{name}: {key}");
    }
}

const TEXT: &str = "Réunion jeudi à 18 h";

#[test]
fn every_request_is_the_one_that_its_provider_describes() {
    for name in gateways::names() {
        let case = case(name);
        let fake = fake(&case, http::Answer::status(200, "{}"));
        let channel = channel(name, &case, &fake);
        send(&channel, TEXT);
        let mut sent = fake.received().into_iter();
        if let Some(before) = &case.before {
            let asked = sent.next().unwrap();
            if let Some(line) = &before.line {
                expect(name, &asked, line, &before.headers, &before.sent);
            }
        }
        let request = &case.request;
        expect(
            name,
            &sent.next().unwrap(),
            &request.line,
            &request.headers,
            &request.body,
        );
        assert!(sent.next().is_none(), "{name}");
        if let Some(unicode) = &request.unicode {
            send(&channel, "La fête");
            // What was asked before is kept.
            let last = fake.received().pop().unwrap();
            expect(name, &last, &request.line, &request.headers, unicode);
            assert_eq!(
                fake.received_count(),
                2 + usize::from(case.before.is_some()),
                "{name}"
            );
        }
    }
}

#[test]
fn what_a_provider_is_documented_to_answer_means_what_it_says() {
    for name in gateways::names() {
        let case = case(name);
        for said in &case.answers {
            let answer = http::Answer::status(said.status, &said.body);
            let answer = said.headers.iter().fold(answer, |answer, header| {
                let (key, value) = header.split_once(": ").unwrap();
                answer.header(key, value)
            });
            let fake = fake(&case, answer);
            let heard = send(&channel(name, &case, &fake), TEXT);
            assert_eq!(word(&heard), said.becomes, "{name}: {}", said.body);
            assert_eq!(heard.reference, said.reference, "{name}: {}", said.body);
        }
    }
}

#[test]
fn what_is_neither_success_nor_refusal_is_in_doubt() {
    for name in
        gateways::names().filter(|name| ![gateways::LEGACY, "smsgate", "kannel"].contains(name))
    {
        let case = case(name);
        for body in [
            "",
            "null",
            "OK",
            "{}",
            "<html>Bienvenue</html>",
            r#"{"surprise":[]}"#,
        ] {
            let fake = fake(&case, http::Answer::status(200, body));
            let heard = send(&channel(name, &case, &fake), TEXT);
            // Contact Everyone answers with a bare text.
            if (name, body) != ("contact-everyone", "OK") {
                assert_eq!(heard.verdict, Verdict::Ambigu, "{name}: {body}");
            }
        }
    }
}

#[test]
fn credit_is_told_where_the_gateway_tells_it() {
    for name in gateways::names() {
        let case = case(name);
        let Some(credit) = &case.credit else { continue };
        let script = GatewayScript::default().gets();
        let script = script.answer_for(&credit.path, http::Answer::status(200, &credit.body));
        let script = match &case.before {
            Some(before) => {
                script.answer_for(&before.path, http::Answer::status(200, &before.body))
            }
            None => script,
        };
        let fake = http::Gateway::start(script);
        let told = channel(name, &case, &fake).check().unwrap();
        assert_eq!(
            told,
            format!("la passerelle répond, crédit : {}", credit.told),
            "{name}"
        );
    }
}

#[test]
fn what_became_of_an_sms_is_told_where_the_gateway_can_be_asked() {
    for name in gateways::names() {
        let case = case(name);
        let polls = gateways::parse(gateways::named(name).unwrap())
            .unwrap()
            .poll
            .is_some();
        assert_eq!(case.poll.is_some(), polls, "{name}");
        let Some(polled) = &case.poll else { continue };
        for said in &polled.answers {
            let (_, path) = polled.find.split_once(' ').unwrap();
            let mut script = GatewayScript::default()
                .gets()
                .answer(http::Answer::status(200, &said.body))
                .answer_for(path, http::Answer::status(200, &polled.found));
            if let Some(before) = &case.before {
                script = script.answer_for(&before.path, http::Answer::status(200, &before.body));
            }
            let fake = http::Gateway::start(script);
            let channel = channel(name, &case, &fake);
            let question = Question {
                id: "0123456789abcdef-7",
                reference: None,
            };
            let until = Instant::now() + Duration::from_secs(20);
            let heard = channel.follower().unwrap().follow(question, until).unwrap();
            let told = heard.iter().map(|one| {
                let code = one.code.clone().unwrap_or_default();
                format!("{} {code}", one.remise).trim().to_owned()
            });
            assert_eq!(
                told.collect::<Vec<_>>().join(", "),
                said.becomes,
                "{name}: {}",
                said.body
            );
            let mut sent = fake.received().into_iter();
            if case.before.is_some() {
                sent.next();
            }
            expect(name, &sent.next().unwrap(), &polled.find, &[], "");
            let last = sent.next().unwrap();
            expect(name, &last, &polled.line, &[], "");
            assert!(sent.next().is_none(), "{name}");
            if name == "ovh" {
                is_signed(&fake, &last);
            }
        }
    }
}

#[test]
fn a_key_that_is_refused_is_told_by_check() {
    let case = case("twilio");
    let fake = fake(
        &case,
        http::Answer::status(401, r#"{"code":20003,"message":"Authenticate"}"#),
    );
    let answer = channel("twilio", &case, &fake).check().unwrap_err();
    assert_eq!(word(&answer), "config identification");
}

#[test]
fn a_call_is_signed_with_the_servers_own_time() {
    let case = case("ovh");
    let fake = fake(&case, http::Answer::status(200, r#"{"ids":[1]}"#));
    send(&channel("ovh", &case, &fake), TEXT);
    is_signed(&fake, &fake.received().pop().unwrap());
}

/// With the time that the fake tells.
fn is_signed(fake: &http::Gateway, sent: &Received) {
    let time: i64 = sent.header("X-Ovh-Timestamp").unwrap().parse().unwrap();
    assert!((2_000_000_000..2_000_000_060).contains(&time), "{time}");
    let signed = format!(
        "AS+CK+{}+{}{}+{}+{time}",
        sent.method,
        fake.origin(),
        sent.path,
        sent.raw
    );
    let sum = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes());
    let expected = format!("$1${}", messages_core::digest::hex(sum.as_ref()));
    assert_eq!(sent.header("X-Ovh-Signature"), Some(expected.as_str()));
}

#[test]
fn a_token_that_is_refused_is_asked_for_again() {
    let case = case("orange");
    let refused = http::Answer::status(401, r#"{"code":42,"message":"Expired credentials"}"#);
    let fake = fake(&case, refused);
    let channel = channel("orange", &case, &fake);
    send(&channel, TEXT);
    send(&channel, TEXT);
    let asked = fake.received();
    let tokens = asked.iter().filter(|call| call.path == "/oauth/v3/token");
    assert_eq!(tokens.count(), 2);
}
