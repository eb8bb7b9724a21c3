//! Why a change is refused by what is there.

use crate::vocabulary::Statut;

/// A change that the state of the rows forbids. (What it says to a person stands in `texts`.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A message is programmed without a date.
    Undated,
    /// A row that is named is not there, or one that goes is in use.
    Reference,
    /// A message in this state is not open to that.
    Statut(Statut, Deed),
    /// The message would leave for so many recipients, and whoever asks for it has not said so.
    Unconfirmed(i64),
    /// Only of an e-mail is it known that it was read.
    NotAnEmail,
    /// Files travel with e-mails only.
    SmsWithFile,
    /// An e-mail with files is to be an SMS.
    EmailWithFiles,
    /// The files of a message would be too large.
    TooHeavy {
        /// Bytes of those that it has.
        present: i64,
        /// Of the new one.
        more: i64,
    },
    /// A message has as many files as it may.
    TooManyFiles,
    /// Nobody of a message can be sent it again.
    NobodyToResend,
    /// What the message said is not known any more.
    Forgotten,
    /// The key is void already.
    Revoked,
    /// The number of a new row is taken.
    Taken(i64),
    /// A number that no row can have.
    Number(i64),
    /// A row of a directory, or a link, is given twice; its number, or the numbers of both ends.
    Twice(Named, i64, i64),
    /// A class has the name and the school year that another has.
    SameClass {
        /// The class.
        id: i64,
        /// The other one.
        other: i64,
    },
    /// The class has pupils or messages, so many.
    ClassInUse {
        /// Pupils.
        etudiants: i64,
        /// Messages.
        messages: i64,
    },
    /// Something is being sent to the parent at this moment.
    UnderWay,
    /// A message that was being worked out is no longer ours.
    NotOurs,
}

/// What is done to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// It is written anew.
    Change,
    /// It goes.
    Delete,
    /// What has not left of it shall not.
    Cancel,
    /// It shall leave at once.
    SendNow,
    /// It shall leave again.
    Resend,
}

/// What stands in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// A class.
    Classe,
    /// A pupil.
    Etudiant,
    /// A parent.
    Parent,
    /// A parent of a pupil.
    Lien,
}
