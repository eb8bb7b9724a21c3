//! `Idempotency-Key`: what is asked twice is done once.

use crate::client::{Client, key};
use crate::harness::Server;
use crate::token::{KEY, mint};
use crate::wire::connect;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};
use std::io::Write;
use std::thread::{scope, sleep};
use std::time::Duration;

stories!(
    a_repetition_is_answered_as_the_first_time_and_done_once,
    a_key_serves_for_one_request_of_one_caller,
    what_was_refused_can_be_mended_under_the_same_key,
    two_at_once_make_one_message,
    an_answer_outlives_the_server,
    a_client_that_lost_its_answer_gets_it_by_asking_again,
    an_sms_that_is_asked_for_twice_leaves_once,
);

fn draft(contenu: &str) -> Value {
    json!({ "type": "sms", "contenu": contenu, "parent": 1 })
}

fn messages(database: &Database) -> i64 {
    database.number("SELECT CAST(count(*) AS TEXT) AS v FROM messages")
}

fn start(database: &Database) -> Server {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(1, 1);
    server
}

fn keyed<'s>(server: &'s Server, key: &str) -> Client<'s> {
    Client::user(server).with("Idempotency-Key", key)
}

fn a_repetition_is_answered_as_the_first_time_and_done_once(database: &Database) {
    let server = start(database);
    let client = keyed(&server, "clic-1");
    let first = client.post("/api/messages/", &draft("x"));
    let second = client.post("/api/messages/", &draft("x"));
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    for name in ["content-type", "allow", "vary"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(messages(database), 1);
    // What is not a POST repeats itself without harm.
    assert_eq!(
        client
            .patch("/api/messages/1/", &json!({ "contenu": "y" }))
            .status,
        200
    );
    assert_eq!(client.get("/api/messages/1/").json()["contenu"], "y");
}

fn a_key_serves_for_one_request_of_one_caller(database: &Database) {
    let server = start(database);
    let client = keyed(&server, "clic-1");
    assert_eq!(client.post("/api/messages/", &draft("x")).status, 201);
    let other = client.post("/api/messages/", &draft("y"));
    assert_eq!(other.status, 422);
    assert_eq!(
        other.json()["detail"],
        "Cette demande a déjà été envoyée avec un autre contenu."
    );
    assert_eq!(client.post("/api/classes/", &draft("x")).status, 422);
    assert_eq!(client.post("/api/messages/?a=1", &draft("x")).status, 422);
    assert_eq!(messages(database), 1);
    let nobody = Client::nobody(&server).with("Idempotency-Key", "clic-1");
    let (program, _) = key(database, &[Portee::Ecriture]);
    for bearer in [mint("access_admin"), program] {
        assert_eq!(
            nobody
                .bearer(&bearer)
                .post("/api/messages/", &draft("x"))
                .status,
            201
        );
    }
    assert_eq!(messages(database), 3);
    assert_eq!(nobody.post("/api/messages/", &draft("x")).status, 401);
}

fn what_was_refused_can_be_mended_under_the_same_key(database: &Database) {
    let server = start(database);
    let client = keyed(&server, "clic-1");
    assert_eq!(client.post("/api/messages/", &draft("")).status, 400);
    assert_eq!(
        client.post("/api/messages/9/cancel/", &json!({})).status,
        404
    );
    let huge = vec![b' '; 300_000];
    let huge = client.try_send("POST", "/api/messages/", Some(("application/json", &huge)));
    assert_eq!(huge.unwrap().status, 413);
    assert_eq!(client.post("/api/messages/", &draft("x")).status, 201);
    assert_eq!(messages(database), 1);
}

fn two_at_once_make_one_message(database: &Database) {
    let server = start(database);
    for round in 1..=20 {
        let client = keyed(&server, &format!("clic-{round}"));
        let [one, two] = scope(|scope| {
            let ask = || client.post("/api/messages/", &draft("x"));
            [scope.spawn(ask), scope.spawn(ask)].map(|one| one.join().unwrap())
        });
        assert_eq!([one.status, two.status], [201; 2], "{one:?} {two:?}");
        assert_eq!(one.body, two.body);
        assert_eq!(messages(database), round);
    }
}

#[test]
fn a_key_has_1_to_255_letters() {
    let database = Database::sqlite();
    let server = start(&database);
    for (key, status) in [
        ("", 400),
        ("é", 400),
        (&"k".repeat(256), 400),
        (&"k".repeat(255), 201),
    ] {
        let answer = keyed(&server, key).post("/api/messages/", &draft("x"));
        assert_eq!(answer.status, status, "{key:?}: {}", answer.text());
        assert!(status == 201 || answer.json().get("Idempotency-Key").is_some());
    }
    assert_eq!(messages(&database), 1);
}

fn an_answer_outlives_the_server(database: &Database) {
    let server = start(database);
    let first = keyed(&server, "clic-1").post("/api/messages/", &draft("x"));
    drop(server);
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let second = keyed(&server, "clic-1").post("/api/messages/", &draft("x"));
    assert_eq!((second.status, &second.body), (201, &first.body));
    assert_eq!(messages(database), 1);
}

fn sending(database: &Database, gateway: &Gateway) -> Server {
    let server = Server::sending(database, gateway, &[]);
    Client::user(&server).school(1, 1);
    server
}

/// A train enters a tunnel: that is what the key is for. The connection ends in order, or (because
/// an answer was not read) with a reset.
fn a_client_that_lost_its_answer_gets_it_by_asking_again(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_secs(1)));
    let server = sending(database, &gateway);
    let body = r#"{"message":"Bonjour"}"#;
    let before = "GET /health/live/ HTTP/1.1\r\nHost: x\r\n\r\n";
    for (sent, (key, before)) in (1..).zip([("order", ""), ("reset", before)]) {
        let request = format!(
            "{before}POST /api/parents/1/send_sms/ HTTP/1.1\r\nHost: x\r\n\
             Authorization: Bearer {}\r\nIdempotency-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            mint("access"),
            body.len()
        );
        let mut stream = connect(server.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        assert!(gateway.wait_received(sent, Duration::from_secs(10)));
        drop(stream);
        sleep(Duration::from_secs(2));
        let again =
            keyed(&server, key).post("/api/parents/1/send_sms/", &json!({ "message": "Bonjour" }));
        assert_eq!(again.status, 200, "{key}: {}", again.text());
        assert_eq!(again.json()["details"]["statut"], "envoye");
        assert_eq!(gateway.received_count(), sent);
    }
    assert_eq!(messages(database), 2);
    let lines = server.log();
    let lines = lines
        .lines()
        .filter(|line| line.contains("send_sms/ statut=200"));
    assert_eq!(lines.count(), 4, "every request has its line");
}

fn an_sms_that_is_asked_for_twice_leaves_once(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = sending(database, &gateway);
    let bulk = json!({ "type": "sms", "contenu": "x", "tous_parents": true });
    for (path, body) in [
        ("/api/parents/1/send_sms/", json!({ "message": "Bonjour" })),
        ("/api/parents/send_bulk_sms/", bulk),
    ] {
        let client = keyed(&server, path);
        let [one, two] = [(); 2].map(|()| client.post(path, &body));
        assert_eq!((one.status, one.text()), (200, two.text()), "{path}");
    }
    assert_eq!((messages(database), gateway.received_count()), (2, 2));
}
