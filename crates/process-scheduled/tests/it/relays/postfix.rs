//! Postfix: its restrictions speak at RCPT whatever they are about (`smtpd_delay_reject`).

use super::{limits, recipients, restrictions};
use messages_testing::relay::Relay;

#[test]
fn postfix_delivers_five_hundred_e_mails_each_way() {
    let Some(relay) = Relay::postfix() else {
        return;
    };
    restrictions::five_hundred_are_delivered("Postfix", &relay);
}

#[test]
fn what_postfix_says_of_us_costs_nobody_anything() {
    let Some(relay) = Relay::postfix() else {
        return;
    };
    restrictions::what_is_wrong_with_us_costs_nobody_anything(&relay);
    restrictions::the_wrong_encryption_is_told(&relay);
    // 454 4.7.1 as Debian sets it, 554 5.7.1 as others do.
    restrictions::relaying_is_refused(&relay, "submission");
    restrictions::relaying_is_refused(&relay, "strict");
}

#[test]
fn postfix_knows_some_recipients_and_others_not() {
    let Some(relay) = Relay::postfix() else {
        return;
    };
    recipients::strangers_fail_and_all_others_are_reached(&relay);
    recipients::strangers_at_the_begin_do_not_block_the_others(&relay);
    recipients::what_is_too_large_fails_alone(&relay);
    recipients::spam_is_told_as_such(&relay, "spam", "550 5.7.1");
}

#[test]
fn postfix_counts_and_everybody_is_reached_all_the_same() {
    let Some(relay) = Relay::postfix() else {
        return;
    };
    limits::who_is_too_fast_becomes_slower(&relay);
    limits::who_is_put_off_comes_again(&relay);
}
