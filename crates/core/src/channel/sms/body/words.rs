//! The words of gateways, in English and French.

use crate::channel::words::is_named;
use crate::gateways::reading::Meaning;

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

/// What the words of a refusal are about, the plainest first.
const SUBJECTS: [(Meaning, &[&str]); 5] = [
    (
        Meaning::Pace,
        &[
            "throttl",
            "rate limit|rate-limit|ratelimit",
            "too many|too fast|slow down",
            "busy|try again|retry",
            "par minute",
        ],
    ),
    (
        Meaning::Credit,
        &[
            "credit|solde|balance|funds|quota",
            "insufficient|not enough",
            "payment|prepaid|top up",
        ],
    ),
    (Meaning::Sender, &["sender|expediteur|emetteur|originator"]),
    (
        Meaning::Account,
        &[
            "credential|token|password|mot de passe|login|username",
            "authent|authoriz|authoris|unauthor",
            "api key|apikey|api_key|api-key|access key",
            "account|compte",
            "forbidden|permission|whitelist",
        ],
    ),
    (
        Meaning::Recipient,
        &[
            "number|numero|phone|telephone|mobile|msisdn",
            "recipient|receiver|destination|destinataire",
            "unroutable|blacklist",
            "opt-out|opted out|unsubscrib",
        ],
    ),
];

/// Whom the words concern, if they tell.
pub(super) fn whose(text: &str) -> Option<Meaning> {
    let about = SUBJECTS.iter().find(|(_, words)| is_named(text, words));
    about.map(|(refusal, _)| *refusal)
}
