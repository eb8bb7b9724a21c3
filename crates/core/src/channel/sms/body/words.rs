//! The words of gateways, in English and French.

use super::Refusal;

/// In small letters without accents.
pub(super) fn plain(text: &str) -> String {
    let plain = |letter: char| match letter {
        'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' => 'o',
        'ù' | 'û' => 'u',
        'ç' => 'c',
        '’' => '\'',
        other => other,
    };
    text.trim().to_lowercase().chars().map(plain).collect()
}

/// Beginnings of words that say no.
const NO: [&str; 19] = [
    "err",
    "fail",
    "reject",
    "refus",
    "invalid",
    "denied",
    "unauthori",
    "forbidden",
    "undeliver",
    "not_sent",
    "notsent",
    "not sent",
    "blocked",
    "barred",
    "echec",
    "erreur",
    "expired",
    "insufficient",
    "unknown_",
];

/// Short words that say no only as a whole.
const NO_WHOLE: [&str; 5] = ["ko", "nok", "nack", "false", "no"];

/// Whether a state, such as that of `"status"`, says no.
pub(super) fn says_no(state: &str) -> bool {
    NO.iter().any(|word| state.starts_with(word)) || NO_WHOLE.contains(&state)
}

/// Whether the first word of a text says no: `ERROR:14`, `status=error`, `KO`.
pub(super) fn begins_with_no(text: &str) -> bool {
    let mut words = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty());
    let labels = [
        "status", "statut", "result", "response", "code", "sms", "message",
    ];
    let first = words.next().unwrap_or_default();
    says_no(first) || (labels.contains(&first) && words.next().is_some_and(says_no))
}

/// Whether a member such as `"error"` holds the word that there is none.
pub(super) fn is_none(text: &str) -> bool {
    let none = [
        "",
        "0",
        "00",
        "000",
        "none",
        "null",
        "nil",
        "no",
        "false",
        "ok",
        "success",
        "no error",
        "no errors",
        "noerror",
        "no_error",
        "aucune",
        "aucune erreur",
        "n/a",
    ];
    none.contains(&text.trim_end_matches('.'))
}

/// What is ours to pay.
const CREDIT: [&str; 10] = [
    "credit",
    "solde",
    "balance",
    "funds",
    "insufficient",
    "quota",
    "not enough",
    "payment",
    "prepaid",
    "top up",
];

/// What is ours to set.
const ACCOUNT: [&str; 20] = [
    "credential",
    "authent",
    "authoriz",
    "authoris",
    "unauthor",
    "api key",
    "apikey",
    "api_key",
    "api-key",
    "access key",
    "token",
    "password",
    "mot de passe",
    "login",
    "username",
    "account",
    "compte",
    "forbidden",
    "permission",
    "whitelist",
];

/// The name that we give ourselves.
const SENDER: [&str; 4] = ["sender", "expediteur", "emetteur", "originator"];

/// What passes.
const PACE: [&str; 11] = [
    "throttl",
    "rate limit",
    "rate-limit",
    "ratelimit",
    "too many",
    "too fast",
    "slow down",
    "busy",
    "try again",
    "retry",
    "par minute",
];

/// What is the number's.
const NUMBER: [&str; 15] = [
    "number",
    "numero",
    "phone",
    "telephone",
    "msisdn",
    "recipient",
    "receiver",
    "destination",
    "destinataire",
    "mobile",
    "unroutable",
    "blacklist",
    "opt-out",
    "opted out",
    "unsubscrib",
];

/// Whom the words concern, if they tell.
pub(super) fn whose(text: &str) -> Option<Refusal> {
    let named = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if named(&PACE) {
        Some(Refusal::Pace)
    } else if named(&CREDIT) {
        Some(Refusal::Credit)
    } else if named(&SENDER) {
        Some(Refusal::Sender)
    } else if named(&ACCOUNT) {
        Some(Refusal::Account)
    } else if named(&NUMBER) {
        Some(Refusal::Recipient)
    } else {
        None
    }
}
