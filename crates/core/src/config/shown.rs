//! Settings as they were read, for an administrator to look at. What is not known to be harmless is not shown.

use super::vars::scheme_and_host;
use super::{Config, Vars};

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub value: Shown,
    /// Where it was read.
    pub origin: Origin,
}

/// What is shown of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// There is none: the default counts.
    Unset,
    /// There is one, which may be a secret.
    Hidden,
    /// All of it, or what is no secret.
    Value(String),
}

/// Where a setting was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In the environment.
    Environment,
    /// In the file.
    File,
    /// On the command line.
    Flag,
}

/// Settings whose values are no secret. A new one is hidden until somebody thinks of it.
const HARMLESS: &[&str] = &[
    "MESSAGES_JOURNAL",
    "MESSAGES_MODE",
    "MESSAGES_OUTBOX",
    "MESSAGES_LATE_HOURS",
    "MESSAGES_CONFIRM_ABOVE",
    "MESSAGES_RETENTION_DAYS",
    "MESSAGES_ALLOW_CLEARTEXT",
    "MESSAGES_EMAIL_CONNECTIONS",
    "MESSAGES_EMAIL_PER_MINUTE",
    "MESSAGES_SMS_CONNECTIONS",
    "MESSAGES_SMS_PER_MINUTE",
    "MESSAGES_SMS_MAX_SEGMENTS",
    super::SMS_PER_DAY,
    super::SMS_PER_MONTH,
    "MESSAGES_READ_TRACKING",
    "MESSAGES_ALERT_EMAIL",
    "TIME_ZONE",
    "LANGUAGE_CODE",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "EMAIL_USE_SSL",
    "EMAIL_HOST_USER",
    "EMAIL_OAUTH_CLIENT_ID",
    "EMAIL_OAUTH_SCOPE",
    "EMAIL_HELO_NAME",
    "DEFAULT_FROM_EMAIL",
    "EMAIL_REPLY_TO",
    "EMAIL_DKIM_SELECTOR",
    "EMAIL_DKIM_DOMAIN",
    "EMAIL_BOUNCE_ADDRESS",
    "EMAIL_UNSUBSCRIBE",
    "SMS_PROVIDER",
    "SMS_SENDER_NAME",
    "SMS_DEFAULT_REGION",
    "SMS_ALLOWED_COUNTRIES",
    "SMS_QUIET_HOURS",
    "SMS_PLAIN",
    "API_BIND",
    "BASE_URL",
    "JWT_PUBLIC_KEY_FILE",
    "JWT_ISSUER",
    "JWT_AUDIENCE",
    "JWT_SCOPES",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ALLOW_CREDENTIALS",
    "TRUSTED_PROXIES",
    "API_PAGE_SIZE",
    "API_PAGINATION",
    "API_REQUESTS_PER_MINUTE",
    "LOG_FILE",
    "LOG_LEVEL",
    "LOG_MAX_MB",
    "LOG_KEEP",
];

/// Addresses: what stands behind the host may be a secret, and what stands before it.
const ADDRESSES: &[&str] = &["SMS_API_URL", "EMAIL_OAUTH_TOKEN_URL", "BOUNCES_IMAP_URL"];

/// Every setting, in the order of [`Config::names`].
pub(super) fn settings(vars: &Vars) -> Vec<Setting> {
    let setting = |name| Setting {
        name,
        value: vars
            .text(name)
            .map_or(Shown::Unset, |value| shown(name, value)),
        origin: vars.origin(name),
    };
    Config::names().map(setting).collect()
}

fn shown(name: &str, value: String) -> Shown {
    let is_file = name == "DATABASE_URL" && value.starts_with("sqlite://");
    if is_file || HARMLESS.contains(&name) {
        return Shown::Value(value);
    }
    if ADDRESSES.contains(&name)
        && let Some((scheme, host)) = scheme_and_host(value.trim())
    {
        return Shown::Value(format!("{scheme}://{host}/…"));
    }
    Shown::Hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_one_of_a_setting_and_no_secret_is_harmless() {
        let names: Vec<&str> = Config::names().collect();
        for name in HARMLESS.iter().chain(ADDRESSES) {
            assert!(names.contains(name), "{name}");
            let secret = ["PASSWORD", "SECRET", "API_KEY", "SIGNING", "TOKEN", "PING"];
            let is_address = ADDRESSES.contains(name);
            assert!(
                is_address || !secret.iter().any(|word| name.contains(word)),
                "{name}"
            );
        }
    }

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let pairs = [
            ("DATABASE_URL", "postgres://ecole:motsecret@base/m"),
            ("EMAIL_HOST_PASSWORD", "motsecret"),
            (
                "SMS_API_URL",
                "https://moi:motsecret@sms.exemple.fr:8443/v1?key=motsecret",
            ),
            ("MESSAGES_PING_URL", "https://hc-ping.com/motsecret"),
            ("TIME_ZONE", "Europe/Paris"),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut vars = Vars::from_pairs(pairs);
        vars.set("LOG_LEVEL", "debug");
        let settings = settings(&vars);
        let of = |name| settings.iter().find(|one| one.name == name).unwrap();
        assert!(!format!("{settings:?}").contains("motsecret"));
        assert_eq!(of("DATABASE_URL").value, Shown::Hidden);
        assert_eq!(
            of("SMS_API_URL").value,
            Shown::Value("https://sms.exemple.fr/…".to_owned())
        );
        assert_eq!(
            of("TIME_ZONE").value,
            Shown::Value("Europe/Paris".to_owned())
        );
        assert_eq!(of("SMS_API_KEY").value, Shown::Unset);
        assert_eq!(of("LOG_LEVEL").origin, Origin::Flag);
        assert_eq!(of("TIME_ZONE").origin, Origin::Environment);
    }
}
