//! Where settings come from, and the list of what is wrong with them.

use super::{Origin, names};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the setting.
    pub setting: String,
    /// What is wrong, for an administrator; never holds a secret.
    pub text: String,
}

/// Every wrong setting of one start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// The names of the settings, each once: `EMAIL_PORT, TIME_ZONE`.
    #[must_use]
    pub fn settings(&self) -> String {
        let mut names: Vec<&str> = self.0.iter().map(|fault| fault.setting.as_str()).collect();
        names.dedup();
        names.join(", ")
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Fault { setting, text }) in self.0.iter().enumerate() {
            let newline = if n == 0 { "" } else { "\n" };
            write!(f, "{newline}{setting} : {text}")?;
        }
        Ok(())
    }
}

/// The values at hand, and the faults found while reading them. An empty value counts as none.
#[derive(Default)]
pub struct Vars {
    pub(super) values: BTreeMap<String, String>,
    /// The file that was read, with its full path.
    pub(super) file: Option<PathBuf>,
    /// Names that were read elsewhere than in the environment.
    pub(super) origins: BTreeMap<String, Origin>,
    /// Variables of the environment that are no text.
    pub(super) unreadable: Vec<String>,
    /// Names that other settings give a meaning.
    declared: Vec<String>,
    faults: Vec<Fault>,
    pub(super) warnings: Vec<String>,
}

impl Vars {
    /// Values given one by one, for tests and for the demonstration.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            values: pairs.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Sets a value above all others: a flag of the command line.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
        self.origins.insert(name.to_owned(), Origin::Flag);
    }

    /// Where a value was read.
    pub(super) fn origin(&self, name: &str) -> Origin {
        let origin = self.origins.get(name).copied();
        origin.unwrap_or(Origin::Environment)
    }

    /// Records a fault.
    pub fn fault(&mut self, setting: &str, text: impl Into<String>) {
        self.faults.push(Fault {
            setting: setting.to_owned(),
            text: text.into(),
        });
    }

    /// Names that mean something because of another setting.
    pub(super) fn declare(&mut self, names: impl Iterator<Item = String>) {
        self.declared.extend(names);
    }

    /// Whether something is wrong so far.
    pub(super) const fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// The value, if there is one.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.values
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    }

    /// The value, or the default.
    pub(super) fn text_or(&self, name: &str, default: &str) -> String {
        self.text(name).unwrap_or_else(|| default.to_owned())
    }

    /// Whether it is there and empty, where that is to mean something else than nothing.
    #[must_use]
    pub fn is_emptied(&self, name: &str) -> bool {
        self.values
            .get(name)
            .is_some_and(|value| value.trim().is_empty())
    }

    /// The value, read by `parse`; `expected` completes "doit être …".
    pub fn parsed<T>(
        &mut self,
        name: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.text(name)?;
        let parsed = parse(value.trim());
        if parsed.is_none() {
            self.fault(
                name,
                format!("« {value} » ne convient pas, il faut {expected}"),
            );
        }
        parsed
    }

    /// A whole number within bounds.
    pub fn number(&mut self, name: &str, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let expected = format!("un nombre entre {} et {}", bounds.start(), bounds.end());
        self.parsed(name, &expected, |text| {
            text.parse().ok().filter(|n| bounds.contains(n))
        })
    }

    /// A switch; the words that Django projects use.
    pub fn switch(&mut self, name: &str) -> bool {
        self.parsed(name, "true ou false", |text| {
            match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" | "oui" => Some(true),
                "false" | "0" | "no" | "off" | "non" => Some(false),
                _ => None,
            }
        })
        .unwrap_or(false)
    }

    /// The faults, or else the warnings. `known` are all names that mean something.
    pub(super) fn finish(mut self, known: &[&str]) -> Result<Vec<String>, Faults> {
        for name in std::mem::take(&mut self.unreadable) {
            if known.contains(&name.as_str()) {
                self.fault(&name, "n'est pas en UTF-8 dans l'environnement");
            }
        }
        if !self.faults.is_empty() {
            return Err(Faults(self.faults));
        }
        let declared = &self.declared;
        let unknown = self.values.keys().filter(|name| !declared.contains(name));
        self.warnings
            .extend(unknown.filter_map(|name| names::warning(name, known)));
        Ok(self.warnings)
    }
}

/// The scheme and the host of an address, if it has both.
pub(super) fn scheme_and_host(url: &str) -> Option<(String, String)> {
    let url: ureq::http::Uri = url.parse().ok()?;
    Some((url.scheme_str()?.to_owned(), url.host()?.to_owned()))
}

/// True for a host that is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
