//! What an HTML shows, as text: enough to see that an editor was emptied, and to give who reads
//! text what the others see. And what of a message is HTML: editors write it into either field.

mod references;
mod walk;

use references::decoded;
use std::borrow::Cow;
use std::collections::BTreeSet;
use walk::{Piece, walk};

/// Elements that show something without holding a text.
const SHOWING: [&str; 9] = [
    "img", "hr", "video", "audio", "svg", "object", "iframe", "input", "picture",
];

/// Elements that begin a line; of paragraphs a blank one.
const LINES: [&str; 8] = ["br", "div", "li", "tr", "table", "ul", "ol", "blockquote"];
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "hr"];

/// Elements that begin an HTML of an editor, and those of them that have no end.
const BEGINNINGS: [&str; 32] = [
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "center",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "i",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "table",
    "title",
    "u",
    "ul",
    "figure",
];
const VOID: [&str; 5] = ["br", "hr", "img", "meta", "link"];

/// Whether a text is HTML: a document, or an element at its start. (`<3`, `<awa@exemple.fr>` and a
/// `<p>` without its end are words.)
#[must_use]
pub fn is_html(text: &str) -> bool {
    let mut text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    while let Some(comment) = text.strip_prefix("<!--") {
        text = comment.split_once("-->").map_or("", |(_, after)| after);
        text = text.trim_start();
    }
    let Some(inside) = text.strip_prefix('<') else {
        return false;
    };
    let (name, after) = inside.split_at(
        inside
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '!')
            .unwrap_or(inside.len()),
    );
    let is_name = after.starts_with(|c: char| c.is_ascii_whitespace() || ">/".contains(c));
    let name = name.to_ascii_lowercase();
    is_name
        && after.contains('>')
        && match name.as_str() {
            "!doctype" | "html" => true,
            name if VOID.contains(&name) => true,
            name => BEGINNINGS.contains(&name) && ends(after, name),
        }
}

/// Whether there is an end of an element of this name.
fn ends(html: &str, name: &str) -> bool {
    let mut found = false;
    walk(html, |piece| {
        found |= matches!(piece, Piece::Tag(tag, true) if tag == name);
    });
    found
}

/// What an e-mail says: the text, and the HTML beside it if there is one.
#[must_use]
pub fn parts<'m>(
    contenu: &'m str,
    contenu_html: Option<&'m str>,
) -> (Cow<'m, str>, Option<&'m str>) {
    let contenu_html = contenu_html.filter(|html| !is_empty(html));
    let is_html = is_html(contenu);
    let said = if is_html {
        text(contenu).into()
    } else {
        Cow::Borrowed(contenu)
    };
    match contenu_html {
        Some(html) => (alternative(&said, html).into(), Some(html)),
        None => (
            said,
            Some(contenu).filter(|html| is_html && !is_empty(html)),
        ),
    }
}

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
fn alternative(contenu: &str, html: &str) -> String {
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

#[cfg(test)]
mod tests;
