//! Tags and texts of an HTML, in their order.

/// Elements whose inside is not shown.
const HIDDEN: [&str; 5] = ["head", "style", "script", "title", "template"];

/// What an HTML is made of.
pub(super) enum Piece<'h> {
    /// A tag's name, and whether it closes.
    Tag(&'h str, bool),
    /// What stands between tags.
    Text(&'h str),
}

/// Goes through tags and texts; comments, and what is in hidden elements, are left out.
pub(super) fn walk(html: &str, mut see: impl FnMut(Piece<'_>)) {
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
            let name = name_of(tag);
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

fn name_of(tag: &str) -> String {
    let inside = tag.trim_start_matches(['<', '/']);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric());
    let name = inside.get(..end.unwrap_or(inside.len()));
    name.unwrap_or_default().to_ascii_lowercase()
}
