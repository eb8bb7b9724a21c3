//! OpenSMTPD.

use super::{recipients, restrictions};
use messages_testing::relay::Relay;

#[test]
fn opensmtpd_delivers_five_hundred_e_mails_each_way() {
    let Some(relay) = Relay::opensmtpd() else {
        return;
    };
    restrictions::five_hundred_are_delivered("OpenSMTPD", &relay);
}

#[test]
fn what_opensmtpd_says_of_us_costs_nobody_anything() {
    let Some(relay) = Relay::opensmtpd() else {
        return;
    };
    restrictions::what_is_wrong_with_us_costs_nobody_anything(&relay);
    restrictions::the_wrong_encryption_is_told(&relay);
    restrictions::relaying_is_refused(&relay, "submission");
    // « 550 Invalid recipient » to everybody.
    restrictions::relaying_is_refused(&relay, "open");
}

#[test]
fn opensmtpd_knows_some_recipients_and_others_not() {
    let Some(relay) = Relay::opensmtpd() else {
        return;
    };
    recipients::strangers_fail_and_all_others_are_reached(&relay);
    recipients::strangers_at_the_begin_do_not_block_the_others(&relay);
}
