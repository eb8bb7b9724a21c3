//! What every relay that a school meets refuses, and what everybody's relay does.

use super::scene::{Way, everybody_is_reached, leaves, logged_in, program, stops};
use crate::program::{Program, To, mailbox};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;
use messages_testing::relay::{PASSWORD, Relay, USER};
use std::time::Instant;

const MANY: i64 = 500;
const SOME: i64 = 12;

/// Five hundred e-mails, by STARTTLS and by TLS from the first byte.
pub(super) fn five_hundred_are_delivered(name: &str, relay: &Relay) {
    for (door, way) in [("submission", Way::StartTls), ("smtps", Way::ImplicitTls)] {
        let database = Database::sqlite_in_memory();
        let begun = Instant::now();
        everybody_is_reached(
            &logged_in(program(&database, relay, door, way)),
            relay,
            MANY,
        );
        let seconds = begun.elapsed().as_secs_f32();
        figure(&format!(
            "relays {name}: {MANY} e-mails, {way:?}, {seconds:.1} s"
        ));
    }
}

/// A setting that this relay does not agree with, and the one that the sentence must name.
struct Wrong {
    setting: &'static str,
    value: &'static str,
    right: &'static str,
    named: &'static str,
}

const WRONG: [Wrong; 4] = [
    Wrong {
        setting: "DEFAULT_FROM_EMAIL",
        value: "Direction <direction@exemple.example>",
        right: "Collège <ecole@exemple.example>",
        named: "DEFAULT_FROM_EMAIL",
    },
    Wrong {
        setting: "EMAIL_HELO_NAME",
        value: "pc-accueil.lan",
        right: "serveur.ecole.example",
        named: "EMAIL_HELO_NAME",
    },
    Wrong {
        setting: "EMAIL_HOST_PASSWORD",
        value: "une-autre-cle",
        right: PASSWORD,
        named: "EMAIL_HOST_PASSWORD",
    },
    Wrong {
        setting: "EMAIL_HOST_USER",
        value: "moulin",
        right: USER,
        named: "EMAIL_HOST_USER",
    },
];

/// Sender, HELO, password, user: each stops the channel, and when it is mended everybody is reached.
pub(super) fn what_is_wrong_with_us_costs_nobody_anything(relay: &Relay) {
    for wrong in WRONG {
        let database = Database::sqlite_in_memory();
        let program = logged_in(program(&database, relay, "submission", Way::StartTls));
        let (id, program) = refused(program.set(wrong.setting, wrong.value), relay, wrong.named);
        mended(&program.set(wrong.setting, wrong.right), relay, id);
    }
}

/// Without encryption at a door that wants STARTTLS, and with TLS from the first byte.
pub(super) fn the_wrong_encryption_is_told(relay: &Relay) {
    for (way, named) in [
        (Way::Cleartext, "EMAIL_USE_TLS"),
        (Way::ImplicitTls, "EMAIL_USE_TLS"),
    ] {
        let database = Database::sqlite_in_memory();
        let wrong = logged_in(program(&database, relay, "submission", way));
        let (id, wrong) = refused(wrong, relay, named);
        let right = wrong.set("EMAIL_USE_SSL", "false");
        mended(&right.set("EMAIL_USE_TLS", "true"), relay, id);
    }
}

/// Without a login at a door that wants one: nothing is passed on.
pub(super) fn relaying_is_refused(relay: &Relay, door: &str) {
    let database = Database::sqlite_in_memory();
    let program = program(&database, relay, door, Way::StartTls);
    let (id, program) = refused(program, relay, "EMAIL_HOST_USER");
    mended(&logged_in(program), relay, id);
}

fn refused<'d>(program: Program<'d>, relay: &Relay, named: &str) -> (i64, Program<'d>) {
    program.school(SOME, 1);
    let id = program.programme(Canal::Email, To::All);
    stops(&program, relay, id, Some(named));
    // Not the next time either, whoever comes first then.
    program.wait_is_over();
    stops(&program, relay, id, None);
    (id, program)
}

fn mended(program: &Program<'_>, relay: &Relay, id: i64) {
    program.wait_is_over();
    leaves(
        program,
        relay,
        id,
        &(1..=SOME).map(mailbox).collect::<Vec<_>>(),
    );
}
