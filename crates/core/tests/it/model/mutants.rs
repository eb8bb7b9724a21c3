//! Each mutant leads somewhere that must not be, and the exploration finds the way.

use crate::model::explore::Explorer;
use crate::model::law::Law;
use crate::model::mutant::Mutant;
use crate::model::step::{Steps, World};
use crate::model::{PEOPLE, QUIET, REWRITING};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::figures::figure;

#[test]
fn without_an_intent_an_sms_leaves_twice() {
    caught(Mutant::NoIntent, Canal::Sms, QUIET, "an SMS left twice");
}

#[test]
fn without_a_look_at_the_token_a_known_answer_is_overwritten() {
    caught(Mutant::NoToken, Canal::Email, QUIET, "was dropped");
    caught(Mutant::NoToken, Canal::Sms, PEOPLE, "was dropped");
}

#[test]
fn with_late_results_refused_a_known_answer_is_dropped() {
    for canal in [Canal::Sms, Canal::Email] {
        caught(Mutant::LateResultRefused, canal, QUIET, "was dropped");
    }
}

#[test]
fn with_one_write_after_the_sending_an_sms_leaves_twice() {
    caught(
        Mutant::OneWriteForAll,
        Canal::Sms,
        QUIET,
        "an SMS left twice",
    );
    caught(
        Mutant::OneWriteForAll,
        Canal::Email,
        QUIET,
        "nothing had been in doubt",
    );
}

#[test]
fn with_an_sms_recovered_like_an_email_it_leaves_twice() {
    caught(
        Mutant::SmsRecoveredLikeEmail,
        Canal::Sms,
        QUIET,
        "an SMS left twice",
    );
}

#[test]
fn with_lost_answers_not_counted_an_email_leaves_a_fourth_time() {
    caught(
        Mutant::LostAnswersNotCounted,
        Canal::Email,
        QUIET,
        "more than three copies",
    );
}

#[test]
fn with_texts_kept_by_number_a_replaced_text_leaves() {
    for canal in [Canal::Sms, Canal::Email] {
        caught(Mutant::TextsByNumber, canal, REWRITING, "was replaced");
    }
}

fn caught(mutant: Mutant, canal: Canal, world: World, how: &'static str) {
    let (database, other) = (Database::sqlite_in_memory(), Database::sqlite_in_memory());
    let mut law = Law::new(&database, canal);
    let mut email = Law::new(&other, Canal::Email);
    let steps = Steps {
        law: &mut law,
        email: Some(&mut email),
        world,
        mutant: Some(mutant),
    };
    let explored = Explorer::new(steps, 2).looking_for(how).run();
    let way = explored.violation.unwrap_or_default();
    assert!(
        way.contains(how),
        "{mutant:?} on {canal} stays unseen: {way}"
    );
    figure(&format!(
        "S13 mutant {mutant:?}, {canal}: caught after {} states and {} steps",
        explored.states,
        way.lines().count().saturating_sub(2)
    ));
}
