//! Well signed tokens with odd JOSE headers; the `Authorization` header itself.

use super::*;

/// Each is refused, whatever the rest of the token is.
const WRONG: &[&str] = &[
    // No signature, in several spellings.
    r#"{"alg":"none","typ":"JWT"}"#,
    r#"{"alg":"None","typ":"JWT"}"#,
    r#"{"alg":"NONE","typ":"JWT"}"#,
    r#"{"alg":"nOnE","typ":"JWT"}"#,
    r#"{"alg":"","typ":"JWT"}"#,
    r#"{"alg":null,"typ":"JWT"}"#,
    r#"{"alg":["HS256"],"typ":"JWT"}"#,
    r#"{"alg":256,"typ":"JWT"}"#,
    r#"{"alg":true,"typ":"JWT"}"#,
    r#"{"typ":"JWT"}"#,
    "{}",
    // Another algorithm is named than the one that was used.
    r#"{"alg":"hs256","typ":"JWT"}"#,
    r#"{"alg":"HS256 ","typ":"JWT"}"#,
    r#"{"alg":"HS384","typ":"JWT"}"#,
    r#"{"alg":"HS512","typ":"JWT"}"#,
    r#"{"alg":"RS256","typ":"JWT"}"#,
    r#"{"alg":"PS256","typ":"JWT"}"#,
    r#"{"alg":"ES256","typ":"JWT"}"#,
    r#"{"alg":"EdDSA","typ":"JWT"}"#,
    r#"{"alg":"dir","enc":"A256GCM","typ":"JWT"}"#,
    // Twice.
    r#"{"alg":"HS256","alg":"HS256","typ":"JWT"}"#,
    r#"{"alg":"none","alg":"HS256","typ":"JWT"}"#,
    r#"{"alg":"HS256","alg":"none","typ":"JWT"}"#,
    r#"{"alg":"HS256","\u0061lg":"none"}"#,
    // Where a key is to be had.
    r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"../../../../dev/null"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"' UNION SELECT 'x"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":null}"#,
    r#"{"alg":"HS256","typ":"JWT","jku":"https://ailleurs.example/jwks.json"}"#,
    r#"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AAAA"}}"#,
    r#"{"alg":"HS256","typ":"JWT","x5u":"https://ailleurs.example/x.pem"}"#,
    r#"{"alg":"HS256","typ":"JWT","x5c":["MIIB"]}"#,
    r#"{"alg":"HS256","typ":"JWT","x5t":"AAAA"}"#,
    // What must be understood.
    r#"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#,
    r#"{"alg":"HS256","typ":"JWT","crit":[]}"#,
    r#"{"alg":"HS256","typ":"JWT","crit":["b64"],"b64":false}"#,
    r#"{"alg":"HS256","typ":"JWT","b64":true}"#,
    r#"{"alg":"HS256","typ":"JWT","zip":"DEF"}"#,
    r#"{"alg":"HS256","typ":"JWT","cty":"JWT"}"#,
    // Another kind of thing.
    r#"{"alg":"HS256","typ":"JWE"}"#,
    r#"{"alg":"HS256","typ":"at+jwt"}"#,
    r#"{"alg":"HS256","typ":""}"#,
    r#"{"alg":"HS256","typ":null}"#,
    r#"{"alg":"HS256","typ":["JWT"]}"#,
    r#"["HS256","JWT"]"#,
    r#""HS256""#,
    "null",
    "",
    " ",
    r#"{"alg":"HS256""#,
    r#"{"alg":"HS256"}{}"#,
    r#"{"alg":"HS256",}"#,
    "\u{feff}{\"alg\":\"HS256\"}",
];

#[test]
fn an_odd_header_is_refused_though_the_signature_holds() {
    let payload = payload(&[]);
    for header in WRONG {
        fails(token(header, &payload), INVALID);
        passes(&token(HEADER, &payload));
    }
    for right in [
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"alg":"HS256"}"#,
        " {\n\"alg\" : \"HS256\" } ",
    ] {
        passes(&token(right, &payload));
    }
}

#[test]
fn a_token_without_signature_is_refused() {
    for alg in ["none", "None", "NONE", "nOnE", "HS256", ""] {
        let header = format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#);
        let text = unsigned(&header, &payload(&[]));
        fails(format!("{text}."), INVALID);
        fails(&text, INVALID);
    }
}

#[test]
fn the_authorization_header_is_read_as_simplejwt_reads_it() {
    let token = genuine();
    let authenticator = hs256();
    let read = |text: &str| header(&authenticator, text.replace("{}", &token).as_bytes());
    for right in [
        "Bearer {}",
        "Bearer   {}",
        "  Bearer {}  ",
        "Bearer\t{}",
        "Bearer\u{b}{}\u{c}",
    ] {
        assert_eq!(read(right), Ok("user:1".to_owned()), "{right:?}");
    }
    for other in [
        "",
        " ",
        "{}",
        "bearer {}",
        "BEARER {}",
        "Token {}",
        "JWT {}",
        "Basic YTpi",
        "Bearer{}",
        "Bearer:{}",
        "Bearer\u{a0}{}",
        "Bearer, {}",
        "\"Bearer\" {}",
        "Basic Bearer {}",
    ] {
        assert_eq!(read(other), Err(NO_CREDENTIALS.to_owned()), "{other:?}");
    }
    for bad in [
        "Bearer",
        "Bearer ",
        "Bearer {} x",
        "Bearer {} {}",
        "Bearer {}\n{}",
        "Bearer x y z",
    ] {
        assert_eq!(read(bad), Err(BAD_HEADER.to_owned()), "{bad:?}");
    }
    assert_eq!(
        authenticator.parse(None, now()),
        Err(Refusal::NoCredentials)
    );
}
