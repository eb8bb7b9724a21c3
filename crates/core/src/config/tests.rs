use super::*;
use crate::quiet::Quiet;
use crate::vocabulary::Mode;

fn load(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
    Config::load(Vars::from_pairs(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
    ))
}

fn settings_at_fault(pairs: &[(&str, &str)]) -> Vec<String> {
    load(pairs)
        .unwrap_err()
        .0
        .into_iter()
        .map(|fault| fault.setting)
        .collect()
}

#[test]
fn nothing_set_means_the_contracts_defaults() {
    let config = load(&[]).unwrap();
    assert_eq!(config.database, Database::Sqlite("messages.sqlite3".into()));
    assert_eq!(config.messages.mode, Mode::Simulation);
    assert_eq!(config.messages.outbox, PathBuf::from("outbox"));
    assert_eq!(config.messages.zone, chrono_tz::Europe::Paris);
    assert_eq!(config.messages.late.as_secs(), 24 * 3600);
    assert_eq!(
        (config.email.host.as_str(), config.email.port),
        ("localhost", 25)
    );
    assert_eq!(config.email.from.to_string(), "webmaster@localhost");
    assert_eq!((config.email.connections, config.sms.connections), (4, 4));
    assert_eq!(config.log.file, PathBuf::from("scheduled_messages.log"));
}

#[test]
fn every_fault_is_told_at_once_by_its_name() {
    let faults = settings_at_fault(&[
        ("DATABASE_URL", "mysql://x"),
        ("MESSAGES_MODE", "vrai"),
        ("TIME_ZONE", "Paris"),
        ("EMAIL_PORT", "99999"),
        ("EMAIL_USE_TLS", "true"),
        ("EMAIL_USE_SSL", "true"),
        ("DEFAULT_FROM_EMAIL", "pas une adresse"),
        ("SMS_API_URL", "ftp://x/"),
        ("SMS_DEFAULT_REGION", "France"),
        ("API_BIND", "partout"),
        ("MESSAGES_READ_TRACKING", "true"),
        ("API_PAGINATION", "curseur"),
        ("CORS_ALLOWED_ORIGINS", "https://ecole.exemple.fr,*"),
        ("API_PAGE_SIZE", "0"),
        ("LOG_LEVEL", "bavard"),
    ]);
    assert_eq!(
        faults,
        [
            "MESSAGES_MODE",
            "TIME_ZONE",
            "DATABASE_URL",
            "EMAIL_USE_SSL",
            "EMAIL_PORT",
            "DEFAULT_FROM_EMAIL",
            "SMS_DEFAULT_REGION",
            "SMS_API_URL",
            "API_BIND",
            "BASE_URL",
            "API_PAGINATION",
            "CORS_ALLOWED_ORIGINS",
            "API_PAGE_SIZE",
            "LOG_LEVEL",
        ]
    );
}

#[test]
fn the_name_for_the_relay_is_full_and_in_ascii() {
    let said = |name| load(&[("EMAIL_HELO_NAME", name)]).unwrap().email.helo_name;
    for (name, expected) in [
        ("messages.exemple.fr", "messages.exemple.fr"),
        ("Messages.Collège.fr", "messages.xn--collge-6ua.fr"),
        ("[192.0.2.7]", "[192.0.2.7]"),
        ("[IPv6:2001:db8::7]", "[IPv6:2001:db8::7]"),
    ] {
        assert_eq!(said(name).as_deref(), Some(expected));
    }
    assert_eq!(said(""), None);
    for name in [
        "PC-ACCUEIL",
        "localhost",
        "a b.fr",
        "[x]",
        "[2001:db8::7]",
        "a\r\n.fr",
        "-a.fr",
    ] {
        assert_eq!(
            settings_at_fault(&[("EMAIL_HELO_NAME", name)]),
            ["EMAIL_HELO_NAME"],
            "{name}"
        );
    }
}

#[test]
fn the_sender_is_in_ascii_where_relays_want_it() {
    let sender = |from| load(&[("DEFAULT_FROM_EMAIL", from)]).unwrap().email.from;
    let from = sender("Collège <ecole@collège.fr>");
    assert_eq!(from.name.as_deref(), Some("Collège"));
    assert_eq!(from.email.to_string(), "ecole@xn--collge-6ua.fr");
    assert_eq!(
        sender("ecole@exemple.fr").email.to_string(),
        "ecole@exemple.fr"
    );
    let answers = |to| load(&[("EMAIL_REPLY_TO", to)]).unwrap().email.reply_to;
    let to = answers("Vie scolaire <vs@collège.fr>").unwrap().to_string();
    assert_eq!(to, "Vie scolaire <vs@xn--collge-6ua.fr>");
    assert_eq!(answers(""), None);
    for name in ["DEFAULT_FROM_EMAIL", "EMAIL_REPLY_TO"] {
        for mailbox in ["école@exemple.fr", "personne", "a@b.fr\r\nBcc: c@d.fr"] {
            assert_eq!(settings_at_fault(&[(name, mailbox)]), [name]);
        }
    }
}

#[test]
fn parents_say_that_they_want_no_more_where_they_can_reach_it() {
    let said = |url| load(&[("EMAIL_UNSUBSCRIBE", "true"), ("BASE_URL", url)]);
    for url in [
        "https://ecole.exemple.fr",
        "https://ecole.exemple.fr:8443/messages/",
    ] {
        assert!(said(url).unwrap().api.unsubscribe, "{url}");
    }
    for url in [
        "",
        "http://ecole.exemple.fr",
        "https://localhost",
        "https://192.168.1.4",
        "https://messages.lan",
        "https://collège.fr",
        "https://ecole.exemple.fr/?a=b",
        "https://ecole.exemple.fr/a b>",
    ] {
        assert_eq!(said(url).unwrap_err().settings(), "BASE_URL", "{url}");
    }
    assert!(
        !load(&[("BASE_URL", "https://ecole.exemple.fr")])
            .unwrap()
            .api
            .unsubscribe
    );
}

#[test]
fn a_signature_needs_its_key_and_its_selector() {
    for (pairs, faults) in [
        (&[("EMAIL_DKIM_SELECTOR", "a")][..], &["EMAIL_DKIM_KEY"][..]),
        (&[("EMAIL_DKIM_DOMAIN", "exemple.fr")], &["EMAIL_DKIM_KEY"]),
        (
            &[("EMAIL_DKIM_KEY", "/nulle/part.pem")],
            &["EMAIL_DKIM_SELECTOR", "EMAIL_DKIM_KEY"],
        ),
        (
            &[
                ("EMAIL_DKIM_KEY", "Cargo.toml"),
                ("EMAIL_DKIM_SELECTOR", "a..b"),
                ("EMAIL_DKIM_DOMAIN", "exemple"),
            ],
            &["EMAIL_DKIM_SELECTOR", "EMAIL_DKIM_DOMAIN", "EMAIL_DKIM_KEY"],
        ),
    ] {
        assert_eq!(settings_at_fault(pairs), faults);
    }
}

#[test]
fn no_fault_shows_a_secret() {
    let text = load(&[
        ("DATABASE_URL", "mysql://u:secret1@h/b"),
        ("SMS_API_URL", "secret2"),
        ("EMAIL_HOST_PASSWORD", "secret3"),
    ])
    .unwrap_err()
    .to_string();
    assert!(!text.contains("secret"), "{text}");
    let config = load(&[
        ("DATABASE_URL", "postgres://u:secret@h/b"),
        ("SMS_API_KEY", "secret"),
    ]);
    assert!(!format!("{config:?}").contains("secret"));
}

#[test]
fn cleartext_beyond_this_machine_is_a_fault_unless_wanted() {
    let far = [
        ("MESSAGES_MODE", "reel"),
        ("EMAIL_HOST", "smtp.exemple.fr"),
        ("SMS_API_URL", "http://sms.exemple.fr/"),
    ];
    assert_eq!(settings_at_fault(&far), ["EMAIL_HOST", "SMS_API_URL"]);
    let mut wanted = far.to_vec();
    wanted.push(("MESSAGES_ALLOW_CLEARTEXT", "true"));
    assert!(load(&wanted).is_ok());
    let near = [
        ("MESSAGES_MODE", "reel"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("SMS_API_URL", "http://localhost:9/"),
    ];
    assert!(load(&near).is_ok());
}

#[test]
fn quiet_hours_have_a_default_and_can_be_switched_off() {
    let quiet = |value: &str| load(&[("SMS_QUIET_HOURS", value)]).unwrap().sms.quiet;
    assert_eq!(load(&[]).unwrap().sms.quiet, Quiet::parse("21:00-07:30"));
    assert_eq!(quiet("22:00-06:00"), Quiet::parse("22:00-06:00"));
    assert_eq!([quiet(""), quiet("non"), quiet("NO")], [None; 3]);
    for wrong in ["21h-7h", "08:00-07:00", "oui"] {
        assert_eq!(
            settings_at_fault(&[("SMS_QUIET_HOURS", wrong)]),
            ["SMS_QUIET_HOURS"]
        );
    }
}

#[test]
fn an_unknown_messages_setting_is_a_warning() {
    let config = load(&[("MESSAGES_MODES", "reel"), ("PATH", "/bin")]).unwrap();
    assert_eq!(
        config.warnings,
        ["MESSAGES_MODES : réglage inconnu, ignoré (le plus proche : MESSAGES_MODE)"]
    );
}

/// Every setting stands in the sample, commented with its default or not at all, and nothing else.
#[test]
fn the_sample_lists_every_setting_and_is_free_of_faults() {
    let sample = include_str!("../../../../deploy/env.sample");
    let uncommented: String = sample
        .lines()
        .map(|line| {
            let setting = line.strip_prefix('#').filter(|rest| {
                rest.split_once('=').is_some_and(|(name, _)| {
                    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
                })
            });
            setting.unwrap_or(line).to_owned() + "\n"
        })
        .collect();
    let (mut pairs, unreadable) = dotenv::parse(&uncommented, |_| None);
    assert!(unreadable.is_empty(), "{unreadable:?}");
    let key = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(key.path(), messages_testing::dkim::key(&[])).unwrap();
    for (name, value) in &mut pairs {
        if name == "EMAIL_DKIM_KEY" {
            *value = key.path().display().to_string();
        }
    }
    let mut listed: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    let mut known: Vec<&str> = Config::names().collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
    // A password and a token exclude each other.
    let pairs = pairs
        .into_iter()
        .filter(|(name, _)| name != "EMAIL_HOST_PASSWORD");
    assert_eq!(
        Config::load(Vars::from_pairs(pairs)).map(|c| c.warnings),
        Ok(vec![])
    );
    let (as_shipped, _) = dotenv::parse(sample, |_| None);
    assert!(Config::load(Vars::from_pairs(as_shipped)).is_ok());
}

#[test]
fn the_senders_name_is_one_that_telephones_show() {
    for name in [
        "COLLEGE",
        "Ecole 12",
        "A.B-C_D&E",
        "A",
        "12345678901a".get(1..).unwrap(),
    ] {
        assert_eq!(load(&[("SMS_SENDER_NAME", name)]).unwrap().sms.sender, name);
    }
    for name in ["COLLEGE JULES", "Collège", "12345", "A+B", "a/b"] {
        assert_eq!(
            settings_at_fault(&[("SMS_SENDER_NAME", name)]),
            ["SMS_SENDER_NAME"],
            "{name}"
        );
    }
    assert_eq!(load(&[]).unwrap().sms.segments_max, 6);
}

#[test]
fn a_retention_that_would_take_away_what_is_still_needed_is_refused() {
    assert_eq!(load(&[]).unwrap().messages.retention, None);
    for (text, days) in [("400", 400), (" 30 ", 30), ("36500", 36_500)] {
        let config = load(&[("MESSAGES_RETENTION_DAYS", text)]).unwrap();
        assert_eq!(config.messages.retention, Some(days));
    }
    for text in [
        "0",
        "-1",
        "29",
        "un an",
        "400j",
        "4e2",
        "99999999999",
        "36501",
        "1.5",
    ] {
        let faults = load(&[("MESSAGES_RETENTION_DAYS", text)]).unwrap_err();
        assert_eq!(faults.settings(), "MESSAGES_RETENTION_DAYS");
        let told = faults.to_string();
        assert!(told.contains(text) && told.contains("30 ou plus"), "{told}");
    }
}

#[test]
fn a_limit_lets_the_longest_text_leave() {
    let at_fault = |day: &str| settings_at_fault(&[("MESSAGES_SMS_PER_DAY", day)]);
    assert_eq!(at_fault("5"), ["MESSAGES_SMS_PER_DAY"]);
    assert_eq!(at_fault("illimité"), ["MESSAGES_SMS_PER_DAY"]);
    let sms = load(&[("MESSAGES_SMS_PER_DAY", "6")]).unwrap().sms;
    assert_eq!((sms.per_day, sms.per_month), (Some(6), None));
    assert_eq!(settings_at_fault(&[("SMS_PLAIN", "oui")]), ["SMS_PLAIN"]);
}
