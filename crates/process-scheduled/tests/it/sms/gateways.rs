//! Gateways that are described by data, from the command line.

use crate::program::{Ended, Program, To, number};
use crate::rows::rows;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript};
use messages_testing::stories;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

stories!(
    a_telephone_that_knows_the_sms_again_is_asked_again,
    a_run_that_is_killed_leaves_no_doubt_with_it,
    another_gateway_is_not_shown_what_the_first_may_have,
    an_administrators_own_gateway_is_described_in_a_file,
    what_is_missing_or_misspelt_is_named,
    the_gateways_are_listed_without_settings,
    one_sms_is_tried_after_a_question,
    what_is_left_of_the_account_is_told_between_runs,
);

const TAKEN: &str = r#"{"id":"x","state":"Pending"}"#;

fn telephone<'d>(program: Program<'d>, gateway: &Gateway) -> Program<'d> {
    program
        .set("SMS_PROVIDER", "smsgate")
        .set("SMS_API_URL", &gateway.origin())
        .set("SMS_API_USER", "phone")
        .set("SMS_API_SECRET", "secret")
        .set("MESSAGES_SMS_PER_MINUTE", "6000")
}

/// The ids that it was asked with, and the number that each was for.
fn ids(gateway: &Gateway) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let asked = gateway.received().into_iter();
    asked
        .map(|sms| (text(&sms.body["id"]), text(&sms.body["phoneNumbers"][0])))
        .collect()
}

fn a_telephone_that_knows_the_sms_again_is_asked_again(database: &Database) {
    let known = Answer::status(409, r#"{"message":"message with this id already exists"}"#);
    let script = GatewayScript::default()
        .answer(Answer::status(202, TAKEN))
        .answer_for(&number(2), Answer::AcceptThenClose)
        .times(1)
        .answer_for(&number(2), known);
    let gateway = Gateway::start(script);
    let program = telephone(Program::new(database), &gateway);
    program.school(3, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let lost = &rows(&program, id)[1];
    assert_eq!(
        (lost.etat.as_str(), lost.ambigus),
        ("a_envoyer", 1),
        "{lost:?}"
    );
    assert!((48..=72).contains(&lost.wait), "{lost:?}");
    program.wait_is_over();
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "envoye");
    let asked = ids(&gateway);
    let second: Vec<_> = asked.iter().filter(|(_, to)| *to == number(2)).collect();
    assert_eq!(second.len(), 2, "{asked:?}");
    assert_eq!(second[0], second[1], "the same id for the same SMS");
    assert_eq!(asked.len(), 4);
    let references = rows(&program, id);
    assert!(
        references
            .iter()
            .all(|row| asked.iter().any(|(id, _)| *id == row.reference))
    );
    program.verify();
}

fn a_run_that_is_killed_leaves_no_doubt_with_it(database: &Database) {
    let script = GatewayScript::default()
        .answer(Answer::status(202, TAKEN))
        .answer_first(1, Answer::Hang);
    let gateway = Gateway::start(script);
    let program = telephone(Program::new(database), &gateway);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    let mut child = program.command(&[]).spawn().unwrap();
    assert!(gateway.wait_received(1, Duration::from_secs(20)));
    child.kill().unwrap();
    child.wait().unwrap();
    database.execute("UPDATE envois SET bail_jusqua = emis_le");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "envoye");
    let asked = ids(&gateway);
    assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
    program.verify();
}

fn another_gateway_is_not_shown_what_the_first_may_have(database: &Database) {
    let first = Gateway::start(GatewayScript::default().answer(Answer::AcceptThenClose));
    let program = telephone(Program::new(database), &first);
    program.school(1, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(rows(&program, id)[0].etat, "a_envoyer");
    program.wait_is_over();
    let second = Gateway::start(GatewayScript::default());
    let program = program.set("SMS_PROVIDER", "http").gateway(&second);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(rows(&program, id)[0].state(), "incertain resultat_inconnu");
    assert_eq!((first.received_count(), second.received_count()), (1, 0));
    program.verify();
}

/// A gateway as a town has it: a form, a text as answer.
const OURS: &str = r#"
name = "Passerelle de la mairie"
manual = ""
per_minute = 6000

[settings]
SMS_API_URL = { about = "adresse" }
SMS_MAIRIE_CODE = { about = "code du service" }

[request]
url = "{SMS_API_URL}/envoi"
encoding = "form"
fields = { code = "{SMS_MAIRIE_CODE}", numero = "{to_zeros}", texte = "{text}", de = "{from}" }

[answer]
reference = ""
reference_after = " "
rules = [
  { means = "credit", holds = ["QUOTA"] },
  { means = "recipient", holds = ["NUMERO"] },
  { means = "accepted", holds = ["OK"] },
]
"#;

fn an_administrators_own_gateway_is_described_in_a_file(database: &Database) {
    let script = GatewayScript::default()
        .answer(Answer::status(200, "OK 4711"))
        .answer_for("0033612000002", Answer::status(200, "NUMERO inconnu"));
    let gateway = Gateway::start(script);
    let file = database.folder().join("mairie.toml");
    std::fs::write(&file, OURS).unwrap();
    let program = Program::new(database)
        .set("SMS_PROVIDER", &file.display().to_string())
        .set("SMS_API_URL", &gateway.origin())
        .set("SMS_MAIRIE_CODE", "s3cret");
    program.school(2, 1);
    let id = program.programme(Canal::Sms, To::All);
    let ended = program.run(&[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        !ended.stderr.contains("SMS_MAIRIE_CODE"),
        "it is known: {ended:?}"
    );
    let after = rows(&program, id);
    assert_eq!(
        (after[0].state(), after[0].reference.as_str()),
        ("envoye".into(), "4711")
    );
    assert_eq!(after[1].state(), "echec permanent");
    let sent = gateway.received().remove(0);
    assert_eq!(sent.path, "/envoi");
    assert!(
        sent.raw.starts_with("code=s3cret&numero=003361200000"),
        "{}",
        sent.raw
    );
    assert_eq!(
        database.texts("SELECT DISTINCT passerelle AS v FROM envois"),
        ["mairie"]
    );
    let check = program.run(&["check"]);
    assert_eq!(check.code, 0, "{check:?}");
    assert!(!check.stdout.contains("s3cret"));
    std::fs::write(
        &file,
        OURS.replace("encoding = \"form\"", "encoding = \"xml\""),
    )
    .unwrap();
    let faulty = program.run(&["check"]);
    assert_eq!(faulty.code, 78, "{faulty:?}");
    let told = format!("{}{}", faulty.stdout, faulty.stderr);
    assert!(told.contains("mairie.toml, ligne 12 : « xml » n'est pas connu ici, il faut l'un de : json, form, query"), "{told}");
}

fn what_is_missing_or_misspelt_is_named(database: &Database) {
    let program = Program::new(database).set("SMS_PROVIDER", "twillio");
    let ended = program.run(&[]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("SMS_PROVIDER : « twillio » n'est pas connue"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("twilio, brevo"), "{ended:?}");
    let ended = program.clone().set("SMS_PROVIDER", "twilio").run(&[]);
    assert_eq!(ended.code, 78);
    assert!(
        ended
            .stderr
            .contains("SMS_API_ACCOUNT : manque : identifiant du compte"),
        "{ended:?}"
    );
    assert!(
        ended.stderr.contains("SMS_API_SECRET : manque"),
        "{ended:?}"
    );
    let ended = program.set("SMS_PROVIDER", "/nulle/part.toml").run(&[]);
    assert_eq!(ended.code, 78);
    assert!(
        ended.stderr.contains("SMS_PROVIDER : /nulle/part.toml : "),
        "{ended:?}"
    );
}

fn the_gateways_are_listed_without_settings(database: &Database) {
    let program = Program::without_settings(database);
    let all = program.run(&["gateways"]);
    assert_eq!((all.code, all.stderr.as_str()), (0, ""));
    for name in ["ovh", "twilio", "smsgate", "SMS_API_CONSUMER", "legacy"] {
        assert!(all.stdout.contains(name), "{name}: {}", all.stdout);
    }
    let one = program.run(&["gateways", "brevo", "--json"]).json();
    assert_eq!(one[0]["passerelle"], "brevo");
    assert_eq!(one[0]["reglages"][0]["reglage"], "SMS_API_KEY");
    assert_eq!(one[0]["reglages"][0]["obligatoire"], true);
    let none = program.run(&["gateways", "bravo"]);
    assert_eq!(none.code, 1);
    assert!(
        none.stderr
            .contains("n'est pas connue, il y a : legacy, ovh"),
        "{none:?}"
    );
}

fn tried(program: &Program<'_>, arguments: &[&str], said: &str) -> Ended {
    let mut child = program
        .command(arguments)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(said.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().into()
}

fn one_sms_is_tried_after_a_question(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default().answer(Answer::status(202, TAKEN)));
    let program = telephone(Program::new(database), &gateway).set("MESSAGES_MODE", "simulation");
    let arguments = ["gateways", "--try", "06 12 34 56 78"];
    let no = tried(&program, &arguments, "\n");
    assert_eq!((no.code, gateway.received_count()), (1, 0), "{no:?}");
    let yes = tried(&program, &arguments, "oui\n");
    assert_eq!(yes.code, 0, "{yes:?}");
    assert!(
        yes.stdout.contains("La passerelle a pris le SMS"),
        "{yes:?}"
    );
    assert_eq!(ids(&gateway)[0].1, "+33612345678");
    assert!(!program.log().contains("612345678"));
    let refused = Gateway::start(GatewayScript::default().answer(Answer::status(401, "{}")));
    let ended =
        telephone(program.clone(), &refused).run(&["gateways", "--try", "0612345678", "--oui"]);
    assert_eq!(ended.code, 78, "{ended:?}");
    assert!(
        ended.stdout.contains("L'essai n'est pas parti : "),
        "{ended:?}"
    );
    let wrong = program.run(&["gateways", "--try", "12", "--oui"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    // Nothing of it is in the database, which has nothing to send either.
    assert_eq!(
        database.texts("SELECT CAST(count(*) AS TEXT) AS v FROM envois"),
        ["0"]
    );
}

fn what_is_left_of_the_account_is_told_between_runs(database: &Database) {
    let script = GatewayScript::default()
        .gets()
        .answer(Answer::status(201, r#"{"sid":"SM1","status":"queued"}"#))
        .answer_for("Balance", Answer::status(200, r#"{"balance":"12.40"}"#));
    let gateway = Gateway::start(script);
    let program = Program::new(database)
        .set("SMS_PROVIDER", "twilio")
        .set("SMS_API_URL", &gateway.origin())
        .set("SMS_API_ACCOUNT", "AC1")
        .set("SMS_API_SECRET", "secret");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(gateway.received_count(), 0, "nothing was sent");
    program.school(2, 1);
    for _ in 0..2 {
        program.programme(Canal::Sms, To::All);
        assert_eq!(program.run(&[]).code, 0);
    }
    let asked = gateway.received();
    let credit = asked
        .iter()
        .filter(|call| call.path.ends_with("Balance.json"));
    assert_eq!(credit.count(), 1, "not after each run");
    let status = program.run(&["status"]).stdout;
    assert!(
        status.contains("Crédit à la passerelle SMS : 12.40 ("),
        "{status}"
    );
    assert_eq!(
        program.run(&["status", "--json"]).json()["sms_credit"]["credit"],
        "12.40"
    );
}
