//! A gateway that wants to be left alone for a while.

use super::{asked, numbers, reached};
use crate::program::{Program, To, number};
use crate::rows::{Row, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use messages_testing::stories;

stories!(
    too_many_requests_pauses_the_channel_as_long_as_asked,
    a_pause_may_be_given_as_a_date,
    without_a_time_it_is_left_alone_for_a_minute,
    a_short_pause_is_waited_for,
    no_pause_is_endless,
    what_a_proxy_says_in_its_place_leaves_a_doubt,
);

fn too_many_requests_pauses_the_channel_as_long_as_asked(database: &Database) {
    let busy = Answer::status(429, "{}").header("Retry-After", "120");
    let gateway = Gateway::start(GatewayScript::default().answer_first(1, busy));
    let server = Server::start(Script::default());
    let program = Program::new(database)
        .gateway(&gateway)
        .relay(&server)
        .set("MESSAGES_SMS_CONNECTIONS", "1");
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Sms).unwrap(),
        "temporaire 429"
    );
    let paused = rows(&program, id);
    assert!(paused.iter().all(Row::is_untouched), "{paused:?}");
    assert_eq!(
        (paused[0].wait, paused[0].code.as_str()),
        (120, "429"),
        "{:?}",
        paused[0]
    );
    assert_eq!(gateway.received_count(), 1);
    let email = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(
        stopped(&ended.json(), Canal::Sms).unwrap(),
        "temporaire pause"
    );
    assert_eq!((ended.code, gateway.received_count()), (0, 1), "{ended:?}");
    assert_eq!(program.statut(email), "envoye", "the other channel goes on");
    let people = program.run(&[]).stdout;
    assert!(
        people.contains("Envoi des SMS interrompu pour ce traitement : pause demandée"),
        "{people}"
    );
    assert!(people.contains("20 envois attendent"), "{people}");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&gateway), numbers(1..=20));
    assert_eq!(gateway.received_count(), 21);
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
}

/// What one SMS has to wait when the gateway answers so.
fn wait_after(database: &Database, answer: Answer) -> i64 {
    let gateway = Gateway::start(GatewayScript::default().answer_first(1, answer));
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let row = rows(&program, id).remove(0);
    assert!(row.is_untouched(), "{row:?}");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.received_count(), 1);
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers([1, 1]));
    assert_eq!(program.statut(id), "envoye");
    row.wait
}

fn a_pause_may_be_given_as_a_date(database: &Database) {
    let answer = Answer::status(503, "")
        .header("Date", "Wed, 21 Oct 2026 07:28:00 GMT")
        .header("Retry-After", "Wed, 21 Oct 2026 07:33:00 GMT");
    assert_eq!(wait_after(database, answer), 300);
    // It is over already, by the gateway's own clock: the usual minute.
    let over = Answer::status(429, "")
        .header("Date", "Wed, 21 Oct 2026 07:28:00 GMT")
        .header("Retry-After", "Wed, 21 Oct 2026 07:27:00 GMT");
    assert_eq!(wait_after(database, over), 60);
}

fn without_a_time_it_is_left_alone_for_a_minute(database: &Database) {
    assert_eq!(wait_after(database, Answer::status(429, "trop vite")), 60);
    assert_eq!(
        wait_after(
            database,
            Answer::status(429, "").header("Retry-After", "bientôt")
        ),
        60
    );
}

fn a_short_pause_is_waited_for(database: &Database) {
    let busy = |seconds| Answer::status(429, "").header("Retry-After", seconds);
    let script = GatewayScript::default().answer_for(&number(3), busy("1"));
    let gateway = Gateway::start(script.times(1).answer_for(&number(7), busy("0")).times(2));
    let program = Program::new(database).gateway(&gateway);
    program.school(10, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(stopped(&ended.json(), Canal::Sms), None, "{ended:?}");
    assert_eq!(program.statut(id), "envoye", "in one run");
    assert_eq!(reached(&gateway), numbers(1..=10));
    assert_eq!(gateway.received_count(), 13);
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
}

fn no_pause_is_endless(database: &Database) {
    let endless = Answer::status(503, "").header("Retry-After", "999999999999");
    assert_eq!(wait_after(database, endless), 6 * 3600);
}

fn what_a_proxy_says_in_its_place_leaves_a_doubt(database: &Database) {
    let page = "<html><h1>503 Service Unavailable</h1>No server is available</html>";
    let gateway =
        Gateway::start(GatewayScript::default().answer_first(1, Answer::status(503, page)));
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(rows(&program, id)[0].state(), "incertain resultat_inconnu");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.received_count(), 1);
}
