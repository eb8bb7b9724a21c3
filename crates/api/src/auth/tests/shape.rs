//! Texts that are no token any more, or never were.

use super::*;

/// What is done to a genuine token.
type Forgery = (&'static str, fn(&str) -> Vec<u8>);

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().unwrap()
}

/// Another letter at this place of the token; the last place of a part may hold spare bits.
fn other_letter(token: &str, place: usize) -> Vec<u8> {
    let mut bytes = token.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    bytes
}

const FORGERIES: &[Forgery] = &[
    ("one part", |t| parts(t)[0].into()),
    ("two parts", |t| t.rsplit_once('.').unwrap().0.into()),
    ("four parts", |t| format!("{t}.").into()),
    ("five parts, as encrypted ones have", |t| {
        format!("{t}.AAAA.AAAA").into()
    }),
    ("a dot first", |t| format!(".{t}").into()),
    ("a dot too many", |t| t.replacen('.', "..", 1).into()),
    ("no header", |t| t[t.find('.').unwrap()..].into()),
    ("no payload", |t| {
        format!("{}..{}", parts(t)[0], parts(t)[2]).into()
    }),
    ("no signature", |t| t[..=t.rfind('.').unwrap()].into()),
    ("dots only", |_| b"..".to_vec()),
    ("signature cut by a letter", |t| t[..t.len() - 1].into()),
    ("signature cut by half", |t| t[..t.len() - 22].into()),
    ("signature twice", |t| format!("{t}{}", parts(t)[2]).into()),
    ("signature of zeros", |t| {
        format!("{}.{}.{}", parts(t)[0], parts(t)[1], encode([0; 32])).into()
    }),
    ("first letter of the signature", |t| {
        other_letter(t, t.rfind('.').unwrap() + 1)
    }),
    ("first letter of the payload", |t| {
        other_letter(t, t.find('.').unwrap() + 1)
    }),
    ("first letter", |t| other_letter(t, 0)),
    ("signature of another token", |t| {
        let other = token(HEADER, &payload(&[("user_id", Some("\"2\""))]));
        format!("{}.{}.{}", parts(t)[0], parts(t)[1], parts(&other)[2]).into()
    }),
    ("payload of another token", |t| {
        let other = token(HEADER, &payload(&[("user_id", Some("\"2\""))]));
        format!("{}.{}.{}", parts(t)[0], parts(&other)[1], parts(t)[2]).into()
    }),
    ("header and payload exchanged", |t| {
        format!("{}.{}.{}", parts(t)[1], parts(t)[0], parts(t)[2]).into()
    }),
    ("padding at the end", |t| format!("{t}=").into()),
    ("padding at the end, twice", |t| format!("{t}==").into()),
    ("padding signed", |t| {
        signed_text(&format!("{}=.{}", parts(t)[0], parts(t)[1]))
    }),
    ("padding in the payload, signed", |t| {
        signed_text(&format!("{}.{}=", parts(t)[0], parts(t)[1]))
    }),
    ("other alphabet, signed", |_| {
        signed_text(&format!("{}.{}", encode(HEADER), "+/+/"))
    }),
    ("not base64, signed", |t| {
        signed_text(&format!("{}.!{}", parts(t)[0], parts(t)[1]))
    }),
    ("line break, signed", |t| {
        signed_text(&format!("{}.%0A{}", parts(t)[0], parts(t)[1]))
    }),
    ("percent", |t| t.replace('.', "%2E").into()),
    ("quoted", |t| format!("\"{t}\"").into()),
    ("comma", |t| format!("{t},{t}").into()),
    ("not UTF-8", |t| [t.as_bytes(), b"\xff"].concat()),
    ("not UTF-8 within", |t| {
        t.replacen('.', "\u{fffd}", 1)
            .into_bytes()
            .into_iter()
            .filter(|b| *b != 0xbd)
            .collect()
    }),
    ("NUL", |t| format!("{t}\0").into()),
    ("dotless i and long s", |t| t.replacen('s', "ſ", 1).into()),
    ("the word itself", |_| b"{}".to_vec()),
    ("a word", |_| b"nimporte".to_vec()),
    ("undefined", |_| b"undefined".to_vec()),
    ("almost a key", |t| format!("msg{t}").into()),
    ("nested", |t| token(HEADER, t).into()),
    ("nested as text", |t| {
        token(HEADER, &format!("\"{t}\"")).into()
    }),
    ("array", |_| {
        token(HEADER, &format!("[{}]", payload(&[]))).into()
    }),
    ("array of the values", |_| {
        token(HEADER, r#"["access",1800000300,1800000000,"0","1"]"#).into()
    }),
    ("number", |_| token(HEADER, "1").into()),
    ("null", |_| token(HEADER, "null").into()),
    ("empty", |_| token(HEADER, "").into()),
    ("two objects", |_| {
        token(HEADER, &payload(&[]).repeat(2)).into()
    }),
    ("cut object", |_| {
        token(HEADER, payload(&[]).trim_end_matches('}')).into()
    }),
    ("single quotes", |_| {
        token(HEADER, &payload(&[]).replace('"', "'")).into()
    }),
    ("comment", |_| {
        token(HEADER, &format!("{}//", payload(&[]))).into()
    }),
    ("NUL at the end", |_| {
        token(HEADER, &format!("{}\0", payload(&[]))).into()
    }),
    ("half a surrogate", |_| {
        token(HEADER, &payload(&[("user_id", Some(r#""\ud800""#))])).into()
    }),
    ("deep", |_| {
        token(HEADER, &payload(&[("x", Some(&"[".repeat(2000)))])).into()
    }),
    ("deep and closed", |_| {
        let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
        token(HEADER, &payload(&[("x", Some(&deep))])).into()
    }),
    ("claims not UTF-8", |_| {
        let claims = [&b"{\"x\":\"\xff\","[..], &payload(&[]).as_bytes()[1..]].concat();
        signed_text(&format!("{}.{}", encode(HEADER), encode(claims)))
    }),
];

fn signed_text(text: &str) -> Vec<u8> {
    signed_by(hmac::HMAC_SHA256, SECRET.as_bytes(), text).into()
}

#[test]
fn a_token_that_was_tampered_with_is_refused() {
    let genuine = genuine();
    for (what, forge) in FORGERIES {
        let forged = forge(&genuine);
        assert_eq!(bearer(&hs256(), &forged), Err(INVALID.to_owned()), "{what}");
        passes(&genuine);
    }
}

#[test]
fn no_letter_of_a_token_can_be_changed() {
    let genuine = genuine();
    for place in 0..genuine.len() {
        fails(other_letter(&genuine, place), INVALID);
    }
}

/// The last letter of a signature of 32 bytes has two spare bits: only one spelling is right.
#[test]
fn a_signature_has_one_spelling() {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let genuine = genuine();
    let (begin, last) = genuine.split_at(genuine.len() - 1);
    for letter in ALPHABET.chars() {
        let spelt = format!("{begin}{letter}");
        if spelt.ends_with(last) {
            passes(&spelt);
        } else {
            fails(spelt, INVALID);
        }
    }
}

#[test]
fn eight_kibibytes_are_the_most() {
    let of = |size: usize| {
        let filler = format!("\"{}\"", "x".repeat(size));
        token(HEADER, &payload(&[("x", Some(&filler))]))
    };
    let most = (5700..6200).rev().map(of).find(|token| token.len() <= 8192);
    passes(&most.unwrap());
    let least = (5700..6200).map(of).find(|token| token.len() > 8192);
    fails(least.unwrap(), INVALID);
    fails(of(1_000_000), INVALID);
    fails("A".repeat(1_000_000), INVALID);
    fails(".".repeat(1_000_000), INVALID);
}
