//! A gateway that tells what became of an SMS only when it is asked (OVH).

use crate::program::{Program, To, number};
use crate::rows::{closed_port, rows};
use messages_core::digest::hex;
use messages_core::gateways::template::tag;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Answer, Gateway, GatewayScript, Received};
use messages_testing::stories;
use std::time::{Duration, Instant};

stories!(
    what_became_of_an_sms_is_asked_for_until_it_is_told,
    an_sms_whose_answer_was_lost_is_found_by_its_tag,
    an_sms_that_the_gateway_does_not_have_stays_uncertain,
    a_gateway_that_is_not_there_is_asked_later,
    a_gateway_that_hangs_takes_ten_seconds,
    a_gateway_that_wants_to_be_left_alone_is,
    a_number_of_questions_is_the_most,
    two_runs_at_once_ask_each_question_once,
    nothing_is_asked_about_what_was_simulated,
    a_gateway_of_ones_own_can_be_asked_by_our_number,
);

const TIME: &str = "/auth/time";
const SERVICE: &str = "/sms/sms-ab12345-1";

fn ovh<'d>(program: Program<'d>, gateway: &Gateway) -> Program<'d> {
    program
        .set("SMS_PROVIDER", "ovh")
        .set("SMS_API_URL", &gateway.origin())
        .set("SMS_API_ACCOUNT", "sms-ab12345-1")
        .set("SMS_API_KEY", "AK")
        .set("SMS_API_SECRET", "AS")
        .set("SMS_API_CONSUMER", "CK")
}

/// Its clock is years ahead.
fn open() -> GatewayScript {
    GatewayScript::default()
        .gets()
        .answer_for(TIME, Answer::status(200, "2000000000"))
}

/// Takes the SMS of parent `n` as number `100 + n`.
fn takes(script: GatewayScript, n: i64) -> GatewayScript {
    let taken = format!(r#"{{"ids":[{}],"invalidReceivers":[]}}"#, 100 + n);
    script.answer_for(&number(n), Answer::status(200, &taken))
}

/// `parents` SMS, each taken under its number.
fn sent(program: &Program<'_>, parents: i64) -> i64 {
    let gateway = Gateway::start((1..=parents).fold(open(), takes));
    let program = ovh(program.clone(), &gateway).set("MESSAGES_SMS_PER_MINUTE", "100000");
    program.school(parents, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway), Vec::<String>::new(), "not at once");
    id
}

/// The tag under which the SMS of parent `n` left.
fn tagged(program: &Program<'_>, n: i64) -> String {
    let key = program.database.texts(&format!(
        "SELECT substr(m.cle, 1, 16) || '-' || e.id AS v FROM envois e JOIN messages m ON m.id = e.message
          WHERE e.parent = {n}"
    ));
    tag(&key[0])
}

/// What the gateway says of number `100 + n`.
fn says(script: GatewayScript, program: &Program<'_>, n: i64, said: &str) -> GatewayScript {
    let body = format!(
        r#"{{"id":{},"tag":"{}",{said}}}"#,
        100 + n,
        tagged(program, n)
    );
    let path = format!("/outgoing/{}", 100 + n);
    script.answer_for(&path, Answer::status(200, &body))
}

/// So much time passes: for SMS that left, and between two questions.
fn pass(program: &Program<'_>, minutes: u64) {
    let past = |minutes| {
        let at = program.conn().now().unwrap() - Duration::from_secs(60 * minutes);
        at.utc().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
    };
    program.database.execute(&format!(
        "UPDATE envois SET termine_le = '{}' WHERE termine_le IS NOT NULL;
         UPDATE sondages SET prochain = '{}' WHERE fois < 9;",
        past(minutes),
        past(1)
    ));
}

/// `etat motif remise code`, in the order of the parents.
fn states(database: &Database) -> Vec<String> {
    database.texts(
        "SELECT trim(concat_ws(' ', etat, motif, remise, remise_code)) AS v FROM envois ORDER BY parent",
    )
}

fn questions(gateway: &Gateway) -> Vec<Received> {
    let mut asked = gateway.received();
    // The credit is asked for as well.
    asked.retain(|call| call.method == "GET" && ![TIME, SERVICE].contains(&call.path.as_str()));
    asked
}

fn asked(gateway: &Gateway) -> Vec<String> {
    questions(gateway)
        .into_iter()
        .map(|call| call.path)
        .collect()
}

fn posts(gateway: &Gateway) -> usize {
    gateway
        .received()
        .iter()
        .filter(|call| call.method == "POST")
        .count()
}

/// Byte by byte what OVH wants, with the server's own time.
fn is_ours(gateway: &Gateway, call: &Received) {
    let time: i64 = call.header("X-Ovh-Timestamp").unwrap().parse().unwrap();
    assert!((2_000_000_000..2_000_000_300).contains(&time), "{time}");
    let signed = format!("AS+CK+GET+{}{}++{time}", gateway.origin(), call.path);
    let sum = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes());
    let expected = format!("$1${}", hex(sum.as_ref()));
    assert_eq!(call.header("X-Ovh-Signature"), Some(expected.as_str()));
    assert_eq!(call.header("X-Ovh-Application"), Some("AK"));
    assert_eq!(call.header("X-Ovh-Consumer"), Some("CK"));
    assert_eq!(call.raw, "");
}

fn what_became_of_an_sms_is_asked_for_until_it_is_told(database: &Database) {
    let program = Program::new(database);
    let id = sent(&program, 6);
    let said = [
        (1, r#""deliveryReceipt":1,"ptt":0"#),
        (2, r#""deliveryReceipt":2,"ptt":5"#),
        (3, r#""deliveryReceipt":0,"ptt":0"#),
        (5, r#""deliveryReceipt":77"#),
        (6, r#""deliveryReceipt":1"#),
    ];
    let script = said
        .into_iter()
        .fold(open(), |script, (n, said)| says(script, &program, n, said));
    let gateway = Gateway::start(script.answer(Answer::status(404, r#"{"message":"not found"}"#)));
    let program = ovh(program, &gateway);
    // Its receipt came by itself.
    database.execute("UPDATE envois SET remise = 'remis', remise_le = termine_le WHERE parent = 6");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        asked(&gateway),
        Vec::<String>::new(),
        "not in the first minute"
    );
    pass(&program, 2);
    let ended = program.run(&["--quiet"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (0, "", "")
    );
    let calls = questions(&gateway);
    let paths: Vec<_> = calls.iter().map(|call| call.path.clone()).collect();
    assert_eq!(
        paths,
        [101, 102, 103, 104, 105].map(|n| format!("{SERVICE}/outgoing/{n}"))
    );
    for call in &calls {
        is_ours(&gateway, call);
    }
    let told = [
        "envoye remis 0",
        "envoye non_remis 5",
        "envoye en_cours 0",
        "envoye inconnue",
        "envoye en_cours",
        "envoye remis",
    ];
    assert_eq!(states(database), told);
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(asked(&gateway).len(), 5, "the next question comes later");
    // Those of which the end is known are left alone; the others, nine times at most.
    for round in 1..=9_usize {
        pass(&program, 3 * 24 * 60);
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(asked(&gateway).len(), 5 + 3 * round.min(8), "{round}");
    }
    assert_eq!(states(database), told);
    let log = program.log();
    assert!(
        log.contains("suivi passerelle=ovh demandes=5 nouveaux=4 inconnus=1"),
        "{log}"
    );
    assert!(
        log.contains("suivi passerelle=ovh envoi=2 message=1 remise=non_remis"),
        "{log}"
    );
    assert!(
        !log.contains("outgoing") && !log.contains("61200000"),
        "{log}"
    );
    assert_eq!(posts(&gateway), 0);
    pass(&program, 9 * 24 * 60);
    database.execute("UPDATE sondages SET prochain = '2026-01-02T00:00:00Z'");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        database.number("SELECT CAST(count(*) AS TEXT) AS v FROM sondages"),
        0
    );
    program.verify();
}

/// Of three SMS the answers of the first two are lost.
fn lost(program: &Program<'_>) -> i64 {
    let script = takes(open(), 3)
        .answer_for(&number(1), Answer::AcceptThenClose)
        .answer_for(&number(2), Answer::AcceptThenClose);
    let gateway = Gateway::start(script);
    let program = ovh(program.clone(), &gateway);
    program.school(3, 1);
    let id = program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    let uncertain = "incertain resultat_inconnu inconnue";
    assert_eq!(
        states(program.database),
        [uncertain, uncertain, "envoye inconnue"]
    );
    pass(&program, 2);
    id
}

fn finds(script: GatewayScript, program: &Program<'_>, n: i64, numbers: &str) -> GatewayScript {
    script.answer_for(
        &format!("tag={}", tagged(program, n)),
        Answer::status(200, numbers),
    )
}

fn an_sms_whose_answer_was_lost_is_found_by_its_tag(database: &Database) {
    let program = Program::new(database);
    let id = lost(&program);
    let script = finds(open(), &program, 1, "[101]");
    let script = finds(script, &program, 2, "[102, 112]");
    let script = says(script, &program, 1, r#""deliveryReceipt":1"#);
    // The first of two that bear its tag was refused, the second arrived.
    let script = says(script, &program, 2, r#""deliveryReceipt":16"#).answer_for(
        "/outgoing/112",
        Answer::status(
            200,
            &format!(r#"{{"tag":"{}","deliveryReceipt":1}}"#, tagged(&program, 2)),
        ),
    );
    let gateway = Gateway::start(says(script, &program, 3, r#""deliveryReceipt":4"#));
    let program = ovh(program, &gateway);
    assert_eq!(program.run(&[]).code, 0);
    let tags = [1, 2].map(|n| format!("{SERVICE}/outgoing?tag={}", tagged(&program, n)));
    let one = |n: i64| format!("{SERVICE}/outgoing/{n}");
    let expected = [
        tags[0].clone(),
        one(101),
        tags[1].clone(),
        one(102),
        one(112),
        one(103),
    ];
    assert_eq!(asked(&gateway), expected);
    for call in questions(&gateway) {
        is_ours(&gateway, &call);
    }
    assert_eq!(
        states(database),
        ["envoye remis", "envoye remis", "envoye en_cours"]
    );
    let known: Vec<_> = rows(&program, id)
        .into_iter()
        .map(|row| (row.reference, row.verdict))
        .collect();
    let taken = |n: &str| (n.to_owned(), "accepte".to_owned());
    assert_eq!(known, [taken("101"), taken("102"), taken("103")]);
    program.verify();
    // The next run counts anew.
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.statut(id), "envoye");
    let sums = "SELECT nb_envoyes || ' ' || nb_incertains AS v FROM messages";
    assert_eq!(database.texts(sums), ["3 0"]);
    assert_eq!(posts(&gateway), 0, "nothing leaves again");
    program.verify();
}

fn an_sms_that_the_gateway_does_not_have_stays_uncertain(database: &Database) {
    let program = Program::new(database);
    let id = lost(&program);
    // A gateway that passes over the tag tells of all SMS.
    let script = finds(open(), &program, 1, "[]");
    let script = finds(script, &program, 2, "[103]");
    let gateway = Gateway::start(says(script, &program, 3, r#""deliveryReceipt":1"#));
    let program = ovh(program, &gateway);
    let uncertain = "incertain resultat_inconnu inconnue";
    for round in 1..=4 {
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(states(database), [uncertain, uncertain, "envoye remis"]);
        let said = rows(&program, id)[0].detail == "la passerelle n'a pas trace de ce SMS";
        assert_eq!(
            said,
            round == 4,
            "not before an hour: {:?}",
            rows(&program, id)[0]
        );
        pass(&program, 70);
    }
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(posts(&gateway), 0, "only a person sends it again");
    // Late, but there.
    let script = finds(open(), &program, 1, "[101]");
    let script = finds(script, &program, 2, "[]");
    let late = Gateway::start(says(script, &program, 1, r#""deliveryReceipt":0"#));
    let program = ovh(program, &late);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(states(database)[..2], ["envoye en_cours", uncertain]);
    assert_eq!(rows(&program, id)[0].detail, "");
    program.verify();
    // What a person sends again begins anew, under another tag.
    let again = Gateway::start(takes(open(), 2));
    let program = ovh(program, &again).set("MESSAGES_LATE_HOURS", "100");
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(program.run(&["resend", &id.to_string()]).code, 0);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(
        (posts(&again), states(database)[1].as_str()),
        (1, "envoye inconnue")
    );
    program.verify();
}

fn a_gateway_that_is_not_there_is_asked_later(database: &Database) {
    let program = Program::new(database);
    sent(&program, 12);
    pass(&program, 2);
    let nobody = format!("http://127.0.0.1:{}", closed_port());
    let ended = program.clone().set("SMS_API_URL", &nobody);
    let gateway = Gateway::start(open());
    let away = ovh(ended, &gateway).set("SMS_API_URL", &nobody);
    let ended = away.run(&["--quiet"]);
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (0, "", "")
    );
    assert_eq!(states(database), ["envoye inconnue"; 12]);
    assert!(
        away.log()
            .contains("suivi des SMS remis : temporaire (connexion)"),
        "{}",
        away.log()
    );
    // The one whose question was lost comes last.
    let script = (1..=12).fold(open(), |script, n| {
        says(script, &program, n, r#""deliveryReceipt":1"#)
    });
    let gateway = Gateway::start(script);
    let program = ovh(program, &gateway);
    assert_eq!(program.run(&[]).code, 0);
    let first: Vec<String> = [111, 112].map(|n| format!("{SERVICE}/outgoing/{n}")).into();
    assert_eq!(
        asked(&gateway),
        first,
        "ten were taken by the run that had no answer"
    );
    pass(&program, 15);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(states(database), ["envoye remis"; 12]);
    assert_eq!(asked(&gateway).len(), 12);
}

fn a_gateway_that_hangs_takes_ten_seconds(database: &Database) {
    let program = Program::new(database);
    sent(&program, 3);
    pass(&program, 2);
    let script = says(open(), &program, 1, r#""deliveryReceipt":1"#);
    let gateway = Gateway::start(
        script.answer_for("/outgoing/102", Answer::DripBody(Duration::from_secs(2))),
    );
    let program = ovh(program, &gateway);
    let begun = Instant::now();
    assert_eq!(program.run(&[]).code, 0);
    let took = begun.elapsed();
    assert!((9..25).contains(&took.as_secs()), "{took:?}");
    assert_eq!(
        states(database),
        ["envoye remis", "envoye inconnue", "envoye inconnue"]
    );
    assert_eq!(asked(&gateway).len(), 2);
}

fn a_gateway_that_wants_to_be_left_alone_is(database: &Database) {
    let program = Program::new(database);
    sent(&program, 3);
    for (answer, told) in [
        (
            Answer::status(429, "{}").header("Retry-After", "600"),
            "429",
        ),
        (
            Answer::status(401, r#"{"message":"Invalid signature"}"#),
            "401",
        ),
        (Answer::status(500, "{}"), "500"),
        (Answer::status(200, "<html>Bienvenue</html>"), "suivi"),
    ] {
        pass(&program, 2);
        let gateway = Gateway::start(open().answer(answer));
        let program = ovh(program.clone(), &gateway);
        let ended = program.run(&["--quiet"]);
        assert_eq!(
            (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
            (0, "", ""),
            "{told}"
        );
        assert_eq!(asked(&gateway).len(), 1, "{told}");
        assert!(
            program.log().contains(&format!("({told})")),
            "{}",
            program.log()
        );
    }
    assert_eq!(states(database), ["envoye inconnue"; 3]);
    // Sending is not held up by it; where sending is, nothing is asked.
    pass(&program, 2);
    let full = Gateway::start(open().answer(Answer::status(402, "{}")));
    let program = ovh(program, &full);
    program.programme(Canal::Sms, To::Parent(1));
    assert_eq!(program.run(&[]).code, 78);
    assert_eq!((posts(&full), asked(&full).len()), (1, 0));
}

fn a_number_of_questions_is_the_most(database: &Database) {
    let program = Program::new(database);
    sent(&program, 230);
    pass(&program, 2);
    let script = (1..=230).fold(open(), |script, n| {
        says(script, &program, n, r#""deliveryReceipt":1"#)
    });
    let gateway = Gateway::start(script);
    let program = ovh(program, &gateway);
    assert_eq!(program.run(&[]).code, 0);
    let first = asked(&gateway).len();
    assert!((20..=200).contains(&first), "{first}");
    for _ in 0..20 {
        pass(&program, 2);
        assert_eq!(program.run(&[]).code, 0);
        if states(database) == ["envoye remis"; 230] {
            break;
        }
    }
    let mut all = asked(&gateway);
    assert_eq!(states(database), ["envoye remis"; 230]);
    all.sort_unstable();
    all.dedup();
    assert_eq!((all.len(), asked(&gateway).len()), (230, 230), "each once");
}

fn two_runs_at_once_ask_each_question_once(database: &Database) {
    let program = Program::new(database);
    sent(&program, 30);
    pass(&program, 2);
    let script = (1..=30).fold(open(), |script, n| {
        says(script, &program, n, r#""deliveryReceipt":1"#)
    });
    let gateway = Gateway::start(script.latency(Duration::from_millis(50)));
    let program = ovh(program, &gateway);
    let mut runs: Vec<_> = (0..2)
        .map(|_| program.command(&[]).spawn().unwrap())
        .collect();
    for run in &mut runs {
        assert!(run.wait().unwrap().success());
    }
    let mut all = asked(&gateway);
    all.sort_unstable();
    all.dedup();
    assert_eq!((all.len(), asked(&gateway).len()), (30, 30));
    assert_eq!(states(database), ["envoye remis"; 30]);
    let clocks = gateway.received_count() - 30;
    assert_eq!(clocks, 2, "both asked");
    program.verify();
}

fn nothing_is_asked_about_what_was_simulated(database: &Database) {
    let gateway = Gateway::start(open());
    let program = ovh(Program::new(database), &gateway);
    let pretending = program.clone().set("MESSAGES_MODE", "simulation");
    program.school(2, 1);
    pretending.programme(Canal::Sms, To::All);
    assert_eq!(pretending.run(&[]).code, 0);
    pass(&program, 2);
    assert_eq!(pretending.run(&[]).code, 0);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(states(database), ["envoye inconnue"; 2]);
    assert_eq!(gateway.received_count(), 0);
}

/// It names SMS as we do.
const OURS: &str = r#"
name = "Passerelle de la mairie"
manual = ""

[settings]
SMS_API_URL = { about = "adresse" }

[request]
url = "{SMS_API_URL}/envoi"
encoding = "form"
fields = { numero = "{to_digits}", texte = "{text}", nom = "{id}" }

[poll]
url = "{SMS_API_URL}/suivi/{id}"
status = "/sms/etat"
delivered = ["ARRIVE"]
failed = ["PERDU"]
"#;

fn a_gateway_of_ones_own_can_be_asked_by_our_number(database: &Database) {
    let file = database.folder().join("mairie.toml");
    std::fs::write(&file, OURS).unwrap();
    let script = GatewayScript::default()
        .gets()
        .answer_for(
            "/suivi/",
            Answer::status(200, r#"{"sms":{"etat":"arrive"}}"#),
        )
        .answer_for(&number(1).replace('+', ""), Answer::AcceptThenClose);
    let gateway = Gateway::start(script);
    let program = Program::new(database)
        .set("SMS_PROVIDER", &file.display().to_string())
        .set("SMS_API_URL", &gateway.origin());
    program.school(2, 1);
    program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    pass(&program, 2);
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(states(database), ["envoye remis"; 2]);
    let cle = &database.texts("SELECT substr(cle, 1, 16) AS v FROM messages")[0];
    let expected = [1, 2].map(|n| format!("/suivi/{cle}-{n}"));
    assert_eq!(asked(&gateway), expected);
    program.verify();
}

/// A run that dies while it asks.
#[cfg(feature = "failpoints")]
mod killed {
    use super::{Gateway, asked, open, ovh, pass, says, sent, states};
    use crate::program::Program;
    use messages_testing::db::Database;
    use messages_testing::stories;

    stories!(a_run_that_dies_between_answer_and_commit_is_repeated);

    fn a_run_that_dies_between_answer_and_commit_is_repeated(database: &Database) {
        let program = Program::new(database);
        sent(&program, 2);
        let script = (1..=2).fold(open(), |script, n| {
            says(script, &program, n, r#""deliveryReceipt":1"#)
        });
        let gateway = Gateway::start(script);
        let program = ovh(program, &gateway);
        let mut questions = 0;
        for (place, told, more) in [
            (
                "sondage_claimed:0",
                ["envoye inconnue", "envoye inconnue"],
                0,
            ),
            (
                "sondage_commit:0",
                ["envoye inconnue", "envoye inconnue"],
                1,
            ),
            (
                "sondage_committed:0",
                ["envoye remis", "envoye inconnue"],
                1,
            ),
            ("sondage_commit:0", ["envoye remis", "envoye inconnue"], 1),
        ] {
            pass(&program, 2);
            let dying = program.clone().set("FAILPOINT", place);
            assert_eq!(dying.run(&[]).code, -1, "{place}");
            questions += more;
            assert_eq!(
                (states(database), asked(&gateway).len()),
                (told.map(str::to_owned).into(), questions),
                "{place}"
            );
            assert_eq!(program.run(&[]).code, 0);
            assert_eq!(
                asked(&gateway).len(),
                questions,
                "it is another one's still"
            );
        }
        pass(&program, 2);
        assert_eq!(program.run(&[]).code, 0);
        assert_eq!(states(database), ["envoye remis"; 2]);
        program.verify();
    }
}
