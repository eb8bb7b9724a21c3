//! E-mail addresses of parents: what is typed, made into one form, or refused.

use crate::typed::visible;
use std::collections::BTreeSet;

/// An address that can be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// As the relay is given it: the local part as it was typed, because its case is the
    /// receiver's business (RFC 5321, 2.4), the domain in lower case and ASCII (RFC 5890).
    pub address: String,
    /// Whether more than this one was typed: the first is taken.
    pub more: bool,
}

/// Why what was typed cannot be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not an address.
    Unreadable,
    /// A letter before the `@` that most relays cannot pass on (RFC 6531).
    Accent,
    /// The domain's end is none that there is.
    Domain,
    /// A comma where a dot was meant.
    Comma,
}

/// Reads what was typed.
///
/// # Errors
/// Why nobody can be written to there.
pub fn parse(typed: &str) -> Result<Mailbox, Fault> {
    let text = visible(typed);
    let parts = parts(&text);
    let mut fault = None;
    for part in &parts {
        match address(part) {
            Ok(address) => {
                return Ok(Mailbox {
                    address,
                    more: several(&text),
                });
            }
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    Err(fault.unwrap_or(Fault::Unreadable))
}

/// Whether there are two addresses, whatever stands between them.
fn several(text: &str) -> bool {
    let between = |letter: char| letter.is_whitespace() || ",;|/&<>()[]\"':".contains(letter);
    let addresses = text.split(between).filter(|word| word.contains('@'));
    addresses.map(key).collect::<BTreeSet<_>>().len() > 1
}

/// What two addresses have in common that are one mailbox: nobody gives out `Awa@` and `awa@` to
/// two persons.
#[must_use]
pub fn key(address: &str) -> String {
    address.to_ascii_lowercase()
}

/// What stands around an address and is no part of it.
const AROUND: [char; 15] = [
    '"', '\'', '’', '“', '”', '«', '»', '=', ' ', '(', ')', '[', ']', '>', ':',
];

/// What stands for an address: the values between separators, of `Name <address>` the inside.
fn parts(text: &str) -> Vec<&str> {
    let text = text.trim_matches(AROUND);
    if text.contains('<') {
        let inside = |part: &'_ str| part.split('>').next().map(str::len);
        return text
            .split('<')
            .skip(1)
            .filter_map(|part| part.get(..inside(part)?))
            .map(str::trim)
            .collect();
    }
    let words = [" ou ", " et ", " or ", " and "];
    let word = words.into_iter().find(|word| text.contains(word));
    let values: Vec<&str> = match word {
        Some(word) => text.split(word).collect(),
        None => text.split(['\n', ';', '|']).collect(),
    };
    values.into_iter().flat_map(split).collect()
}

/// Signs that separate two addresses, and are a slip or part of it within one.
fn split(value: &str) -> Vec<&str> {
    let value = value.trim();
    let addresses = value.matches('@').count();
    let parts: Vec<&str> = value
        .split([',', '/', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    if addresses > 1 && parts.iter().all(|part| part.contains('@')) {
        parts
    } else {
        vec![
            without_remark(value)
                .trim_start_matches([',', ' '])
                .trim_end_matches([',', '.', ' ']),
        ]
    }
}

/// `awa@exemple.fr (maman)`: what stands behind the address is not part of it.
fn without_remark(value: &str) -> &str {
    let end = value
        .find('@')
        .and_then(|at| Some(at + value.get(at..)?.find(' ')?));
    end.and_then(|end| value.get(..end)).unwrap_or(value)
}

/// One address in its form.
///
/// lettre accepts what no parent has (`a@b`, `"a b"@c.d`, `a@[127.0.0.1]`); here the domain needs a
/// dot and no brackets, the local part no quotes, and the whole at most 254 bytes (RFC 5321, 4.5.3.1).
fn address(part: &str) -> Result<String, Fault> {
    let part = without_label(without_scheme(part)).trim_matches(AROUND);
    let (local, domain) = part.rsplit_once('@').ok_or(Fault::Unreadable)?;
    // A word processor's apostrophe.
    let local = local.replace('’', "'");
    if domain.contains(',') {
        return Err(Fault::Comma);
    }
    if local.contains(['"', '@']) || domain.contains(char::is_whitespace) {
        return Err(Fault::Unreadable);
    }
    if !local.is_ascii() {
        return Err(Fault::Accent);
    }
    let address = format!("{local}@{}", ascii_domain(domain)?);
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    let fits = address.len() <= 254 && local.len() <= 64;
    if dots || !fits || address.parse::<lettre::Address>().is_err() {
        return Err(Fault::Unreadable);
    }
    Ok(address)
}

/// `mailto:awa@exemple.fr?subject=…` (RFC 6068).
fn without_scheme(part: &str) -> &str {
    let scheme = "mailto:";
    match part.get(..scheme.len()) {
        Some(head) if head.eq_ignore_ascii_case(scheme) => {
            let rest = part.get(scheme.len()..).unwrap_or_default();
            rest.split('?').next().unwrap_or(rest).trim()
        }
        _ => part,
    }
}

/// `E-mail : awa@exemple.fr`.
fn without_label(part: &str) -> &str {
    let is_label = |head: &str| {
        head.chars()
            .all(|c| c.is_alphabetic() || c == '-' || c == ' ')
    };
    match part.split_once(':') {
        Some((head, rest)) if is_label(head) && !rest.starts_with('/') => rest.trim(),
        _ => part,
    }
}

/// Slips that are no top-level domain.
const SLIPS: [&str; 10] = [
    "con", "comm", "cmo", "cim", "vom", "ocm", "frr", "ffr", "nett", "ner",
];

/// The domain as it is looked up, of at least two labels.
fn ascii_domain(domain: &str) -> Result<String, Fault> {
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() < 2 || labels.iter().any(|label| label.is_empty()) {
        return Err(Fault::Unreadable);
    }
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_not_a_domain| Fault::Domain)?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if is_possible_end(last) {
        Ok(ascii)
    } else {
        Err(Fault::Domain)
    }
}

/// Top-level domains are letters; those beyond ASCII are in other scripts than the Latin one, two
/// German words apart (IANA's list).
fn is_possible_end(label: &str) -> bool {
    if !label.starts_with("xn--") {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphabetic());
        return label.len() >= 2 && letters && !SLIPS.contains(&label);
    }
    let (shown, _) = idna::domain_to_unicode(label);
    let latin =
        |letter: char| letter.is_ascii_alphabetic() || ('\u{c0}'..'\u{250}').contains(&letter);
    ["vermögensberater", "vermögensberatung"].contains(&shown.as_str()) || !shown.chars().any(latin)
}

#[cfg(test)]
mod tests;
