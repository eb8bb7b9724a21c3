//! Entries to people: lines that speak of one parent, pupil or class are put together, and where they
//! do not say the same, the first counts.

mod classes;
mod etudiants;
mod parents;

pub(super) use classes::ClasseDraft;
pub(super) use etudiants::EtudiantDraft;
pub(super) use parents::{ParentDraft, Switch};

use super::columns::Column;
use super::entry::Entry;
use super::remark::{Genre, Remarks};
use crate::store::annuaire::ID_MAX;
use std::collections::BTreeMap;

/// How a file calls a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ident {
    /// By the web app's own number.
    Number(i64),
    /// By a text of the office's.
    Text(String),
}

impl Ident {
    pub(super) const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text.clone()),
        }
    }
}

/// A pupil's class by its place: nothing said, in none, or in this one.
pub(super) type InClasse = Option<Option<usize>>;

/// Everybody in a file, in the order of the lines.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) classes: Vec<ClasseDraft>,
    pub(super) etudiants: Vec<EtudiantDraft>,
    pub(super) parents: Vec<ParentDraft>,
}

/// Where to find who was read already.
#[derive(Debug, Default)]
struct Index {
    by_ident: BTreeMap<Ident, usize>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Index {
    fn named(&self, key: &str) -> &[usize] {
        self.by_name.get(key).map_or(&[], Vec::as_slice)
    }

    fn note(&mut self, place: usize, ident: Option<&Ident>, key: String) {
        if let Some(ident) = ident {
            self.by_ident.insert(ident.clone(), place);
        }
        let named = self.by_name.entry(key).or_default();
        if !named.contains(&place) {
            named.push(place);
        }
    }
}

/// Puts people together.
pub(super) struct Gatherer<'r> {
    remarks: &'r mut Remarks,
    people: People,
    classes: Index,
    etudiants: Index,
    parents: Index,
}

/// All people of these entries.
pub(super) fn gather(entries: &[Entry], remarks: &mut Remarks) -> People {
    let mut gatherer = Gatherer {
        remarks,
        people: People::default(),
        classes: Index::default(),
        etudiants: Index::default(),
        parents: Index::default(),
    };
    for entry in entries.iter().filter(|entry| !entry.is_empty()) {
        let parent = gatherer.parent(entry);
        let classe = gatherer.classe(entry);
        let etudiant = gatherer.etudiant(entry, parent, classe);
        gatherer.link(parent, etudiant);
    }
    gatherer.people
}

impl Gatherer<'_> {
    fn link(&mut self, parent: Option<usize>, etudiant: Option<usize>) {
        let Some(draft) = parent.and_then(|place| self.people.parents.get_mut(place)) else {
            return;
        };
        if let Some(etudiant) = etudiant
            && !draft.etudiants.contains(&etudiant)
        {
            draft.etudiants.push(etudiant);
        }
    }

    /// How the entry calls a row. A number is the web app's, unless the format has its own; with zeros
    /// before it is a text.
    fn ident(&mut self, entry: &Entry, column: Column) -> Option<Ident> {
        let value = entry.get(column).filter(|value| *value != "-")?;
        let digits = value.chars().all(|c| c.is_ascii_digit());
        if entry.foreign || !digits || (value.starts_with('0') && value.len() > 1) {
            return Some(Ident::Text(value.to_owned()));
        }
        let number = value.parse().ok().filter(|number| *number <= ID_MAX);
        match number {
            Some(0) => {
                let text = "0 n'est le numéro de personne";
                self.remarks
                    .cell(entry.line, column, Genre::Illisible, text, value);
                None
            }
            Some(number) => Some(Ident::Number(number)),
            None => Some(Ident::Text(value.to_owned())),
        }
    }

    /// Notes what a line says of a field; a line that says otherwise than an earlier one is told.
    fn merge(
        remarks: &mut Remarks,
        entry: &Entry,
        column: Column,
        (field, line): (&mut Option<String>, u64),
        said: Option<String>,
    ) {
        match (field.as_deref(), said) {
            (_, None) => {}
            (None, said) => *field = said,
            (Some(first), Some(said)) if first == said => {}
            (Some(_), Some(said)) => {
                let text = format!("différent de la ligne {line}, qui compte");
                remarks.cell(entry.line, column, Genre::Contradiction, text, &said);
            }
        }
    }
}

/// What an entry says of a text; `-` says that there is nothing.
fn said(entry: &Entry, column: Column) -> Option<String> {
    let value = entry.get(column)?;
    Some(if value == "-" {
        String::new()
    } else {
        value.to_owned()
    })
}
