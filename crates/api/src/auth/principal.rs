//! Who asks, and what they may.

use super::Refusal;
use messages_core::digest::sha256;
use messages_core::vocabulary::Portee;
use std::fmt;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A person who is logged in to the web app, by the web app's own number.
    User(String),
    /// A program, by the number of its key.
    Key(i64),
    /// Whoever can reach the server (`--no-auth`).
    Anyone,
}

/// The name for logs and for counting requests: `user:1`, `key:3`, `anyone`. No personal data: a
/// user number that is neither a small number nor a UUID may be an address or a telephone number,
/// and is shown as the beginning of its SHA-256.
impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{}", harmless(id)),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::Anyone => f.write_str("anyone"),
        }
    }
}

/// A user number that can be kept and shown.
pub(crate) fn harmless(id: &str) -> String {
    if is_number(id) || is_uuid(id) || is_digest(id) {
        return id.to_owned();
    }
    format!("~{:.16}", sha256(id.as_bytes()))
}

/// Ten digits and less; a telephone number with its country has more, or begins with a zero.
fn is_number(id: &str) -> bool {
    id.parse::<u32>()
        .is_ok_and(|number| number.to_string() == id)
}

fn is_uuid(id: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && id.split('-').all(is_hex)
}

/// What this function made of another.
fn is_digest(id: &str) -> bool {
    let digits = id.strip_prefix('~').unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What somebody may. No scope contains another: a key to change messages cannot read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PorteeSet {
    /// Everything.
    All,
    /// These only.
    Only(Vec<Portee>),
}

/// Somebody whose right to ask was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Who it is.
    pub who: Who,
    /// What they may.
    pub portees: PorteeSet,
}

impl Principal {
    /// Somebody who may everything.
    pub(super) const fn entitled(who: Who) -> Self {
        Self {
            who,
            portees: PorteeSet::All,
        }
    }

    /// Whether they may.
    #[must_use]
    pub fn may(&self, portee: Portee) -> bool {
        match &self.portees {
            PorteeSet::All => true,
            PorteeSet::Only(portees) => portees.contains(&portee),
        }
    }

    /// Everything that they may.
    pub(crate) fn all(&self) -> &[Portee] {
        match &self.portees {
            PorteeSet::All => Portee::ALL,
            PorteeSet::Only(portees) => portees,
        }
    }

    /// [`may`](Self::may), for a `?`.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`].
    pub fn must(&self, portee: Portee) -> Result<(), Refusal> {
        self.may(portee).then_some(()).ok_or(Refusal::Forbidden)
    }

    /// [`Who`]'s name, which holds no personal data: for logs, and to count requests by.
    #[must_use]
    pub fn log_name(&self) -> String {
        self.who.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str) -> String {
        Principal::entitled(Who::User(id.to_owned())).log_name()
    }

    #[test]
    fn names_hold_no_personal_data() {
        assert_eq!(name("1"), "user:1");
        let uuid = "0b38e1f2-1111-4222-8333-123456789abc";
        assert_eq!(name(uuid), format!("user:{uuid}"));
        assert_eq!(Who::Key(3).to_string(), "key:3");
        assert_eq!(Who::Anyone.to_string(), "anyone");
        for id in [
            "awa@example.org",
            "0612345678",
            "33612345678",
            "+3361234",
            "awa",
            "abba",
        ] {
            let shown = name(id);
            assert!(shown.starts_with("user:~") && shown.len() == 22, "{shown}");
            assert!(!shown.contains(id));
            assert_eq!(harmless(&harmless(id)), harmless(id), "once is enough");
            assert_eq!(shown, name(id), "stable");
        }
        assert_ne!(name("awa"), name("issa"));
    }

    #[test]
    fn a_scope_contains_no_other() {
        for given in Portee::ALL {
            let principal = Principal {
                who: Who::Key(1),
                portees: PorteeSet::Only(vec![*given]),
            };
            for asked in Portee::ALL {
                assert_eq!(principal.may(*asked), asked == given);
                assert_eq!(principal.must(*asked).is_ok(), asked == given);
            }
        }
        let user = Principal::entitled(Who::User("1".to_owned()));
        assert!(Portee::ALL.iter().all(|portee| user.may(*portee)));
    }
}
