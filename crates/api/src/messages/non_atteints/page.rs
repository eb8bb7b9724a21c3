//! The list on paper: A4, with a box to tick for each call.

use super::classe;
use crate::answer::message::begin;
use crate::texts::{Sheet, sheet};
use messages_core::config::Messages as Settings;
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::store::annuaire::eleves;
use messages_core::store::envois::missed::NonAtteint;
use messages_core::texts::not_reached_because;
use std::fmt::Write;

/// Letters of a message that say which one it is.
const BEGIN: usize = 120;

const STYLE: &str = "\
@page{size:A4;margin:14mm}\
body{font:10pt sans-serif;color:#000;background:#fff;margin:1em}\
h1{font-size:15pt;margin:0 0 .2em}p{margin:.2em 0 .8em}\
table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #777;padding:.3em .4em;text-align:left;vertical-align:top}\
thead{display:table-header-group}tr{break-inside:avoid}\
td.n{white-space:nowrap}td.c{width:1.4em}";

/// The whole page.
pub(super) fn write(message: &Message, missed: &[NonAtteint], settings: &Settings) -> String {
    let Sheet {
        lang,
        title,
        nobody,
        heads,
    } = sheet(settings.lang, message.id);
    let now = Instant::of_this_machine().in_zone(settings.zone);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head><meta charset=\"utf-8\">\
         <title>{title}</title><style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n\
         <p>{} · {} · {}</p>\n",
        escaped(&begin(message, BEGIN)),
        now.format("%d/%m/%Y %H:%M"),
        missed.len(),
    );
    if missed.is_empty() {
        page.push_str(&["<p>", nobody, "</p>\n"].concat());
    } else {
        page.push_str(&table(missed, settings, &heads));
    }
    page + "</body>\n</html>\n"
}

fn table(missed: &[NonAtteint], settings: &Settings, heads: &[&str]) -> String {
    let heads = heads.join("</th><th>");
    let mut table = format!("<table>\n<thead><tr><th>{heads}</th></tr></thead>\n<tbody>\n");
    for one in missed {
        let envoi = &one.envoi;
        let name = format!("{} {}", envoi.nom, envoi.prenom);
        // Writing into a string cannot fail.
        writeln!(
            table,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td>\
             <td class=\"c\"></td></tr>",
            escaped(classe(one)),
            escaped(&eleves::named(&one.eleves)),
            escaped(name.trim()),
            escaped(&envoi.telephone),
            escaped(&envoi.email),
            escaped(&not_reached_because(settings.lang, envoi)),
        )
        .ok();
    }
    table + "</tbody>\n</table>\n"
}

/// As text of a page.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_read_as_a_tag() {
        assert_eq!(
            escaped("<script>\"d'Été\" & co"),
            "&lt;script&gt;&quot;d&#39;Été&quot; &amp; co"
        );
    }
}
