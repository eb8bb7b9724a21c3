//! What a gateway says of us and not of a number.

use super::{asked, numbers, reached};
use crate::program::{Program, To, number};
use crate::rows::{Row, rows};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    a_gateway_that_refuses_everybody_means_us,
    one_refused_number_among_accepted_ones_fails_alone,
    a_number_that_stops_the_channel_does_not_block_the_others_for_ever,
);

fn a_gateway_that_refuses_everybody_means_us(database: &Database) {
    let mut program = Program::new(database);
    program.school(20, 1);
    let id = program.programme(Canal::Sms, To::All);
    for code in [400, 404, 422] {
        let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(code, "{}")));
        program = program.gateway(&gateway);
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(ended.json()["canaux_arretes"][0]["cause"], "refus");
        assert!(
            rows(&program, id).iter().all(Row::is_untouched),
            "{code}: {:?}",
            rows(&program, id)
        );
        assert!(
            (3..=5).contains(&gateway.received_count()),
            "{}",
            gateway.received_count()
        );
    }
    let mended = Gateway::start(GatewayScript::default());
    let program = program.gateway(&mended);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(reached(&mended), numbers(1..=20));
    assert!(rows(&program, id).iter().all(|row| row.tentatives == 1));
    program.verify();
}

fn one_refused_number_among_accepted_ones_fails_alone(database: &Database) {
    for (parent, code) in [(1, 400), (1, 404), (5, 400)] {
        let refusal = Answer::status(code, "{}");
        let gateway = Gateway::start(GatewayScript::default().answer_for(&number(parent), refusal));
        let program = Program::new(database).gateway(&gateway);
        program.school(8, 1);
        let id = program.programme(Canal::Sms, To::All);
        assert_eq!(program.run(&[]).code, 0);
        for row in rows(&program, id) {
            let right = if row.parent == parent {
                "echec permanent"
            } else {
                "envoye"
            };
            assert_eq!(row.state(), right, "{code}");
        }
    }
}

/// 401 to 403 are said of our account, and some gateways say them of a number: the others leave
/// with the next run.
fn a_number_that_stops_the_channel_does_not_block_the_others_for_ever(database: &Database) {
    for code in [401, 402, 403] {
        let refusal = Answer::status(code, "{}");
        let gateway = Gateway::start(GatewayScript::default().answer_for(&number(1), refusal));
        let program = Program::new(database).gateway(&gateway);
        program.school(10, 1);
        let id = program.programme(Canal::Sms, To::All);
        let ended = program.run(&[]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert_eq!(asked(&gateway), numbers([1]));
        assert_eq!(program.run(&[]).code, 78);
        assert_eq!(reached(&gateway), numbers(2..=10), "{code}");
        assert!(rows(&program, id)[0].is_untouched());
        // A new message is not held up either: everybody but this one gets it, at once.
        let next = program.programme(Canal::Sms, To::Parent(3));
        assert_eq!(program.run(&[]).code, 78);
        assert_eq!(program.states(next), ["envoye"]);
        let mended = Gateway::start(GatewayScript::default());
        let program = program.gateway(&mended);
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(reached(&mended), numbers([1]));
    }
}
