//! Words of relays, in English and in French, without accents and marks, to be found by
//! [`is_named`](crate::channel::words::is_named). A blank at an end stands for the end of a word.

/// The message is larger than the relay takes.
pub(super) const SIZE: &[&str] = &[
    "message size|size limit|size exceed|maximum size",
    "exceeds+size",
    "message exceeds",
    "too large|too big|too much mail data",
    "trop volumineux|trop gros|trop grand",
    "taille+depass",
    "taille maximale",
];

/// TLS first.
pub(super) const ENCRYPTION: &[&str] = &[
    "starttls+first",
    "must+starttls",
    "tls|ssl|encryption|secure connection+require",
    "tls+needed",
    "encryption needed",
    "must use tls|must use ssl",
    "tls|ssl|chiffrement+requis|obligatoire",
    "connexion securisee",
];

/// Logged in too often.
pub(super) const LOCKED: &[&str] = &[
    "too many+login|logon|auth|password",
    "too many bad",
    "trop de tentatives|trop d echecs",
    "login|account+temporarily+lock",
    "account is locked|account locked",
    "compte verrouille|temporairement verrouille",
];

/// User or password.
pub(super) const LOGIN: &[&str] = &[
    "authentication failed",
    "authentication failure+!temporar",
    "authentication credentials",
    "credentials invalid|invalid credentials|invalid login",
    "incorrect authentication",
    "username and password|user name or password",
    "mot de passe",
    "identifiants",
];

/// The sender's address, or its domain as such.
pub(super) const SENDER: &[&str] = &[
    "sender address rejected|sender rejected|sender refused|sender denied",
    "sender+not allowed|disallowed|not permitted|not authori|unauthori",
    "sender+not owned",
    "not owned by",
    "sender verify fail|sender verification fail",
    "sender+invalid|not valid|must|mismatch|not match",
    "bad sender|bad outbound sender",
    "unknown sender|sender unknown",
    "sender+not exist|not found|does not resolve",
    "sender domain|domain of sender",
    "sender+not verified|unverified|not confirmed|not registered",
    "sender+blacklist|banned",
    "sender+!recipient+is blocked",
    "badmailfrom",
    "send as this|sendasdenied",
    "allowed to send|permitted to send+from| as ",
    "authori+to send+from| as ",
    "allowed to use+address",
    "authori+use+address",
    "permission+send",
    "cannot send+ from ",
    "relaying disallowed as",
    "emetteur|expediteur",
    "adresse d expedition|adresse d envoi|adresse from",
    "envelope from|envelope sender",
    "from address|from header|from field|from domain|from email",
    "header from",
    " from+not verified",
    "return path",
    "identities failed the check",
    "address is not verified",
];

/// The same, unless it says from which machine.
pub(super) const MAIL_FROM: &[&str] = &[" mail from+invalid|reject|refus|denied|not |must|resolve"];

/// Our machine's name.
pub(super) const HELLO: &[&str] = &[
    "helo|ehlo+reject|invalid|refus|denied|not accept",
    "helo|ehlo+argument|qualified|fqdn|must|resolve",
    "helo+bogus|forged|fake|not found|does not",
    "helo name|ehlo name|bad helo",
];

/// What the sender's domain says of who may send for it.
pub(super) const DOMAIN: &[&str] = &[
    " dmarc| spf| dkim|domainkeys|sender policy framework",
    "unauthenticated email|unauthenticated mail|email authentication",
    "authentication level|authentication check|authentication requirement",
];

/// First try of an unknown sender.
pub(super) const GREYLISTED: &[&str] = &[
    "greylist|graylist|grey list|gray list|postgrey|liste grise",
    "not yet authorized to deliver",
];

/// A full mailbox, or one that gets too much.
pub(super) const MAILBOX: &[&str] = &[
    "mailbox|inbox+full",
    "mailbox+quota|storage",
    "mailbox size",
    "boite+pleine|saturee|quota",
    "boite aux lettres+depass",
    "messagerie+pleine",
    "out of storage|exceeded storage|storage allocation",
    "storage quota|disk quota",
    "tried to reach+quota",
    "recipient|user+over quota",
    "user is over",
    "quota+destinataire",
    "receiving mail at|receiving mail too",
    "recipient+receiving",
];

/// Of what we send, and not of what somebody receives.
pub(super) const SENDING: &[&str] = &[
    "sending|sender|outgoing|outbound|submission|sortant| envoi",
    "daily|per day|par jour|today|aujourd hui",
    "hourly|per hour|par heure",
    "monthly|mensuel",
];

/// The mailbox as such.
pub(super) const RECIPIENT: &[&str] = &[
    "user unknown|unknown user|user not found|user not known|user doesn t",
    "user+does not exist",
    "no such",
    "recipient address rejected|recipient rejected|recipient refused|bad recipient",
    "recipient+invalid|unknown|not found|not exist",
    "unknown address|address unknown",
    "address+not exist",
    "address rejected+!sender",
    "mailbox unavailable|no mailbox|not a valid mailbox",
    "mailbox+unknown|not found|not exist|disabled|inactive|suspended|closed|invalid",
    "bad destination",
    "tried to reach",
    "account+inactive|closed+!your",
    "user+suspended|disabled+!your",
    "unrouteable|unroutable",
    "not our customer",
    "destinataire",
    "utilisateur+inconnu|inexistant",
    "adresse+inconnue|inexistante|n existe pas",
    "boite+inconnue|inexistante|n existe|desactivee|fermee",
    "compte inexistant|compte inconnu",
];

/// Nothing is left to pay with.
pub(super) const CREDIT: &[&str] = &[
    "no credit|not enough credit|insufficient credit|out of credit",
    "credits+exhausted|exceed",
    "credit+epuise",
    "credit insuffisant|plus de credit",
    "payment required|non payment|non paiement",
    "unpaid|impaye",
    "subscription+expired",
    "abonnement+expire",
];

/// Too many connections at a time.
pub(super) const CONNECTIONS: &[&str] = &[
    "too many+connection|session",
    "connection limit|connection count|connection rate",
    "connection+limit exceeded",
    "connections+exceed",
    "max+connections",
    "nombre+connexions",
    "concurren",
    "simultan",
    "thread limit",
    "per connection|per session|par connexion|par session",
    "trop de connexion|trop de session",
];

/// An allowance for an hour, a day or a month, or an account's as such.
pub(super) const LIMIT: &[&str] = &[
    "hourly|per hour|this hour|par heure|horaire",
    "daily|per day|today|24 hour|24h|24 h ",
    "par jour|aujourd hui|journalier|quotidien",
    "monthly|per month|par mois|mensuel",
    "sending limit|send limit|mail limit|message limit|recipient limit",
    "sending quota|send quota|quota d envoi|limite d envoi",
    "limite+envois",
    "quota+exceed|reached|exhaust",
    "quota+depass|atteint|epuise",
    "over quota|submissionquota",
    "limit+exceed|reached+!rate",
    "limite+atteinte|depass",
    "plafond",
    "max defers|max emails",
    "maximum number of|maximum allowed|nombre maximal|nombre maximum",
    "number of allowed|allowed number",
    "exceeded+threshold",
    "exceeded the max",
];

/// Too fast, or too much for the moment.
pub(super) const PACE: &[&str] = &[
    "rate limit|ratelimit|sending rate|message rate|unusual rate",
    "rate+exceed",
    "throttl|flood|ralenti|slow down",
    "too fast|too quickly|too frequent|too much mail",
    "too many+!hops+!hop",
    "trop de |trop d |trop vite|trop rapide",
    "per minute|par minute|per second|par seconde",
];

/// We are nobody here.
pub(super) const RELAY: &[&str] = &[
    "relay+denied|deny|refus|prohibit|forbidden|disallow|reject|unauthori",
    "relay+not +!use the smtp relay",
    "relay+unable|cannot|can t",
    "no relay|do not relay|relaying|relayage",
    "relais+refus|interdit|non autorise",
    "rcpthosts",
    "not a gateway",
    "permission+submit",
    "auth command first|auth first|authenticate first|pop before",
    "authentication required|authentication is required",
    "authentication needed|authentication is needed",
    "auth required|requires auth|smtp auth",
    "must auth|must be auth|must first auth|need to auth|please auth",
    "not authenticated|without auth",
    "not logged in|must log in|log in first",
    "authentification+requise|obligatoire",
    "authentification necessaire|vous authentifier|non authentifie",
];

/// The account that we send with.
pub(super) const ACCOUNT: &[&str] = &[
    "your account|this account|votre compte",
    "sender account|smtp account|free account",
    "your domain",
    "account+not active|not yet active|compromised|sending",
    "not activated",
    "outgoing|outbound|sending+suspen|disabled|blocked",
    "sending+paused",
    "not allowed to send+!group+!list+!to this",
    "not permitted to send",
    "not authorized to perform",
    "not authorized to send+! ip ",
    "unusual sending activity",
    "test purposes",
    "sandbox",
    "smtpclientauthentication",
    "compte+suspendu|bloque|desactive",
    "envoi+suspendu|bloque",
    "domain is unverified",
    "domain+not verified",
    "spam abuse",
];

/// Our machine's address, by a relay that says so for now too.
pub(super) const CLIENT: &[&str] = &[
    "client host+reject",
    "blocked using",
    "reverse hostname|find your hostname",
];

/// Our machine's address.
pub(super) const BLOCKED: &[&str] = &[
    "blocked using",
    "spamhaus|spamcop|barracuda|dnsbl| rbl",
    "blacklist|black list|blocklist|block list|blocked list|denylist|liste noire",
    "listed in|listed at|listed on",
    "your ip|votre ip|ip address|adresse ip|sending ip|from this ip",
    " ip +blocked|denied|reject|not authori",
    " ip +bloque|refuse|non autorise",
    "banned",
    "client host+reject",
    "host+blocked|not allowed",
    "your host|your server|votre serveur",
    "reverse hostname|reverse dns|reverse lookup|rdns| ptr ",
    "dynamic+address",
    "reputation",
    "access denied+traffic",
    "mail server+denied",
];

/// Unwanted mail.
pub(super) const SPAM: &[&str] = &[
    "spam|junk|unsolicited|unwanted|bulk mail",
    "indesirable|non sollicite|pourriel",
    "phish|hameconnage",
    "virus|malware",
    "content reject|content block|content filter|bad content",
    "content+not accept|denied",
    "suspicious|suspect",
];

/// What a message carries, and what may be listed or banned as we may.
pub(super) const CARRIED: &[&str] = &[
    "surbl|uribl",
    " url+listed|blocked|blacklist|reputation",
    "link+malicious",
    "lien+malveillant",
    "attachment|attached file|piece jointe|fichier joint",
    "reject id",
];

/// A refusal of the message as such, in words that say no more.
pub(super) const UNWANTED: &[&str] = &[
    "mail rejete|mail rejected|mail refuse",
    "message rejete|message refuse|message rejected|command rejected",
    "content|contenu",
    "policy|politique",
    "blocked|bloque",
];

/// For now, whatever the code says.
pub(super) const LATER: &[&str] = &[
    "try again later|try later|try again in",
    "essayer plus tard|reessayer|ulterieurement",
    "temporarily|temporairement",
];

/// A relay's words in lower case, without accents, marks, addresses and names of machines: those
/// may hold any word. Single blanks, one at each end.
pub(super) fn plain(text: &str) -> String {
    let mut words = String::from(" ");
    for token in text.split_whitespace().filter(|token| !is_name(token)) {
        for letter in token.chars().flat_map(char::to_lowercase) {
            match unaccented(letter) {
                letter if letter.is_alphanumeric() => words.push(letter),
                _ if words.ends_with(' ') => {}
                _ => words.push(' '),
            }
        }
        if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words
}

/// An address, a link, a path in angle brackets, or a machine's name (but not a list's).
fn is_name(token: &str) -> bool {
    let inner = token.trim_matches(|c: char| !c.is_alphanumeric());
    let dotted = inner.contains('.')
        && inner.contains(|c: char| c.is_ascii_alphabetic())
        && inner
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let list = ["spamhaus", "spamcop", "barracuda"];
    token.contains('@')
        || token.contains("://")
        || (token.starts_with('<') && token.contains('>'))
        || (dotted && !list.iter().any(|name| inner.contains(name)))
}

const fn unaccented(letter: char) -> char {
    match letter {
        'à' | 'â' | 'ä' | 'á' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' | 'í' => 'i',
        'ô' | 'ö' | 'ó' => 'o',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ç' => 'c',
        other => other,
    }
}
