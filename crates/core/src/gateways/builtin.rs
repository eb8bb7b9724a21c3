//! The presets that are compiled in.

/// The one body that the application before this one knew; `SMS_PROVIDER=http`.
pub const LEGACY: &str = "legacy";

macro_rules! presets {
    ($($name:literal)*) => {
        const PRESETS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../gateways/", $name, ".toml")))),*];
    };
}

presets! {
    "legacy" "ovh" "orange" "twilio" "brevo" "vonage" "infobip" "africastalking" "smsmode"
    "allmysms" "octopush" "smsfactor" "contact-everyone" "kannel" "smsgate"
}

/// The names that `SMS_PROVIDER` knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The text of a preset.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    let name = if name == "http" { LEGACY } else { name };
    let found = PRESETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, text)| *text)
}
