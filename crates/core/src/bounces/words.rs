//! What mail systems say to people, where they say nothing to programs. Texts are in small letters.

use super::mail::Mail;

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bounce,
    AutoReply,
    Other,
}

/// By what it says of itself, by whom it is from, then by its words.
pub(super) fn kind(mail: &Mail) -> Kind {
    let other = ["disposition-notification", "feedback-report"];
    if other.iter().any(|kind| mail.content_type.ends_with(kind)) {
        return Kind::Other;
    }
    let is_marked = mail.report.is_some()
        || mail.content_type.ends_with("delivery-status")
        || !mail.header("x-failed-recipients").is_empty();
    if is_marked {
        return Kind::Bounce;
    }
    // What comes from people may say the same words, of something else.
    let says_so = has(&mail.subject, SUBJECTS)
        || has(&mail.narrative, FAILED)
        || has(&mail.narrative, DELAYED);
    let is_server = has(&mail.header("from").to_lowercase(), SERVERS);
    let is_returned = matches!(mail.header("return-path"), "<>" | "<MAILER-DAEMON>");
    if is_server && says_so {
        Kind::Bounce
    } else if is_auto_reply(mail) {
        Kind::AutoReply
    } else if is_returned && says_so {
        Kind::Bounce
    } else {
        Kind::Other
    }
}

fn is_auto_reply(mail: &Mail) -> bool {
    let submitted = mail.header("auto-submitted").to_ascii_lowercase();
    let precedence = mail.header("precedence").to_ascii_lowercase();
    submitted.starts_with("auto-replied")
        || precedence == "auto_reply"
        || [
            "x-autoreply",
            "x-autorespond",
            "x-autoresponder",
            "x-auto-reply",
        ]
        .iter()
        .any(|name| !mail.header(name).is_empty())
        || has(&mail.subject, AWAY)
}

/// Whether the e-mail is still on its way.
pub(super) fn is_delayed(mail: &Mail) -> bool {
    has(&mail.subject, DELAYED_TITLES) || has(&mail.narrative, DELAYED)
}

/// Whether nobody tries any more.
pub(super) fn is_given_up(mail: &Mail) -> bool {
    has(&mail.narrative, FAILED) || has(&mail.subject, SUBJECTS)
}

/// The code that says what the words say.
pub(super) fn reason(text: &str) -> Option<String> {
    let found = REASONS.iter().find(|(_, words)| has(text, words));
    found.map(|(code, _)| (*code).to_owned())
}

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

const SERVERS: &[&str] = &[
    "mailer-daemon",
    "mailer_daemon",
    "mailerdaemon",
    "postmaster",
    "post_master",
    "mail-daemon",
    "mdaemon",
    "mail delivery",
    "maildelivery",
    "mail administrator",
    "system administrator",
    "mail system",
    "delivery subsystem",
    "mmsc ndr",
    "no-reply@email-bounces",
    "bounce-notification",
    "administrateur système",
    "administrateur du système",
    "système de distribution",
];

const SUBJECTS: &[&str] = &[
    "undeliver",
    "non-deliver",
    "nondeliver",
    "not deliver",
    "couldn't be delivered",
    "could not be delivered",
    "delivery status",
    "delivery fail",
    "delivery report",
    "delivery notification",
    "delivery has failed",
    "delivery problem",
    "deliver mail",
    "failure notice",
    "failure notification",
    "failed delivery",
    "failed to deliver",
    "mail failed",
    "mail failure",
    "mail could not",
    "returned mail",
    "returned message",
    "returning message",
    "message returned",
    "message could not",
    "message status",
    "message delayed",
    "delayed mail",
    "delivery delayed",
    "undelivered",
    "unable to deliver",
    "user unknown",
    "bounce notification",
    "mail error",
    "mail system error",
    "mail delivery",
    "email delivery",
    "unzustellbar",
    "nicht zugestellt",
    "no se puede entregar",
    "non remis",
    "non distribu",
    "non délivr",
    "non-délivr",
    "non-remise",
    "non-distribution",
    "échec de remise",
    "échec de la remise",
    "échec de distribution",
    "échec de la distribution",
    "échec d'envoi",
    "échec de l'envoi",
    "echec de remise",
    "retour de courrier",
    "message retourné",
    "retard de remise",
    "remise différée",
    "impossible de remettre",
];

const FAILED: &[&str] = &[
    "could not be delivered",
    "couldn't be delivered",
    "cannot be delivered",
    "can not be delivered",
    "can't be delivered",
    "was not delivered",
    "not be delivered",
    "undeliver",
    "unable to deliver",
    "wasn't able to deliver",
    "failed to deliver",
    "delivery failed",
    "delivery has failed",
    "delivery to the following",
    "delivery fail",
    "failed permanently",
    "permanent error",
    "permanent fatal error",
    "permanent failure",
    "has failed",
    "failed addresses",
    "had failed",
    "given up",
    "giving up",
    "did not reach",
    "not reached",
    "didn't reach",
    "returned to sender",
    "returning your",
    "has been returned",
    "non-delivery",
    "nondelivery",
    "rejected your",
    "was rejected",
    "has been rejected",
    "been blocked",
    "delivery errors",
    "fatal errors",
    "could not deliver",
    "mail delivery",
    "error occurred",
    "no valid recipients",
    "not accepted",
    "failure reasons",
    "the following destination addresses were unknown",
    "n'a pas pu être",
    "n'ont pas pu être",
    "n'est pas parvenu",
    "n'a pas été remis",
    "n'a pas été distribué",
    "échec de la remise",
    "échec de remise",
    "impossible de remettre",
    "impossible de distribuer",
    "erreur permanente",
    "a échoué",
    "a été rejeté",
    "a été refusé",
    "non remis",
];

const DELAYED_TITLES: &[&str] = &[
    "delay",
    "warning:",
    "warning -",
    "still trying",
    "retard de remise",
    "remise différée",
    "transient",
];

const DELAYED: &[&str] = &[
    "this is a warning message only",
    "will continue to be",
    "will keep trying",
    "will continue trying",
    "will be retried",
    "still be retried",
    "still being retried",
    "will try again",
    "you do not need to resend",
    "do not need to resend",
    "no action is required",
    "has been delayed",
    "delivery delayed",
    "is delayed",
    "delayed by",
    "not yet been delivered",
    "has not yet",
    "not been able to deliver it yet",
    "continuera d'essayer",
    "nouvelle tentative",
    "a été retardée",
    "n'a pas encore",
];

const AWAY: &[&str] = &[
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out of the office",
    "out-of-office",
    "auto response",
    "autoresponse",
    "away from",
    "away until",
    "on vacation",
    "vacation",
    "réponse automatique",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "avis d'absence",
    "absence prolongée",
    "actuellement absent",
    "en congé",
    "abwesenheit",
    "respuesta automática",
];

/// The code, and words of which one is enough. In their order: the first that fits.
const REASONS: &[(&str, &[&str])] = &[
    (
        "5.2.2",
        &[
            "mailbox full",
            "mailbox is full",
            "over quota",
            "overquota",
            "quota exceeded",
            "exceeded quota",
            "quotaexceeded",
            "exceeded storage",
            "out of storage",
            "exceeded the disk quota",
            "exceed the quota",
            "insufficient disk",
            "not enough space",
            "exceeds the quota",
            "exceeded his/her quota",
            "user is over",
            "storage quota",
            "full mailbox",
            "maildir over",
            "boîte pleine",
            "boite pleine",
            "boîte aux lettres est pleine",
            "boîte aux lettres pleine",
            "quota dépassé",
            "espace insuffisant",
        ],
    ),
    (
        "5.1.1",
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "no such person",
            "no such address",
            "no such recipient",
            "no such mailbox",
            "unknown recipient",
            "recipient unknown",
            "unknown local",
            "unknown address",
            "address unknown",
            "user not found",
            "recipient not found",
            "not a known user",
            "unknown account",
            "does not exist",
            "doesn't exist",
            "did not exist",
            "not exist",
            "invalid recipient",
            "invalid mailbox",
            "invalid user",
            "invalid address",
            "no mailbox",
            "mailbox not found",
            "mailbox unavailable",
            "not found",
            "not listed in",
            "not recognized",
            "not recognised",
            "no account",
            "account not",
            "address rejected",
            "recipient rejected",
            "couldn't be found",
            "could not be found",
            "wasn't found",
            "user doesn't",
            "is not a valid",
            "isn't a valid",
            "no valid recipients",
            "addresses were unknown",
            "mailbox name not",
            "bad destination",
            "invalid domain name",
            "recipient address",
            "unrouteable address",
            "unroutable",
            "unresolvable",
            "adresse inconnue",
            "destinataire inconnu",
            "utilisateur inconnu",
            "n'existe pas",
            "adresse d au moins un destinataire invalide",
            "introuvable",
            "boîte inconnue",
            "compte inconnu",
        ],
    ),
    (
        "5.2.1",
        &[
            "disabled",
            "inactive",
            "suspended",
            "deactivated",
            "not active",
            "no longer active",
            "no longer",
            "mailbox closed",
            "account has been",
            "compte désactivé",
            "boîte désactivée",
            "compte fermé",
            "désactivée",
        ],
    ),
    (
        "5.1.2",
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain not found",
            "no such domain",
            "name or domain",
            "domain does",
            "unknown domain",
            "nxdomain",
            "dns error",
            "no mx",
            "unable to resolve",
            "name server",
            "lookup fail",
            "domaine inconnu",
            "domaine introuvable",
        ],
    ),
    (
        "5.3.4",
        &[
            "too large",
            "too big",
            "size limit",
            "exceeds the maximum",
            "message size",
            "exceeds fixed maximum",
            "exceeded maximum",
            "message length",
            "trop volumineux",
            "taille maximale",
            "trop grand",
        ],
    ),
    (
        "5.7.1",
        &[
            "spam",
            "blocked",
            "blacklist",
            "block list",
            "blocklist",
            "denied",
            "policy",
            "rejected",
            "refused",
            "not allowed",
            "not permitted",
            "not accept",
            "prohibited",
            "reputation",
            "virus",
            "forbidden",
            "unauthenticated",
            "not authorized",
            "unauthorized",
            "relay",
            "indésirable",
            "refusé",
            "rejeté",
            "interdit",
            "spf",
            "dmarc",
            "dkim",
            "filter",
            "security",
            "protect",
            "permission",
        ],
    ),
    (
        "4.4.7",
        &[
            "timed out",
            "time out",
            "timeout",
            "expired",
            "retry time",
            "too long",
            "too old",
            "days ago",
            "for more than",
            "for the last",
            "délai",
            "no response",
            "did not respond",
            "unable to connect",
            "connection refused",
            "could not connect",
            "unreachable",
            "not reachable",
            "temporar",
            "mail loop",
            "hop count",
            "too many hops",
            "try again",
        ],
    ),
];
