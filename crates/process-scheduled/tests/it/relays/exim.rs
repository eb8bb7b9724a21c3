//! Exim.

use super::{recipients, restrictions};
use messages_testing::relay::Relay;

#[test]
fn exim_delivers_five_hundred_e_mails_each_way() {
    let Some(relay) = Relay::exim() else {
        return;
    };
    restrictions::five_hundred_are_delivered("Exim", &relay);
}

#[test]
fn what_exim_says_of_us_costs_nobody_anything() {
    let Some(relay) = Relay::exim() else {
        return;
    };
    restrictions::what_is_wrong_with_us_costs_nobody_anything(&relay);
    restrictions::the_wrong_encryption_is_told(&relay);
    restrictions::relaying_is_refused(&relay, "submission");
}

#[test]
fn exim_knows_some_recipients_and_others_not() {
    let Some(relay) = Relay::exim() else {
        return;
    };
    recipients::strangers_fail_and_all_others_are_reached(&relay);
    recipients::strangers_at_the_begin_do_not_block_the_others(&relay);
    recipients::spam_is_told_as_such(&relay, "known", "550");
}
