//! Every key beside every other: one algorithm only goes with it.

use super::*;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

fn private_key(name: &str) -> PrivatePkcs8KeyDer<'static> {
    PrivatePkcs8KeyDer::from_pem_file(key_file(name)).unwrap()
}

fn public_key(name: &str) -> Vec<u8> {
    std::fs::read(key_file(name)).unwrap()
}

fn text(alg: &str) -> String {
    unsigned(&format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#), &payload(&[]))
}

/// A token whose header says `alg`, signed with RSA.
fn rsa(alg: &str, how: &'static dyn signature::RsaEncoding) -> String {
    let key = RsaKeyPair::from_pkcs8(private_key("rsa.pem").secret_pkcs8_der()).unwrap();
    let text = text(alg);
    let mut signed = vec![0; key.public().modulus_len()];
    key.sign(how, &SystemRandom::new(), text.as_bytes(), &mut signed)
        .unwrap();
    format!("{text}.{}", encode(signed))
}

fn ed25519(alg: &str) -> String {
    let pkcs8 = private_key("ed25519.pem");
    let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8.secret_pkcs8_der()).unwrap();
    let text = text(alg);
    format!("{text}.{}", encode(key.sign(text.as_bytes())))
}

fn p256(alg: &str) -> String {
    let (how, random) = (
        &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        SystemRandom::new(),
    );
    let pkcs8 = private_key("p256.pem");
    let key = EcdsaKeyPair::from_pkcs8(how, pkcs8.secret_pkcs8_der(), &random).unwrap();
    let text = text(alg);
    let signed = key.sign(&random, text.as_bytes()).unwrap();
    format!("{text}.{}", encode(signed))
}

/// Who is let in, of those that check HS256, RS256 and `EdDSA`.
fn doors(token: &str) -> [bool; 3] {
    [
        hs256(),
        with_public_key("rsa.pub.pem"),
        with_public_key("ed25519.pub.pem"),
    ]
    .map(|authenticator| match bearer(&authenticator, token) {
        Ok(name) => name == "user:1",
        Err(text) => {
            assert_eq!(text, INVALID);
            false
        }
    })
}

#[test]
fn a_token_opens_the_door_of_its_own_algorithm() {
    assert_eq!(doors(&genuine()), [true, false, false]);
    assert_eq!(
        doors(&rsa("RS256", &signature::RSA_PKCS1_SHA256)),
        [false, true, false]
    );
    assert_eq!(doors(&ed25519("EdDSA")), [false, false, true]);
    let other = with_public_key("rsa-other.pub.pem");
    let token = rsa("RS256", &signature::RSA_PKCS1_SHA256);
    assert_eq!(bearer(&other, token), Err(INVALID.to_owned()));
}

/// Signed by OpenSSL 3.0, not by the library that checks.
#[test]
fn tokens_of_openssl_pass() {
    let claims = "eyJ0b2tlbl90eXBlIjoiYWNjZXNzIiwiZXhwIjoxODAwMDAzNjAwLCJpYXQiOjE4MDAwMDAwMDAsImp0aSI6IjAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwIiwidXNlcl9pZCI6IjEifQ";
    let rs256 = concat!(
        "FG7Sk5-Yzsmw0w1sOFJwwuJtITnPmxgtcHm0Hq3sZOVnhrL374uB_8wfOIiBFpUM8mf9CgeGe1j8ZNH0vUsjtPLVAA3ifailLFiVMAEU7dm6",
        "ja1qS1OTaH8XZaSUUtJlZ9MU9vx5jlElaukOjRMXY1DY3FJQ9jWT7Ld0IbwXfDT_8TkNnIUbnQfWrorcQWFbJTr9R7j1W1HgUfWu0g8Tt8Dz",
        "NN5JCZk_WWimAKswM3XKFeIj37t356Usm8tsvG72QcIKBbV3plgxZFzr6uazWqYgKnAmdLYeOGUb-JIjhURqPfcQH4ZGr1pHGT3U1zuiv6BK",
        "HKcV9vDH-C1GpobjuQ"
    );
    let eddsa =
        "MGSK9hOUXTQtnyC_iWAVaNEsHUkYWGhPY_woR1xL2gEo_9tJtZeLMe889dAqdi942D0HBhjeHmrzeRFyeFRNCA";
    let rs256 = format!(
        "{}.{claims}.{rs256}",
        encode(r#"{"alg":"RS256","typ":"JWT"}"#)
    );
    let eddsa = format!(
        "{}.{claims}.{eddsa}",
        encode(r#"{"alg":"EdDSA","typ":"JWT"}"#)
    );
    assert_eq!(doors(&rs256), [false, true, false]);
    assert_eq!(doors(&eddsa), [false, false, true]);
}

#[test]
fn a_good_signature_under_a_false_name_is_refused() {
    for alg in ["HS256", "RS384", "RS512", "PS256", "EdDSA", "none", "rs256"] {
        assert_eq!(
            doors(&rsa(alg, &signature::RSA_PKCS1_SHA256)),
            [false; 3],
            "{alg}"
        );
    }
    for alg in ["HS256", "RS256", "ES256", "Ed25519", "eddsa", "none"] {
        assert_eq!(doors(&ed25519(alg)), [false; 3], "{alg}");
    }
}

#[test]
fn a_signature_of_a_sister_algorithm_is_refused() {
    for alg in ["HS256", "HS384", "HS512"] {
        for with in [hmac::HMAC_SHA384, hmac::HMAC_SHA512] {
            let token = signed_by(with, SECRET.as_bytes(), &text(alg));
            assert_eq!(doors(&token), [false; 3], "{alg} {with:?}");
        }
    }
    let sisters: [(&str, &'static dyn signature::RsaEncoding); 3] = [
        ("RS384", &signature::RSA_PKCS1_SHA384),
        ("RS512", &signature::RSA_PKCS1_SHA512),
        ("PS256", &signature::RSA_PSS_SHA256),
    ];
    for (alg, how) in sisters {
        assert_eq!(doors(&rsa(alg, how)), [false; 3], "{alg}");
        assert_eq!(doors(&rsa("RS256", how)), [false; 3], "{alg} as RS256");
    }
    for alg in ["ES256", "RS256", "HS256", "EdDSA"] {
        assert_eq!(doors(&p256(alg)), [false; 3], "{alg}");
    }
}

/// Everybody has the public key: it must not be taken for a shared secret.
#[test]
fn a_public_key_is_no_secret() {
    for name in ["rsa.pub.pem", "ed25519.pub.pem"] {
        let pem = public_key(name);
        let der = rustls_pki_types::SubjectPublicKeyInfoDer::from_pem_slice(&pem).unwrap();
        let trimmed = pem.trim_ascii_end();
        for secret in [&pem[..], trimmed, &der[..], &der[12..], b""] {
            for alg in ["HS256", "RS256", "EdDSA"] {
                let token = signed_by(hmac::HMAC_SHA256, secret, &text(alg));
                assert_eq!(doors(&token), [false; 3], "{name} {alg}");
            }
        }
    }
}

#[test]
fn a_token_of_another_key_is_refused() {
    let text = unsigned(HEADER, &payload(&[]));
    let sign = |secret: &[u8]| signed_by(hmac::HMAC_SHA256, secret, &text);
    passes(&sign(SECRET.as_bytes()));
    let shorter = &SECRET.as_bytes()[..SECRET.len() - 1];
    let longer = format!("{SECRET}\0");
    for other in [b"", shorter, &SECRET.to_uppercase().into_bytes()[..]] {
        fails(sign(other), INVALID);
    }
    // HMAC fills short keys with zeros up to the block (RFC 2104, section 2): this is the same key.
    passes(&sign(longer.as_bytes()));
}
