//! This machine.

/// Its name, for the diary of passages and for incidents.
#[must_use]
pub(crate) fn name() -> String {
    let name = hostname::get()
        .ok()
        .and_then(|name| name.into_string().ok());
    name.unwrap_or_else(|| "?".to_owned())
}

/// What tells it from others: the system's own number for it, or on Windows its name; nothing where
/// neither is lasting, as in most containers.
#[must_use]
pub(crate) fn identity() -> String {
    if cfg!(windows) {
        return name();
    }
    let number = std::fs::read_to_string("/etc/machine-id");
    number.unwrap_or_default().trim().to_owned()
}
