//! Told by e-mail, where e-mails leave.

use super::{a_day_passes, is_about_nobody, relay, through, told};
use crate::program::{Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    begin_day_and_end_arrive_in_the_administrators_mailbox,
    nobody_is_written_to_while_e_mails_are_stopped,
    a_relay_that_hangs_holds_no_run_up,
);

const ADMIN: &str = "admin@exemple.example";

/// Subject and text of each, as they are read.
fn mails(relay: &Server) -> Vec<String> {
    let accepted = relay.accepted();
    let of_admin = accepted.iter().filter(|mail| mail.rcpt_to == [ADMIN]);
    let read = of_admin.map(|mail| mail.data.replace("=\r\n", ""));
    read.inspect(|mail| is_about_nobody(mail)).collect()
}

fn begin_day_and_end_arrive_in_the_administrators_mailbox(database: &Database) {
    let relay = Server::start(Script::default());
    let refuses = Gateway::start(GatewayScript::default().answer(Answer::status(401, "no")));
    let program = Program::new(database)
        .relay(&relay)
        .gateway(&refuses)
        .set("MESSAGES_ALERT_EMAIL", ADMIN);
    program.school(2, 1).programme(Canal::Sms, To::All);
    assert_eq!(told(&program, 78).len(), 1);
    assert_eq!(told(&program, 78).len(), 0);
    let begins = mails(&relay);
    assert_eq!(begins.len(), 1, "{begins:?}");
    assert!(
        begins[0].contains("ALERTE. Envoi des SMS interrompu"),
        "{begins:?}"
    );
    a_day_passes(&program);
    assert_eq!(told(&program, 78).len(), 1);
    assert_eq!(mails(&relay).len(), 2);
    let works = Gateway::start(GatewayScript::default());
    program.wait_is_over();
    let program = program.gateway(&works);
    assert_eq!(told(&program, 0).len(), 1);
    assert_eq!(told(&program, 0).len(), 0);
    let all = mails(&relay);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(
        all[2].contains("FIN D'ALERTE. Les SMS partent de nouveau."),
        "{all:?}"
    );
    assert!(program.log().contains("alerte envoyée par e-mail"));
}

fn nobody_is_written_to_while_e_mails_are_stopped(database: &Database) {
    let wrong = relay("autre");
    let program = through(&Program::new(database), &wrong).set("MESSAGES_ALERT_EMAIL", ADMIN);
    program.school(2, 1).programme(Canal::Email, To::All);
    assert_eq!(told(&program, 78).len(), 1);
    // The account is not locked by what tells that it does not work.
    assert_eq!((wrong.connections(), mails(&wrong).len()), (1, 0));
    program.wait_is_over();
    let right = relay(super::PASSWORD);
    let program = through(&program, &right);
    assert_eq!(told(&program, 0).len(), 1);
    let ends = mails(&right);
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!(
        ends[0].contains("FIN D'ALERTE. Les e-mails partent de nouveau."),
        "{ends:?}"
    );
}

fn a_relay_that_hangs_holds_no_run_up(database: &Database) {
    let hangs = Server::start(Script::default().on(Stage::Banner, Action::Hang));
    let refuses = Gateway::start(GatewayScript::default().answer(Answer::status(401, "no")));
    let program = Program::new(database)
        .relay(&hangs)
        .gateway(&refuses)
        .set("MESSAGES_ALERT_EMAIL", ADMIN);
    program.school(1, 1).programme(Canal::Sms, To::All);
    let begun = std::time::Instant::now();
    assert_eq!(told(&program, 78).len(), 1);
    assert!(begun.elapsed().as_secs() < 40, "{:?}", begun.elapsed());
    assert!(program.log().contains("alerte non envoyée par e-mail"));
}
