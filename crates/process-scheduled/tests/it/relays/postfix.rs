//! Postfix: its restrictions speak at RCPT whatever they are about (`smtpd_delay_reject`).

use super::restrictions;
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
    // 454 4.7.1 as Debian sets it, 554 5.7.1 as others do.
    restrictions::relaying_is_refused(&relay, "submission");
    restrictions::relaying_is_refused(&relay, "strict");
}
