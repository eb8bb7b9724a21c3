//! Addresses of the directory: what is read of them, and an opposition that holds for the address
//! and not only for the record that says it.

use crate::harness::{School, To, expand, message, number, parent, reading, rules, take_over};
use crate::whole::Whole;
use messages_core::dispatch::{Expander, Step};
use messages_core::model::{Barred, Classe, Etudiant, NewMessage, Parent};
use messages_core::store::adresses;
use messages_core::store::annuaire::{Annuaire, Lien};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    an_opposition_of_another_record_holds_for_the_address,
    the_other_record_may_be_in_another_chunk,
    the_other_record_may_be_in_no_audience,
    a_mailbox_is_one_in_whatever_case_it_was_typed,
    an_opposition_elsewhere_is_seen_at_the_intent,
    a_record_that_was_changed_is_read_again,
    another_default_country_reads_the_directory_anew,
    recipients_are_written_while_another_run_reads_the_directory,
    what_the_office_can_mend_is_told_with_the_envoi,
    an_sms_that_is_too_long_leaves_to_nobody,
);

fn with_number(n: i64, telephone: &str, accepts: bool) -> Parent {
    Parent {
        telephone: telephone.to_owned(),
        notifications_sms: accepts,
        ..parent(n)
    }
}

/// `etat motif detail` of every envoi of a message, in the order of the parents.
fn told(school: &School<'_>, message: i64) -> Vec<String> {
    school.database.texts(&format!(
        "SELECT trim(etat || ' ' || COALESCE(motif, '') || ' ' || COALESCE(detail, '')) AS v
           FROM envois WHERE message = {message} ORDER BY parent"
    ))
}

const ELSEWHERE: &str = "ignore opposition une autre fiche avec cette adresse s'y oppose";

fn expanded(school: &School<'_>, settings: &[(&str, &str)]) -> Step {
    let mut expander = Expander::new(rules(settings), "run".to_owned(), None);
    expand(&mut expander, &mut school.conn())
}

fn an_opposition_of_another_record_holds_for_the_address(database: &Database) {
    let school = School::new(database);
    school.parents([
        with_number(1, "06 12 34 56 78", true),
        with_number(2, "+33 (0)6.12.34.56.78", false),
        parent(3),
    ]);
    let sms = school.programme(Canal::Sms, To::All);
    let mail = school.programme(Canal::Email, To::All);
    let step = school.expand();
    assert_eq!((step.recipients, step.ignored), (1 + 3, 2));
    assert_eq!(
        told(&school, sms),
        [ELSEWHERE, "ignore opposition", "a_envoyer"]
    );
    // The other channel is not concerned.
    assert_eq!(told(&school, mail), ["a_envoyer"; 3]);
}

fn the_other_record_may_be_in_another_chunk(database: &Database) {
    let school = School::new(database);
    school.parents((1..=1300).map(|n| match n {
        1 => with_number(1, "0612345678", true),
        1300 => with_number(1300, "0033612345678", false),
        n => parent(n),
    }));
    let id = school.programme(Canal::Sms, To::All);
    assert_eq!(school.expand().ignored, 2);
    let told = told(&school, id);
    assert_eq!(
        (told[0].as_str(), told[1299].as_str()),
        (ELSEWHERE, "ignore opposition")
    );
    assert_eq!(school.count("envois", "etat = 'a_envoyer'"), 1298);
}

fn the_other_record_may_be_in_no_audience(database: &Database) {
    let school = School::new(database);
    let annuaire = Annuaire {
        classes: vec![
            Classe {
                id: 1,
                nom: "6e A".to_owned(),
                niveau: String::new(),
                annee_scolaire: String::new(),
                ..Classe::default()
            }
            .whole(),
        ],
        etudiants: vec![
            Etudiant {
                id: 1,
                nom: "E".to_owned(),
                prenom: String::new(),
                classe: Some(1),
                ..Etudiant::default()
            }
            .whole(),
        ],
        parents: vec![
            with_number(1, "0612345678", true).whole(),
            with_number(2, "+33612345678", false).whole(),
        ],
        liens: vec![Lien {
            parent: 1,
            etudiant: 1,
            rang: 0,
        }],
        ..Annuaire::default()
    };
    take_over(&mut school.conn(), &annuaire).unwrap();
    let group = school.programme(Canal::Sms, To::Classe(1));
    let single = school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    assert_eq!(told(&school, group), [ELSEWHERE]);
    assert_eq!(told(&school, single), [ELSEWHERE]);
}

fn a_mailbox_is_one_in_whatever_case_it_was_typed(database: &Database) {
    let school = School::new(database);
    let with_mailbox = |n, email: &str, accepts| Parent {
        email: email.to_owned(),
        notifications_email: accepts,
        ..parent(n)
    };
    school.parents([
        with_mailbox(1, "AWA@Exemple.example", true),
        with_mailbox(2, "Awa <awa@exemple.example>", true),
        with_mailbox(3, "Papa@exemple.example", true),
        with_mailbox(4, "papa@EXEMPLE.example", false),
    ]);
    let id = school.programme(Canal::Email, To::All);
    school.expand();
    assert_eq!(
        told(&school, id),
        [
            "a_envoyer",
            "ignore doublon",
            ELSEWHERE,
            "ignore opposition"
        ]
    );
    assert_eq!(
        school.one("SELECT adresse AS v FROM envois WHERE etat = 'a_envoyer'"),
        "AWA@exemple.example"
    );
}

fn an_opposition_elsewhere_is_seen_at_the_intent(database: &Database) {
    for canal in [Canal::Sms, Canal::Email] {
        let school = School::new(database);
        let message = school.leaving(canal, 2);
        let mut run = school.run("run");
        let leased = run.claim(canal, 2);
        // The next record of a family comes while the message is leaving.
        school.parents([Parent {
            telephone: number(1).replace("+33", "0"),
            email: "Parent1@Exemple.example".to_owned(),
            notifications_sms: canal != Canal::Sms,
            notifications_email: canal != Canal::Email,
            ..parent(3)
        }]);
        let (granted, refused) = run.announce(&leased);
        assert_eq!((granted.len(), refused.len()), (1, 1), "{canal}");
        assert_eq!(told(&school, message), [ELSEWHERE, "emission"]);
        database.execute("DELETE FROM messages");
        database.execute("DELETE FROM parents");
    }
}

fn a_record_that_was_changed_is_read_again(database: &Database) {
    let school = School::new(database);
    school.parents([
        with_number(1, "0612345678", true),
        with_number(2, "0612345678", false),
    ]);
    let before = school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    assert_eq!(told(&school, before), [ELSEWHERE]);
    let forms = "SELECT COALESCE(telephone_e164, '-') AS v FROM parents ORDER BY id";
    assert_eq!(database.texts(forms), ["+33612345678"; 2]);
    school.parents([with_number(2, "0698765432", false)]);
    assert_eq!(
        database.texts(forms),
        ["+33612345678", "-"],
        "to be read again"
    );
    let after = school.programme(Canal::Sms, To::Parent(1));
    school.expand();
    assert_eq!(told(&school, after), ["a_envoyer"]);
    assert_eq!(database.texts(forms), ["+33612345678", "+33698765432"]);
}

fn another_default_country_reads_the_directory_anew(database: &Database) {
    let school = School::new(database);
    school.parents([
        with_number(1, "0475123456", true),
        with_number(2, "0475 12 34 56", false),
    ]);
    let uses = |country: &str| {
        let reading = rules(&[("SMS_DEFAULT_REGION", country)]).reading();
        adresses::uses(&mut school.conn(), Canal::Sms, reading.region).unwrap()
    };
    let french = school.programme(Canal::Sms, To::Parent(1));
    expanded(&school, &[]);
    assert_eq!(told(&school, french), ["ignore numero_invalide ligne fixe"]);
    // Who only looks sees the same before anybody has written the forms.
    assert!(uses("FR").is_empty());
    assert_eq!(uses("BE")["+32475123456"].fiches, 2);
    assert_eq!(uses("BE")["+32475123456"].barred, Some(Barred::Refusee));
    let belgian = school.programme(Canal::Sms, To::Parent(1));
    expanded(&school, &[("SMS_DEFAULT_REGION", "BE")]);
    assert_eq!(told(&school, belgian), [ELSEWHERE]);
    let mut conn = school.conn();
    let left = conn.write(|conn| adresses::refresh(conn, reading().region));
    assert_eq!(left.unwrap(), 2, "and back again");
}

/// Each of two runs waited for the other, until PostgreSQL broke one off after a second.
fn recipients_are_written_while_another_run_reads_the_directory(database: &Database) {
    if !database.is_postgres() {
        return;
    }
    let school = School::new(database);
    school.parents([parent(1)]);
    let message = school.programme(Canal::Sms, To::Parent(1));
    let read = school.conn().write(|conn| {
        let read = adresses::refresh(conn, reading().region);
        database.execute(&format!(
            "SET lock_timeout = '3s';
             INSERT INTO envois (message, parent, canal, adresse, etat, prochaine, expire)
             VALUES ({message}, 1, 'sms', '+33612345678', 'a_envoyer', now(), now())"
        ));
        read
    });
    assert_eq!(read.unwrap(), 1);
}

fn what_the_office_can_mend_is_told_with_the_envoi(database: &Database) {
    let school = School::new(database);
    let reach = |n, telephone: &str, email: &str| Parent {
        telephone: telephone.to_owned(),
        email: email.to_owned(),
        ..parent(n)
    };
    school.parents([
        reach(1, "01 42 34 56 78", "awa@exemple,fr"),
        reach(2, "3,36123E+10", "hélène@exemple.fr"),
        reach(3, "poste 12", "prenom@.fr"),
    ]);
    let sms = school.programme(Canal::Sms, To::All);
    let mail = school.programme(Canal::Email, To::All);
    school.expand();
    assert_eq!(
        told(&school, sms),
        [
            "ignore numero_invalide ligne fixe",
            "ignore numero_invalide abîmé par un tableur",
            "ignore numero_invalide"
        ]
    );
    assert_eq!(
        told(&school, mail),
        [
            "ignore sans_adresse virgule",
            "ignore sans_adresse accent avant l'arobase",
            "ignore sans_adresse"
        ]
    );
}

fn an_sms_that_is_too_long_leaves_to_nobody(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let text = |letters: usize| NewMessage {
        contenu: "a".repeat(letters),
        ..message(Canal::Sms, To::All)
    };
    let long = school.insert(&text(919));
    let short = school.insert(&text(918));
    school.expand();
    let expected = "echec permanent Ce texte fait 7 SMS, 6 au plus sont permis (MESSAGES_SMS_MAX_SEGMENTS) : raccourcissez-le.";
    assert_eq!(told(&school, long), [expected]);
    assert_eq!(told(&school, short), ["a_envoyer"]);
    let mail = school.insert(&NewMessage {
        r#type: Canal::Email,
        ..text(5000)
    });
    expanded(&school, &[]);
    assert_eq!(told(&school, mail), ["a_envoyer"]);
}
