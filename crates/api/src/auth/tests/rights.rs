//! What tokens may, by what they say; for whom they were made.

use super::*;
use crate::auth::PorteeSet;
use messages_core::vocabulary::Portee::{self, Ecriture, Envoi, Lecture, Supervision};

const RULES: &str = "role=direction:lecture,ecriture,envoi; role=enseignant:lecture; is_staff=true:ecriture; *:supervision";

fn scopes(settings: &[(&str, &str)], claims: &[(&str, Option<&str>)]) -> PorteeSet {
    let mut all = vec![("JWT_SIGNING_KEY", SECRET)];
    all.extend(settings);
    let bearer = format!("Bearer {}", token(HEADER, &payload(claims)));
    match authenticator(&all).parse(Some(bearer.as_bytes()), now()) {
        Ok(Credentials::Known(principal)) => principal.portees,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_may_what_its_claims_give_it_together() {
    type Claims = &'static [(&'static str, Option<&'static str>)];
    let cases: [(Claims, &[Portee]); 6] = [
        (
            &[("role", Some("\"direction\""))],
            &[Lecture, Ecriture, Envoi, Supervision],
        ),
        (&[("role", Some("\"enseignant\""))], &[Lecture, Supervision]),
        (
            &[("role", Some("[\"x\",\"enseignant\"]"))],
            &[Lecture, Supervision],
        ),
        (&[("role", Some("\"Direction\""))], &[Supervision]),
        (&[("is_staff", Some("true"))], &[Ecriture, Supervision]),
        (&[], &[Supervision]),
    ];
    for (claims, expected) in cases {
        let PorteeSet::Only(given) = scopes(&[("JWT_SCOPES", RULES)], claims) else {
            panic!("everything: {claims:?}");
        };
        assert_eq!(given, expected, "{claims:?}");
    }
    assert_eq!(scopes(&[], &[]), PorteeSet::All);
    assert_eq!(
        scopes(&[("JWT_SCOPES", "role=direction:envoi")], &[]),
        PorteeSet::Only(Vec::new())
    );
}

#[test]
fn a_token_is_ours_by_its_issuer_and_its_audience() {
    let settings = [
        ("JWT_SIGNING_KEY", SECRET),
        ("JWT_ISSUER", "https://ecole.example"),
        ("JWT_AUDIENCE", "messages"),
    ];
    let ours = authenticator(&settings);
    let asked = |iss: Option<&str>, aud: Option<&str>| {
        bearer(
            &ours,
            token(HEADER, &payload(&[("iss", iss), ("aud", aud)])),
        )
    };
    let (iss, aud) = (Some("\"https://ecole.example\""), Some("\"messages\""));
    assert_eq!(asked(iss, aud), Ok("user:1".to_owned()));
    assert_eq!(
        asked(iss, Some("[\"x\",\"messages\"]")),
        Ok("user:1".to_owned())
    );
    for (iss, aud) in [
        (None, aud),
        (iss, None),
        (Some("\"https://autre.example\""), aud),
        (Some("[\"https://ecole.example\"]"), aud),
        (iss, Some("\"Messages\"")),
        (iss, Some("[]")),
        (iss, Some("{\"messages\":1}")),
    ] {
        assert_eq!(asked(iss, aud), Err(INVALID.to_owned()), "{iss:?} {aud:?}");
    }
    // Who does not ask is not told: simplejwt passes over claims that it has no setting for.
    let text = token(
        HEADER,
        &payload(&[("iss", Some("\"x\"")), ("aud", Some("\"y\""))]),
    );
    assert_eq!(bearer(&hs256(), text), Ok("user:1".to_owned()));
}
