//! Requests that name a key, and pictures that tell of reading.

use crate::harness::School;
use messages_core::store::appels::idempotence::{self, Begun, Demande};
use messages_core::store::envois;
use messages_core::tracking;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    a_repeated_request_is_answered_as_the_first_time,
    a_key_serves_one_request_of_one_caller_for_a_day,
    only_the_true_token_marks_an_email_as_read,
);

fn demande(demandeur: &str, empreinte: &str) -> Demande {
    Demande {
        demandeur: demandeur.to_owned(),
        cle: "clic-1".to_owned(),
        chemin: "/api/messages/".to_owned(),
        empreinte: empreinte.to_owned(),
    }
}

fn a_repeated_request_is_answered_as_the_first_time(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let first = demande("key:1", "a");
    assert_eq!(idempotence::begin(&mut conn, &first).unwrap(), Begun::New);
    assert_eq!(
        idempotence::begin(&mut conn, &first).unwrap(),
        Begun::InProgress
    );
    idempotence::finish(&mut conn, &first, 201, "{\"id\":1}").unwrap();
    let answered = Begun::Answered {
        statut: 201,
        corps: "{\"id\":1}".to_owned(),
    };
    assert_eq!(idempotence::begin(&mut conn, &first).unwrap(), answered);
    idempotence::forget(&mut conn, &first).unwrap();
    assert_eq!(
        idempotence::begin(&mut conn, &first).unwrap(),
        answered,
        "answered is kept"
    );
}

fn a_key_serves_one_request_of_one_caller_for_a_day(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let mut begin = |demande: &Demande| idempotence::begin(&mut conn, demande).unwrap();
    assert_eq!(begin(&demande("key:1", "a")), Begun::New);
    assert_eq!(begin(&demande("key:1", "b")), Begun::OtherRequest);
    assert_eq!(begin(&demande("key:2", "b")), Begun::New);
    database.execute("UPDATE idempotences SET creee_le = '2020-01-01T00:00:00.000000Z'");
    assert_eq!(begin(&demande("key:1", "b")), Begun::New);
    assert_eq!(
        school.count("idempotences", "true"),
        1,
        "the day before is forgotten"
    );
    let mut conn = school.conn();
    idempotence::forget(&mut conn, &demande("key:1", "b")).unwrap();
    assert_eq!(
        school.count("idempotences", "true"),
        0,
        "a refused request can be mended"
    );
}

fn only_the_true_token_marks_an_email_as_read(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let envoi = database.number("SELECT CAST(min(id) AS TEXT) AS v FROM envois");
    let key = school.one("SELECT cle_lecture AS v FROM messages");
    let token = tracking::token(&key, envoi);
    let other = token.replace(&format!("{envoi}-"), &format!("{}-", envoi + 1));
    let mut conn = school.conn();
    for forged in [
        "",
        "-",
        "x",
        "1-",
        "999-abc",
        &token[..token.len() - 1],
        &other,
    ] {
        envois::mark_read(&mut conn, forged).unwrap();
    }
    assert_eq!(school.count("envois", "lu_le IS NOT NULL"), 0);
    assert_eq!(school.count("messages", "est_lu"), 0);
    envois::mark_read(&mut conn, &token).unwrap();
    assert_eq!(
        school.count("envois", &format!("lu_le IS NOT NULL AND id = {envoi}")),
        1
    );
    assert_eq!(
        school.count("messages", &format!("est_lu AND id = {message}")),
        1
    );
    let first = school.envoi(envoi, "CAST(lu_le AS TEXT)");
    envois::mark_read(&mut conn, &token).unwrap();
    assert_eq!(school.envoi(envoi, "CAST(lu_le AS TEXT)"), first);
}
