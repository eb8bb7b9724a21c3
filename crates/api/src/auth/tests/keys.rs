//! Keys of programs.

use super::*;
use crate::auth::{PresentedKey, Who, check_key};
use messages_core::store::appels::cles::{self, Cle};
use messages_core::vocabulary::Portee;

const KEY: &str = "msg_0a1b2c3d_00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn stored() -> Cle {
    Cle {
        id: 3,
        nom: "Vie scolaire".to_owned(),
        prefixe: "0a1b2c3d".to_owned(),
        empreinte: cles::empreinte(KEY),
        portees: vec![Portee::Lecture, Portee::Envoi],
        creee_le: now(),
        revoquee_le: None,
        utilisee_le: None,
    }
}

fn presented(key: &str) -> PresentedKey {
    let value = format!("Bearer {key}");
    match hs256().parse(Some(value.as_bytes()), now()) {
        Ok(Credentials::Key(key)) => key,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_may_what_it_was_made_for() {
    let key = presented(KEY);
    assert_eq!(key.prefixe, "0a1b2c3d");
    let principal = check_key(Some(&stored()), &key).unwrap();
    assert_eq!(principal.who, Who::Key(3));
    assert_eq!(principal.log_name(), "key:3");
    assert!(principal.may(Portee::Lecture) && principal.may(Portee::Envoi));
    assert_eq!(principal.must(Portee::Ecriture), Err(Refusal::Forbidden));
    let nothing = Cle {
        portees: Vec::new(),
        ..stored()
    };
    let principal = check_key(Some(&nothing), &key).unwrap();
    assert!(!Portee::ALL.iter().any(|portee| principal.may(*portee)));
}

#[test]
fn a_key_with_another_secret_is_refused() {
    for place in "msg_0a1b2c3d_".len()..KEY.len() {
        let mut other = KEY.to_owned();
        let letter = if &KEY[place..=place] == "0" { "1" } else { "0" };
        other.replace_range(place..=place, letter);
        assert_eq!(
            check_key(Some(&stored()), &presented(&other)),
            Err(Refusal::BadKey)
        );
    }
    assert!(check_key(Some(&stored()), &presented(KEY)).is_ok());
}

#[test]
fn an_unknown_or_revoked_key_is_refused() {
    let key = presented(KEY);
    let revoked = Cle {
        revoquee_le: Some(now()),
        ..stored()
    };
    let of_another = Cle {
        prefixe: "ffffffff".to_owned(),
        ..stored()
    };
    let damaged = Cle {
        empreinte: String::new(),
        ..stored()
    };
    for stored in [None, Some(&revoked), Some(&of_another), Some(&damaged)] {
        assert_eq!(check_key(stored, &key), Err(Refusal::BadKey), "{stored:?}");
    }
    assert!(check_key(Some(&stored()), &key).is_ok());
}

#[test]
fn what_cannot_be_a_key_is_refused_without_the_database() {
    let wrong = Err("Incorrect authentication credentials.".to_owned());
    for text in [
        "msg_",
        "msg_0a1b2c3d",
        &KEY[..KEY.len() - 1],
        &format!("{KEY}0"),
        &KEY.replace('a', "A"),
        &KEY.replacen("0a1b2c3d", "%%%%%%%%", 1),
        &KEY.replacen("0a1b2c3d", "0a1b2c3é", 1),
        &"msg_".repeat(100_000),
    ] {
        assert_eq!(bearer(&hs256(), text), wrong);
    }
    assert_eq!(bearer(&hs256(), b"msg_\xff"), wrong);
    // Another beginning makes it a token, and a wrong one.
    fails(KEY.to_uppercase(), INVALID);
    assert!(bearer(&hs256(), KEY).is_ok());
}

#[test]
fn a_key_is_not_shown() {
    let shown = format!("{:?} {:?}", presented(KEY), hs256());
    assert!(
        !shown.contains(&cles::empreinte(KEY)) && !shown.contains("00112233"),
        "{shown}"
    );
    assert!(!shown.contains(SECRET));
}
