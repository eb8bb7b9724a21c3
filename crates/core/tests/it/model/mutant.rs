//! Programs that are wrong in one point: the exploration must find what it leads to.

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Bytes leave while the row is still `reserve`.
    NoIntent,
    /// Intents and results are written whatever their token.
    NoToken,
    /// What is known only after the lease was over is thrown away.
    LateResultRefused,
    /// Intent and result are written together, after the sending.
    OneWriteForAll,
    /// An SMS whose answer is missing goes back to `a_envoyer`.
    SmsRecoveredLikeEmail,
    /// A text that a run has read is used whatever became of the message.
    TextsByNumber,
    /// E-mails are sent again for ever.
    LostAnswersNotCounted,
}
