//! Told once, on stderr: a relay that refuses the password, seen by one run and by several.

use super::{PASSWORD, a_day_passes, alert, checked, ok, relay, through, told};
use crate::program::{Ended, Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    a_wrong_password_is_told_when_it_begins_once_a_day_and_when_it_ends,
    of_runs_at_the_same_moment_one_tells,
    another_cause_is_told_anew,
    a_message_that_nobody_got_is_told_until_it_is_settled,
    an_uncertain_sms_is_told_until_it_is_settled,
);

fn a_wrong_password_is_told_when_it_begins_once_a_day_and_when_it_ends(database: &Database) {
    let program = Program::new(database);
    program.school(2, 1).programme(Canal::Email, To::All);
    assert_eq!(checked(&program), ok());
    let refuses = relay("autre");
    let wrong = through(&program, &refuses);
    let begins = told(&wrong, 78);
    assert_eq!(begins.len(), 1, "{begins:?}");
    assert!(
        begins[0].starts_with("process-scheduled : ALERTE. Envoi des e-mails interrompu"),
        "{begins:?}"
    );
    assert_eq!(told(&wrong, 78), [""; 0]);
    assert_eq!(checked(&program), alert("1 incident"));
    let status = program.run(&["status", "--json"]);
    assert_eq!(status.code, 0);
    let json = status.json();
    let incident = &json["incidents"][0];
    assert_eq!(
        (&incident["genre"], &incident["objet"]),
        (&"canal_arrete".into(), &"email".into())
    );
    a_day_passes(&program);
    let lasts = told(&wrong, 78);
    assert_eq!(lasts.len(), 1, "{lasts:?}");
    assert!(
        lasts[0].contains("ALERTE depuis le 01/11/2026 à 09:00. Envoi des e-mails"),
        "{lasts:?}"
    );
    assert_eq!(told(&wrong, 78), [""; 0]);
    program.wait_is_over();
    let right = relay(PASSWORD);
    let mended = through(&program, &right);
    assert_eq!(
        told(&mended, 0),
        ["process-scheduled : FIN D'ALERTE. Les e-mails partent de nouveau."]
    );
    assert_eq!(told(&mended, 0), [""; 0]);
    assert_eq!(checked(&program), ok());
    let log = program.log();
    assert_eq!(log.matches("incident=canal_arrete").count(), 3, "{log}");
}

/// Four at once; what all of them said.
fn at_once(program: &Program<'_>) -> Vec<String> {
    let runs: Vec<_> = (0..4)
        .map(|_| program.command(&["--quiet"]).spawn().unwrap())
        .collect();
    let ended = runs
        .into_iter()
        .map(|run| Ended::from(run.wait_with_output().unwrap()));
    let said: Vec<Ended> = ended.collect();
    let lines = said.iter().flat_map(|ended| ended.stderr.lines());
    lines.map(str::to_owned).collect()
}

fn of_runs_at_the_same_moment_one_tells(database: &Database) {
    let program = Program::new(database);
    program.school(2, 1).programme(Canal::Email, To::All);
    let refuses = relay("autre");
    let wrong = through(&program, &refuses);
    let begins = at_once(&wrong);
    assert_eq!(begins.len(), 1, "{begins:?}");
    a_day_passes(&program);
    let lasts = at_once(&wrong);
    assert_eq!(lasts.len(), 1, "{lasts:?}");
    assert!(lasts[0].contains("ALERTE depuis"), "{lasts:?}");
    program.wait_is_over();
    let right = relay(PASSWORD);
    let ends = at_once(&through(&program, &right));
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!(ends[0].contains("FIN D'ALERTE"), "{ends:?}");
}

fn another_cause_is_told_anew(database: &Database) {
    let program = Program::new(database);
    program.school(1, 1).programme(Canal::Sms, To::All);
    let gateways = [401, 402].map(|code| {
        let script = GatewayScript::default().answer(Answer::status(code, "no"));
        Gateway::start(script)
    });
    for gateway in &gateways {
        let program = program.clone().gateway(gateway);
        program.wait_is_over();
        let begins = told(&program, 78);
        assert_eq!(begins.len(), 1, "{begins:?}");
        assert!(
            begins[0].contains(": ALERTE. Envoi des SMS interrompu"),
            "{begins:?}"
        );
        assert_eq!(told(&program, 78), [""; 0]);
        assert_eq!(checked(&program), alert("1 incident"));
    }
    let json = program.run(&["status", "--json"]).json();
    assert_eq!(json["incidents"][0]["genre"], "quota");
}

fn a_message_that_nobody_got_is_told_until_it_is_settled(database: &Database) {
    let program = Program::new(database);
    program.school(1, 1);
    program.parent(2, "12", "");
    let gateway = Gateway::start(GatewayScript::default());
    let program = program.gateway(&gateway);
    let id = program.programme(Canal::Sms, To::Parent(2));
    let begins = told(&program, 0);
    assert_eq!(begins.len(), 1, "{begins:?}");
    assert!(
        begins[0].contains(&format!("Message n° {id} : ÉCHEC")),
        "{begins:?}"
    );
    assert_eq!(told(&program, 0), [""; 0]);
    assert_eq!(checked(&program), alert("1 incident"));
    let status = program.run(&["status"]).stdout;
    assert!(
        status.contains(&format!("Message n° {id} : ÉCHEC")),
        "{status}"
    );
    program.parent(2, "06 12 00 00 02", "");
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    let ends = told(&program, 0);
    assert_eq!(ends.len(), 1, "{ends:?}");
    assert!(
        ends[0].contains(&format!("FIN D'ALERTE. Message n° {id}")),
        "{ends:?}"
    );
    assert_eq!(checked(&program), ok());
}

fn an_uncertain_sms_is_told_until_it_is_settled(database: &Database) {
    let silent = Gateway::start(GatewayScript::default().answer(Answer::CloseAfterRead));
    let program = Program::new(database).gateway(&silent);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    let begins = told(&program, 0);
    let doubt = format!("Message n° {id} : 1 envoi incertain");
    assert!(
        begins.iter().any(|line| line.contains(&doubt)),
        "{begins:?}"
    );
    assert_eq!(checked(&program).0, 1);
    // Nobody decides: after some days it is no longer told.
    database
        .execute("UPDATE incidents SET debut = '2026-11-01T08:00:00Z' WHERE genre = 'incertain'");
    let ends = told(&program, 0);
    assert!(
        ends.iter()
            .any(|line| line.contains(&format!("FIN D'ALERTE. Message n° {id}"))),
        "{ends:?}"
    );
}
