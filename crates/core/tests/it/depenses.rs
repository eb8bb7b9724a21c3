//! What SMS cost is counted once, whatever becomes of the commit's answer.

use crate::harness::{School, accepted, lease, reading, refused};
use messages_core::config::{Config, Vars};
use messages_core::store::depenses::{Limits, Paid};
use messages_core::store::envois::{self, Budget, Claimed, Outcome, Ready, Settled};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(
    after_a_lost_commit_nothing_is_counted_or_given_back_twice,
    what_does_not_fit_is_neither_announced_nor_counted,
    emails_cost_nothing,
    a_day_is_that_of_the_school,
);

fn limits(day: &str, zone: &str) -> Limits {
    let settings = [
        ("TIME_ZONE", zone),
        ("MESSAGES_MODE", "fichier"),
        ("MESSAGES_SMS_MAX_SEGMENTS", "1"),
        ("MESSAGES_SMS_PER_DAY", day),
    ];
    let pairs = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Limits::of(&Config::load(Vars::from_pairs(pairs)).unwrap()).unwrap()
}

/// A run with a limit.
struct Payer<'d> {
    school: School<'d>,
    limits: Limits,
}

impl Payer<'_> {
    fn settle(
        &self,
        outcomes: &[Outcome],
        claimed: &[Claimed],
        again: bool,
        unused: &[Paid],
    ) -> Settled {
        let ready: Vec<Ready> = claimed.iter().map(|envoi| lease(*envoi)).collect();
        let budget = Budget {
            limits: &self.limits,
            unused,
        };
        let mut run = self.school.run("payeur");
        envois::settle_within(
            &mut run.conn,
            "payeur",
            outcomes,
            &ready,
            again,
            &reading(),
            budget,
        )
        .unwrap()
    }

    fn counted(&self) -> i64 {
        self.school
            .database
            .number("SELECT CAST(COALESCE(SUM(segments), 0) AS TEXT) AS v FROM depenses")
    }
}

fn payer<'d>(database: &'d Database, day: &str) -> Payer<'d> {
    Payer {
        school: School::new(database),
        limits: limits(day, "Europe/Paris"),
    }
}

fn after_a_lost_commit_nothing_is_counted_or_given_back_twice(database: &Database) {
    let payer = payer(database, "10");
    payer.school.leaving(Canal::Sms, 3);
    let claimed = payer.school.run("payeur").claim(Canal::Sms, 3);
    let settled = payer.settle(&[], &claimed[..2], false, &[]);
    assert_eq!((settled.announced.len(), payer.counted()), (2, 2));
    // The same again, with one that was not in it.
    let again = payer.settle(&[], &claimed, true, &[]);
    assert_eq!(
        (again.announced.len(), again.paid.len(), payer.counted()),
        (3, 1, 3)
    );
    let outcomes: Vec<Outcome> = settled.announced.iter().map(refused).collect();
    for again in [false, true] {
        let told = payer.settle(&outcomes, &[], again, &settled.paid);
        assert_eq!((told.recorded.len(), payer.counted()), (2, 1), "{again}");
    }
}

fn what_does_not_fit_is_neither_announced_nor_counted(database: &Database) {
    let payer = payer(database, "2");
    let message = payer.school.leaving(Canal::Sms, 4);
    let claimed = payer.school.run("payeur").claim(Canal::Sms, 3);
    let settled = payer.settle(&[], &claimed, false, &[]);
    assert_eq!((settled.announced.len(), settled.unpaid.len()), (2, 1));
    assert_eq!(settled.reached.unwrap().most, 2);
    assert_eq!(settled.refused, []);
    assert_eq!(
        payer.school.states(message),
        ["emission", "emission", "reserve", "a_envoyer"]
    );
    let outcomes: Vec<Outcome> = settled.announced.iter().map(accepted).collect();
    let after = payer.settle(&outcomes, &claimed[2..], false, &[]);
    assert_eq!((after.recorded.len(), after.announced.len()), (2, 0));
    assert_eq!(payer.counted(), 2);
}

fn emails_cost_nothing(database: &Database) {
    let payer = payer(database, "1");
    payer.school.leaving(Canal::Email, 3);
    let claimed = payer.school.run("payeur").claim(Canal::Email, 3);
    let settled = payer.settle(&[], &claimed, false, &[]);
    assert_eq!((settled.announced.len(), payer.counted()), (3, 0));
}

fn a_day_is_that_of_the_school(database: &Database) {
    let mut payer = payer(database, "2");
    payer.school.leaving(Canal::Sms, 4);
    // Twenty-six hours apart: never the same day.
    for zone in ["Pacific/Kiritimati", "Etc/GMT+12"] {
        payer.limits = limits("2", zone);
        let claimed = payer.school.run("payeur").claim(Canal::Sms, 2);
        let settled = payer.settle(&[], &claimed, false, &[]);
        assert_eq!(settled.announced.len(), 2, "{zone}");
        let now = payer.school.conn().now().unwrap();
        let today = now.in_zone(zone.parse().unwrap()).date_naive();
        let counted =
            format!("SELECT CAST(segments AS TEXT) AS v FROM depenses WHERE jour = '{today}'");
        assert_eq!(database.number(&counted), 2, "{zone}");
    }
}
