//! What the reader of an e-mail tells: that it was read, where the school follows it and the reader has
//! agreed; that no more are wanted.
//!
//! Either is told at an address that has a token: the envoi's number, and a fingerprint that only this
//! program can make, because the message's reading key never leaves it. So nobody can mark somebody else's
//! e-mail as read, speak for another parent, or find out who exists; and a token of the one kind is none of
//! the other.

use crate::digest::hex;
use ring::hmac;

/// The token of an envoi: its number and 128 bits in hexadecimal.
#[must_use]
pub fn token(cle_lecture: &str, envoi: i64) -> String {
    made(cle_lecture, b"", envoi)
}

/// The token by which the recipient of an envoi wants no more e-mails.
#[must_use]
pub fn unsubscription(cle_lecture: &str, envoi: i64) -> String {
    made(cle_lecture, b"desinscription", envoi)
}

fn made(cle_lecture: &str, what: &[u8], envoi: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cle_lecture.as_bytes());
    let sum = hmac::sign(&key, &[what, &envoi.to_be_bytes()].concat());
    format!("{envoi}-{:.32}", hex(sum.as_ref()))
}

/// Number of the envoi that a token is for, if it is a token.
#[must_use]
pub fn envoi(token: &str) -> Option<i64> {
    token.split('-').next()?.parse().ok()
}

/// The HTML of an e-mail with the picture at its end, behind an empty cell: filters take a short
/// HTML with an `<img>` for an advertisement that hides its words in a picture.
#[must_use]
pub fn with_picture(html: &str, base_url: &str, token: &str) -> String {
    let picture = format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" width=\"1\" height=\"1\" \
         background=\"{base_url}/api/messages/track/{token}/\"><tr><td></td></tr></table>"
    );
    match html.rfind("</body>") {
        Some(end) => {
            let (before, after) = html.split_at(end);
            format!("{before}{picture}{after}")
        }
        None => html.to_owned() + &picture,
    }
}
