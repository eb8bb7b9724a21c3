//! Names of machines and mail domains, in the form that every program reads.

/// Endings of names that only one network knows (RFC 6761, RFC 6762, RFC 9476 and custom).
const PRIVATE: [&str; 14] = [
    "arpa",
    "corp",
    "domain",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
    "workgroup",
];

/// The name in ASCII, `collège.fr` as `xn--collge-8xa.fr`; nothing if it is no name.
#[must_use]
pub(crate) fn ascii(name: &str) -> Option<String> {
    let name = idna::domain_to_ascii(name).ok()?;
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    plain.then_some(name)
}

/// A full name of ASCII letters, digits and hyphens, with a dot.
#[must_use]
pub(crate) fn is_full(name: &str) -> bool {
    let labels = || name.split('.');
    let plain = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253
        && labels().count() > 1
        && labels().all(plain)
        && !labels().next_back().is_none_or(is_number)
}

/// A full name that may be known everywhere.
#[must_use]
pub(crate) fn is_public(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    is_full(name) && !PRIVATE.contains(&last.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_become_ascii() {
        assert_eq!(ascii("collège.fr").as_deref(), Some("xn--collge-6ua.fr"));
        assert_eq!(ascii("exemple.fr").as_deref(), Some("exemple.fr"));
        assert_eq!(ascii(""), None);
        assert_eq!(ascii("a b.fr"), None);
    }
}
