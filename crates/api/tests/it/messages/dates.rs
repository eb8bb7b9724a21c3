//! When a message leaves: as it was typed, in the school's time zone.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta};
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

/// A date without an hour, and SMS at night: staff are told before.
#[test]
fn a_preview_tells_of_midnight_and_of_the_night() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let warnings = |canal: &str, date: &str| {
        let mut message = programmed(date);
        message["type"] = canal.into();
        let id = user.write(&message);
        user.get(&format!("/api/messages/{id}/preview/")).json()["avertissements"].clone()
    };
    let night = "pendant les heures calmes (de 21 h 00 à 7 h 30).";
    for (canal, date, told) in [
        ("sms", "2090-12-01T10:00", json!([])),
        ("email", "2090-12-01T22:00", json!([])),
        (
            "email",
            "2090-12-01",
            json!(["Ce message partira le 01/12/2090 à minuit."]),
        ),
        (
            "sms",
            "2090-12-01",
            json!([format!("Ces SMS partiront le 01/12/2090 à minuit, {night}")]),
        ),
        (
            "sms",
            "2090-12-01T22:00",
            json!([format!(
                "Ces SMS partiront le 01/12/2090 à 22 h 00, {night}"
            )]),
        ),
    ] {
        assert_eq!(warnings(canal, date), told, "{canal}, {date}");
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

/// The last Sunday of a month: European clocks change there at 01:00 UTC.
fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - Days::new(u64::from(last.weekday().num_days_from_sunday()))
}

/// What a message typed for this time on the wall is stored as, in UTC; `None` when it is refused.
fn stored(user: &Client<'_>, date: NaiveDate, hour: i64, minute: i64) -> Option<String> {
    let typed = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(60 * hour + minute);
    let body = programmed(&typed.format("%FT%T").to_string());
    let answer = user.post("/api/messages/", &body);
    let answered = answer.json()["date_programmee"].clone();
    (answer.status == 201).then(|| {
        let at = DateTime::parse_from_rfc3339(answered.as_str().unwrap()).unwrap();
        at.to_utc().format("%FT%H:%M").to_string()
    })
}

/// From 2:00 to 3:00 of each night in which Europe/Paris changes its clocks until 2030.
#[test]
fn each_minute_of_a_change_of_clocks_is_one_instant_or_refused() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    for year in 2026..=2030 {
        let (spring, autumn) = (last_sunday(year, 3), last_sunday(year, 10));
        for minute in 0..60 {
            assert_eq!(
                stored(&user, spring, 2, minute),
                None,
                "{spring} 2:{minute}"
            );
            // Twice in autumn: the first, which is summer time.
            let first = format!("{autumn}T00:{minute:02}");
            assert_eq!(stored(&user, autumn, 2, minute), Some(first));
        }
        let around = [(spring, 1, 59, "00:59"), (spring, 3, 0, "01:00")];
        let autumns = [(autumn, 1, 59, "-1:59"), (autumn, 3, 0, "02:00")];
        for (date, hour, minute, utc) in around.into_iter().chain(autumns) {
            let expected = match utc {
                "-1:59" => format!("{}T23:59", date.pred_opt().unwrap()),
                utc => format!("{date}T{utc}"),
            };
            assert_eq!(stored(&user, date, hour, minute), Some(expected));
        }
    }
}

/// Zones that never change, changed until 2019, and left out a day in 2011.
#[test]
fn other_time_zones_are_kept_too() {
    for (zone, date, hour, utc) in [
        ("Africa/Abidjan", (2027, 3, 28), 2, Some("2027-03-28T02:30")),
        ("America/Sao_Paulo", (2018, 11, 4), 0, None),
        (
            "America/Sao_Paulo",
            (2027, 11, 7),
            0,
            Some("2027-11-07T03:30"),
        ),
        (
            "America/Sao_Paulo",
            (2019, 2, 16),
            23,
            Some("2019-02-17T01:30"),
        ),
        ("Pacific/Apia", (2011, 12, 30), 12, None),
        ("Pacific/Apia", (2011, 12, 31), 12, Some("2011-12-30T22:30")),
        ("Pacific/Apia", (2027, 3, 28), 2, Some("2027-03-27T13:30")),
    ] {
        let database = Database::sqlite();
        let settings = [("JWT_SIGNING_KEY", KEY), ("TIME_ZONE", zone)];
        let server = Server::start(&database, &settings);
        let (year, month, day) = date;
        let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
        let found = stored(&Client::user(&server), date, hour, 30);
        assert_eq!(found.as_deref(), utc, "{zone} {date} {hour}:30");
    }
}
