//! What mail systems say to people, where they say nothing to programs. Texts are in small letters.

use super::mail::Mail;

/// Each kind of words, one a line: what servers call themselves, titles, what is said of an e-mail that is lost
/// or late, of people who are away; behind a code, words that say the same. Of codes the first that fits.
const WORDS: &str = include_str!("words.tsv");

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bounce,
    AutoReply,
    Other,
}

/// By what it says of itself, by whom it is from, then by its words.
pub(super) fn kind(mail: &Mail) -> Kind {
    let other = ["disposition-notification", "feedback-report"];
    if other.iter().any(|kind| mail.content_type.ends_with(kind)) {
        return Kind::Other;
    }
    let is_marked = mail.report.is_some()
        || mail.content_type.ends_with("delivery-status")
        || !mail.header("x-failed-recipients").is_empty();
    if is_marked {
        return Kind::Bounce;
    }
    // What comes from people may say the same words, of something else.
    let says_so = has(&mail.subject, "title")
        || has(&mail.narrative, "failed")
        || has(&mail.narrative, "delayed");
    let is_server = has(&mail.header("from").to_lowercase(), "server");
    let is_returned = matches!(mail.header("return-path"), "<>" | "<MAILER-DAEMON>");
    if is_server && says_so {
        Kind::Bounce
    } else if is_auto_reply(mail) {
        Kind::AutoReply
    } else if is_returned && says_so {
        Kind::Bounce
    } else {
        Kind::Other
    }
}

fn is_auto_reply(mail: &Mail) -> bool {
    let submitted = mail.header("auto-submitted").to_ascii_lowercase();
    let precedence = mail.header("precedence").to_ascii_lowercase();
    submitted.starts_with("auto-replied")
        || precedence == "auto_reply"
        || [
            "x-autoreply",
            "x-autorespond",
            "x-autoresponder",
            "x-auto-reply",
        ]
        .iter()
        .any(|name| !mail.header(name).is_empty())
        || has(&mail.subject, "away")
}

/// Whether the e-mail is still on its way.
pub(super) fn is_delayed(mail: &Mail) -> bool {
    has(&mail.subject, "delayed-title") || has(&mail.narrative, "delayed")
}

/// Whether nobody tries any more.
pub(super) fn is_given_up(mail: &Mail) -> bool {
    has(&mail.narrative, "failed") || has(&mail.subject, "title")
}

/// The code that says what the words say.
pub(super) fn reason(text: &str) -> Option<String> {
    let is_code = |kind: &str| kind.starts_with(['4', '5']);
    let mut words = words();
    let found = words.find(|(kind, word)| is_code(kind) && text.contains(word));
    found.map(|(code, _)| code.to_owned())
}

/// Whether a text has one of the words of this kind.
fn has(text: &str, kind: &str) -> bool {
    words().any(|(known, word)| known == kind && text.contains(word))
}

/// A kind, and a word of it.
fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    WORDS.lines().filter_map(|line| line.split_once('\t'))
}
