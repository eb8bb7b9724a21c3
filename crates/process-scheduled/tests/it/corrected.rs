//! Addresses and texts that are corrected: what leaves is what stands, to the address that stands.

use crate::program::{Program, To, mailbox, number};
use crate::smtp::reached;
use messages_core::model::NewMessage;
use messages_core::store::messages;
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;
use std::time::{Duration, Instant};

stories!(
    a_text_that_was_replaced_never_leaves,
    a_resend_goes_to_the_address_that_the_directory_has_now,
    whoever_had_no_usable_number_gets_one_at_a_resend,
    whoever_opposes_is_not_sent_to_again,
    what_waits_for_its_first_attempt_goes_to_the_corrected_address,
    what_was_tried_keeps_its_address_until_a_person_sends_it_again,
    what_a_simulation_marked_is_sent_by_a_resend,
);

const NEW: &str = "nouvelle@exemple.example";

/// Longer than two looks of a run at what is due.
const HELD: Duration = Duration::from_secs(14);

/// One run: the relay refuses parent 1 for good, staff correct address and text and programme the
/// message again, while the same run still waits for the relay's answer for parent 2.
fn a_text_that_was_replaced_never_leaves(database: &Database) {
    let held = Action::Late(HELD, Box::new(Action::reply("250 2.0.0 Ok")));
    let relay = Server::start(
        Script::default()
            .on_recipient("parent1@", Stage::Rcpt, Action::reply("550 5.1.1 Unknown"))
            .on_recipient("parent2@", Stage::Body, held),
    );
    let program = Program::new(database).relay(&relay);
    program.school(3, 1);
    // Somebody is accepted first: a refusal is believed at once then.
    program.programme(Canal::Email, To::Parent(3));
    let message = program.programme(Canal::Email, To::Parent(1));
    program.programme(Canal::Email, To::Parent(2));
    let run = program.command(&[]).spawn().unwrap();
    wait(|| program.statut(message) == "echec");
    program.parent(1, &number(1), NEW);
    replace(&program, message, "Le texte corrigé.");
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(relay.logins(), 0);
    assert_eq!(program.run(&[]).code, 0);
    let mails = relay.accepted();
    let mail = mails.iter().find(|mail| mail.rcpt_to == [NEW]).unwrap();
    assert!(mail.data.contains("Le texte corrig"), "{}", mail.data);
    assert!(!mail.data.contains("jeudi"), "{}", mail.data);
    program.verify();
}

/// As staff do it: the text is corrected, and the message programmed again for now.
fn replace(program: &Program<'_>, message: i64, contenu: &str) {
    let mut conn = program.conn();
    let seen = messages::one(&mut conn, message).unwrap();
    let edit = NewMessage {
        contenu: contenu.to_owned(),
        statut: Statut::Programme,
        ..NewMessage::from(seen.clone())
    };
    messages::update(&mut conn, &seen, &edit).unwrap();
}

fn wait(done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never comes");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn a_resend_goes_to_the_address_that_the_directory_has_now(database: &Database) {
    let unknown = Action::reply("550 5.1.1 Unknown");
    let relay = Server::start(Script::default().on_recipient("parent1@", Stage::Rcpt, unknown));
    let program = Program::new(database).relay(&relay);
    program.school(3, 1);
    let message = program.programme(Canal::Email, To::All);
    program.run(&[]);
    assert_eq!(
        program.states(message),
        ["echec permanent", "envoye", "envoye"]
    );
    program.parent(1, &number(1), NEW);
    resend(&program, message, "1 envoi repartira");
    assert_eq!(program.states(message), ["envoye", "envoye", "envoye"]);
    assert_eq!(reached(&relay), [NEW.to_owned(), mailbox(2), mailbox(3)]);
}

/// `resend`, and a run.
fn resend(program: &Program<'_>, message: i64, says: &str) {
    let ended = program.run(&["resend", &message.to_string()]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(ended.stdout.contains(says), "{ended:?}");
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    program.verify();
}

fn whoever_had_no_usable_number_gets_one_at_a_resend(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.parent(1, "06 12", &mailbox(1));
    program.parent(2, "", &mailbox(2));
    let message = program.programme(Canal::Sms, To::All);
    program.run(&[]);
    let nobody = ["ignore numero_invalide", "ignore sans_adresse"];
    assert_eq!(program.states(message), nobody);
    program.parent(1, &number(1), &mailbox(1));
    resend(&program, message, "1 envoi repartira");
    assert_eq!(program.states(message), ["envoye", "ignore sans_adresse"]);
    assert_eq!(program.statut(message), "envoye");
    program.parent(2, &number(1), &mailbox(2));
    resend(&program, message, "même adresse");
    assert_eq!(program.states(message), ["envoye", "ignore doublon"]);
    assert_eq!(gateway.accepted().len(), 1);
}

fn whoever_opposes_is_not_sent_to_again(database: &Database) {
    let unknown = Action::reply("550 5.1.1 Unknown");
    let relay = Server::start(Script::default().on_first(2, Stage::Rcpt, unknown));
    let program = Program::new(database)
        .relay(&relay)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(3, 1);
    let message = program.programme(Canal::Email, To::All);
    program.run(&[]);
    database.execute("UPDATE parents SET notifications_email = FALSE WHERE id = 1");
    resend(&program, message, "1 envoi repartira");
    assert_eq!(
        program.states(message),
        ["ignore opposition", "envoye", "envoye"]
    );
    assert_eq!(reached(&relay), [mailbox(2), mailbox(3)]);
}

fn what_waits_for_its_first_attempt_goes_to_the_corrected_address(database: &Database) {
    let relay = Server::start(Script::default());
    let away = Program::new(database).set("EMAIL_PORT", &crate::rows::closed_port().to_string());
    let program = away.clone().relay(&relay);
    program.school(4, 1);
    let message = program.programme(Canal::Email, To::All);
    away.run(&[]);
    program.wait_is_over();
    // One corrected, one emptied, one given the address of another.
    program.parent(1, &number(1), NEW);
    program.parent(2, &number(2), "");
    program.parent(3, &number(3), &mailbox(4));
    assert_eq!(program.run(&[]).code, 0);
    let expected = ["envoye", "ignore sans_adresse", "ignore doublon", "envoye"];
    assert_eq!(program.states(message), expected);
    assert_eq!(reached(&relay), [NEW.to_owned(), mailbox(4)]);
    assert_eq!(program.statut(message), "envoye");
    program.verify();
}

fn what_was_tried_keeps_its_address_until_a_person_sends_it_again(database: &Database) {
    let later = Action::reply("451 4.3.0 Later");
    let relay = Server::start(Script::default().on_first(2, Stage::Rcpt, later));
    let program = Program::new(database).relay(&relay);
    program.school(1, 1);
    let message = program.programme(Canal::Email, To::All);
    for _ in 0..2 {
        program.run(&[]);
        program.wait_is_over();
        program.parent(1, &number(1), NEW);
    }
    let said = crate::smtp::said(&relay, "RCPT");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said.iter().all(|(_, line)| line.contains(&mailbox(1))),
        "{said:?}"
    );
    database.execute("UPDATE envois SET etat = 'echec', motif = 'epuise', termine_le = prochaine");
    program.run(&[]);
    resend(&program, message, "1 envoi repartira");
    assert_eq!(reached(&relay), [NEW]);
}

fn what_a_simulation_marked_is_sent_by_a_resend(database: &Database) {
    let relay = Server::start(Script::default());
    let program = Program::new(database).relay(&relay);
    let simulating = program.clone().set("MESSAGES_MODE", "simulation");
    program.school(2, 1);
    let message = program.programme(Canal::Email, To::All);
    simulating.run(&[]);
    assert_eq!(program.states(message), ["envoye", "envoye"]);
    // In simulation there is nobody to send to again.
    let refused = simulating.run(&["resend", &message.to_string()]);
    assert_ne!(refused.code, 0, "{refused:?}");
    resend(&program, message, "2 envois repartiront");
    assert_eq!(reached(&relay), [mailbox(1), mailbox(2)]);
    let marked = "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE simule";
    assert_eq!(database.number(marked), 0);
    // Once really sent, it is sent.
    let again = program.run(&["resend", &message.to_string()]);
    assert_ne!(again.code, 0, "{again:?}");
    assert_eq!(relay.accepted_count(), 2);
}
