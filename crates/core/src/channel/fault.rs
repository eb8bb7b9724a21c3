//! Why a channel cannot be set up (what people read of it stands in `texts`), or a letter not be
//! written (which its envoi tells, as it tells what peers say).

/// A setting that has to be mended before anything can leave by a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unready {
    /// No relay is named, and none answers on this machine's port.
    #[error("no relay on port {0}")]
    NoRelay(u16),
    /// No gateway is named.
    #[error("no gateway")]
    NoGateway,
    /// The relay's name is none.
    #[error("{0:?} is no host name")]
    Host(String),
    /// The sender is nobody's mailbox.
    #[error("the sender's domain is nobody's")]
    Sender(String),
    /// No TLS session can begin on this machine.
    #[error("no TLS: {0}")]
    Tls(String),
}

/// Why an e-mail cannot be written; it never will be, then.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// The address is none.
    #[error("adresse illisible")]
    Address,
    /// The letter has no valid form.
    #[error("{0}")]
    Letter(#[from] lettre::error::Error),
}
