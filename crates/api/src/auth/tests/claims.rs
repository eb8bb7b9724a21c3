//! Well signed tokens with wrong claims, each beside the nearest right one.

use super::*;

/// A forgery: its claim, beside the claim that passes.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// Claim, its right value, its wrong value, the answer. (`NOW` is 1800000000.)
const WRONG: &[Case] = &[
    // PyJWT: exp <= now is over. No margin.
    ("exp", "1800000001", "1800000000", EXPIRED),
    ("exp", "1800000001", "1799999999", EXPIRED),
    ("exp", "1800000001.9", "1800000000.9", EXPIRED),
    ("exp", "1.8000000015e9", "1.8000000005e9", EXPIRED),
    ("exp", "1800000001", "0", EXPIRED),
    ("exp", "1800000001", "-1", EXPIRED),
    ("exp", "1800000001", "-1800000001", EXPIRED),
    ("exp", "1800000001", "-1e300", EXPIRED),
    ("exp", "1800000001", "\"1800000001\"", INVALID),
    ("exp", "1800000001", "\"demain\"", INVALID),
    ("exp", "1800000001", "null", INVALID),
    ("exp", "1800000001", "true", INVALID),
    ("exp", "1800000001", "[1800000001]", INVALID),
    ("exp", "1800000001", "{\"t\":1800000001}", INVALID),
    ("exp", "253402300799", "253402300800", INVALID),
    ("exp", "253402300799", "9223372036854775808", INVALID),
    ("exp", "253402300799", "18446744073709551616", INVALID),
    ("exp", "253402300799", "1e300", INVALID),
    ("exp", "253402300799", "1e999", INVALID),
    ("exp", "253402300799", "Infinity", INVALID),
    ("exp", "253402300799", "NaN", INVALID),
    // Half a minute for two clocks that differ.
    ("nbf", "1800000030", "1800000031", INVALID),
    ("nbf", "-1e300", "1e300", INVALID),
    ("nbf", "1800000000", "\"1800000000\"", INVALID),
    ("nbf", "1800000000", "null", INVALID),
    ("nbf", "1800000000", "false", INVALID),
    ("iat", "1800000030", "1800000031", INVALID),
    ("iat", "1800000030.9", "1800000031.1", INVALID),
    ("iat", "0", "9223372036854775807", INVALID),
    ("iat", "1800000000", "\"1800000000\"", INVALID),
    ("iat", "1800000000", "null", INVALID),
    ("sub", "\"1\"", "1", INVALID),
    ("sub", "\"1\"", "null", INVALID),
    ("jti", "\"x\"", "1", INVALID),
    ("jti", "\"x\"", "null", INVALID),
    ("token_type", "\"access\"", "\"refresh\"", WRONG_TYPE),
    ("token_type", "\"access\"", "\"sliding\"", WRONG_TYPE),
    ("token_type", "\"access\"", "\"Access\"", WRONG_TYPE),
    ("token_type", "\"access\"", "\"access \"", WRONG_TYPE),
    ("token_type", "\"access\"", "\"\"", WRONG_TYPE),
    ("token_type", "\"access\"", "null", WRONG_TYPE),
    ("token_type", "\"access\"", "[\"access\"]", WRONG_TYPE),
    ("user_id", "\"1\"", "null", NO_USER),
    ("user_id", "\"1\"", "true", NO_USER),
    ("user_id", "\"1\"", "\"\"", NO_USER),
    ("user_id", "\"1\"", "\" 1\"", NO_USER),
    ("user_id", "\"1\"", "\"1\\n\"", NO_USER),
    ("user_id", "\"1\"", "\"1\\u0000\"", NO_USER),
    ("user_id", "1", "1.0", NO_USER),
    ("user_id", "1", "[1]", NO_USER),
    ("user_id", "1", "{\"id\":1}", NO_USER),
    ("user_id", "1", "1e400", INVALID),
];

#[test]
fn a_wrong_claim_is_refused_and_the_right_one_beside_it_passes() {
    for (name, right, wrong, answer) in WRONG {
        passes(&token(HEADER, &payload(&[(name, Some(right))])));
        fails(token(HEADER, &payload(&[(name, Some(wrong))])), answer);
    }
}

#[test]
fn a_missing_claim_is_told() {
    for (name, answer) in [
        ("exp", NO_EXP),
        ("jti", NO_ID),
        ("token_type", NO_TYPE),
        ("user_id", NO_USER),
    ] {
        fails(token(HEADER, &payload(&[(name, None)])), answer);
    }
    passes(&token(HEADER, &payload(&[("iat", None)])));
    fails(token(HEADER, "{}"), NO_EXP);
}

/// Each token has this fault and all later ones.
#[test]
fn the_first_fault_in_the_order_of_simplejwt_is_told() {
    let faults: &[(&str, Option<&str>, &str)] = &[
        ("iat", Some("1800009999"), INVALID),
        ("exp", Some("0"), EXPIRED),
        ("exp", None, NO_EXP),
        ("jti", None, NO_ID),
        ("token_type", Some("\"refresh\""), WRONG_TYPE),
        ("token_type", None, NO_TYPE),
        ("user_id", None, NO_USER),
    ];
    for (n, (_, _, answer)) in faults.iter().enumerate() {
        let mut names = Vec::new();
        let mut changes = Vec::new();
        for (name, value, _) in faults.iter().skip(n) {
            if !names.contains(name) {
                names.push(*name);
                changes.push((*name, *value));
            }
        }
        fails(token(HEADER, &payload(&changes)), answer);
    }
}

#[test]
fn a_claim_that_is_named_twice_is_refused() {
    let right = payload(&[]);
    passes(&token(HEADER, &right));
    for again in [
        r#""user_id":"2""#,
        r#""user_id":"1""#,
        r#""user\u005fid":"2""#,
        r#""exp":9999999999"#,
        r#""token_type":"access""#,
    ] {
        let wrong = right.replacen('{', &format!("{{{again},"), 1);
        fails(token(HEADER, &wrong), INVALID);
        let wrong = right.replacen('}', &format!(",{again}}}"), 1);
        fails(token(HEADER, &wrong), INVALID);
    }
}

#[test]
fn claims_that_mean_nothing_here_are_passed_over() {
    for (name, value) in [
        ("aud", "\"ailleurs\""),
        ("aud", "[\"a\",\"b\"]"),
        ("iss", "\"ailleurs\""),
        ("role", "\"admin\""),
        ("nested", "{\"user_id\":\"2\",\"user_id\":\"3\"}"),
    ] {
        passes(&token(HEADER, &payload(&[(name, Some(value))])));
    }
}

#[test]
fn users_keep_the_number_of_the_web_app() {
    let uuid = "0b38e1f2-1111-4222-8333-123456789abc";
    for (value, name) in [
        ("7", "user:7".to_owned()),
        ("\"7\"", "user:7".to_owned()),
        ("4294967295", "user:4294967295".to_owned()),
        (&format!("\"{uuid}\""), format!("user:{uuid}")),
    ] {
        let token = token(HEADER, &payload(&[("user_id", Some(value))]));
        assert_eq!(bearer(&hs256(), token), Ok(name));
    }
    let longest = format!("\"{}\"", "u".repeat(128));
    let accepted = token(HEADER, &payload(&[("user_id", Some(&longest))]));
    assert!(bearer(&hs256(), accepted).is_ok());
    let longer = format!("\"{}\"", "u".repeat(129));
    fails(
        token(HEADER, &payload(&[("user_id", Some(&longer))])),
        NO_USER,
    );
}
