//! Receipts that are signed: by Twilio, which signs the address that it knows, and by `SMSGate`.

use super::{address, states};
use crate::client::Client;
use crate::harness::{Server, conn};
use crate::token::KEY;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messages_core::digest::hex;
use messages_testing::db::Database;
use messages_testing::stories;
use ring::hmac;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

stories!(
    twilio_signs_the_public_address,
    smsgate_signs_the_body_and_the_moment,
    without_a_secret_the_token_is_enough,
);

const BASE: &str = "https://ecole.exemple.fr";

fn signed(database: &Database) -> Server {
    Server::start(
        database,
        &[
            ("JWT_SIGNING_KEY", KEY),
            ("BASE_URL", BASE),
            ("SMS_RECEIPT_SECRET", "jeton-du-compte"),
        ],
    )
}

/// An envoi that has left under the number `gw1`.
fn envoi(database: &Database) {
    drop(conn(database));
    database.execute(
        "INSERT INTO messages (type, contenu, statut, etendu_le, nb_destinataires, nb_envoyes)
         VALUES ('sms', 'x', 'envoye', '2026-03-01T08:00:00.000000Z', 1, 1);
         INSERT INTO envois (message, canal, adresse, etat, prochaine, expire, reference)
         SELECT id, 'sms', '+33612000001', 'envoye', '2026-03-01T08:00:00.000000Z', '2026-03-02T08:00:00.000000Z', 'gw1'
           FROM messages;",
    );
}

fn twilio_signs_the_public_address(database: &Database) {
    let server = signed(database);
    envoi(database);
    let path = address(database, "twilio");
    let form = "MessageStatus=delivered&MessageSid=gw1";
    let sign = |secret: &str, url: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
        let text = format!("{url}MessageSidgw1MessageStatusdelivered");
        STANDARD.encode(hmac::sign(&key, text.as_bytes()))
    };
    let send = |signature: Option<&str>| {
        let mut client = Client::nobody(&server);
        if let Some(signature) = signature {
            client = client.with("X-Twilio-Signature", signature);
        }
        let body = Some(("application/x-www-form-urlencoded", form.as_bytes()));
        client.try_send("POST", &path, body).unwrap().status
    };
    let here = format!("http://{}{path}", server.host());
    for wrong in [
        None,
        Some(""),
        Some("x"),
        Some(&sign("autre", &format!("{BASE}{path}"))),
        Some(&sign("jeton-du-compte", &here)),
    ] {
        assert_eq!(send(wrong), 404, "{wrong:?}");
        assert_eq!(states(database), ["inconnue"]);
    }
    assert_eq!(
        send(Some(&sign("jeton-du-compte", &format!("{BASE}{path}")))),
        200
    );
    assert_eq!(states(database), ["remis"]);
    let without = format!("{BASE}{}", path.trim_end_matches('/'));
    assert_eq!(send(Some(&sign("jeton-du-compte", &without))), 200);
    assert!(server.log().contains("signature fausse passerelle=twilio"));
}

fn smsgate_signs_the_body_and_the_moment(database: &Database) {
    let server = signed(database);
    envoi(database);
    let path = address(database, "smsgate");
    let body = json!({ "event": "sms:failed", "payload": { "messageId": "gw1" } }).to_string();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let send = |at: u64, secret: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let sum = hmac::sign(&key, format!("{body}{at}").as_bytes());
        let client = Client::nobody(&server)
            .with("X-Timestamp", &at.to_string())
            .with("X-Signature", &hex(sum.as_ref()));
        let body = Some(("application/json", body.as_bytes()));
        client.try_send("POST", &path, body).unwrap().status
    };
    assert_eq!(send(now - 3600, "jeton-du-compte"), 404);
    assert_eq!(send(now, "autre"), 404);
    assert_eq!(states(database), ["inconnue"]);
    assert_eq!(send(now, "jeton-du-compte"), 200);
    assert_eq!(states(database), ["non_remis"]);
}

fn without_a_secret_the_token_is_enough(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    envoi(database);
    let path = address(database, "vonage");
    let answer =
        Client::nobody(&server).get(&format!("{path}?messageId=gw1&status=expired&err-code=1"));
    assert_eq!(answer.status, 200);
    assert_eq!(states(database), ["non_remis 1"]);
}
