//! Whether an e-mail was read, where the school follows it and the reader has agreed.
//!
//! The e-mail holds a picture whose address has a token: the envoi's number, and a fingerprint that
//! only this program can make, because the message's reading key never leaves it. So nobody can
//! mark somebody else's e-mail as read, or find out who exists.

use crate::digest::hex;
use ring::hmac;

/// The token of an envoi: its number and 128 bits in hexadecimal.
#[must_use]
pub fn token(cle_lecture: &str, envoi: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cle_lecture.as_bytes());
    let sum = hmac::sign(&key, &envoi.to_be_bytes());
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
