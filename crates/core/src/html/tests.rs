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
fn html_is_told_from_words() {
    for html in [
        "<p>Jeudi</p>",
        "\u{feff} \n<P class=\"x\">Jeudi</P>",
        "<!DOCTYPE html><html><body>Jeudi",
        "<html lang=\"fr\">",
        "<!-- collé --> <div>Jeudi</div>",
        "<br>Jeudi",
        "<img src=\"x\"/>",
        "<ul><li>un</li></ul>",
        "<h2>Sortie</h2> Jeudi",
    ] {
        assert!(is_html(html), "{html:?}");
    }
    for words in [
        "",
        "Jeudi <b>soir</b>",
        "<3",
        "< p>x</p>",
        "<p> est une balise",
        "<p",
        "<awa@exemple.fr> a écrit :",
        "<b.dupont@exemple.fr> </b>",
        "<lien>x</lien>",
        "<!-- rien",
        "<!doctypehtml>",
    ] {
        assert!(!is_html(words), "{words:?}");
    }
}

#[test]
fn an_email_says_the_same_as_text_and_as_html() {
    let html = "<p>Sortie&nbsp;vendredi</p>";
    assert_eq!(parts("Jeudi", None), ("Jeudi".into(), None));
    assert_eq!(parts("Jeudi", Some("<p></p>")), ("Jeudi".into(), None));
    assert_eq!(parts(html, None), ("Sortie vendredi".into(), Some(html)));
    assert_eq!(
        parts(html, Some(html)),
        ("Sortie vendredi".into(), Some(html))
    );
    assert_eq!(parts("<p><br></p>", None), ("".into(), None));
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
        prop_assert!(!is_html(&html) || html.contains('<'));
        prop_assert!(!is_empty(&html) || text(&html).trim_matches('-').trim().is_empty());
    }
}
