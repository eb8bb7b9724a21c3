//! Names that were meant to be settings.

/// What only this program's settings, and those of the application before it, begin with.
const PREFIXES: [&str; 7] = [
    "MESSAGES_",
    "EMAIL_",
    "BOUNCES_",
    "SMS_",
    "JWT_",
    "API_",
    "CORS_",
];

/// From so much likeness on, a name without such a beginning was meant to be the known one.
const LIKENESS: f64 = 0.75;

/// A known name that has all its words is so much nearer.
const WORDS: f64 = 0.1;

/// The warning for a name that means nothing here, unless it is none of ours.
pub(super) fn warning(name: &str, known: &[&str]) -> Option<String> {
    if known.contains(&name) {
        return None;
    }
    let upper = name.to_uppercase().replace('-', "_");
    let like = |other: &str| {
        let holds_all = upper
            .split('_')
            .all(|word| other.split('_').any(|known| known == word));
        let alike = strsim::normalized_damerau_levenshtein(&upper, other);
        alike + if holds_all { WORDS } else { 0.0 }
    };
    let ours = PREFIXES.iter().any(|prefix| upper.starts_with(prefix));
    // Every run compares the whole environment: names of very different lengths are not worth a look.
    let close = |other: &&&str| ours || upper.len().abs_diff(other.len()) <= upper.len() * 3 / 5;
    let (likeness, nearest) = known
        .iter()
        .filter(close)
        .map(|other| (like(other), other))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (ours || likeness >= LIKENESS)
        .then(|| format!("{name} : réglage inconnu, ignoré (le plus proche : {nearest})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_misspelt_name_is_told_with_the_nearest_known_one() {
        let known: Vec<&str> = Config::names().collect();
        for (name, nearest) in [
            ("EMAIL_HOTS", "EMAIL_HOST"),
            ("SMS_APIKEY", "SMS_API_KEY"),
            ("API_BINDS", "API_BIND"),
            ("JWT_SIGNINGKEY", "JWT_SIGNING_KEY"),
            ("JWT_KEY", "JWT_SIGNING_KEY"),
            ("MESSAGES_MODES", "MESSAGES_MODE"),
            ("MESSAGE_MODE", "MESSAGES_MODE"),
            ("messages_mode", "MESSAGES_MODE"),
            ("MESSAGES-MODE", "MESSAGES_MODE"),
            ("EMIAL_HOST", "EMAIL_HOST"),
            ("DEFAULT_FORM_EMAIL", "DEFAULT_FROM_EMAIL"),
            ("DATABASE_URI", "DATABASE_URL"),
            ("TIMEZONE", "TIME_ZONE"),
            ("LOG_FILES", "LOG_FILE"),
            ("CORS_ALLOWED_ORIGIN", "CORS_ALLOWED_ORIGINS"),
        ] {
            let warning = warning(name, &known).unwrap_or_default();
            assert!(
                warning.starts_with(&format!("{name} : "))
                    && warning.ends_with(&format!(": {nearest})")),
                "{name}: {warning}"
            );
        }
        for name in [
            "PATH", "LANGUAGE", "LOGNAME", "EMAIL", "HOSTNAME", "TZ", "DEBUG",
        ] {
            assert_eq!(warning(name, &known), None);
        }
        assert!(known.iter().all(|name| warning(name, &known).is_none()));
    }
}
