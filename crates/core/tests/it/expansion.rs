//! The audience: every recipient once per address, whatever dies in between.

use crate::harness::{DAY, School, To, expand, message, number, parent, rules, take_over};
use crate::whole::Whole;
use messages_core::dispatch::Expander;
use messages_core::instant::Instant;
use messages_core::model::{Classe, Etudiant, NewMessage, Parent};
use messages_core::store::annuaire::{Annuaire, Lien};
use messages_core::store::{expansion, messages};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

stories!(
    a_message_waits_for_its_date,
    a_large_group_is_worked_out_in_chunks_and_leaves_as_a_whole,
    whoever_could_send_is_told_that_recipients_are_being_worked_out,
    a_group_that_a_dead_run_left_is_completed_by_the_next,
    an_expander_that_lost_its_lease_adds_nothing,
    what_a_run_gives_back_is_taken_up_at_once,
    a_cancel_during_the_expansion_stops_it,
    expanders_at_once_work_out_each_message_once,
    a_class_is_its_parents_once_each,
    who_cannot_be_written_to_has_a_reason,
    an_address_is_written_to_once,
    an_address_is_written_to_once_across_chunks,
    a_message_to_an_erased_parent_has_no_recipient,
    a_limit_takes_the_oldest_messages_only,
    lateness_counts_from_the_later_of_date_and_programming,
    a_simulation_marks_the_messages_that_it_takes,
);

const CHUNK: i64 = 500;

fn a_message_waits_for_its_date(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let now = school.conn().now().unwrap();
    let later = school.insert(&NewMessage {
        date_programmee: Some(now + Duration::from_secs(600)),
        ..message(Canal::Sms, To::Parent(1))
    });
    assert_eq!(school.expand().messages, 0);
    assert_eq!(school.statut(later), "programme");
    let due = school.programme(Canal::Sms, To::Parent(1));
    let step = school.expand();
    assert_eq!((step.messages, step.recipients, step.ignored), (1, 1, 0));
    assert_eq!(school.statut(due), "en_attente");
    assert_eq!(school.statut(later), "programme");
}

fn whoever_could_send_is_told_that_recipients_are_being_worked_out(database: &Database) {
    let school = School::new(database);
    school.parents((1..=700).map(parent));
    school.programme(Canal::Sms, To::All);
    let mut run = school.run("run");
    let now = run.conn.now().unwrap();
    let soon = now + Duration::from_secs(2);
    let asked = |passage: &str, canaux: &[Canal], at: Instant| {
        expansion::is_under_way(&mut school.conn(), passage, canaux, at).unwrap()
    };
    assert!(
        asked("other", Canal::ALL, soon),
        "it is due, and nobody says that he has it"
    );
    let mut expander = Expander::new(rules(&[]), "run".to_owned(), None);
    expander.step(&mut run.conn).unwrap();
    assert!(asked("other", Canal::ALL, soon));
    assert!(!asked("other", &[Canal::Email], soon), "not of its channel");
    assert!(!asked("run", Canal::ALL, soon), "itself");
    let late = now + Duration::from_secs(9);
    assert!(!asked("other", Canal::ALL, late), "whoever does has died");
    while expander.step(&mut run.conn).unwrap().more {}
    assert!(
        !asked("other", Canal::ALL, soon),
        "all are there to be claimed"
    );
}

fn a_large_group_is_worked_out_in_chunks_and_leaves_as_a_whole(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1300).map(parent));
    school.programme(Canal::Sms, To::All);
    let mut expander = Expander::new(rules(&[]), "run".to_owned(), None);
    let mut run = school.run("run");
    for recipients in [CHUNK, CHUNK] {
        let step = expander.step(&mut run.conn).unwrap();
        assert_eq!(i64::try_from(step.recipients).unwrap(), recipients);
        assert!(step.more);
        assert_eq!(
            run.claim(Canal::Sms, 10),
            [],
            "nothing leaves before the last chunk"
        );
    }
    assert_eq!(expander.step(&mut run.conn).unwrap().recipients, 300);
    assert_whole(&school, 1300);
    assert_eq!(run.claim(Canal::Sms, 10).len(), 10);
}

/// One envoi to each of `parents` parents, each in a place of its own.
fn assert_whole(school: &School<'_>, parents: i64) {
    assert_eq!(school.count("envois", "1 = 1"), parents);
    assert_eq!(school.count("envois", "etat = 'a_envoyer'"), parents);
    for column in ["parent", "rang", "adresse"] {
        let distinct = format!("SELECT CAST(count(DISTINCT {column}) AS TEXT) AS v FROM envois");
        assert_eq!(school.database.number(&distinct), parents, "{column}");
    }
    assert_eq!(
        school.one("SELECT min(rang) || ' ' || max(rang) AS v FROM envois"),
        format!("0 {}", parents - 1)
    );
    let complete = format!("nb_destinataires = {parents} AND etendu_le IS NOT NULL");
    assert_eq!(school.count("messages", &complete), 1);
}

/// As if the run that works out recipients had died long ago.
fn lease_is_over(database: &Database) {
    database.execute(
        "UPDATE messages SET bail_jusqua = '2001-01-01T00:00:00Z' WHERE bail_jusqua IS NOT NULL",
    );
}

fn a_group_that_a_dead_run_left_is_completed_by_the_next(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1300).map(parent));
    school.programme(Canal::Sms, To::All);
    let mut conn = school.conn();
    Expander::new(rules(&[]), "dead".to_owned(), None)
        .step(&mut conn)
        .unwrap();
    let mut next = Expander::new(rules(&[]), "next".to_owned(), None);
    assert_eq!(
        expand(&mut next, &mut conn).messages,
        0,
        "a live lease is left alone"
    );
    lease_is_over(database);
    let rest = expand(&mut next, &mut conn);
    assert_eq!((rest.messages, rest.recipients), (1, 800));
    assert_whole(&school, 1300);
}

fn an_expander_that_lost_its_lease_adds_nothing(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1300).map(parent));
    school.programme(Canal::Sms, To::All);
    let (mut conn, mut other) = (school.conn(), school.conn());
    let mut slow = Expander::new(rules(&[]), "slow".to_owned(), None);
    let mut next = Expander::new(rules(&[]), "next".to_owned(), None);
    slow.step(&mut conn).unwrap();
    lease_is_over(database);
    assert_eq!(next.step(&mut other).unwrap().recipients, 500);
    let step = slow.step(&mut conn).unwrap();
    assert_eq!((step.recipients, step.ignored), (0, 0));
    assert_eq!(school.count("envois", "1 = 1"), 1000);
    // And it does not take away what the other one holds.
    assert_eq!(expand(&mut slow, &mut conn).messages, 0);
    assert_eq!(expand(&mut next, &mut other).recipients, 300);
    assert_whole(&school, 1300);
}

fn what_a_run_gives_back_is_taken_up_at_once(database: &Database) {
    let school = School::new(database);
    school.parents((1..=600).map(parent));
    school.programme(Canal::Sms, To::All);
    let mut conn = school.conn();
    Expander::new(rules(&[]), "first".to_owned(), None)
        .step(&mut conn)
        .unwrap();
    assert_eq!(expansion::give_back(&mut conn, "other").unwrap(), 0);
    assert_eq!(expansion::give_back(&mut conn, "first").unwrap(), 1);
    let mut next = Expander::new(rules(&[]), "next".to_owned(), None);
    assert_eq!(expand(&mut next, &mut conn).recipients, 100);
    assert_whole(&school, 600);
}

fn a_cancel_during_the_expansion_stops_it(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1300).map(parent));
    let group = school.programme(Canal::Sms, To::All);
    let single = school.programme(Canal::Sms, To::Parent(1));
    let mut run = school.run("run");
    let mut expander = Expander::new(rules(&[]), "run".to_owned(), Some(1));
    expander.step(&mut run.conn).unwrap();
    assert_eq!(messages::cancel(&mut school.conn(), group).unwrap(), 500);
    assert_eq!(expand(&mut expander, &mut run.conn).recipients, 0);
    assert_eq!(
        school.count("envois", "etat = 'ignore' AND motif = 'annule'"),
        500
    );
    assert_eq!(school.count("envois", "1 = 1"), 500);
    assert_eq!(
        school.expand().messages,
        1,
        "the others are worked out as ever"
    );
    assert_eq!(school.states(single), ["a_envoyer"]);
    run.close(10);
    assert_eq!(school.sums(group), "echec 500 0 0 0 500");
}

fn expanders_at_once_work_out_each_message_once(database: &Database) {
    let school = School::new(database);
    school.parents((1..=700).map(parent));
    for n in 1..=300 {
        if n == 100 || n == 200 {
            school.programme(Canal::Email, To::All);
        }
        if n % 150 == 1 {
            for parent in n..n + 150 {
                school.programme_many(1, Canal::Sms, To::Parent(parent));
            }
        }
    }
    let taken: Vec<usize> = thread::scope(|scope| {
        let expanders = ["one", "two"].map(|passage| {
            let mut conn = school.conn();
            scope.spawn(move || {
                let mut expander = Expander::new(rules(&[]), passage.to_owned(), None);
                expand(&mut expander, &mut conn).messages
            })
        });
        expanders
            .into_iter()
            .map(|expander| expander.join().unwrap())
            .collect()
    });
    assert_eq!(taken.iter().sum::<usize>(), 302, "{taken:?}");
    assert_eq!(
        school.count(
            "messages",
            "statut = 'en_attente' AND etendu_le IS NOT NULL AND jeton = 1"
        ),
        302
    );
    assert_eq!(school.count("envois", "etat = 'a_envoyer'"), 300 + 2 * 700);
    assert_eq!(
        school.count(
            "messages m",
            "(SELECT count(*) FROM envois e WHERE e.message = m.id) = 700"
        ),
        2
    );
    let strangers = "NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = envois.message
                                  AND (m.est_message_groupe OR m.parent = envois.parent))";
    assert_eq!(school.count("envois", strangers), 0);
}

/// `pupils` are `(class, parents)`, numbered from 1.
fn classes(school: &School<'_>, pupils: &[(i64, &[i64])]) {
    let ids: BTreeSet<i64> = pupils.iter().map(|(classe, _)| *classe).collect();
    let etudiants = (1..).zip(pupils).map(|(id, (classe, _))| Etudiant {
        id,
        nom: format!("Élève{id}"),
        prenom: String::new(),
        classe: Some(*classe),
        ..Etudiant::default()
    });
    let liens = (1..).zip(pupils).flat_map(|(etudiant, (_, parents))| {
        parents.iter().map(move |parent| Lien {
            parent: *parent,
            etudiant,
            rang: etudiant,
        })
    });
    let annuaire = Annuaire {
        classes: ids
            .into_iter()
            .map(|id| Classe {
                id,
                nom: format!("Classe {id}"),
                niveau: String::new(),
                annee_scolaire: String::new(),
                ..Classe::default()
            })
            .map(Whole::whole)
            .collect(),
        etudiants: etudiants.map(Whole::whole).collect(),
        liens: liens.collect(),
        ..Annuaire::default()
    };
    take_over(&mut school.conn(), &annuaire).unwrap();
}

fn a_class_is_its_parents_once_each(database: &Database) {
    let school = School::new(database);
    school.parents((1..=6).map(parent));
    // Two children of one parent, two parents of one child, a parent in two classes, one in none.
    classes(
        &school,
        &[(1, &[1, 2]), (1, &[1]), (1, &[5]), (2, &[3, 5]), (3, &[])],
    );
    let first = school.programme(Canal::Sms, To::Classe(1));
    let empty = school.programme(Canal::Sms, To::Classe(3));
    let all = school.programme(Canal::Sms, To::All);
    school.expand();
    let recipients = |message: i64| {
        database.texts(&format!(
            "SELECT parent || ' ' || rang || ' ' || etat AS v FROM envois WHERE message = {message} ORDER BY rang"
        ))
    };
    assert_eq!(
        recipients(first),
        ["1 0 a_envoyer", "2 1 a_envoyer", "5 2 a_envoyer"]
    );
    assert_eq!(recipients(empty), [""; 0]);
    assert_eq!(recipients(all).len(), 6);
}

fn reach(id: i64, telephone: &str, email: &str) -> Parent {
    Parent {
        telephone: telephone.to_owned(),
        email: email.to_owned(),
        ..parent(id)
    }
}

fn who_cannot_be_written_to_has_a_reason(database: &Database) {
    let school = School::new(database);
    school.parents([
        reach(1, "06 12 34 56 78", "a@exemple.example"),
        reach(2, " ", ""),
        reach(3, "06 12", "pas une adresse"),
        reach(4, "+225 07 07 07 07 07", "b@exemple.example"),
        Parent {
            notifications_sms: false,
            ..parent(5)
        },
        Parent {
            notifications_email: false,
            ..parent(6)
        },
        // A wish goes before a fault of the address.
        Parent {
            notifications_sms: false,
            ..reach(7, "06 12", "c@exemple.example")
        },
    ]);
    let sms = school.programme(Canal::Sms, To::All);
    let mail = school.programme(Canal::Email, To::All);
    let settings = [("SMS_ALLOWED_COUNTRIES", "FR")];
    let mut expander = Expander::new(rules(&settings), "run".to_owned(), None);
    let step = expand(&mut expander, &mut school.conn());
    assert_eq!((step.recipients, step.ignored), (2 + 4, 5 + 3));
    assert_eq!(
        school.states(sms),
        [
            "a_envoyer",
            "ignore sans_adresse",
            "ignore numero_invalide",
            "ignore pays_refuse",
            "ignore opposition",
            "a_envoyer",
            "ignore opposition"
        ]
    );
    assert_eq!(
        school.states(mail),
        [
            "a_envoyer",
            "ignore sans_adresse",
            "ignore sans_adresse",
            "a_envoyer",
            "a_envoyer",
            "ignore opposition",
            "a_envoyer"
        ]
    );
    assert_eq!(
        school.count(
            "envois",
            "etat = 'ignore' AND adresse IS NULL AND termine_le IS NOT NULL"
        ),
        8
    );
    assert_eq!(
        school.count("envois", "etat = 'a_envoyer' AND termine_le IS NULL"),
        6
    );
    // Without the setting every country is written to.
    let abroad = school.programme(Canal::Sms, To::Parent(4));
    school.expand();
    assert_eq!(school.states(abroad), ["a_envoyer"]);
}

fn an_address_is_written_to_once(database: &Database) {
    let school = School::new(database);
    school.parents([
        reach(1, "06 12 34 56 78", "Famille@Exemple.example"),
        reach(2, "+33 (0)6 12 34 56 78", " famille@exemple.EXAMPLE"),
        reach(3, "0612345678", "autre@exemple.example"),
    ]);
    let sms = school.programme(Canal::Sms, To::All);
    let mail = school.programme(Canal::Email, To::All);
    let alone = school.programme(Canal::Sms, To::Parent(2));
    let step = school.expand();
    assert_eq!((step.recipients, step.ignored), (4, 3));
    assert_eq!(
        school.states(sms),
        ["a_envoyer", "ignore doublon", "ignore doublon"]
    );
    assert_eq!(
        school.states(mail),
        ["a_envoyer", "ignore doublon", "a_envoyer"]
    );
    assert_eq!(school.states(alone), ["a_envoyer"]);
    assert_eq!(
        school.count(
            "envois",
            "motif = 'doublon' AND adresse IS NULL AND termine_le IS NOT NULL"
        ),
        3
    );
}

fn an_address_is_written_to_once_across_chunks(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1100).map(|n| reach(n, &number(n % 520), "")));
    let message = school.programme(Canal::Sms, To::All);
    let step = school.expand();
    assert_eq!((step.recipients, step.ignored), (520, 580));
    assert_eq!(
        school.count("envois", "etat = 'a_envoyer' AND parent <= 520"),
        520
    );
    assert_eq!(
        school.count("envois", "motif = 'doublon' AND parent > 520"),
        580
    );
    assert_eq!(
        school.count(
            "messages",
            &format!("id = {message} AND nb_destinataires = 1100")
        ),
        1
    );
}

fn a_message_to_an_erased_parent_has_no_recipient(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1), parent(2)]);
    let message = school.programme(Canal::Sms, To::Parent(1));
    database.execute("DELETE FROM parents WHERE id = 1");
    school.expand();
    school.run("run").close(10);
    assert_eq!(school.sums(message), "echec 0 0 0 0 0");
}

fn a_limit_takes_the_oldest_messages_only(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let ids = school.programme_many(4, Canal::Sms, To::Parent(1));
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '2026-02-03T04:05:06Z' WHERE id = {}",
        ids[3]
    ));
    let mut expander = Expander::new(rules(&[]), "run".to_owned(), Some(2));
    assert_eq!(expand(&mut expander, &mut school.conn()).messages, 2);
    let statuts: Vec<String> = ids.iter().map(|id| school.statut(*id)).collect();
    assert_eq!(
        statuts,
        ["en_attente", "programme", "programme", "en_attente"]
    );
}

fn lateness_counts_from_the_later_of_date_and_programming(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let typed_today = school.programme(Canal::Sms, To::Parent(1));
    let waited = school.programme(Canal::Sms, To::Parent(1));
    let before = school.conn().now().unwrap();
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '2026-02-03T04:05:06.000000Z';
         UPDATE messages SET programme_le = '2026-02-01T00:00:00.000000Z' WHERE id = {waited};"
    ));
    school.expand();
    assert_eq!(
        school.count(
            "envois",
            &format!("message = {waited} AND expire = '2026-02-04T04:05:06.000000Z'")
        ),
        1
    );
    let (earliest, latest) = (before + DAY - Duration::from_secs(60), before + DAY);
    let within =
        format!("message = {typed_today} AND expire > '{earliest}' AND expire <= '{latest}'");
    assert_eq!(school.count("envois", &within), 1);
}

fn a_simulation_marks_the_messages_that_it_takes(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    for (mode, marked) in [("simulation", 1), ("fichier", 0)] {
        let message = school.programme(Canal::Sms, To::Parent(1));
        let mut expander = Expander::new(rules(&[("MESSAGES_MODE", mode)]), mode.to_owned(), None);
        expand(&mut expander, &mut school.conn());
        assert_eq!(
            school.count("messages", &format!("id = {message} AND simule")),
            marked,
            "{mode}"
        );
    }
}

/// Numbers as typed, and how they are written to; of some there are several spellings.
const PHONES: &[(&str, Result<&str, &str>)] = &[
    ("06 12 34 56 78", Ok("+33612345678")),
    ("+33 6 12 34 56 78", Ok("+33612345678")),
    ("0033612345678", Ok("+33612345678")),
    ("07.61.23.45.67", Ok("+33761234567")),
    ("+225 07 07 07 07 07", Ok("+2250707070707")),
    ("0761234567", Ok("+33761234567")),
    ("", Err("sans_adresse")),
    ("06 12", Err("numero_invalide")),
    ("06 12 34 56 78 / 07 61 23 45 67", Ok("+33612345678")),
];

const MAILBOXES: &[(&str, Result<&str, &str>)] = &[
    ("Awa@Exemple.example", Ok("Awa@exemple.example")),
    (" awa@exemple.example ", Ok("awa@exemple.example")),
    ("ben@exemple.example", Ok("ben@exemple.example")),
    ("", Err("sans_adresse")),
    ("ben@", Err("sans_adresse")),
];

#[derive(Debug, Clone)]
struct Someone {
    telephone: usize,
    email: usize,
    wants: bool,
}

fn anyone() -> impl Strategy<Value = Someone> {
    (
        0..PHONES.len(),
        0..MAILBOXES.len(),
        proptest::bool::weighted(0.85),
    )
        .prop_map(|(telephone, email, wants)| Someone {
            telephone,
            email,
            wants,
        })
}

/// What each of them shall get, in words of their own.
fn expected(canal: Canal, people: &[Someone]) -> Vec<String> {
    let address = |someone: &Someone| match canal {
        Canal::Sms => PHONES[someone.telephone].1,
        Canal::Email => MAILBOXES[someone.email].1,
    };
    let unwilling = people.iter().filter(|someone| !someone.wants);
    let refused: BTreeSet<String> = unwilling
        .filter_map(|someone| address(someone).ok().map(str::to_lowercase))
        .collect();
    let mut written_to = BTreeSet::new();
    let outcomes = people.iter().map(|someone| match address(someone) {
        _ if !someone.wants => "ignore opposition -".to_owned(),
        Err(motif) => format!("ignore {motif} -"),
        Ok(address) if refused.contains(&address.to_lowercase()) => {
            "ignore opposition -".to_owned()
        }
        Ok(address) if written_to.insert(address.to_lowercase()) => {
            format!("a_envoyer - {address}")
        }
        Ok(_) => "ignore doublon -".to_owned(),
    });
    outcomes.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_has_one_envoi_and_no_address_is_written_to_twice(
        people in proptest::collection::vec(anyone(), 1..14),
        sms in any::<bool>(),
    ) {
        let database = Database::sqlite();
        let school = School::new(&database);
        let canal = if sms { Canal::Sms } else { Canal::Email };
        school.parents((1..).zip(&people).map(|(id, someone)| Parent {
            notifications_sms: someone.wants,
            notifications_email: someone.wants,
            ..reach(id, PHONES[someone.telephone].0, MAILBOXES[someone.email].0)
        }));
        school.programme(canal, To::All);
        let step = school.expand();
        let found = database.texts(
            "SELECT etat || ' ' || COALESCE(motif, '-') || ' ' || COALESCE(adresse, '-') AS v
               FROM envois ORDER BY parent",
        );
        prop_assert_eq!(&found, &expected(canal, &people));
        let sent = found.iter().filter(|row| row.starts_with("a_envoyer")).count();
        prop_assert_eq!((step.recipients, step.ignored), (sent, people.len() - sent));
    }
}
