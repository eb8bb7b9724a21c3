//! What an HTML shows, as text: enough to see that an editor was emptied, and to give who reads
//! text what the others see.

mod references;
mod walk;

use references::decoded;
use std::collections::BTreeSet;
use walk::{Piece, walk};

/// Elements that show something without holding a text.
const SHOWING: [&str; 9] = [
    "img", "hr", "video", "audio", "svg", "object", "iframe", "input", "picture",
];

/// Elements that begin a line; of paragraphs a blank one.
const LINES: [&str; 8] = ["br", "div", "li", "tr", "table", "ul", "ol", "blockquote"];
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "hr"];

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

#[cfg(test)]
mod tests;
