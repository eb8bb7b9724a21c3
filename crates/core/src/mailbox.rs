//! E-mail addresses of parents: what is typed, made into one form, or refused.

/// The address in lower case, or `None` when it cannot be written to.
///
/// lettre accepts what no parent has (`a@b`, `"a b"@c.d`, `a@[127.0.0.1]`); here the domain needs a
/// dot and no brackets, the local part no quotes, and the whole at most 254 bytes (RFC 5321, 4.5.3.1).
#[must_use]
pub fn parse(typed: &str) -> Option<String> {
    let address = typed.trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    let plain = address.is_ascii()
        && address.len() <= 254
        && !local.contains(['"', '@'])
        && !domain.starts_with('[')
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty());
    (plain && address.parse::<lettre::Address>().is_ok()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn usual_addresses_are_kept_in_lower_case() {
        assert_eq!(
            parse(" Awa.Traore+ecole@Example.ORG ").as_deref(),
            Some("awa.traore+ecole@example.org")
        );
    }

    #[test]
    fn what_cannot_be_written_to_is_refused() {
        for typed in [
            "",
            "awa",
            "a@b",
            "\"a b\"@c.d",
            "a@[127.0.0.1]",
            "a@@b.c",
            "a b@c.d",
            "a@b..c",
            "a@b.c\r\nBcc: x@y.z",
            "a@b.c, d@e.f",
            "a@.c",
            "é@b.c",
        ] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }
}
