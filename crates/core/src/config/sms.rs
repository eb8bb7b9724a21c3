//! `SMS_*`: the gateway for text messages.

mod gateway;

pub use gateway::Gateway;

use super::Vars;
use crate::gateways;
use crate::phone::Region;
use crate::quiet::Quiet;
use crate::segments::Plain;
use crate::vocabulary::Mode;

pub(super) const NAMES: &[&str] = &[
    "SMS_PROVIDER",
    "SMS_API_URL",
    "SMS_API_KEY",
    "SMS_API_USER",
    "SMS_API_SECRET",
    "SMS_API_ACCOUNT",
    "SMS_API_CONSUMER",
    "SMS_API_SERVICE",
    "SMS_RECEIPT_URL",
    "SMS_SENDER_NAME",
    "SMS_DEFAULT_REGION",
    "SMS_ALLOWED_COUNTRIES",
    "SMS_QUIET_HOURS",
    "SMS_PLAIN",
    "MESSAGES_SMS_CONNECTIONS",
    "MESSAGES_SMS_PER_MINUTE",
    "MESSAGES_SMS_MAX_SEGMENTS",
    DAY,
    MONTH,
];

/// Most SMS a day.
pub(crate) const DAY: &str = "MESSAGES_SMS_PER_DAY";

/// Most SMS a month.
pub(crate) const MONTH: &str = "MESSAGES_SMS_PER_MONTH";

/// The SMS gateway.
#[derive(Debug, Clone)]
pub struct Sms {
    /// Where SMS go; without it none can leave in the mode `reel`.
    pub gateway: Option<Gateway>,
    /// What the telephone shows as sender.
    pub sender: String,
    /// Country of numbers written without one.
    pub region: Region,
    /// Countries that may be written to; empty: all.
    pub allowed: Vec<Region>,
    /// When late SMS wait for the morning; none: never.
    pub quiet: Option<Quiet>,
    /// How many requests are made at once.
    pub connections: u32,
    /// SMS per minute, all runs and machines together.
    pub per_minute: Option<u32>,
    /// The longest text, in SMS that are paid for each recipient.
    pub segments_max: usize,
    /// SMS that may be paid in a day of the school's time zone, all runs and machines together.
    pub per_day: Option<u32>,
    /// The same in a month.
    pub per_month: Option<u32>,
    /// When letters that force 16 bits are replaced.
    pub plain: Plain,
}

impl Sms {
    /// The gateways that make no second SMS of a request that is repeated: those that come with the program,
    /// and the one that is set.
    #[must_use]
    pub fn repeatable(&self) -> Vec<String> {
        let own = self.gateway.iter();
        let own = own.filter(|gateway| gateway.preset.repeatable);
        let ours = gateways::names().filter(|name| {
            let preset = gateways::named(name).and_then(|text| gateways::parse(text).ok());
            preset.is_some_and(|preset| preset.repeatable)
        });
        let ours = ours.map(ToOwned::to_owned);
        ours.chain(own.map(|gateway| gateway.passerelle.clone()))
            .collect()
    }

    pub(super) fn read(vars: &mut Vars, mode: Mode, allow_cleartext: bool) -> Self {
        let region = vars.parsed("SMS_DEFAULT_REGION", "un code de pays comme FR", Region::of);
        let allowed = vars.parsed(
            "SMS_ALLOWED_COUNTRIES",
            "des codes comme FR,BE,CI",
            |text| {
                text.split([',', ' ', ';'])
                    .filter(|code| !code.is_empty())
                    .map(Region::of)
                    .collect()
            },
        );
        let segments_max = vars
            .number("MESSAGES_SMS_MAX_SEGMENTS", 1..=255)
            .unwrap_or(6);
        let gateway = Gateway::read(vars, mode, allow_cleartext);
        let preset = gateway.as_ref().map(|gateway| &gateway.preset);
        let usual = preset.and_then(|preset| preset.per_minute);
        Self {
            per_minute: vars
                .number("MESSAGES_SMS_PER_MINUTE", 1..=1_000_000)
                .or(usual),
            gateway,
            sender: sender(vars),
            region: region.unwrap_or_default(),
            allowed: allowed.unwrap_or_default(),
            quiet: quiet(vars),
            connections: vars
                .number("MESSAGES_SMS_CONNECTIONS", 1..=200)
                .unwrap_or(4),
            segments_max: usize::try_from(segments_max).unwrap_or(usize::MAX),
            per_day: allowance(vars, DAY, segments_max),
            per_month: allowance(vars, MONTH, segments_max),
            plain: vars
                .parsed("SMS_PLAIN", "auto, never ou always", Plain::parse)
                .unwrap_or_default(),
        }
    }
}

/// A limit that the longest text alone would pass keeps everything behind that text waiting.
fn allowance(vars: &mut Vars, name: &str, longest: u32) -> Option<u32> {
    let expected =
        format!("un nombre de SMS entre {longest} (MESSAGES_SMS_MAX_SEGMENTS) et 100000000");
    vars.parsed(name, &expected, |text| {
        let number = text.parse().ok();
        number.filter(|number| (longest..=100_000_000).contains(number))
    })
}

/// An empty value switches it off, as `non` does.
fn quiet(vars: &mut Vars) -> Option<Quiet> {
    const NAME: &str = "SMS_QUIET_HOURS";
    if vars.is_emptied(NAME) {
        return None;
    }
    let expected = "des heures comme 21:00-07:30 (14 h au plus), ou « non »";
    let hours = vars.parsed(NAME, expected, |text| {
        let off = ["non", "no", "off", "false", "0"].contains(&text.to_ascii_lowercase().as_str());
        if off {
            Some(None)
        } else {
            Quiet::parse(text).map(Some)
        }
    });
    hours.unwrap_or_else(|| Quiet::parse("21:00-07:30"))
}

/// What telephones show in the place of a number (3GPP TS 23.040, 9.1.2.5: eleven letters of the
/// 7-bit alphabet; operators replace what is only digits, or drop the SMS); or the number that a
/// gateway lends, in E.164.
fn sender(vars: &mut Vars) -> String {
    let Some(name) = vars.text("SMS_SENDER_NAME") else {
        return String::new();
    };
    let letter = |c: char| c.is_ascii_alphanumeric() || [' ', '.', '-', '_', '&'].contains(&c);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let shown = name.len() <= 11 && name.chars().all(letter) && !digits(&name);
    let lent = name
        .strip_prefix('+')
        .is_some_and(|number| number.len() <= 15 && digits(number));
    if !shown && !lent {
        vars.fault(
            "SMS_SENDER_NAME",
            "il faut 1 à 11 caractères parmi A-Z, a-z, 0-9, espace et . - _ &, pas seulement des \
             chiffres, ou un numéro comme +33700000000",
        );
    }
    name
}
