use super::*;
use crate::instant::Instant;
use proptest::prelude::*;
use ring::hmac;
use serde_json::{Value, json};

/// A gateway, what it sends, its words for the three states, and the reference and code that are read.
type Sample = (
    &'static str,
    &'static str,
    [&'static str; 3],
    &'static str,
    Option<&'static str>,
);

#[rustfmt::skip]
const SAMPLES: [Sample; 11] = [
    ("twilio", r#"{"MessageSid":"SM1","MessageStatus":"WORD","ErrorCode":"30005","To":"+33612"}"#,
        ["delivered", "undelivered", "sent"], "SM1", Some("30005")),
    ("vonage", r#"{"messageId":"0A","msisdn":"33612","status":"WORD","err-code":"6"}"#,
        ["delivered", "rejected", "buffered"], "0A", Some("6")),
    ("infobip", r#"{"results":[{"messageId":"m1","status":{"groupName":"WORD","name":"X_Y"}}]}"#,
        ["DELIVERED", "UNDELIVERABLE", "PENDING"], "m1", Some("X_Y")),
    ("brevo", r#"{"messageId":1511882900176220,"msg_status":"WORD","to":"33612"}"#,
        ["delivered", "hard_bounce", "sent"], "1511882900176220", None),
    ("ovh", r#"{"id":"77","dlr":"WORD","ptt":"3"}"#, ["1", "16", "4"], "77", Some("3")),
    ("orange", r#"{"deliveryInfoNotification":{"callbackData":"r-1","deliveryInfo":{"deliveryStatus":"WORD"}}}"#,
        ["DeliveredToTerminal", "DeliveryImpossible", "DeliveredToNetwork"], "r-1", None),
    ("africastalking", r#"{"id":"AT1","status":"WORD","failureReason":"UserInBlackList"}"#,
        ["Success", "Rejected", "Sent"], "AT1", Some("UserInBlackList")),
    ("octopush", r#"{"message_id":"t1","status":"WORD"}"#,
        ["DELIVERED", "BLACKLISTED_NUMBER", "SENT"], "t1", None),
    ("kannel", r#"{"id":"k.1","status":"WORD"}"#, ["1", "2", "8"], "k.1", None),
    ("smsgate", r#"{"event":"WORD","payload":{"messageId":"g1","reason":"x"}}"#,
        ["sms:delivered", "sms:failed", "sms:sent"], "g1", None),
    ("smsmode", r#"{"messageId":"s1","status":{"value":"WORD"}}"#,
        ["DELIVERED", "UNDELIVERABLE", "ENROUTE"], "s1", None),
];

#[test]
fn every_gateways_receipt_is_understood() {
    let forms = forms(None);
    assert!(
        forms
            .keys()
            .all(|name| SAMPLES.iter().any(|sample| sample.0 == name))
    );
    for (name, request, words, reference, code) in SAMPLES {
        let form = &forms[name];
        let states = [Remise::Remis, Remise::NonRemis, Remise::EnCours];
        for (word, remise) in words.into_iter().zip(states) {
            let request: Value = serde_json::from_str(&request.replace("WORD", word)).unwrap();
            let expected = Told {
                references: vec![reference.to_owned()],
                remise: Some(remise),
                code: code.map(str::to_owned),
            };
            assert_eq!(form.read(&request), [expected], "{name} {request}");
        }
        let strange = form.read(&json!({ "status": "NEVER_HEARD", "results": [{}] }));
        assert!(strange.iter().all(|told| told.remise.is_none()), "{name}");
    }
    assert_eq!(forms.get("http"), None);
}

#[test]
fn a_form_that_says_something_else_is_refused() {
    for text in [
        "[receipt]\nreference = ['id']\n",
        "[receipt]\nreference = ['id']\nstatus = 's'\nstate = 's'\n",
        "[receipt]\nreference = ['id']\nstatus = 's'\nsignature = 'md5'\n",
    ] {
        let preset = format!(
            "name = 'x'\nmanual = 'x'\n[request]\nurl = 'https://x'\nencoding = 'query'\n\
                              fields = {{ to = '{{to}}', text = '{{text}}' }}\n{text}"
        );
        assert!(gateways::parse(&preset).is_err(), "{preset}");
    }
}

fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn now() -> Instant {
    "2026-03-02T08:30:00Z".parse().unwrap()
}

/// The example of Twilio's own documentation.
#[test]
fn twilios_example_is_right_and_nothing_else() {
    let form = fields(&[
        ("Digits", "1234"),
        ("To", "+18005551212"),
        ("From", "+14158675310"),
        ("Caller", "+14158675310"),
        ("CallSid", "CA1234567890ABCDE"),
    ]);
    let urls = [
        "https://autre.example/".to_owned(),
        "https://example.com/myapp.php?foo=1&bar=2".to_owned(),
    ];
    let request = Request {
        urls: &urls,
        fields: &[],
        form: &form,
        body: b"",
        signature: "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        timestamp: "",
    };
    assert!(Scheme::Twilio.is_right("12345", &request, now()));
    assert!(!Scheme::Twilio.is_right("12346", &request, now()));
    for signature in ["", "L/OH5YylLD5NRKLltdqwSvS0Bn0=", "é", "L/OH"] {
        let wrong = Request {
            signature,
            ..request
        };
        assert!(
            !Scheme::Twilio.is_right("12345", &wrong, now()),
            "{signature}"
        );
    }
    let other = Request {
        urls: &urls[..1],
        ..request
    };
    assert!(!Scheme::Twilio.is_right("12345", &other, now()));
    let more = fields(&[("Digits", "1235")]);
    let other = Request {
        form: &more,
        ..request
    };
    assert!(!Scheme::Twilio.is_right("12345", &other, now()));
}

#[test]
fn vonages_signature_is_checked_by_each_of_its_sums() {
    let sorted = "&messageId=0A&status=delivered&text=a_b_c";
    for algorithm in [
        hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        hmac::HMAC_SHA256,
        hmac::HMAC_SHA512,
    ] {
        let sum = hmac::sign(&hmac::Key::new(algorithm, b"secret"), sorted.as_bytes());
        let sum = crate::digest::hex(sum.as_ref());
        for (sum, status, right) in [
            (sum.as_str(), "delivered", true),
            (&sum.to_uppercase(), "delivered", true),
            (&sum, "failed", false),
            (&sum[1..], "delivered", false),
            ("", "delivered", false),
            ("é", "delivered", false),
        ] {
            let all = fields(&[
                ("status", status),
                ("text", "a&b=c"),
                ("sig", sum),
                ("messageId", "0A"),
            ]);
            let request = Request {
                urls: &[],
                fields: &all,
                form: &[],
                body: b"",
                signature: "",
                timestamp: "",
            };
            assert_eq!(
                Scheme::Vonage.is_right("secret", &request, now()),
                right,
                "{sum} {status}"
            );
        }
    }
}

#[test]
fn an_old_signature_of_smsgate_is_void() {
    let body = br#"{"event":"sms:delivered"}"#;
    let begun = now().since(Instant::from(std::time::UNIX_EPOCH)).as_secs();
    for (age, right) in [
        (0, true),
        (299, true),
        (301, false),
        (-299, true),
        (-301, false),
    ] {
        let timestamp = begun.saturating_add_signed(-age).to_string();
        let signed = [&body[..], timestamp.as_bytes()].concat();
        let sum = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"cle"), &signed);
        let request = Request {
            urls: &[],
            fields: &[],
            form: &[],
            body,
            signature: &crate::digest::hex(sum.as_ref()),
            timestamp: &timestamp,
        };
        assert_eq!(
            Scheme::SmsGate.is_right("cle", &request, now()),
            right,
            "{age}"
        );
        assert!(!Scheme::SmsGate.is_right("autre", &request, now()));
        let other = Request {
            body: b"{}",
            ..request
        };
        assert!(!Scheme::SmsGate.is_right("cle", &other, now()));
    }
    let request = Request {
        urls: &[],
        fields: &[],
        form: &[],
        body,
        signature: "",
        timestamp: "99999999999999999999",
    };
    assert!(!Scheme::SmsGate.is_right("cle", &request, now()));
    let request = Request {
        timestamp: "18446744073709551615",
        ..request
    };
    assert!(!Scheme::SmsGate.is_right("cle", &request, now()));
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let names =
            proptest::sample::select(vec!["results", "status", "id", "messageId", "payload", "x"]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::btree_map(names.prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_is_read(request in value()) {
        let forms = forms(None);
        for (name, ..) in SAMPLES {
            for told in forms[name].read(&request) {
                prop_assert!(told.references.iter().all(|text| !text.is_empty() && text.len() <= 200));
                prop_assert!(told.code.is_none_or(|code| code.len() <= 40));
            }
        }
    }

    #[test]
    fn no_signature_is_guessed(signature in ".{0,40}", timestamp in ".{0,20}", body in proptest::collection::vec(any::<u8>(), 0..50)) {
        let fields = fields(&[("sig", &signature)]);
        let urls = ["https://x/".to_owned()];
        let request = Request { urls: &urls, fields: &fields, form: &[], body: &body, signature: &signature, timestamp: &timestamp };
        for scheme in [Scheme::Twilio, Scheme::Vonage, Scheme::SmsGate] {
            prop_assert!(!scheme.is_right("secret", &request, now()));
        }
    }
}
