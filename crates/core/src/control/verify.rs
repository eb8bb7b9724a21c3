//! Proves from the database that nothing is lost and nobody was sent to twice, or names the rows that say
//! otherwise.

use super::{Line, words};
use crate::config::{Config, Lang};
use crate::store::verify::{self, Breach, States};
use crate::store::{Conn, Error, Purpose};
use crate::vocabulary::{Etat, Regle};
use std::collections::BTreeMap;

/// So many rows of each rule are named.
pub const NAMED_MAX: usize = 20;

/// What the database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many envois are in each state.
    pub states: Vec<States>,
    /// Second copies that may have left, by design.
    pub copies: i64,
    /// The rows that break each rule, one more than are named when there are more.
    pub breaches: BTreeMap<Regle, Vec<Breach>>,
}

/// Asks for every rule. It takes as long as the database is large; the connection is devoted to it.
///
/// # Errors
/// The database's.
pub fn prove(conn: &mut Conn, config: &Config) -> Result<Proof, Error> {
    conn.devote(Purpose::Upkeep)?;
    let states = verify::states(conn)?;
    let copies = verify::second_copies(conn)?;
    let mut breaches = BTreeMap::new();
    let repeatable = config.sms.repeatable();
    for regle in Regle::ALL {
        let found = verify::breaches(conn, *regle, &repeatable, NAMED_MAX + 1)?;
        breaches.insert(*regle, found);
    }
    Ok(Proof {
        states,
        copies,
        breaches,
    })
}

impl Proof {
    /// Whether every rule holds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.breaches.values().all(Vec::is_empty)
    }

    /// The same, for a person.
    #[must_use]
    pub fn lines(&self, lang: Lang) -> Vec<Line> {
        let sum = |those: &dyn Fn(Etat) -> bool| -> i64 {
            let those = self.states.iter().filter(|s| those(s.etat));
            those.map(|s| s.nombre).sum()
        };
        let told = |text| Line { holds: None, text };
        let mut lines = vec![told(words::headline(
            lang,
            sum(&Etat::is_final),
            sum(&|etat| etat == Etat::Incertain),
            sum(&|etat| !etat.is_final()),
        ))];
        for (regle, found) in &self.breaches {
            let text = if found.is_empty() {
                words::promise(lang, *regle).to_owned()
            } else {
                format!("{} : {}", words::broken(lang, *regle), named(lang, found))
            };
            lines.push(Line {
                holds: Some(found.is_empty()),
                text,
            });
        }
        if self.copies > 0 {
            lines.push(told(words::second_copies(lang, self.copies)));
        }
        lines
    }
}

fn named(lang: Lang, found: &[Breach]) -> String {
    let shown = found.iter().take(NAMED_MAX);
    let mut names: Vec<String> = shown.map(|breach| words::row(lang, breach)).collect();
    if found.len() > NAMED_MAX {
        names.push("…".to_owned());
    }
    names.join(", ")
}
