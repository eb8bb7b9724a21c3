//! Which settings will do.

use super::*;

/// What is wrong, as the administrator reads it.
fn faults(settings: &[(&str, &str)], no_auth: bool, keys_exist: bool) -> String {
    let outcome = Authenticator::new(&config(settings).api, no_auth, keys_exist);
    outcome.unwrap_err().to_string()
}

fn warnings(settings: &[(&str, &str)], no_auth: bool, keys_exist: bool) -> Vec<String> {
    let outcome = Authenticator::new(&config(settings).api, no_auth, keys_exist);
    outcome.unwrap().1
}

#[test]
fn a_secret_has_thirty_two_bytes() {
    let secret = "k".repeat(32);
    let warned = warnings(&[("JWT_SIGNING_KEY", &secret)], false, false);
    assert_eq!(warned.len(), 1);
    assert!(
        warned[0].contains("JWT_SCOPES="),
        "every token may everything"
    );
    let scopes = ("JWT_SCOPES", "*:lecture");
    let warned = warnings(&[("JWT_SIGNING_KEY", &secret), scopes], false, false);
    assert_eq!(warned, [""; 0]);
    for name in ["JWT_SIGNING_KEY", "SECRET_KEY"] {
        let text = faults(&[(name, &secret[1..])], false, true);
        assert!(text.starts_with(&format!("{name} : trop courte")), "{text}");
        assert!(!text.contains("kkk"), "{text}");
    }
}

#[test]
fn a_pem_key_is_no_secret() {
    let pem = std::fs::read_to_string(key_file("rsa.pub.pem")).unwrap();
    let text = faults(&[("JWT_SIGNING_KEY", &pem)], false, false);
    assert!(text.contains("JWT_PUBLIC_KEY_FILE"), "{text}");
}

#[test]
fn django_s_own_key_will_do_with_a_warning() {
    let scopes = ("JWT_SCOPES", "*:lecture");
    let warnings_of = |settings: &[_]| warnings(&[settings, &[scopes]].concat(), false, false);
    let warned = warnings_of(&[("SECRET_KEY", SECRET)]);
    assert_eq!(warned.len(), 1);
    assert!(warned[0].contains("JWT_SIGNING_KEY") && !warned[0].contains(SECRET));
    let own = ("JWT_SIGNING_KEY", "une-cle-a-part-une-cle-a-part-une-cle");
    assert_eq!(warnings_of(&[("SECRET_KEY", SECRET), own]), [""; 0]);
    let file = key_file("rsa.pub.pem");
    let file = ("JWT_PUBLIC_KEY_FILE", file.to_str().unwrap());
    assert_eq!(warnings_of(&[("SECRET_KEY", SECRET), file]), [""; 0]);
    // The key file is then the only one that counts.
    let both = authenticator(&[("SECRET_KEY", SECRET), file]);
    assert_eq!(bearer(&both, genuine()), Err(INVALID.to_owned()));
    assert_eq!(
        bearer(&authenticator(&[("SECRET_KEY", SECRET)]), genuine()),
        Ok("user:1".to_owned())
    );
}

#[test]
fn two_ways_of_signing_contradict_each_other() {
    let file = key_file("rsa.pub.pem");
    let file = ("JWT_PUBLIC_KEY_FILE", file.to_str().unwrap());
    let text = faults(&[("JWT_SIGNING_KEY", SECRET), file], false, true);
    assert!(
        text.starts_with("JWT_SIGNING_KEY, JWT_PUBLIC_KEY_FILE : "),
        "{text}"
    );
}

#[test]
fn a_key_file_holds_one_fit_public_key() {
    for (name, word) in [
        ("rsa1024.pub.pem", "2048 bits"),
        ("rsa2047.pub.pem", "2048 bits"),
        ("p256.pub.pem", "RSA (RS256) ou Ed25519 (EdDSA)"),
        ("ed448.pub.pem", "RSA (RS256) ou Ed25519 (EdDSA)"),
        ("x25519.pub.pem", "RSA (RS256) ou Ed25519 (EdDSA)"),
        ("rsa-pss.pub.pem", "RSA (RS256) ou Ed25519 (EdDSA)"),
        ("rsa.pem", "clé privée"),
        ("ed25519.pem", "clé privée"),
        ("certificate.pem", "BEGIN PUBLIC KEY"),
        ("rsa.pkcs1.pub.pem", "BEGIN PUBLIC KEY"),
        ("README.md", "BEGIN PUBLIC KEY"),
        ("missing.pem", "fichier illisible"),
    ] {
        let file = key_file(name);
        let text = faults(
            &[("JWT_PUBLIC_KEY_FILE", file.to_str().unwrap())],
            false,
            true,
        );
        assert!(
            text.starts_with("JWT_PUBLIC_KEY_FILE : ") && text.contains(word),
            "{name}: {text}"
        );
    }
}

/// Whatever a file holds, reading it ends well.
#[test]
fn a_damaged_key_file_is_a_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let setting = ("JWT_PUBLIC_KEY_FILE", path.to_str().unwrap());
    for name in ["rsa.pub.pem", "ed25519.pub.pem"] {
        let pem = std::fs::read_to_string(key_file(name)).unwrap();
        let lines: Vec<&str> = pem.lines().collect();
        let body: Vec<u8> = lines[1..lines.len() - 1].concat().into_bytes();
        let standard = base64::engine::general_purpose::STANDARD;
        let der = standard.decode(body).unwrap();
        for end in 0..der.len() {
            let cut = standard.encode(&der[..end]);
            let text = format!("{}\n{cut}\n{}\n", lines[0], lines[lines.len() - 1]);
            std::fs::write(&path, text).unwrap();
            faults(&[setting], false, true);
        }
    }
}

#[test]
fn without_any_key_the_server_says_what_to_do() {
    let text = faults(&[], false, false);
    assert!(text.starts_with("JWT_SIGNING_KEY : ") && text.contains("messages-api key create"));
    assert_eq!(warnings(&[], false, true), [""; 0]);
    let keys_only = Authenticator::new(&config(&[]).api, false, true).unwrap().0;
    assert_eq!(bearer(&keys_only, genuine()), Err(INVALID.to_owned()));
}

#[test]
fn no_authentication_is_for_this_machine() {
    for bind in ["0.0.0.0:8000", "[::]:8000", "192.168.1.2:8000"] {
        let text = faults(
            &[("API_BIND", bind), ("JWT_SIGNING_KEY", SECRET)],
            true,
            true,
        );
        assert!(text.starts_with("API_BIND : "), "{text}");
        assert_eq!(warnings(&[("API_BIND", bind)], false, true), [""; 0]);
    }
    for bind in ["127.0.0.1:8000", "127.8.8.8:1", "[::1]:8000"] {
        let warned = warnings(&[("API_BIND", bind)], true, false);
        assert!(warned[0].contains("AUCUNE AUTHENTIFICATION"));
    }
    let (open, _) = Authenticator::new(&config(&[]).api, true, false).unwrap();
    for value in ["", "Bearer x", "Basic x", "Bearer a b"] {
        assert_eq!(header(&open, value.as_bytes()), Ok("anyone".to_owned()));
    }
}
