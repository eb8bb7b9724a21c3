use super::*;
use messages_testing::dkim::{is_installed, is_valid, key, openssl};
use messages_testing::figures::skipped;
use proptest::prelude::*;

fn signer(pem: &str) -> Result<Signer, Fault> {
    Signer::new("ecole".to_owned(), "exemple.fr".to_owned(), pem.as_bytes())
}

/// The message with its signature in front.
fn signed(signer: &Signer, message: &str) -> String {
    signer.signature(&[message.as_bytes()]).unwrap() + message
}

const HEAD: &str = "From: ecole@exemple.fr\r\nTo: awa@example.org\r\nSubject: =?utf-8?q?R=C3=A9union?=\r\n \
    =?utf-8?q?_jeudi?=\r\nDate: Sun, 29 Mar 2026 01:30:00 +0000\r\nMessage-ID: <a.7@exemple.fr>\r\n\
    List-Unsubscribe: <https://exemple.fr/>\r\nMIME-Version: 1.0\r\n";

#[test]
fn both_forms_of_a_key_sign_and_others_say_the_signature_is_right() {
    for form in [&[][..], &["-traditional"]] {
        let pem = key(form);
        assert_eq!(pem.contains("BEGIN RSA"), !form.is_empty());
        let signer = signer(&pem).unwrap();
        let message =
            format!("{HEAD}\r\nBonjour \t à\r\n.\r\n\r\n fin  \r\n\r\n").replace('à', "a");
        let mail = signed(&signer, &message);
        assert!(mail.ends_with(&message), "{mail}");
        assert!(mail.starts_with("DKIM-Signature: v=1; a=rsa-sha256; "));
        assert!(
            mail.contains(
                "from:from:to:subject:date:message-id\r\n\t:mime-version:list-unsubscribe;"
            )
        );
        assert!(mail.lines().all(|line| line.len() <= 78), "{mail}");
        let (begin, end) = message.split_at(message.find(" fin").unwrap());
        let pieces = [begin.as_bytes(), end.as_bytes()];
        assert!(mail.starts_with(&signer.signature(&pieces).unwrap()));
        if !is_installed() {
            skipped("dkimpy is not installed (scripts/test.sh)");
            return;
        }
        assert!(is_valid(mail.as_bytes(), &pem), "{mail}");
        let second = mail.replace("\r\nTo: ", "\r\nFrom: autre@exemple.fr\r\nTo: ");
        for changed in [
            second,
            mail.replace("Bonjour", "bonjour"),
            mail.replace("jeudi", "lundi"),
        ] {
            assert!(!is_valid(changed.as_bytes(), &pem), "{changed}");
        }
    }
}

#[test]
fn bodies_of_all_kinds_are_signed() {
    if !is_installed() {
        return skipped("dkimpy is not installed (scripts/test.sh)");
    }
    let pem = key(&[]);
    let signer = signer(&pem).unwrap();
    for body in [
        "",
        "\r\n",
        "\r\n\r\n",
        "a",
        " a",
        "a\r\n\r\nb \r\n\t\r\n",
        "\r\n\r\na b\tc\r\n",
    ] {
        let mail = signed(&signer, &format!("{HEAD}\r\n{body}"));
        assert!(is_valid(mail.as_bytes(), &pem), "{body:?}");
    }
}

#[test]
fn what_is_no_key_is_told() {
    let pem = key(&[]);
    let of =
        |arguments: &[&str], input: &str| String::from_utf8(openssl(arguments, input)).unwrap();
    let public = of(&["rsa", "-pubout"], &pem);
    let locked = ["rsa", "-aes128", "-passout", "pass:x"];
    let old = [&locked[..], &["-traditional"]].concat();
    for (text, fault) in [
        (String::new(), Fault::None),
        ("v=DKIM1; k=rsa; p=MIIB".to_owned(), Fault::None),
        (public, Fault::None),
        (of(&locked, &pem), Fault::Locked),
        (of(&old, &pem), Fault::Locked),
        (of(&["genpkey", "-algorithm", "ed25519"], ""), Fault::Kind),
        (
            of(
                &[
                    "genpkey",
                    "-algorithm",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                ],
                "",
            ),
            Fault::Kind,
        ),
        (
            of(&["ecparam", "-genkey", "-noout", "-name", "prime256v1"], ""),
            Fault::Kind,
        ),
        (of(&["genrsa", "1024"], ""), Fault::Short),
        (of(&["genrsa", "-traditional", "1024"], ""), Fault::Short),
        (pem.replacen("MII", "", 1), Fault::Broken),
        (pem[..pem.len() / 2].to_owned(), Fault::Broken),
        (pem.replacen('\n', "\n!", 2), Fault::Broken),
    ] {
        assert_eq!(signer(&text).unwrap_err(), fault, "{text}");
    }
    assert!(signer(&pem.replace('\n', "\r\n")).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// What relays do to a message on its way changes nothing of what is signed.
    #[test]
    fn blanks_and_blank_lines_at_the_end_do_not_matter(lines in proptest::collection::vec("[a-z. ]{0,9}", 0..6)) {
        let text = lines.join("\r\n");
        let changed = lines.join(" \t\r\n").replace(' ', " \t") + "\r\n\r\n \r\n";
        let heard = |text: &str| {
            let mut body = Body::default();
            body.hear(text.as_bytes());
            body.digest().as_ref().to_vec()
        };
        prop_assert_eq!(heard(&text), heard(&changed));
    }
}
