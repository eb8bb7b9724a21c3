//! Answers that never end. 30 s, so on SQLite only: the database does not matter here.

use super::{asked, numbers};
use crate::program::{Program, To, number};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use std::time::{Duration, Instant};

#[test]
fn an_answer_without_an_end_is_given_up_after_thirty_seconds() {
    let database = Database::sqlite();
    let huge = "x".repeat(20 << 20);
    let script = GatewayScript::default()
        .answer_for(&number(1), Answer::EndlessBody)
        .answer_for(&number(2), Answer::DripBody(Duration::from_secs(4)))
        .answer_for(
            &number(3),
            Answer::status(200, &huge).header("Content-Type", "text/plain"),
        )
        .answer_for(&number(4), Answer::Hang);
    let gateway = Gateway::start(script);
    let program = Program::new(&database).gateway(&gateway);
    program.school(5, 1);
    let id = program.programme(Canal::Sms, To::All);
    let begun = Instant::now();
    let ended = program.run(&["--json"]);
    let took = begun.elapsed();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!((29..60).contains(&took.as_secs()), "{took:?}");
    let unknown = "incertain resultat_inconnu";
    assert_eq!(
        program.states(id),
        [unknown, unknown, unknown, unknown, "envoye"]
    );
    let codes: Vec<String> = rows(&program, id).into_iter().map(|row| row.code).collect();
    assert_eq!(
        (codes[0].as_str(), codes[2].as_str(), codes[3].as_str()),
        ("200", "200", "délai")
    );
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), numbers(1..=5));
}
