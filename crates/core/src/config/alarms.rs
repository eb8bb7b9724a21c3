//! `MESSAGES_ALERT_EMAIL` and `MESSAGES_PING_URL`: who is told when somebody is needed.

use super::Vars;
use crate::secret::Secret;
use lettre::Address;

pub(super) const NAMES: &[&str] = &["MESSAGES_ALERT_EMAIL", "MESSAGES_PING_URL"];

/// Who is told of incidents, besides whoever reads stderr and the log.
#[derive(Debug, Clone, Default)]
pub struct Alarms {
    /// Mailboxes.
    pub email: Vec<String>,
    /// What watches over the runs, and is told of each: its URL is a secret.
    pub ping: Option<Secret>,
}

impl Alarms {
    pub(super) fn read(vars: &mut Vars) -> Self {
        let email = vars.parsed(
            "MESSAGES_ALERT_EMAIL",
            "une adresse comme « admin@exemple.fr », ou plusieurs séparées par des virgules",
            |text| text.split(',').map(mailbox).collect(),
        );
        Self {
            email: email.unwrap_or_default(),
            ping: ping(vars),
        }
    }
}

fn mailbox(text: &str) -> Option<String> {
    let text = text.trim();
    text.parse::<Address>().ok().map(|_| text.to_owned())
}

/// The value is never shown: whoever has it can pretend that all is well.
fn ping(vars: &mut Vars) -> Option<Secret> {
    const NAME: &str = "MESSAGES_PING_URL";
    let value = vars.text(NAME)?;
    let value = value.trim();
    let place = ["https://", "http://"]
        .iter()
        .find_map(|scheme| value.strip_prefix(scheme));
    let is_url = place.is_some_and(|place| !place.starts_with('/') && !place.is_empty())
        && value.parse::<ureq::http::Uri>().is_ok();
    if !is_url {
        vars.fault(
            NAME,
            "il faut une adresse comme https://hc-ping.com/…, ou celle d'un moniteur « push » d'Uptime Kuma",
        );
    }
    is_url.then(|| Secret::new(value.to_owned()))
}
