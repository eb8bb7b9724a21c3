//! What is too old is forgotten by runs and by `purge`; what is kept about a parent is told.

mod export;
mod runs;

use crate::program::{Ended, Program, To, message};
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;

stories!(
    without_the_setting_nothing_is_forgotten_and_what_to_set_is_told,
    what_the_rehearsal_tells_is_what_goes,
    an_impossible_clock_forgets_nothing,
);

/// Four messages to three parents, sent long ago, and one of today.
fn school<'d>(database: &'d Database, gateway: &Gateway) -> Program<'d> {
    let program = Program::new(database).gateway(gateway);
    program.school(3, 1);
    send(&program, 4);
    database.execute(&aged(database));
    send(&program, 1);
    program
}

fn send(program: &Program<'_>, messages: usize) {
    for n in 0..messages {
        program.insert(&NewMessage {
            contenu: format!("Léo Zorglubine est absent ({n})."),
            ..message(Canal::Sms, To::All)
        });
    }
    assert_eq!(program.run(&["--quiet"]).code, 0);
}

/// Moves all that happened 500 days back.
fn aged(database: &Database) -> String {
    let earlier = |column: &str| {
        if database.is_postgres() {
            format!("{column} = {column} - interval '500 days'")
        } else {
            format!("{column} = strftime('%Y-%m-%dT%H:%M:%f000Z', {column}, '-500 days')")
        }
    };
    let all = |columns: &[&str]| {
        columns
            .iter()
            .map(|one| earlier(one))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let of_messages = [
        "date_creation",
        "date_programmee",
        "programme_le",
        "etendu_le",
        "date_envoi",
    ];
    format!(
        "UPDATE messages SET {}; UPDATE envois SET {}; UPDATE historique SET {};",
        all(&of_messages),
        all(&["emis_le", "termine_le"]),
        earlier("fait_le")
    )
}

fn forgotten(database: &Database) -> i64 {
    database.number(
        "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE oublie_le IS NOT NULL AND contenu = ''",
    )
}

/// Nothing of anybody is on the terminal.
fn says_nothing_of_anybody(ended: &Ended) {
    for secret in ["Zorglubine", "Nom1", "+336", "parent1@"] {
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(!said.contains(secret), "{ended:?}");
    }
}

fn without_the_setting_nothing_is_forgotten_and_what_to_set_is_told(database: &Database) {
    let program = school(database, &Gateway::start(GatewayScript::default()));
    for arguments in [&["purge"][..], &["purge", "--dry-run"]] {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(
            ended.stderr.contains("MESSAGES_RETENTION_DAYS=400"),
            "{ended:?}"
        );
    }
    assert_eq!(program.run(&[]).code, 0);
    assert_eq!(forgotten(database), 0);
    let check = program.run(&["check"]).stdout;
    assert!(check.contains("conservation sans limite"), "{check}");
    for days in ["0", "-3", "un an", "7"] {
        let ended = program
            .clone()
            .set("MESSAGES_RETENTION_DAYS", days)
            .run(&[]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(
            ended.stderr.contains("MESSAGES_RETENTION_DAYS : «"),
            "{ended:?}"
        );
    }
    assert_eq!(forgotten(database), 0);
}

fn what_the_rehearsal_tells_is_what_goes(database: &Database) {
    let program = school(database, &Gateway::start(GatewayScript::default()));
    let program = program.set("MESSAGES_RETENTION_DAYS", "400");
    let told = program.run(&["purge", "--dry-run", "--json"]).json();
    let people = program.run(&["purge", "--dry-run"]);
    says_nothing_of_anybody(&people);
    for line in [
        "Conservation : 400 jours",
        "Serait oublié :",
        "  4 messages\n",
        "  12 envois\n",
    ] {
        assert!(people.stdout.contains(line), "{people:?}");
    }
    assert_eq!(forgotten(database), 0);
    let gone = program.run(&["purge", "--json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    for kind in [
        "messages",
        "envois",
        "tentatives",
        "faits",
        "parents",
        "etudiants",
    ] {
        assert_eq!(
            gone.json()["oublies"][kind],
            told["oublies"][kind],
            "{kind}"
        );
    }
    assert_eq!(
        (&told["oublies"]["messages"], &told["oublies"]["envois"]),
        (&4.into(), &12.into())
    );
    assert_eq!(
        (&told["essai"], &gone.json()["essai"]),
        (&true.into(), &false.into())
    );
    assert_eq!(forgotten(database), 4);
    let again = program.run(&["purge"]);
    assert!(again.stdout.contains("Rien n'est à oublier."), "{again:?}");
    program.verify();
    assert!(!program.log().contains("Zorglubine"));
    assert!(program.log().contains("oubli messages=4 envois=12"));
}

/// Were it believed, everything would look old.
fn an_impossible_clock_forgets_nothing(database: &Database) {
    let program = school(database, &Gateway::start(GatewayScript::default()));
    let program = program.set("MESSAGES_RETENTION_DAYS", "400");
    database.execute(
        "UPDATE passages SET debut = '2099-01-01T00:00:00Z', battement = '2099-01-01T00:00:00Z'",
    );
    let ended = program.run(&["purge"]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(ended.stderr.contains("horloge"), "{ended:?}");
    assert_eq!(program.run(&["--quiet"]).code, 75);
    assert_eq!(forgotten(database), 0);
}
