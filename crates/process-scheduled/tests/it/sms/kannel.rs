//! A real Kannel with its fake SMS centre.

use crate::program::{Program, To, message};
use crate::rows::{rows, stopped};
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::kannel::{Kannel, PASSWORD, USER};
use messages_testing::stories;
use std::time::Duration;

stories!(
    kannel_takes_every_text_and_tells_what_became_of_it,
    a_password_that_kannel_refuses_stops_the_channel,
);

/// Not all of it can be said in 7 bits.
const TEXT: &str = "Réunion jeudi à 18 h & « goûter »";

fn program<'d>(database: &'d Database, kannel: &Kannel) -> Program<'d> {
    Program::new(database)
        .set("SMS_PROVIDER", "kannel")
        .set("SMS_API_URL", &kannel.url())
        .set("SMS_API_USER", USER)
        .set("SMS_API_SECRET", PASSWORD)
        .set("SMS_SENDER_NAME", "COLLEGE")
}

fn kannel_takes_every_text_and_tells_what_became_of_it(database: &Database) {
    let Some(kannel) = Kannel::start() else {
        return;
    };
    // Whom Kannel tells.
    let told = Gateway::start(GatewayScript::default().gets());
    let program = program(database, &kannel).set("SMS_RECEIPT_URL", &told.url());
    program.school(3, 1);
    let id = program.insert(&NewMessage {
        contenu: TEXT.to_owned(),
        ..message(Canal::Sms, To::All)
    });
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(program.statut(id), "envoye");
    let mut given = kannel.take(3);
    given.sort();
    // In 16 bits a letter, as the fake prints it: % and two digits for what is no ASCII.
    let expected: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(given.len(), 3);
    for (n, sms) in given.iter().enumerate() {
        let (head, text) = sms.rsplit_once(' ').unwrap();
        assert_eq!(head, format!("COLLEGE +3361200000{} ucs-2", n + 1));
        assert_eq!(unescaped(text), expected);
    }
    // 8: the SMS centre has it.
    assert!(told.wait_received(3, Duration::from_secs(20)));
    let mut receipts: Vec<String> = told
        .received()
        .into_iter()
        .map(|receipt| receipt.path)
        .collect();
    receipts.sort();
    let mut references: Vec<String> = rows(&program, id)
        .into_iter()
        .map(|row| row.reference)
        .collect();
    references.sort();
    let expected: Vec<String> = references
        .iter()
        .map(|id| format!("/send?id={id}&status=8"))
        .collect();
    assert_eq!(receipts, expected);
    program.verify();
}

/// The bytes of an escaped text.
fn unescaped(text: &str) -> Vec<u8> {
    let digit = |byte: Option<u8>| char::from(byte.unwrap()).to_digit(16).unwrap();
    let mut bytes = text.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => u8::try_from(digit(bytes.next()) * 16 + digit(bytes.next())).unwrap(),
            b'+' => b' ',
            other => other,
        });
    }
    plain
}

fn a_password_that_kannel_refuses_stops_the_channel(database: &Database) {
    let Some(kannel) = Kannel::start() else {
        return;
    };
    let program = program(database, &kannel).set("SMS_API_SECRET", "faux");
    program.school(3, 1);
    program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert_eq!(stopped(&ended.json(), Canal::Sms).unwrap(), "config 403");
}
