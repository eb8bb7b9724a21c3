//! Runs that the web app asks for: several at once, and beside those of the scheduler.

use crate::client::{Client, number};
use crate::harness::{Server, conn};
use crate::token::KEY;
use messages_core::config::{Config, Vars};
use messages_core::dispatch::{self, Options, StopFlag};
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::{Value, json};
use std::thread::scope;
use std::time::{Duration, Instant};

stories!(
    a_run_tells_what_it_did,
    a_server_that_only_pretends_takes_no_message_of_a_database_that_has_sent,
    a_server_sends_nothing_of_a_database_that_was_copied,
    whoever_runs_at_once_nobody_gets_an_sms_twice,
    while_a_channel_is_stopped_every_answer_says_that_nothing_left_and_why,
);

fn programmed(classe: Option<i64>) -> Value {
    json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true, "classe": classe,
            "statut": "programme", "date_programmee": "2026-01-01T10:00:00Z" })
}

fn process(user: &Client<'_>) -> Value {
    let answer = user.post("/api/messages/process_scheduled/", &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn told(text: &str, [processed, sent, failed]: [u32; 3]) -> Value {
    json!({ "success": true, "message": text, "processed": processed, "success_count": sent,
            "error_count": failed })
}

/// The old server says this in French whatever its language.
fn a_run_tells_what_it_did(database: &Database) {
    let nothing = told("Aucun message programmé à envoyer", [0; 3]);
    for language in ["fr-fr", "en-us"] {
        let settings = [("JWT_SIGNING_KEY", KEY), ("LANGUAGE_CODE", language)];
        let server = Server::start(database, &settings);
        let user = Client::user(&server);
        user.school(3, 2);
        assert_eq!(process(&user), nothing);
        // Nobody is in class 3.
        user.post("/api/classes/", &json!({ "id": 3, "nom": "Vide" }));
        for classe in [None, Some(1), Some(3)] {
            user.write(&programmed(classe));
        }
        let done = "Traitement terminé: 3 messages traités, 2 succès, 1 échecs";
        assert_eq!(process(&user), told(done, [3, 2, 1]));
        assert_eq!(process(&user), nothing);
    }
    let ends = "SELECT concat_ws(' ', statut, details_erreur) AS v FROM messages ORDER BY id";
    let failed = ["echec Aucun destinataire.", "echec No recipient."];
    for (three, failed) in database.texts(ends).chunks(3).zip(failed) {
        assert_eq!(three, ["envoye", "envoye", failed]);
    }
}

fn a_server_that_only_pretends_takes_no_message_of_a_database_that_has_sent(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(3, 1).write(&programmed(None));
    assert_eq!(process(&user)["success_count"], 1);
    drop(server);
    // The same database with settings that were lost.
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let id = user.write(&programmed(None));
    let refused = process(&user);
    let now = format!("/api/messages/{id}/send_now/");
    for answer in [&refused, &user.post(&now, &json!({})).json()] {
        assert_eq!(answer["success"], false, "{answer}");
        let text = answer["message"].as_str().unwrap();
        assert!(text.contains("SIMULATION refusée"), "{answer}");
    }
    assert_eq!(refused["processed"], 0);
    let left = format!("SELECT statut AS v FROM messages WHERE id = {id}");
    assert_eq!(database.texts(&left), ["programme"]);
    assert!(server.said().contains("MESSAGES_MODE : SIMULATION refusé"));
}

fn a_server_sends_nothing_of_a_database_that_was_copied(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(3, 1);
    assert_eq!(process(&user)["processed"], 0);
    let id = user.write(&programmed(None));
    database.execute("UPDATE origine SET lieu = 'ailleurs'");
    let held = process(&user);
    let now = format!("/api/messages/{id}/send_now/");
    for answer in [&held, &user.post(&now, &json!({})).json()] {
        assert_eq!(answer["success"], false, "{answer}");
        let text = answer["message"].as_str().unwrap();
        assert!(text.contains("restaurée ou copiée"), "{answer}");
    }
    assert_eq!(gateway.accepted_count(), 0);
    let left = format!("SELECT statut AS v FROM messages WHERE id = {id}");
    assert_eq!(database.texts(&left), ["programme"]);
    assert!(server.said().contains("ALERTE. La base est une copie"));
}

fn whoever_runs_at_once_nobody_gets_an_sms_twice(database: &Database) {
    const PARENTS: i64 = 300;
    let gateway = Gateway::start(GatewayScript::default());
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(PARENTS, 3).write(&programmed(None));
    let url = gateway.url();
    let vars = [
        ("DATABASE_URL", database.url()),
        ("MESSAGES_MODE", "reel"),
        ("SMS_QUIET_HOURS", "non"),
        ("SMS_API_URL", &url),
        ("SMS_API_KEY", "cle"),
        ("SMS_SENDER_NAME", "ECOLE"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("DEFAULT_FROM_EMAIL", "ecole@exemple.example"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::load(Vars::from_pairs(vars)).unwrap();
    scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let options = Options {
                    limit: None,
                    stop: StopFlag::default(),
                    progress: &mut |_| {},
                };
                dispatch::run(&config, &mut conn(database), options).unwrap();
            });
        }
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| process(&user))).collect();
        for one in asked {
            assert_eq!(one.join().unwrap()["success"], true);
        }
    });
    process(&user);
    let mut reached: Vec<String> = gateway
        .accepted()
        .iter()
        .map(|sms| sms.body["to"].as_str().unwrap().to_owned())
        .collect();
    reached.sort_unstable();
    assert_eq!(reached, (1..=PARENTS).map(number).collect::<Vec<_>>());
    let message = user.message(1);
    assert_eq!(
        (&message["statut"], &message["nb_envoyes"]),
        (&json!("envoye"), &json!(PARENTS))
    );
}

/// On SQLite only: it takes half a minute, and the database does not matter.
#[test]
fn a_run_that_is_long_goes_on_in_the_background() {
    let database = Database::sqlite();
    let script = GatewayScript::default().answer_for(&number(1), Answer::Hang);
    let gateway = Gateway::start(script);
    let server = Server::sending(&database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(2, 1).write(&programmed(None));
    let begun = Instant::now();
    let answer = process(&user);
    assert!(
        (20..=40).contains(&begun.elapsed().as_secs()),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(
        (&answer["success"], &answer["message"]),
        (
            &json!(true),
            &json!("Traitement en cours : il continue en arrière-plan.")
        )
    );
    assert!(gateway.wait_received(2, Duration::from_secs(5)));
    while user.message(1)["statut"] == "en_attente" {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(200));
    }
    let message = user.message(1);
    assert_eq!(
        (&message["nb_envoyes"], &message["nb_incertains"]),
        (&json!(1), &json!(1))
    );
}

fn while_a_channel_is_stopped_every_answer_says_that_nothing_left_and_why(database: &Database) {
    let refusal = Answer::status(403, "{\"error\":\"+33612000001\"}");
    let gateway = Gateway::start(GatewayScript::default().answer_first(2, refusal));
    let server = Server::sending(database, &gateway, &[]);
    let user = Client::user(&server);
    user.school(3, 1);
    let draft = json!({ "type": "sms", "contenu": "Bonjour", "est_message_groupe": true });
    let ready = || user.get("/health/ready");
    assert_eq!(ready().json()["canaux_arretes"], json!([]));
    let mut ids = Vec::new();
    for _ in 0..2 {
        let id = user.write(&draft);
        let answer = user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let why = "Pas encore parti : la passerelle refuse le compte ou la clé, corrigez SMS_API_KEY (403).";
        let told = answer.json();
        assert_eq!(
            (&told["success"], &told["message"]),
            (&json!(false), &json!(why))
        );
        assert_eq!(told["details"]["statut"], "en_attente");
        assert_eq!(user.message(id)["details_erreur"], why);
        let listed = user.get("/api/messages/").json();
        assert!(
            listed
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["details_erreur"] == why),
            "{listed}"
        );
        let (status, health) = (ready().status, ready().json());
        assert_eq!((status, &health["status"]), (200, &json!("ok")));
        let stopped = &health["canaux_arretes"][0];
        assert_eq!(
            (&stopped["canal"], &stopped["cause"]),
            (&json!("sms"), &json!("identification"))
        );
        ids.push(id);
    }
    process(&user);
    assert_eq!(gateway.accepted_count(), 6);
    for id in ids {
        let message = user.message(id);
        assert_eq!(
            (&message["statut"], &message["details_erreur"]),
            (&json!("envoye"), &Value::Null)
        );
    }
    assert_eq!(ready().json()["canaux_arretes"], json!([]));
}
