//! This machine.

/// Its name, for the diary of passages and for incidents.
#[must_use]
pub(crate) fn name() -> String {
    let name = hostname::get()
        .ok()
        .and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "?".to_owned())
}
