//! A message, taken apart as far as bounces need it.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;

/// A message.
pub(super) struct Mail {
    /// Names in small letters, with their values in one line.
    headers: Vec<(String, String)>,
    /// In its own letters.
    pub(super) subject: String,
    /// What is said to people, in small letters, up to what was returned.
    pub(super) narrative: String,
    /// The fields of a report (RFC 3464).
    pub(super) report: Option<String>,
    /// All that may hold the headers of what was returned.
    pub(super) returned: Vec<String>,
    /// The `type/subtype; report-type` of the whole.
    pub(super) content_type: String,
}

/// Lines of a text that are looked at.
const LINES: usize = 4000;

impl Mail {
    /// None when there is nothing to read.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = with_line_feeds(bytes);
        let message = MessageParser::default().parse(bytes.as_ref())?;
        let mut mail = Self {
            headers: headers(&message),
            subject: message.subject().unwrap_or_default().to_lowercase(),
            narrative: String::new(),
            report: None,
            returned: Vec::new(),
            content_type: content_type(&message),
        };
        for part in &message.parts {
            mail.add(part, &bytes);
        }
        Some(mail)
    }

    /// The values of a header.
    pub(super) fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m str> {
        let named = self.headers.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// The first value of a header; empty when there is none.
    pub(super) fn header<'m>(&'m self, name: &'m str) -> &'m str {
        self.all(name).next().unwrap_or_default()
    }

    fn add(&mut self, part: &MessagePart<'_>, whole: &[u8]) {
        let kind = part.content_type().map(|kind| {
            let sub = kind.subtype().unwrap_or_default();
            format!("{}/{sub}", kind.ctype()).to_ascii_lowercase()
        });
        let kind = kind.as_deref().unwrap_or_default();
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Message(inner) => {
                let own =
                    span(part, whole).filter(|_| part.encoding == mail_parser::Encoding::None);
                self.returned.push(lossy(own.unwrap_or(&inner.raw_message)));
            }
            PartType::Text(text) => self.add_text(kind, text),
            PartType::Html(html) => self.add_narrative(&html_to_text(html)),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                self.add_text(kind, &String::from_utf8_lossy(bytes));
            }
        }
    }

    fn add_text(&mut self, kind: &str, text: &str) {
        match kind {
            "message/delivery-status" | "message/global-delivery-status" => {
                let report = self.report.get_or_insert_default();
                report.push_str(text);
                report.push_str("\n\n");
                self.returned.push(text.to_owned());
            }
            "text/rfc822-headers" | "text/rfc822" | "message/global-headers" => {
                self.returned.push(text.to_owned());
            }
            _ => self.add_narrative(text),
        }
    }

    fn add_narrative(&mut self, text: &str) {
        let text = text.replace('\r', "");
        let cut = begin_of_returned(&text);
        let (said, returned) = text.split_at_checked(cut).unwrap_or((&text, ""));
        self.narrative.push_str(&said.to_lowercase());
        self.narrative.push('\n');
        if !returned.is_empty() {
            self.returned.push(returned.to_owned());
        }
    }
}

/// Some systems end lines with carriage returns alone.
fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    if bytes.contains(&b'\n') {
        return Cow::Borrowed(bytes);
    }
    let turned = bytes
        .iter()
        .map(|byte| if *byte == b'\r' { b'\n' } else { *byte });
    Cow::Owned(turned.collect())
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let one = |(name, value): (&str, &str)| {
        let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        (name.to_ascii_lowercase(), line)
    };
    message.headers_raw().map(one).collect()
}

fn content_type(message: &Message<'_>) -> String {
    let kind = message.content_type().map(|kind| {
        let sub = kind.subtype().unwrap_or_default();
        let report = kind.attribute("report-type").unwrap_or_default();
        format!("{}/{sub}; {report}", kind.ctype())
    });
    kind.unwrap_or_default().to_ascii_lowercase()
}

fn span<'w>(part: &MessagePart<'_>, whole: &'w [u8]) -> Option<&'w [u8]> {
    let place = |offset: u32| usize::try_from(offset).ok();
    whole.get(place(part.offset_body)?..place(part.offset_end)?)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Where the headers of what was returned begin, in a text that has both: at the first of three lines that
/// are headers of a message, or at the end.
fn begin_of_returned(text: &str) -> usize {
    let mut begin = 0;
    let mut place = 0;
    let mut run = 0;
    for line in text.split_inclusive('\n').take(LINES) {
        let is_folded = run > 0 && line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if is_header(line) {
            if run == 0 {
                begin = place;
            }
            run += 1;
        } else if !is_folded {
            run = 0;
        }
        if run == 3 {
            return begin;
        }
        place += line.len();
    }
    text.len()
}

/// Headers that mail has and reports to people have not.
fn is_header(line: &str) -> bool {
    const NAMES: [&str; 16] = [
        "return-path",
        "received",
        "message-id",
        "date",
        "from",
        "to",
        "subject",
        "mime-version",
        "content-type",
        "dkim-signature",
        "reply-to",
        "delivered-to",
        "sender",
        "cc",
        "content-transfer-encoding",
        "user-agent",
    ];
    let Some((name, _)) = line.split_once(':') else {
        return false;
    };
    let name = name.trim_start_matches(['>', ' ']).to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || (name.starts_with("x-") && !name.contains(char::is_whitespace))
}
