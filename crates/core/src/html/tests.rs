use super::*;
use proptest::prelude::*;

#[test]
fn an_emptied_editor_shows_nothing() {
    for html in [
        "",
        " \r\n",
        "<p><br></p>",
        "<p>&nbsp;</p>",
        "&nbsp;",
        "&#160;&#xA0;",
        "\u{a0}\u{200b}",
        "<p></p><p><span style=\"color: red\"> </span></p>",
        "<div><br/></div>\n<div>&nbsp;</div>",
        "<!-- rien -->",
        "<html><head><title>x</title><style>p { color: red }</style></head><body><p></p></body></html>",
        "<ul><li></li></ul>",
    ] {
        assert!(is_empty(html), "{html:?}");
    }
    for html in [
        "a",
        "<p>.</p>",
        "<img src=\"x\">",
        "<p>&eacute;</p>",
        "1 < 2",
        "&",
        "<hr>",
    ] {
        assert!(!is_empty(html), "{html:?}");
    }
}

#[test]
fn an_html_is_told_as_text() {
    for (html, told) in [
        (
            "<p>Bonjour,</p><p>R&eacute;union  jeudi<br>&agrave; 18&nbsp;h.</p>",
            "Bonjour,\n\nRéunion jeudi\nà 18 h.",
        ),
        ("<ul><li>un</li><li>deux</li></ul>", "- un\n- deux"),
        (
            "<head><style>p{}</style></head><body>Sortie <b>au</b> musée</body>",
            "Sortie au musée",
        ),
        (
            "<table><tr><td>Lundi</td><td>8 h</td></tr><tr><td>Mardi</td></tr></table>",
            "Lundi 8 h\nMardi",
        ),
        ("1 < 2 &amp; 3 &inconnu; &#8364;", "1 < 2 & 3 &inconnu; €"),
        ("<h1>Titre</h1>Texte", "Titre\n\nTexte"),
    ] {
        assert_eq!(text(html), told, "{html}");
    }
}

#[test]
fn who_reads_text_is_told_what_the_others_see() {
    let html = "<p>Sortie au musée vendredi.</p>";
    assert_eq!(alternative("Sortie vendredi", html), "Sortie vendredi");
    assert_eq!(
        alternative("Voir ci-joint\n", html),
        "Voir ci-joint\n\nSortie au musée vendredi."
    );
    assert_eq!(alternative("Bonjour", "<img src=\"x\">"), "Bonjour");
}

proptest! {
    #[test]
    fn no_html_makes_it_panic(html in "[ -~éà<>&;#/\n]{0,80}") {
        let told = text(&html);
        prop_assert!(told.len() <= html.len() * 4 + 2);
        prop_assert!(!is_empty(&html) || text(&html).trim_matches('-').trim().is_empty());
    }
}
