//! What an HTML shows, as text: enough to see that an editor was emptied, and to give who reads
//! text what the others see.

use std::collections::BTreeSet;

/// Elements whose inside is not shown.
const HIDDEN: [&str; 5] = ["head", "style", "script", "title", "template"];

/// Elements that show something without holding a text.
const SHOWING: [&str; 9] = [
    "img", "hr", "video", "audio", "svg", "object", "iframe", "input", "picture",
];

/// Elements that begin a line; of paragraphs a blank one.
const LINES: [&str; 8] = ["br", "div", "li", "tr", "table", "ul", "ol", "blockquote"];
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "hr"];

/// References by name that French editors write (HTML, 13.5).
const NAMED: [(&str, char); 36] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ocirc", 'ô'),
    ("oelig", 'œ'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("uuml", 'ü'),
    ("Agrave", 'À'),
    ("Ccedil", 'Ç'),
    ("Egrave", 'È'),
    ("Eacute", 'É'),
    ("Ecirc", 'Ê'),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("rdquo", '”'),
    ("ldquo", '“'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("euro", '€'),
    ("deg", '°'),
];

/// Whether it shows nothing: what is left of `<p><br></p>` or `&nbsp;` in an editor that was emptied.
#[must_use]
pub fn is_empty(html: &str) -> bool {
    let mut shown = false;
    let mut text = String::new();
    walk(html, |piece| match piece {
        Piece::Tag(name, _) => shown |= SHOWING.contains(&name),
        Piece::Text(said) => text.push_str(said),
    });
    !shown && crate::typed::visible(&decoded(&text)).is_empty()
}

/// The text that it shows.
#[must_use]
pub fn text(html: &str) -> String {
    let mut out = String::new();
    walk(html, |piece| match piece {
        Piece::Tag(name, _) if PARAGRAPHS.contains(&name) => end_line(&mut out, 2),
        Piece::Tag(name, closing) if LINES.contains(&name) => {
            end_line(&mut out, 1);
            if name == "li" && !closing {
                out.push_str("- ");
            }
        }
        Piece::Tag("td" | "th", true) => out.push(' '),
        Piece::Tag(..) => {}
        Piece::Text(said) => {
            for word in decoded(said).split_inclusive(char::is_whitespace) {
                push_word(&mut out, word);
            }
        }
    });
    out.trim().to_owned()
}

/// The text part of an e-mail: what was written as text, and what the HTML says too where the two
/// have hardly a word in common. (Parts of `multipart/alternative` are to say the same, RFC 2046, 5.1.4;
/// filters take others for a fraud.)
#[must_use]
pub fn alternative(contenu: &str, html: &str) -> String {
    let shown = text(html);
    let (here, there) = (words(contenu), words(&shown));
    if here.intersection(&there).count() * 10 < there.len() {
        format!("{}\n\n{shown}", contenu.trim_end())
    } else {
        contenu.to_owned()
    }
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.chars().count() > 3)
        .map(str::to_lowercase)
        .collect()
}

fn end_line(out: &mut String, breaks: usize) {
    let text = out.trim_end_matches(' ').len();
    out.truncate(text);
    let ended = out.len() - out.trim_end_matches('\n').len();
    if !out.is_empty() {
        out.push_str(&"\n".repeat(breaks.saturating_sub(ended)));
    }
}

/// Blanks are one, and none begins a line.
fn push_word(out: &mut String, word: &str) {
    out.push_str(word.trim_end());
    let at_begin = out.is_empty() || out.ends_with(['\n', ' ']);
    if word.ends_with(char::is_whitespace) && !at_begin {
        out.push(' ');
    }
}

enum Piece<'h> {
    /// A tag's name, and whether it closes.
    Tag(&'h str, bool),
    Text(&'h str),
}

/// Goes through tags and texts; comments, and what is in hidden elements, are left out.
fn walk(html: &str, mut see: impl FnMut(Piece<'_>)) {
    let mut rest = html;
    let mut hidden: Option<String> = None;
    while !rest.is_empty() {
        let begin = rest.find('<').unwrap_or(rest.len());
        let (said, tagged) = rest.split_at(begin);
        if hidden.is_none() && !said.is_empty() {
            see(Piece::Text(said));
        }
        rest = if let Some(comment) = tagged.strip_prefix("<!--") {
            comment.split_once("-->").map_or("", |(_, after)| after)
        } else if is_tag(tagged) {
            let (tag, after) = tagged.split_once('>').unwrap_or((tagged, ""));
            let closing = tag.starts_with("</");
            let name: String = tag
                .trim_start_matches(['<', '/'])
                .chars()
                .take_while(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_ascii_lowercase();
            if hidden.as_ref().is_some_and(|open| closing && *open == name) {
                hidden = None;
            } else if hidden.is_none() {
                see(Piece::Tag(&name, closing));
                hidden = Some(name).filter(|name| !closing && HIDDEN.contains(&name.as_str()));
            }
            after
        } else {
            // A `<` that begins nothing is a letter.
            let after = tagged.strip_prefix('<').unwrap_or_default();
            if hidden.is_none() && !tagged.is_empty() {
                see(Piece::Text("<"));
            }
            after
        };
    }
}

fn is_tag(text: &str) -> bool {
    text.strip_prefix('<').is_some_and(|inside| {
        inside.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c))
    })
}

/// `&eacute;`, `&#233;` and `&#xE9;` as the letters that they are.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let reference = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        let letter = reference.and_then(|(name, _)| referred(name));
        match (letter, reference) {
            (Some(letter), Some((_, behind))) => {
                out.push(letter);
                rest = behind;
            }
            _ => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

fn referred(name: &str) -> Option<char> {
    match name.strip_prefix('#') {
        None => NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, letter)| *letter),
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests;
