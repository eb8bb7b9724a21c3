//! To whom: everybody, a class, a parent; chosen from what a search finds.

use crate::console::names;
use crate::console::words::Words;
use messages_core::config::Config;
use messages_core::model::{Classe, Fiche};
use messages_core::store::annuaire::{Order, Resource, classes, eleves, parents};
use messages_core::store::{Conn, Error};

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    All,
    Classe(i64),
    Parent(i64),
}

impl Target {
    pub(super) fn read(text: &str) -> Option<Self> {
        if text == "tous" {
            return Some(Self::All);
        }
        let (kind, id) = text.split_once(':')?;
        let id = id.parse().ok()?;
        match kind {
            "classe" => Some(Self::Classe(id)),
            "parent" => Some(Self::Parent(id)),
            _ => None,
        }
    }

    pub(super) fn text(self) -> String {
        match self {
            Self::All => "tous".to_owned(),
            Self::Classe(id) => format!("classe:{id}"),
            Self::Parent(id) => format!("parent:{id}"),
        }
    }
}

/// Somebody who can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    /// What tells two of one name apart.
    pub(super) about: String,
}

/// So many of each kind are offered.
const OFFERED: i64 = 24;

/// The name of whom it is to; none when there is nobody.
pub(super) fn name(
    conn: &mut Conn,
    target: Option<&Target>,
    config: &Config,
) -> Result<Option<String>, Error> {
    let words = Words::of(&config.messages);
    Ok(match target {
        None => None,
        Some(Target::All) => Some(words.audience(true, None)),
        Some(Target::Classe(id)) => {
            let found = Classe::by_ids(conn, &[*id])?.pop();
            found.map(|classe| words.audience(true, Some(&classe.nom)))
        }
        Some(Target::Parent(id)) => {
            let found = Fiche::by_ids(conn, &[*id])?.pop();
            found.map(|fiche| names::of_parent(&fiche))
        }
    })
}

/// Who is found by these words; without any, the classes.
pub(super) fn choices(conn: &mut Conn, words: &str) -> Result<Vec<Choice>, Error> {
    let search: Vec<String> = words.split_whitespace().map(ToOwned::to_owned).collect();
    let of_classes = classes::Filter {
        search: search.clone(),
        order: Order::Nom,
    };
    let found = Classe::page(conn, &of_classes, 0, OFFERED)?;
    let mut choices: Vec<Choice> = found
        .into_iter()
        .map(|classe| Choice {
            value: Target::Classe(classe.id).text(),
            name: classe.nom,
            about: classe.annee_scolaire,
        })
        .collect();
    if search.is_empty() {
        return Ok(choices);
    }
    let found = families(conn, search)?;
    let ids: Vec<i64> = found.iter().map(|fiche| fiche.parent.id).collect();
    let mut children = eleves::of(conn, &ids)?;
    choices.extend(found.iter().map(|fiche| {
        Choice {
            value: Target::Parent(fiche.parent.id).text(),
            name: names::of_parent(fiche),
            about: children
                .remove(&fiche.parent.id)
                .map_or_else(String::new, |eleves| eleves::named(&eleves)),
        }
    }));
    Ok(choices)
}

/// The parents of this name, and those of the pupils of this name.
fn families(conn: &mut Conn, search: Vec<String>) -> Result<Vec<Fiche>, Error> {
    let known_by = parents::Filter {
        search,
        ou_eleves: true,
        order: Order::Nom,
        ..parents::Filter::default()
    };
    Fiche::page(conn, &known_by, 0, OFFERED)
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_target_reads_as_it_is_written() {
        for target in [Target::All, Target::Classe(12), Target::Parent(5)] {
            assert_eq!(Target::read(&target.text()), Some(target));
        }
        for wrong in ["", "classe", "classe:", "classe:x", "eleve:1", "tous:1"] {
            assert_eq!(Target::read(wrong), None, "{wrong}");
        }
    }
}
