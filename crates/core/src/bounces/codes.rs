//! Codes of RFC 3463 (`5.1.1`) and of SMTP (`550`) among words.

/// Whether a code says no more than that it failed, or not even that.
pub(super) fn is_vague(code: &str) -> bool {
    let is_vague = matches!(code, "5.0.0" | "4.0.0" | "5.5.0" | "4.5.0");
    is_vague || code.starts_with('2') || !code.contains('.')
}

/// The code that a text has: the enhanced one that tells most, else SMTP's.
pub(super) fn found(text: &str) -> Option<String> {
    let all: Vec<String> = tokens(text).filter_map(enhanced).collect();
    let telling = all.iter().find(|code| !is_vague(code));
    telling.or(all.first()).cloned().or_else(|| plain(text))
}

/// A code of RFC 3463 that a word begins with.
pub(super) fn enhanced(word: &str) -> Option<String> {
    let word = word.trim_start_matches(['#', '(', '[', '<', '"']);
    let end = word.find(|c: char| !c.is_ascii_digit() && c != '.');
    let code = word.get(..end.unwrap_or(word.len()))?.trim_end_matches('.');
    let parts: Vec<&str> = code.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else {
        return None;
    };
    let fits = |part: &str| (1..=3).contains(&part.len());
    let is_code = matches!(*class, "2" | "4" | "5") && fits(subject) && fits(detail);
    is_code.then(|| code.to_owned())
}

/// A reply code of SMTP. Numbers of three digits are many: it stands where servers are quoted.
fn plain(text: &str) -> Option<String> {
    let mut before = "";
    for word in tokens(text) {
        let code = word.trim_start_matches(['#', '(', '[', '<', '"', '\'']);
        let (digits, rest) = code.split_at_checked(3).unwrap_or((code, ""));
        let is_code = digits.len() == 3
            && digits.starts_with(['4', '5'])
            && matches!(digits.as_bytes().get(1), Some(b'0'..=b'7'))
            && digits.bytes().all(|b| b.is_ascii_digit());
        let ends =
            rest.is_empty() || rest.starts_with(['-', ' ', ':', ',', ')', ']', '.', ';', '"']);
        let is_quoted = before.ends_with([':', ';', ')', '<', '|'])
            || [
                "said", "code", "error", "status", "<<<", "smtp", "answered", "reply", "response",
                "is", "",
            ]
            .contains(&before.trim_matches(['(', ')', '"', '\'', ',']));
        if is_code && ends && is_quoted {
            return Some(digits.to_owned());
        }
        before = word;
    }
    None
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == '=' || c == '\u{a0}')
        .filter(|word| !word.is_empty())
}
