//! The HTML of an e-mail: written in Markdown here, or elsewhere.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

/// How an e-mail is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Layout {
    /// As text.
    #[default]
    Plain,
    /// By Markdown in the text.
    Markdown,
    /// As somebody wrote it elsewhere, in HTML.
    Kept,
}

impl Layout {
    pub(super) fn read(word: &str) -> Self {
        match word {
            "markdown" => Self::Markdown,
            "garder" => Self::Kept,
            _ => Self::Plain,
        }
    }

    /// What a message has.
    pub(super) fn of(contenu: &str, html: Option<&str>) -> Self {
        match html {
            None => Self::Plain,
            Some(html) if html == markdown(contenu) => Self::Markdown,
            Some(_) => Self::Kept,
        }
    }
}

/// The HTML of a text in Markdown (its common form, and each line as a line). What looks like HTML in it is text.
pub(super) fn markdown(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH);
    let events = events.map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: leads(dest_url),
            title,
            id,
        }),
        other => other,
    });
    let mut page = String::new();
    html::push_html(&mut page, events);
    // As it is kept.
    page.trim_end().to_owned()
}

/// Where a link may lead; any other leads nowhere.
fn leads(url: CowStr<'_>) -> CowStr<'_> {
    let begin = url.to_ascii_lowercase();
    let is_known = ["https://", "http://", "mailto:", "tel:"];
    if is_known.iter().any(|known| begin.starts_with(known)) {
        url
    } else {
        CowStr::Borrowed("#")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_html_and_html_is_text() {
        assert_eq!(
            markdown("Bonjour,\n**jeudi** à 18 h :\n\n- salle 2\n"),
            "<p>Bonjour,<br />\n<strong>jeudi</strong> à 18 h :</p>\n<ul>\n<li>salle 2</li>\n</ul>"
        );
        let page = markdown("<script>alert(1)</script>\n\na <img src=x onerror=alert(2)> b");
        assert!(
            !page.contains("<script") && !page.contains("<img"),
            "{page}"
        );
    }

    #[test]
    fn what_was_written_here_is_known_again() {
        let text = "Bonjour **à tous**";
        assert_eq!(Layout::of(text, Some(&markdown(text))), Layout::Markdown);
        assert_eq!(Layout::of(text, Some("<p>Bonjour</p>")), Layout::Kept);
        assert_eq!(Layout::of(text, None), Layout::Plain);
    }

    #[test]
    fn a_link_runs_nothing() {
        let page = markdown("[ici](javascript:alert(1))");
        assert!(!page.contains("javascript:"), "{page}");
    }
}
