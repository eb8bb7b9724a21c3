//! What the gateway gets.

use super::{asked, numbers, reached};
use crate::program::{Program, To, message};
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use std::collections::BTreeSet;

stories!(
    a_class_gets_each_its_own_sms,
    a_second_run_sends_nothing_again,
    an_sms_says_exactly_what_was_written,
    letters_that_double_the_price_are_replaced_as_the_setting_says,
);

fn a_class_gets_each_its_own_sms(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database)
        .gateway(&gateway)
        .set("MESSAGES_SMS_CONNECTIONS", "3");
    program.school(60, 2);
    let id = program.programme(Canal::Sms, To::Classe(1));
    let ended = program.run(&["--json"]);
    assert_eq!(
        (ended.code, &ended.json()["totaux"]["envoyes"]),
        (0, &30.into()),
        "{ended:?}"
    );
    assert_eq!(program.states(id), ["envoye"; 30]);
    assert_eq!(program.statut(id), "envoye");
    assert_eq!(asked(&gateway), numbers((2..=60).step_by(2)));
    let mut connections = BTreeSet::new();
    for post in gateway.received() {
        let to = post.body["to"].as_str().unwrap();
        assert!(to.starts_with("+336"), "{to}");
        let expected = serde_json::json!({
            "apiKey": "cle-secrete",
            "to": to,
            "from": "COLLEGE",
            "message": message(Canal::Sms, To::All).contenu,
        });
        assert_eq!(post.body, expected);
        assert_eq!(post.path, "/send");
        assert!(
            post.header("Content-Type")
                .unwrap()
                .starts_with("application/json"),
            "{post:?}"
        );
        // A compressed answer could grow beyond every bound.
        assert!(
            post.header("Accept-Encoding")
                .is_none_or(|value| value == "identity"),
            "{post:?}"
        );
        // On a connection that the gateway is closing, a request would vanish without an answer.
        assert!(
            connections.insert(post.connection),
            "a connection was used twice"
        );
    }
    assert!(gateway.max_open() <= 3, "{}", gateway.max_open());
}

fn a_second_run_sends_nothing_again(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(3, 1);
    program.programme(Canal::Sms, To::All);
    assert_eq!(program.run(&[]).code, 0);
    program.wait_is_over();
    assert_eq!(
        program.run(&[]).stdout,
        "Aucun message programmé à envoyer.\n"
    );
    assert_eq!(reached(&gateway), numbers(1..=3));
    assert_eq!(gateway.connections(), 3);
}

fn an_sms_says_exactly_what_was_written(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    let contenu = "« L'été » à 8 h\r\n\t\"\\ \u{1}\u{2028}{\"to\":\"+33600000000\"} 👩\u{200d}🎓 €";
    let odd = NewMessage {
        contenu: contenu.to_owned(),
        ..message(Canal::Sms, To::All)
    };
    program.insert(&odd);
    assert_eq!(program.run(&[]).code, 0);
    let posts = gateway.received();
    assert_eq!(posts[0].body["message"], contenu.replace("\r\n", "\n"));
    assert_eq!(posts[0].body.as_object().unwrap().len(), 4);
    assert_eq!(asked(&gateway), numbers([1]));
}

fn letters_that_double_the_price_are_replaced_as_the_setting_says(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let short = "La fête de l’école";
    let long = "La fête de l’école est à 8 h, à côté du préau : venez nombreux, merci à tous.";
    let plain = long.replace('ê', "e").replace('ô', "o").replace('’', "'");
    for (policy, contenu, expected) in [
        ("auto", short, short),
        ("auto", long, plain.as_str()),
        ("jamais", long, long),
        ("always", short, "La fete de l'école"),
    ] {
        let program = Program::new(database)
            .gateway(&gateway)
            .set("SMS_PLAIN", policy);
        program.school(1, 1);
        let odd = NewMessage {
            contenu: contenu.to_owned(),
            ..message(Canal::Sms, To::All)
        };
        program.insert(&odd);
        assert_eq!(program.run(&[]).code, 0);
        let posts = gateway.received();
        assert_eq!(posts.last().unwrap().body["message"], expected, "{policy}");
    }
}
