//! The content left and no answer came: nobody knows whether it was accepted.

use super::mail::Mail;
use super::{copies, mailboxes, reached};
use crate::program::{Program, To};
use crate::rows::{count, rows, stopped};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Action, Script, Server, Stage};
use messages_testing::stories;

stories!(
    without_an_answer_the_same_mail_goes_again,
    after_the_third_copy_a_person_has_to_decide,
    a_relay_that_swallows_mail_gets_a_few_only,
);

fn accepted_then(action: Action) -> Action {
    Action::AcceptThen(Box::new(action))
}

fn without_an_answer_the_same_mail_goes_again(database: &Database) {
    let breaks = [
        Action::Close,
        Action::Reset,
        Action::reply("354 go on"),
        Action::reply("bonjour"),
        Action::reply("220 2.0.0 what?"),
    ];
    let script = (1..)
        .zip(breaks)
        .fold(Script::default(), |script, (parent, action)| {
            let pattern = format!("parent{parent}@");
            script
                .on_recipient(&pattern, Stage::Body, accepted_then(action))
                .times(1)
        });
    let server = Server::start(script);
    let program = Program::new(database)
        .relay(&server)
        .set("MESSAGES_EMAIL_CONNECTIONS", "1");
    program.school(5, 1);
    let ids: Vec<i64> = (1..=5)
        .map(|n| program.programme(Canal::Email, To::Parent(n)))
        .collect();
    for _ in 0..2 {
        let ended = program.run(&["--json", "--limit", "4"]);
        assert_eq!(
            (ended.code, stopped(&ended.json(), Canal::Email)),
            (0, None),
            "{ended:?}"
        );
    }
    for (parent, id) in (1..).zip(&ids) {
        let row = rows(&program, *id).remove(0);
        assert_eq!(
            (row.etat.as_str(), row.tentatives, row.ambigus),
            ("a_envoyer", 1, 1),
            "{row:?}"
        );
        assert_eq!(row.verdict, "ambigu");
        assert!((240..=360).contains(&row.wait), "{row:?}");
        assert_eq!(copies(&server, parent).len(), 1);
    }
    std::thread::sleep(std::time::Duration::from_millis(1100));
    program.wait_is_over();
    let ended = program.run(&["--json"]);
    assert_eq!(
        (ended.code, &ended.json()["totaux"]["envoyes"]),
        (0, &5.into()),
        "{ended:?}"
    );
    for (parent, id) in (1..).zip(&ids) {
        let copies = copies(&server, parent);
        assert_eq!(copies.len(), 2);
        assert_eq!(
            copies[0].data, copies[1].data,
            "the same Message-ID, date and bytes"
        );
        assert_eq!(program.statut(*id), "envoye");
    }
}

fn after_the_third_copy_a_person_has_to_decide(database: &Database) {
    let server =
        Server::start(Script::default().on_first(3, Stage::Body, accepted_then(Action::Close)));
    let program = Program::new(database).relay(&server);
    program.school(1, 1);
    let id = program.programme(Canal::Email, To::All);
    for copies in 1..=3 {
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(rows(&program, id)[0].ambigus, copies);
        program.wait_is_over();
    }
    assert_eq!(program.states(id), ["incertain resultat_inconnu"]);
    assert_eq!(program.statut(id), "echec");
    assert_eq!(program.run(&[]).code, 0);
    let all = copies(&server, 1);
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|copy| copy.data == all[0].data));
    // Whoever sends it again wants it read: a mail system must not take it for a copy.
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    assert_eq!(program.run(&[]).code, 0);
    let last = Mail::read(&copies(&server, 1)[3].data);
    assert_ne!(
        last.header("Message-ID"),
        Mail::read(&all[0].data).header("Message-ID")
    );
    assert_eq!(program.states(id), ["envoye"]);
    assert_eq!(reached(&server), mailboxes([1; 4]));
}

fn a_relay_that_swallows_mail_gets_a_few_only(database: &Database) {
    let server = Server::start(Script::default().on(Stage::Body, accepted_then(Action::Close)));
    let program = Program::new(database).relay(&server);
    program.school(60, 1);
    let id = program.programme(Canal::Email, To::All);
    let ended = program.run(&["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        stopped(&ended.json(), Canal::Email).unwrap(),
        "ambigu connexion"
    );
    assert!(
        (5..=9).contains(&server.accepted_count()),
        "{}",
        server.accepted_count()
    );
    let tried = rows(&program, id)
        .iter()
        .filter(|row| row.ambigus == 1)
        .count();
    assert_eq!(tried, server.accepted_count());
    assert_eq!(count(&program, id, "a_envoyer"), 60);
    let people = program.run(&[]).stdout;
    assert!(
        people.contains("Envoi des e-mails interrompu : le serveur d'envoi ne confirme plus"),
        "{people}"
    );
}
