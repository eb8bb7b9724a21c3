//! Messages as a calendar has them, and the secret addresses at which others ask.

use crate::harness::{School, To, message, parent};
use chrono::NaiveDate;
use messages_core::instant::Instant;
use messages_core::model::NewMessage;
use messages_core::store::appels::agendas;
use messages_core::store::appels::sessions::By;
use messages_core::store::messages::agenda::{between, by_day};
use messages_core::store::{Error, appels::cles};
use messages_core::vocabulary::{Canal, Portee, Statut};
use messages_testing::db::Database;
use messages_testing::stories;
use std::time::Duration;

stories!(
    a_day_has_its_first_messages_and_a_count,
    what_is_still_to_come_comes_first,
    an_address_is_good_until_another_is_made,
);

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn programmed(school: &School<'_>, audience: To, when: Instant) -> i64 {
    school.insert(&NewMessage {
        date_programmee: Some(when),
        ..message(Canal::Sms, audience)
    })
}

fn a_day_has_its_first_messages_and_a_count(database: &Database) {
    let school = School::new(database);
    // The clocks go back on the 25th: it lasts from 22:00 to 23:00 the day after, in UTC.
    let [before, first, last, after] = [
        "2026-10-24T21:59:59.999999Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T22:59:59Z",
        "2026-10-25T23:00:00Z",
    ]
    .map(|when| programmed(&school, To::All, at(when)));
    let middle = programmed(&school, To::All, at("2026-10-25T12:00:00Z"));
    let date = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    let paris = chrono_tz::Europe::Paris;
    let days = by_day(&mut school.conn(), paris, date(23), date(26), 2).unwrap();
    let found: Vec<(i64, Vec<i64>)> = days
        .iter()
        .map(|day| (day.count, day.first.iter().map(|m| m.id).collect()))
        .collect();
    assert_eq!(
        found,
        [
            (0, vec![]),
            (1, vec![before]),
            (3, vec![first, middle]),
            (1, vec![after])
        ]
    );
    assert_eq!(days[2].date, date(25));
    let all = by_day(&mut school.conn(), paris, date(25), date(25), 9).unwrap();
    assert_eq!(all[0].first.last().unwrap().id, last);
}

fn what_is_still_to_come_comes_first(database: &Database) {
    let school = School::new(database);
    school.parents([parent(1)]);
    let mut conn = school.conn();
    let now = conn.now().unwrap();
    let hours = |n: u64| Duration::from_secs(n * 3600);
    let old = programmed(&school, To::All, now - hours(3));
    let gone = programmed(&school, To::All, now - hours(1));
    let soon = programmed(&school, To::Parent(1), now + hours(1));
    let later = programmed(&school, To::All, now + hours(2));
    programmed(&school, To::All, now + hours(9));
    school.insert(&NewMessage {
        statut: Statut::Brouillon,
        date_programmee: Some(now + hours(1)),
        ..message(Canal::Sms, To::All)
    });
    let mut found = |most| -> Vec<i64> {
        let found = between(&mut conn, now - hours(4), now, now + hours(8), most).unwrap();
        found.iter().map(|one| one.id).collect()
    };
    assert_eq!(found(9), [soon, later, gone, old]);
    assert_eq!(found(3), [soon, later, gone]);
    let all = between(&mut conn, now - hours(4), now, now + hours(8), 9).unwrap();
    assert_eq!(all[0].contenu, None, "a message to one parent is not told");
    assert!(all[1].contenu.is_some());
}

fn an_address_is_good_until_another_is_made(database: &Database) {
    let mut conn = School::new(database).conn();
    let (_, cle) = cles::create(&mut conn, "x", &[Portee::Lecture]).unwrap();
    let (by, user) = (By::Cle(cle.id), By::Utilisateur("12".to_owned()));
    let first = agendas::create(&mut conn, &by).unwrap();
    let of_user = agendas::create(&mut conn, &user).unwrap();
    let mut is_good = |token: &str| agendas::find(&mut conn, token).unwrap().is_some();
    assert!(is_good(first.expose()) && is_good(of_user.expose()) && !is_good("x"));
    let second = agendas::create(&mut conn, &by).unwrap();
    let mut is_good = |token: &str| agendas::find(&mut conn, token).unwrap().is_some();
    assert!(!is_good(first.expose()) && is_good(second.expose()));
    assert!(
        !database
            .texts("SELECT empreinte AS v FROM agendas")
            .contains(&second.expose().to_owned())
    );
    cles::revoke(&mut conn, cle.id).unwrap();
    assert_eq!(agendas::find(&mut conn, second.expose()).unwrap(), None);
    agendas::void(&mut conn, &user).unwrap();
    let gone = agendas::void(&mut conn, &user);
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    let third = agendas::create(&mut conn, &user).unwrap();
    database.execute("UPDATE agendas SET fin = cree_le");
    assert_eq!(agendas::find(&mut conn, third.expose()).unwrap(), None);
    assert_eq!(agendas::of(&mut conn, &user).unwrap(), None);
}
