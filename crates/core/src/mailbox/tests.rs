use super::*;
use crate::config::Lang;
use crate::texts::addresses::of_mailbox;

fn read(typed: &str) -> Result<String, &'static str> {
    match parse(typed) {
        Ok(mailbox) => Ok(mailbox.address),
        Err(fault) => Err(of_mailbox(Lang::Fr, fault).unwrap_or_default()),
    }
}

fn check(cases: &[(&str, Result<&str, &str>)]) {
    for (typed, expected) in cases {
        let got = read(typed);
        assert_eq!(got.as_deref().map_err(|told| *told), *expected, "{typed:?}");
    }
}

#[test]
fn what_stands_in_directories_is_read_or_told() {
    check(&[
        ("awa@exemple.fr\u{200b}", Ok("awa@exemple.fr")),
        ("\u{feff}awa@exemple.fr", Ok("awa@exemple.fr")),
        (" AWA@Exemple.FR ", Ok("AWA@exemple.fr")),
        ("mailto:awa@exemple.fr", Ok("awa@exemple.fr")),
        ("Awa Traoré <awa@exemple.fr>", Ok("awa@exemple.fr")),
        ("papa@exemple.fr; maman@exemple.fr", Ok("papa@exemple.fr")),
        (
            "contact@mairie-orléans.fr",
            Ok("contact@xn--mairie-orlans-khb.fr"),
        ),
        (
            "contact@xn--mairie-orlans-jhb.fr",
            Ok("contact@xn--mairie-orlans-jhb.fr"),
        ),
        ("hélène@exemple.fr", Err("accent avant l'arobase")),
        ("nomprenom@gmail.coù", Err("domaine impossible")),
        ("prenom@.fr", Err("")),
        ("awa@exemple,fr", Err("virgule")),
        ("o'brien@exemple.fr", Ok("o'brien@exemple.fr")),
        ("jean..dupont@exemple.fr", Err("")),
    ]);
}

#[test]
fn others_of_the_kind_are_read_or_told() {
    check(&[
        (
            " Awa.Traore+ecole@Example.ORG ",
            Ok("Awa.Traore+ecole@example.org"),
        ),
        (
            "MAILTO:awa@exemple.fr?subject=Bonjour",
            Ok("awa@exemple.fr"),
        ),
        ("\"Traoré, Awa\" <awa@exemple.fr>", Ok("awa@exemple.fr")),
        ("<awa@exemple.fr>", Ok("awa@exemple.fr")),
        ("Awa <mailto:awa@exemple.fr>", Ok("awa@exemple.fr")),
        ("'awa@exemple.fr'", Ok("awa@exemple.fr")),
        ("awa@exemple.fr.", Ok("awa@exemple.fr")),
        ("awa@exemple.fr,", Ok("awa@exemple.fr")),
        ("awa@exemple.fr (maman)", Ok("awa@exemple.fr")),
        ("awa\u{ad}@exemple.fr", Ok("awa@exemple.fr")),
        ("awa＠exemple．fr", Ok("awa@exemple.fr")),
        ("awa@E\u{301}COLE.fr", Ok("awa@xn--cole-9oa.fr")),
        ("awa@пример.рф", Ok("awa@xn--e1afmkfd.xn--p1ai")),
        ("awa@exemple.xn--co-8ja", Err("domaine impossible")),
        ("awa@exemple.123", Err("domaine impossible")),
        ("awa@192.168.1.1", Err("domaine impossible")),
        ("awa@exemple.f", Err("domaine impossible")),
        ("awa@-exemple.fr", Err("domaine impossible")),
        ("awa@gmail,com", Err("virgule")),
        ("awa.exemple.fr", Err("")),
        ("awa(at)exemple.fr", Err("")),
        (".awa@exemple.fr", Err("")),
        ("awa.@exemple.fr", Err("")),
        ("awa@exemple..fr", Err("")),
        ("awa traore@exemple.fr", Err("")),
        ("", Err("")),
        ("awa", Err("")),
        ("a@b", Err("")),
        ("\"a b\"@c.de", Err("")),
        ("a@[127.0.0.1]", Err("domaine impossible")),
        ("a@@b.ce", Err("")),
        ("é@b.ce", Err("accent avant l'arobase")),
        ("a@b.ce\r\nBcc: x", Ok("a@b.ce")),
        ("@ '@b.ce", Err("")),
        ("Awa <'awa@exemple.fr'>", Ok("awa@exemple.fr")),
    ]);
}

#[test]
fn the_first_of_several_values_is_taken() {
    for typed in [
        "papa@exemple.fr; maman@exemple.fr",
        "papa@exemple.fr, maman@exemple.fr",
        "papa@exemple.fr maman@exemple.fr",
        "papa@exemple.fr/maman@exemple.fr",
        "papa@exemple.fr ou maman@exemple.fr",
        "papa@exemple.fr\nmaman@exemple.fr",
        "Papa <papa@exemple.fr>, Maman <maman@exemple.fr>",
        "papa@exemple.fr & maman@exemple.fr",
        "papa@exemple.fr - maman@exemple.fr",
        "papa@exemple.fr OU maman@exemple.fr",
        "Papa <papa@exemple.fr>; maman@exemple.fr",
    ] {
        let first = Mailbox {
            address: "papa@exemple.fr".to_owned(),
            more: true,
        };
        assert_eq!(parse(typed), Ok(first), "{typed:?}");
    }
    assert!(!parse("papa@exemple.fr").unwrap().more);
}

#[test]
fn what_stands_around_an_address_does_not_matter() {
    for typed in [
        "E-mail : papa@exemple.fr",
        "mél:papa@exemple.fr",
        "(papa@exemple.fr)",
        "papa@exemple.fr>",
        "papa@exemple.fr :",
        "\"papa@exemple.fr\" <papa@exemple.fr>",
    ] {
        let only = Mailbox {
            address: "papa@exemple.fr".to_owned(),
            more: false,
        };
        assert_eq!(parse(typed), Ok(only), "{typed:?}");
    }
    check(&[
        ("o\u{2019}brien@exemple.fr", Ok("o'brien@exemple.fr")),
        ("awa@gmail.con", Err("domaine impossible")),
        ("awa@orange.frr", Err("domaine impossible")),
        ("http://awa@exemple.fr", Err("")),
    ]);
}
