//! How this machine calls itself (RFC 5321, 4.1.3 and 4.1.4).

use crate::domain;
use std::net::IpAddr;

/// The name of the settings; else the machine's, if it is known everywhere; else its address:
/// relays refuse `PC-ACCUEIL` and `localhost`, and accents break the line.
pub(super) fn of(setting: Option<&str>, local: Option<IpAddr>) -> String {
    let machine = hostname::get()
        .ok()
        .and_then(|name| name.into_string().ok());
    chosen(setting, machine.as_deref(), local)
}

fn chosen(setting: Option<&str>, machine: Option<&str>, local: Option<IpAddr>) -> String {
    let name = setting.or_else(|| machine.filter(|name| domain::is_public(name)));
    if let Some(name) = name {
        return name.to_owned();
    }
    match local.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(ip)) => format!("[{ip}]"),
        Some(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_goes_before_a_full_name_and_that_before_the_address() {
        let local = "192.0.2.7".parse().ok();
        let full = Some("pc.exemple.fr");
        assert_eq!(chosen(Some("mx.exemple.fr"), full, local), "mx.exemple.fr");
        assert_eq!(chosen(None, full, local), "pc.exemple.fr");
        assert_eq!(chosen(None, None, None), "[127.0.0.1]");
    }

    #[test]
    fn a_name_that_nobody_else_knows_is_not_said() {
        let names = [
            "PC-ACCUEIL",
            "PC-Élève",
            "pc-élève.exemple.fr",
            "localhost",
            "localhost.localdomain",
            "pc-accueil.lan",
            "pc.local",
            "pc accueil.fr",
            "pc_accueil.exemple.fr",
            "192.0.2.1",
            "pc..fr",
            "",
        ];
        for name in names {
            let v4 = chosen(None, Some(name), "192.0.2.7".parse().ok());
            assert_eq!(v4, "[192.0.2.7]", "{name}");
        }
        let v6 = chosen(None, Some("pc"), "2001:db8::7".parse().ok());
        assert_eq!(v6, "[IPv6:2001:db8::7]");
        let mapped = chosen(None, Some("pc"), "::ffff:192.0.2.7".parse().ok());
        assert_eq!(mapped, "[192.0.2.7]");
    }
}
