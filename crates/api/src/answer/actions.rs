//! What the web app's buttons are answered: whether it worked, in words, and the details.

use serde::Serialize;

/// `{success, message, details}`
#[derive(Debug, Serialize)]
pub(crate) struct Done<D> {
    /// Whether it worked.
    pub(crate) success: bool,
    /// The same for people.
    pub(crate) message: String,
    /// What it was about.
    pub(crate) details: D,
}
