use super::*;
use crate::config::{Config, Vars};
use crate::gateways;
use proptest::prelude::*;
use serde_json::Value;

/// An account at each gateway.
fn accounts() -> Vec<Gateway> {
    let account = |name: &str| {
        let settings = [
            ("SMS_PROVIDER", name),
            ("SMS_SENDER_NAME", "COLLEGE"),
            ("SMS_API_URL", "https://sms.exemple"),
            ("SMS_API_USER", "ecole"),
            ("SMS_API_SECRET", "secret"),
            ("SMS_API_KEY", "cle"),
            ("SMS_API_ACCOUNT", "AC1"),
            ("SMS_API_CONSUMER", "CK"),
        ];
        let pairs = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::load(Vars::from_pairs(pairs))
            .unwrap()
            .sms
            .gateway
            .unwrap()
    };
    gateways::names().map(account).collect()
}

fn call(gateway: &Gateway, text: &str) -> Outgoing {
    let values = Values {
        to: "+33612345678",
        from: Some("COLLEGE"),
        text,
        id: "0123456789abcdef-7",
        token: Some("jeton"),
        ..gateway.values()
    };
    Outgoing::sms(gateway, &values, false).unwrap()
}

/// The fields of a call as its receiver reads them, and where it goes.
fn read(gateway: &Gateway, call: &Outgoing) -> (String, Value) {
    let fields = |form: &str| -> Value {
        let pairs = form_urlencoded::parse(form.as_bytes());
        pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    match gateway.preset.request.encoding {
        Encoding::Json => (call.url.clone(), serde_json::from_str(&call.body).unwrap()),
        Encoding::Form => (call.url.clone(), fields(&call.body)),
        Encoding::Query => {
            let (place, query) = call.url.split_once('?').unwrap();
            (place.to_owned(), fields(query))
        }
    }
}

/// The same with another text in its place.
fn replaced(value: Value, text: &str, other: &str) -> Value {
    match value {
        Value::String(said) if said == text => other.into(),
        Value::Array(items) => items
            .into_iter()
            .map(|item| replaced(item, text, other))
            .collect(),
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, member)| (name, replaced(member, text, other)))
                .collect()
        }
        value => value,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Quotes, braces, ampersands, line feeds: a text is one value of its request, whatever it says.
    #[test]
    fn a_text_says_nothing_but_itself(text in "[\\PC\n\"{}&=%+\\\\]{1,60}") {
        const PLAIN: &str = "Bonjour, ceci n'est dit nulle part ailleurs";
        // "0" alone is what some gateways are told besides.
        let text = text + " : nulle part non plus";
        for gateway in accounts() {
            let (place, said) = read(&gateway, &call(&gateway, &text));
            let plain = read(&gateway, &call(&gateway, PLAIN));
            prop_assert_eq!((place, replaced(said, &text, PLAIN)), plain, "{}", gateway.passerelle);
        }
    }
}
