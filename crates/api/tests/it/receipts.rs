//! Receipts of gateways over HTTP: each state, each way of writing, wrong tokens, and a server that dies.

#[cfg(unix)]
mod kannel;
mod signed;

use crate::client::{Client, key};
use crate::harness::{Server, conn, migrate};
use crate::token::KEY;
use crate::wire::Answer;
use messages_core::store::appels::recus;
use messages_core::store::sondages::UNTRACED;
use messages_core::store::verify;
use messages_core::vocabulary::{Portee, Regle};
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    a_receipt_comes_in_any_way_and_is_seen_by_staff,
    repeated_late_and_unordered_receipts_change_nothing,
    a_receipt_that_comes_before_the_answer_is_noted_by_the_next_run,
    an_uncertain_sms_becomes_sent,
    a_wrong_token_learns_nothing,
    what_is_no_receipt_is_counted_and_answered,
    several_receipts_of_one_request_are_kept_together,
);

/// The end of the address for a gateway.
fn address(database: &Database, passerelle: &str) -> String {
    let (jeton, _) = recus::create(&mut conn(database), passerelle).unwrap();
    format!("/api/receipts/{passerelle}/{}/", jeton.expose())
}

fn server(database: &Database, gateway: &Gateway) -> Server {
    let server = Server::sending(database, gateway, &[]);
    Client::user(&server).school(3, 1);
    server
}

fn gateway() -> Gateway {
    Gateway::start(GatewayScript::default())
}

/// Has an SMS to everybody leave, under the numbers `gw1`, `gw2`, `gw3`.
fn sent(database: &Database, server: &Server) {
    let user = Client::user(server);
    user.write(
        &json!({ "type": "sms", "contenu": "x", "est_message_groupe": true,
        "statut": "programme", "date_programmee": "2026-01-01T00:00:00Z" }),
    );
    let run = user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(run.json()["success_count"], 1, "{}", run.text());
    database.execute("UPDATE envois SET reference = 'gw' || id, passerelle = NULL");
}

fn form(server: &Server, path: &str, form: &str) -> Answer {
    let body = Some(("application/x-www-form-urlencoded", form.as_bytes()));
    Client::nobody(server).try_send("POST", path, body).unwrap()
}

/// `remise code` of each envoi.
fn states(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT trim(remise || ' ' || COALESCE(remise_code, '')) AS v FROM envois ORDER BY id",
    )
}

fn sound(database: &Database) {
    for regle in Regle::ALL {
        assert_eq!(
            verify::breaches(&mut conn(database), *regle, &[], 9).unwrap(),
            []
        );
    }
}

fn metric(database: &Database, server: &Server, labels: &str) -> f64 {
    let (key, _) = key(database, &[Portee::Supervision]);
    let text = Client::nobody(server).bearer(&key).get("/metrics").text();
    let begin = format!("messages_receipts_total{{{labels}}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&begin));
    line.map_or(0.0, |number| number.parse().unwrap())
}

fn a_receipt_comes_in_any_way_and_is_seen_by_staff(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    let [ovh, twilio, infobip] = ["ovh", "twilio", "infobip"].map(|name| address(database, name));
    let nobody = Client::nobody(&server);
    // A query, a form and JSON; with the slash at the end, and without.
    let answers = [
        nobody.get(&format!("{}?id=gw1&dlr=1&ptt=0", ovh.trim_end_matches('/'))),
        form(&server, &twilio, "MessageSid=gw2&MessageStatus=undelivered&ErrorCode=30005&To=%2B336"),
        nobody.post(&infobip, &json!({ "results": [{ "messageId": "gw3", "status": { "groupName": "PENDING", "name": "ENROUTE" } }] })),
    ];
    for answer in answers {
        assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"));
    }
    assert_eq!(
        states(database),
        ["remis 0", "non_remis 30005", "en_cours ENROUTE"]
    );
    let listed = Client::user(&server).get("/api/messages/1/envois/").json();
    let told: Vec<(&Value, &Value, &Value)> = (0..3)
        .map(|n| {
            (
                &listed[n]["etat"],
                &listed[n]["remise"],
                &listed[n]["remise_code"],
            )
        })
        .collect();
    assert_eq!(
        told[1],
        (&json!("envoye"), &json!("non_remis"), &json!("30005"))
    );
    assert_eq!(told[0].1, "remis");
    assert_eq!(listed[1]["raison"], "n'est pas arrivé (30005)");
    assert!(listed[0]["remise_le"].is_string() && listed[0]["raison"].is_null());
    let table = Client::user(&server)
        .get("/api/messages/1/envois.csv")
        .text();
    assert!(
        table
            .lines()
            .next()
            .unwrap()
            .ends_with("\"remise\";\"remise_le\";\"remise_code\"")
    );
    assert!(
        table.contains("\"non_remis\";\"20") && table.contains(";\"30005\""),
        "{table}"
    );
    for (labels, number) in [
        ("passerelle=\"ovh\",remise=\"remis\",suite=\"nouveau\"", 1.0),
        (
            "passerelle=\"twilio\",remise=\"non_remis\",suite=\"nouveau\"",
            1.0,
        ),
        (
            "passerelle=\"twilio\",remise=\"remis\",suite=\"nouveau\"",
            0.0,
        ),
    ] {
        assert!(
            (metric(database, &server, labels) - number).abs() < f64::EPSILON,
            "{labels}"
        );
    }
    // Neither the token nor a number stands in the log.
    let token = twilio.split('/').nth(4).unwrap();
    let log = server.log();
    assert!(
        log.contains("reçu passerelle=twilio envoi=2 message=1 remise=non_remis"),
        "{log}"
    );
    assert!(!log.contains(token) && !log.contains("B336"), "{log}");
    sound(database);
}

fn repeated_late_and_unordered_receipts_change_nothing(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    let path = address(database, "twilio");
    for status in ["delivered", "sent", "delivered", "undelivered", "queued"] {
        let answer = form(
            &server,
            &path,
            &format!("MessageSid=gw1&MessageStatus={status}"),
        );
        assert_eq!(answer.status, 200);
        assert_eq!(states(database)[0], "remis", "{status}");
    }
    let known = "passerelle=\"twilio\",remise=\"remis\",suite=\"connu\"";
    assert!((metric(database, &server, known) - 1.0).abs() < f64::EPSILON);
    sound(database);
}

fn a_receipt_that_comes_before_the_answer_is_noted_by_the_next_run(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    let path = address(database, "twilio");
    for _ in 0..2 {
        assert_eq!(
            form(&server, &path, "MessageSid=gw2&MessageStatus=delivered").status,
            200
        );
    }
    let unknown = "passerelle=\"twilio\",remise=\"remis\",suite=\"inconnu\"";
    assert!((metric(database, &server, unknown) - 2.0).abs() < f64::EPSILON);
    sent(database, &server);
    assert_eq!(states(database), ["inconnue"; 3]);
    Client::user(&server).post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(states(database), ["inconnue", "remis", "inconnue"]);
    sound(database);
}

fn an_uncertain_sms_becomes_sent(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    database.execute(
        "UPDATE envois SET etat = 'incertain', motif = 'resultat_inconnu', ambigus = 1, reference = NULL WHERE id = 1;
         UPDATE tentatives SET verdict = 'ambigu' WHERE envoi = 1;
         UPDATE messages SET nb_envoyes = 2, nb_incertains = 1;",
    );
    sound(database);
    let reason = |detail: &str| {
        database.execute(&format!(
            "UPDATE envois SET detail = '{detail}' WHERE id = 1"
        ));
        let listed = Client::user(&server).get("/api/messages/1/envois/").json();
        listed[0]["raison"].as_str().unwrap().to_owned()
    };
    let lost = "incertain (réponse perdue, à vérifier)";
    assert_eq!(reason("pas de réponse à temps"), lost);
    let untraced = reason(&UNTRACED.replace('\'', "''"));
    assert_eq!(untraced, format!("{lost} : {UNTRACED}"));
    // Its answer was lost, and with it the gateway's number: our own key names it.
    let key = database.texts("SELECT cle AS v FROM messages").remove(0);
    let path = format!("{}?id={key}.1&status=1", address(database, "kannel"));
    assert_eq!(Client::nobody(&server).get(&path).status, 200);
    let user = Client::user(&server);
    assert_eq!(user.message(1)["statut"], "en_attente");
    sound(database);
    user.post("/api/messages/process_scheduled/", &json!({}));
    let message = user.message(1);
    let sums = ["statut", "nb_envoyes", "nb_incertains"].map(|name| message[name].clone());
    assert_eq!(sums, [json!("envoye"), json!(3), json!(0)]);
    assert_eq!(states(database)[0], "remis");
    assert_eq!(gateway.received_count(), 3, "nothing leaves again");
    sound(database);
}

fn a_wrong_token_learns_nothing(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    let good = address(database, "twilio");
    let other = address(database, "ovh");
    let revoked = address(database, "twilio");
    recus::revoke(&mut conn(database), 3).unwrap();
    let token = |path: &str| path.split('/').nth(4).unwrap().to_owned();
    let nobody = Client::nobody(&server);
    let nothing = nobody.get("/api/receipts/personne/x/");
    assert_eq!(nothing.status, 404);
    let shown = token(&good);
    let (half, _) = shown.split_at(32);
    for path in [
        format!("/api/receipts/twilio/{}/", token(&other)),
        format!("/api/receipts/ovh/{shown}/"),
        format!("/api/receipts/twilio/{half}/"),
        format!("/api/receipts/twilio/{}/", shown.to_uppercase()),
        format!("/api/receipts/http/{shown}/"),
        "/api/receipts/twilio/%C3%A9%00/".to_owned(),
        revoked,
    ] {
        let path = format!("{path}?MessageSid=gw1&MessageStatus=delivered");
        let answer = nobody.get(&path);
        assert_eq!(
            (answer.status, answer.text()),
            (404, nothing.text()),
            "{path}"
        );
        assert_eq!(form(&server, &path, "").status, 404, "{path}");
    }
    assert_eq!(states(database), ["inconnue"; 3]);
    for method in ["PUT", "DELETE", "OPTIONS"] {
        assert_eq!(nobody.ask(method, &good, None).status, 405, "{method}");
    }
}

fn what_is_no_receipt_is_counted_and_answered(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    let path = address(database, "twilio");
    let mut sent = 0.0;
    for body in [
        "",
        "MessageSid=gw1",
        "MessageStatus=delivered",
        "MessageSid=gw1&MessageStatus=dormant",
        "%00=%ff",
        "{\"MessageSid\":",
        "[1]",
    ] {
        assert_eq!(form(&server, &path, body).status, 200, "{body}");
        sent += 1.0;
    }
    let unread = "passerelle=\"twilio\",remise=\"inconnue\",suite=\"illisible\"";
    assert!((metric(database, &server, unread) - sent).abs() < f64::EPSILON);
    let long = format!("MessageSid={}", "x".repeat(300 * 1024));
    assert_eq!(form(&server, &path, &long).status, 413);
    assert_eq!(states(database), ["inconnue"; 3]);
}

fn several_receipts_of_one_request_are_kept_together(database: &Database) {
    let gateway = gateway();
    let server = server(database, &gateway);
    sent(database, &server);
    let path = address(database, "infobip");
    let one = |id: &str, group: &str| json!({ "messageId": id, "status": { "groupName": group } });
    let body = json!({ "results": [one("gw1", "DELIVERED"), one("ailleurs", "DELIVERED"), one("gw3", "REJECTED"), {}] });
    assert_eq!(Client::nobody(&server).post(&path, &body).status, 200);
    assert_eq!(states(database), ["remis", "inconnue", "non_remis"]);
    sound(database);
}

#[test]
fn whoever_guesses_tokens_is_slowed_down_and_the_gateway_is_not() {
    let database = Database::sqlite();
    migrate(&database);
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_REQUESTS_PER_MINUTE", "5")];
    let server = Server::start(&database, &settings);
    let path = address(&database, "twilio");
    let nobody = Client::nobody(&server);
    for _ in 0..20 {
        assert_eq!(nobody.get(&path).status, 200);
    }
    let guess = |n: i32| nobody.get(&format!("/api/receipts/twilio/{n:064}/")).status;
    assert_eq!(
        [0, 1, 2, 3, 4, 5].map(guess),
        [404, 404, 404, 404, 404, 429]
    );
}

/// A server that dies around the commit of a receipt: the gateway, which got no answer, tells it again.
#[cfg(feature = "failpoints")]
mod killed {
    use super::{
        Client, Database, Server, address, form, gateway, json, sent, server, sound, states,
        stories,
    };
    use crate::token::KEY;

    stories!(a_server_that_dies_around_the_commit_loses_nothing);

    fn a_server_that_dies_around_the_commit_loses_nothing(database: &Database) {
        let gateway = gateway();
        let first = server(database, &gateway);
        sent(database, &first);
        let path = address(database, "twilio");
        drop(first);
        let places = [
            ("remise_commit:0", "inconnue"),
            ("remise_committed:0", "remis"),
        ];
        for (place, known) in places {
            let dying = Server::start(database, &[("JWT_SIGNING_KEY", KEY), ("FAILPOINT", place)]);
            let body = Some((
                "application/x-www-form-urlencoded",
                &b"MessageSid=gw1&MessageStatus=delivered"[..],
            ));
            let lost = Client::nobody(&dying).try_send("POST", &path, body);
            assert!(lost.is_err(), "{lost:?}");
            drop(dying);
            assert_eq!(states(database)[0], known, "{place}");
            sound(database);
        }
        let server = Server::sending(database, &gateway, &[]);
        assert_eq!(
            form(&server, &path, "MessageSid=gw1&MessageStatus=delivered").status,
            200
        );
        assert_eq!(states(database)[0], "remis");
        // The answer of the run is not lost to an early receipt either.
        Client::user(&server).post("/api/messages/process_scheduled/", &json!({}));
        sound(database);
    }
}
