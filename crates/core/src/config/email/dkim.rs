//! `EMAIL_DKIM_*`: the signature of the school's domain.

use crate::config::Vars;
use crate::dkim::Signer;
use crate::domain;
use std::path::Path;

const KEY: &str = "EMAIL_DKIM_KEY";
const SELECTOR: &str = "EMAIL_DKIM_SELECTOR";
const DOMAIN: &str = "EMAIL_DKIM_DOMAIN";

/// None when nothing names a key. `sender` is the domain of the sender.
pub(super) fn read(vars: &mut Vars, sender: &str) -> Option<Signer> {
    let selector = vars.parsed(SELECTOR, "un mot comme « ecole2026 »", selector);
    let domain = vars.parsed(DOMAIN, "un domaine comme « exemple.fr »", |text| {
        domain::ascii(text).filter(|name| domain::is_full(name))
    });
    let Some(path) = vars.text(KEY) else {
        for name in [SELECTOR, DOMAIN] {
            if vars.text(name).is_some() {
                vars.fault(KEY, format!("manque, alors que {name} est donné"));
                break;
            }
        }
        return None;
    };
    if vars.text(SELECTOR).is_none() {
        vars.fault(SELECTOR, format!("manque, alors que {KEY} est donné"));
    }
    let domain = domain.unwrap_or_else(|| sender.to_owned());
    if !is_under(sender, &domain) {
        vars.warnings.push(format!(
            "{DOMAIN} : « {domain} » n'est pas le domaine de l'expéditeur ({sender}), la signature ne comptera \
             pas pour lui (DMARC)"
        ));
    }
    let signer = signer(vars, path.trim(), selector.unwrap_or_default(), domain);
    signer.map_err(|text| vars.fault(KEY, text)).ok()
}

fn signer(vars: &mut Vars, path: &str, selector: String, domain: String) -> Result<Signer, String> {
    let pem = std::fs::read(path).map_err(|error| format!("{path} : illisible ({error})"))?;
    if is_open(Path::new(path)) {
        let text =
            format!("{KEY} : tous les comptes de cette machine peuvent lire {path} (chmod 640)");
        vars.warnings.push(text);
    }
    Signer::new(selector, domain, &pem).map_err(|fault| format!("{path} : la clé {fault}"))
}

/// Names that the DNS takes, with dots between them.
fn selector(text: &str) -> Option<String> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let plain = |label: &str| (1..=63).contains(&label.len()) && label.bytes().all(letter);
    let known = text.len() <= 150 && text.split('.').all(plain);
    known.then(|| text.to_owned())
}

/// Whether a domain is this one or one of its own.
fn is_under(name: &str, domain: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let domain = domain.to_ascii_lowercase();
    name.strip_suffix(&domain)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Whether every account of this machine may read it.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let rights = std::fs::metadata(path);
    rights.is_ok_and(|rights| rights.permissions().mode() & 0o004 != 0)
}

/// Whether every account of this machine may read it: the folder's rights decide.
#[cfg(not(unix))]
const fn is_open(_: &Path) -> bool {
    false
}
