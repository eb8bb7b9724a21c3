//! Messages as they are written.

use crate::harness::{School, To, message};
use messages_core::model::NewMessage;
use messages_core::store::{Error, messages};
use messages_core::vocabulary::{Canal, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    a_programmed_message_notes_when_it_was_programmed,
    a_programmed_message_needs_a_date,
    an_unknown_parent_or_class_is_a_conflict,
    contents_are_what_was_written,
    what_is_due_is_counted,
);

fn a_programmed_message_notes_when_it_was_programmed(database: &Database) {
    let school = School::new(database);
    let before = school.conn().now().unwrap();
    school.programme(Canal::Sms, To::All);
    assert_eq!(
        school.count("messages", &format!("programme_le >= '{before}'")),
        1
    );
    school.insert(&NewMessage {
        statut: Statut::Brouillon,
        ..message(Canal::Sms, To::All)
    });
    assert_eq!(
        school.count("messages", "statut = 'brouillon' AND programme_le IS NULL"),
        1
    );
    assert_eq!(school.count("messages", "length(cle) = 32"), 2);
    assert_eq!(
        database
            .texts("SELECT DISTINCT cle AS v FROM messages")
            .len(),
        2
    );
}

fn a_programmed_message_needs_a_date(database: &Database) {
    let school = School::new(database);
    let outcome = messages::insert(&mut school.conn(), &message(Canal::Sms, To::All));
    assert!(matches!(outcome, Err(Error::Conflict(_))), "{outcome:?}");
}

fn an_unknown_parent_or_class_is_a_conflict(database: &Database) {
    let school = School::new(database);
    for audience in [To::Parent(9), To::Classe(9)] {
        let draft = NewMessage {
            statut: Statut::Brouillon,
            ..message(Canal::Sms, audience)
        };
        let outcome = messages::insert(&mut school.conn(), &draft);
        assert!(
            matches!(outcome, Err(Error::Conflict(_))),
            "{audience:?}: {outcome:?}"
        );
    }
    assert_eq!(school.count("messages", "1 = 1"), 0);
}

fn contents_are_what_was_written(database: &Database) {
    let school = School::new(database);
    let text = "Chers parents,\r\n'l''école' \"ferme\" \\ {rows: x} ? $1 😀 \u{202f}…";
    let written = NewMessage {
        contenu: text.to_owned(),
        contenu_html: Some(format!("<p>{text}</p>")),
        ..message(Canal::Email, To::All)
    };
    let ids = [
        school.insert(&written),
        school.programme(Canal::Sms, To::All),
    ];
    let mut found = messages::contents(&mut school.conn(), &ids).unwrap();
    found.sort_by_key(|text| text.content.id);
    let found: Vec<_> = found.into_iter().map(|text| text.content).collect();
    assert_eq!(
        found.iter().map(|content| content.id).collect::<Vec<_>>(),
        ids
    );
    assert_eq!(found[0].contenu, text);
    assert_eq!(found[0].contenu_html, written.contenu_html);
    assert_eq!(found[0].sujet, written.sujet);
    assert_eq!(
        (found[1].sujet.as_ref(), found[1].contenu_html.as_ref()),
        (None, None)
    );
    assert_eq!(messages::contents(&mut school.conn(), &[]).unwrap(), []);
}

fn what_is_due_is_counted(database: &Database) {
    let school = School::new(database);
    let mut conn = school.conn();
    let now = conn.now().unwrap();
    for seconds in [0, 600, 3600] {
        school.insert(&NewMessage {
            date_programmee: Some(now + Duration::from_secs(seconds)),
            ..message(Canal::Sms, To::All)
        });
    }
    let mut due_in =
        |seconds| messages::due(&mut conn, now + Duration::from_secs(seconds)).unwrap();
    assert_eq!(
        [due_in(0), due_in(600), due_in(3599), due_in(3600)],
        [1, 2, 2, 3]
    );
    school.expand();
    assert_eq!(due_in(3600), 2);
}
