//! When a message leaves: as it was typed, in the school's time zone.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use serde_json::{Value, json};

fn programmed(date: &str) -> Value {
    json!({ "type": "sms", "contenu": "x", "est_message_groupe": true, "statut": "programme",
            "date_programmee": date })
}

#[test]
fn an_hour_that_spring_jumps_over_is_refused_with_its_neighbours() {
    let database = Database::sqlite();
    for (language, text) in [
        (
            "fr-fr",
            "Cette heure n'existe pas dans le fuseau horaire Europe/Paris (changement d'heure). \
             Choisissez 2027-03-28T01:30:00 ou 2027-03-28T03:00:00.",
        ),
        (
            "en-us",
            "This time does not exist in the time zone Europe/Paris (daylight saving). \
             Choose 2027-03-28T01:30:00 or 2027-03-28T03:00:00.",
        ),
    ] {
        let settings = [("JWT_SIGNING_KEY", KEY), ("LANGUAGE_CODE", language)];
        let server = Server::start(&database, &settings);
        let user = Client::user(&server);
        let answer = user.post("/api/messages/", &programmed("2027-03-28T02:30:00"));
        assert_eq!(answer.status, 400);
        let told = answer.json()["date_programmee"][0]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(told, text);
        // What is proposed is taken.
        for word in told.split(' ').filter(|word| word.starts_with("2027")) {
            user.write(&programmed(word.trim_end_matches('.')));
        }
    }
}

#[test]
fn dates_are_answered_in_the_schools_time_zone() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    for (typed, told) in [
        ("2090-01-01T10:00", "2090-01-01T10:00:00+01:00"),
        ("2090-07-01 10:00", "2090-07-01T10:00:00+02:00"),
        ("2090-07-01T10:00:00Z", "2090-07-01T12:00:00+02:00"),
        (
            "2090-07-01T10:00:00.5-05:00",
            "2090-07-01T17:00:00.500000+02:00",
        ),
        // Twice in autumn: the first.
        ("2027-10-31T02:30:00", "2027-10-31T02:30:00+02:00"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31T02:30:00+01:00"),
    ] {
        let id = user.write(&programmed(typed));
        assert_eq!(user.message(id)["date_programmee"], told, "{typed}");
    }
    for odd in [
        "demain",
        "2090-13-01T10:00",
        "2090-01-01T24:01",
        "1e9",
        "9999-12-31T23:59:59Z",
        "\0",
    ] {
        let answer = user.post("/api/messages/", &programmed(odd));
        assert!(
            answer.status == 400 && answer.json().get("date_programmee").is_some(),
            "{odd}"
        );
    }
}

#[test]
fn a_message_leaves_not_before_its_time_and_late_ones_leave_today() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    let late = user.write(&programmed("2020-01-01T10:00"));
    let early = user.write(&programmed("2090-01-01T10:00"));
    user.post("/api/messages/process_scheduled/", &json!({}));
    let statut = |id| user.message(id)["statut"].clone();
    assert_eq!(
        (statut(late), statut(early)),
        (json!("envoye"), json!("programme"))
    );
    let scheduled = user.get("/api/messages/scheduled/").json();
    assert_eq!(scheduled.as_array().unwrap().len(), 1);
    assert_eq!(scheduled[0]["id"], early);
}
