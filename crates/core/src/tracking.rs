//! Whether an e-mail was read, where the school follows it and the reader has agreed.
//!
//! The e-mail holds a picture whose address has a token: the envoi's number, and a fingerprint that
//! only this program can make, because the message's reading key never leaves it. So nobody can
//! mark somebody else's e-mail as read, or find out who exists.

use crate::store::sql::sql;
use crate::store::{Conn, Error};
use diesel::sql_types::{BigInt, Text};
use ring::hmac;
use std::fmt::Write;

/// The token of an envoi: its number and 128 bits in hexadecimal.
#[must_use]
pub fn token(cle_lecture: &str, envoi: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, cle_lecture.as_bytes());
    let sum = hmac::sign(&key, &envoi.to_be_bytes());
    let mut token = format!("{envoi}-");
    for byte in sum.as_ref().iter().take(16) {
        // Writing into a String cannot fail.
        write!(token, "{byte:02x}").ok();
    }
    token
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

#[derive(diesel::QueryableByName)]
struct Sent {
    #[diesel(sql_type = BigInt)]
    message: i64,
    #[diesel(sql_type = Text)]
    cle_lecture: String,
}

/// Notes that the e-mail with this token was read; the first time counts. A token that is none
/// changes nothing.
///
/// # Errors
/// The database's.
pub fn read(conn: &mut Conn, given: &str) -> Result<(), Error> {
    let Some(envoi) = given
        .split('-')
        .next()
        .and_then(|id| id.parse::<i64>().ok())
    else {
        return Ok(());
    };
    let found: Vec<Sent> = conn.load(
        sql("SELECT m.id AS message, m.cle_lecture FROM envois e
                JOIN messages m ON m.id = e.message WHERE e.id = ? AND e.canal = 'email'")
        .bind(envoi),
    )?;
    let Some(sent) = found.first() else {
        return Ok(());
    };
    // Who can measure how long a comparison takes over a network could as well guess 128 bits.
    if token(&sent.cle_lecture, envoi) != given {
        return Ok(());
    }
    conn.write(|conn| {
        let now = conn.now()?;
        conn.execute(
            sql("UPDATE envois SET lu_le = ? WHERE id = ? AND lu_le IS NULL")
                .bind(now)
                .bind(envoi),
        )?;
        conn.execute(
            sql(
                "UPDATE messages SET est_lu = TRUE, date_lecture = COALESCE(date_lecture, ?)
                   WHERE id = ? AND NOT est_lu",
            )
            .bind(now)
            .bind(sent.message),
        )
        .map(drop)
    })
}
