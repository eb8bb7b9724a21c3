//! E-mails that come back: what a mail server says of one of ours, and of which.
//!
//! A report of RFC 3464 says it in fields; what others write is read by its words, as they are written by
//! the mail systems that schools' parents have. Answers of people who are away, read receipts and complaints
//! are no bounces, and change nothing.
//!
//! Which envoi is meant is said by the key that our Message-ID and our envelope sender hold
//! ([`DeliveryKey`]): in what was returned, in what is answered, in the address that the bounce came to.
//! Nobody can guess one, so that nobody can say of another parent's e-mail that it came back.

mod codes;
mod mail;
mod names;
mod report;
mod words;

use crate::failpoint::reach;
use crate::model::DeliveryKey;
use crate::store::envois::{self, News, Noted};
use crate::store::{Conn, Error};
use crate::vocabulary::Remise;
use mail::Mail;

/// So much of a message is read: what says why stands at its begin, before what was returned.
pub const READ_MAX: u64 = 1024 * 1024;

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// It says what became of an e-mail.
    Bounce(Bounce),
    /// Somebody is away, or a program answers by itself.
    AutoReply,
    /// Anything else.
    Other,
}

/// What a mail server says of an e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What became of it.
    pub remise: Remise,
    /// The enhanced code of RFC 3463, or SMTP's: `5.1.1`, `550`.
    pub code: Option<String>,
    /// What names the e-mail, the likeliest first: what stands before the `@` of Message-IDs, and what an
    /// address of ours has behind its `+`.
    pub names: Vec<String>,
}

impl Bounce {
    /// The names that may be ours.
    fn keys(&self) -> Vec<String> {
        let keys = self.names.iter();
        keys.filter(|name| name.parse::<DeliveryKey>().is_ok())
            .cloned()
            .collect()
    }
}

/// What became of a message that was handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handled {
    /// A bounce of an e-mail of ours, with what it says.
    Ours(Noted, Remise, Option<String>),
    /// A bounce that names none of ours.
    Stranger,
    /// No bounce.
    PassedOver,
}

/// Reads a message; whatever it holds, there is an answer.
#[must_use]
pub fn read(bytes: &[u8]) -> Read {
    let Some(mail) = Mail::read(bytes) else {
        return Read::Other;
    };
    match words::kind(&mail) {
        words::Kind::Bounce => {
            let said = report::of(&mail);
            Read::Bounce(Bounce {
                remise: said.remise,
                code: said.code.as_deref().and_then(News::code),
                names: names::of(&mail),
            })
        }
        words::Kind::AutoReply => Read::AutoReply,
        words::Kind::Other => Read::Other,
    }
}

/// Reads a message and notes what it says, in one transaction: to be told of it again changes nothing.
///
/// # Errors
/// The database's.
pub fn handle(conn: &mut Conn, bytes: &[u8]) -> Result<Handled, Error> {
    let Read::Bounce(bounce) = read(bytes) else {
        return Ok(Handled::PassedOver);
    };
    let news = News {
        passerelle: None,
        references: bounce.keys(),
        remise: bounce.remise,
        code: bounce.code,
    };
    let noted = conn.write(|conn| {
        let noted = envois::note(conn, &news)?;
        reach("remise_commit");
        Ok(noted)
    })?;
    reach("remise_committed");
    Ok(match noted {
        Noted::Unknown => Handled::Stranger,
        noted => Handled::Ours(noted, news.remise, news.code),
    })
}

#[cfg(test)]
mod tests;
