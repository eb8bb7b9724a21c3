//! Which e-mail is meant.

use super::mail::Mail;

/// Where the address stands that the bounce came to.
const TO: [&str; 7] = [
    "x-original-to",
    "delivered-to",
    "envelope-to",
    "x-envelope-to",
    "x-rcpt-to",
    "resent-to",
    "to",
];

/// Names enough: a bounce is of one e-mail.
const MOST: usize = 50;

/// What may name it, the likeliest first.
pub(super) fn of(mail: &Mail) -> Vec<String> {
    let mut names = Vec::new();
    let tagged = TO.iter().flat_map(|name| mail.all(name)).flat_map(tags);
    let returned = mail.returned.iter().flat_map(|text| message_ids(text));
    let narrated = message_ids(&mail.narrative);
    let answered = ["in-reply-to", "references", "x-original-message-id"];
    let answered = answered
        .iter()
        .flat_map(|name| mail.all(name))
        .flat_map(ids);
    for name in tagged.chain(returned).chain(narrated).chain(answered) {
        if names.len() == MOST {
            break;
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What addresses have between `+` and `@`.
fn tags(addresses: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for address in addresses.split(['<', '>', ',', ' ', ';']) {
        let local = address.rsplit_once('@').map(|(local, _)| local);
        if let Some((_, tag)) = local.and_then(|local| local.rsplit_once('+')) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// What stands before the `@` of each `<…@…>`.
fn ids(line: &str) -> Vec<String> {
    let inside = |part: &str| {
        let (id, _) = part.split_once('>')?;
        let name = id.split_once('@').map_or(id, |(name, _)| name).trim();
        (!name.is_empty()).then(|| name.to_owned())
    };
    line.split('<').skip(1).filter_map(inside).collect()
}

/// The Message-IDs that a text quotes: of headers, as `Message-ID: <…>`, also `Original-Message-ID`, folded
/// or not.
fn message_ids(text: &str) -> Vec<String> {
    const NAME: &str = "message-id";
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if !name.trim().to_ascii_lowercase().ends_with(NAME) {
            continue;
        }
        let folded = if value.trim().is_empty() {
            lines.peek().map_or("", |next| next)
        } else {
            value
        };
        if folded.contains('<') {
            found.extend(ids(folded));
        } else if let Some((name, _)) = folded.trim().split_once('@') {
            found.push(name.to_owned());
        }
    }
    found
}
