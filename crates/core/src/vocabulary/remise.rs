//! What becomes of an envoi after it left.

use super::Canal;

text_enum! {
    /// Whether the telephone or the mailbox has it, as far as anybody tells.
    Remise {
        /// Nobody has told anything.
        Inconnue = "inconnue",
        /// Somebody on the way has it, and goes on trying.
        EnCours = "en_cours",
        /// The telephone or the mailbox has it.
        Remis = "remis",
        /// It was given up.
        NonRemis = "non_remis",
    }
}

impl Remise {
    /// The states that this one takes the place of: each has a rank, and only a higher one is written, so
    /// that news may come repeatedly and in any order.
    ///
    /// Of an SMS `remis` is the last word: the telephone itself has acknowledged it, and what says otherwise is an
    /// operator's guess (a part of a long text that is still under way, a time that was over), earlier or
    /// later. Of an e-mail `non_remis` is: `remis` is what one server said of the next, a bounce comes
    /// from one that is nearer to the reader; an office that calls a parent who did get it loses a call.
    #[must_use]
    pub const fn above(self, canal: Canal) -> &'static [Self] {
        match (self, canal) {
            (Self::Inconnue, _) => &[],
            (Self::EnCours, _) => &[Self::Inconnue],
            (Self::NonRemis, Canal::Sms) | (Self::Remis, Canal::Email) => {
                &[Self::Inconnue, Self::EnCours]
            }
            (Self::Remis, Canal::Sms) => &[Self::Inconnue, Self::EnCours, Self::NonRemis],
            (Self::NonRemis, Canal::Email) => &[Self::Inconnue, Self::EnCours, Self::Remis],
        }
    }
}
