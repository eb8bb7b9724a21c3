//! The classes of a file.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::fold::{classe_key, name_key};
use super::super::remark::Genre;
use super::{Gatherer, Ident, InClasse, said};

/// A class as the lines of a file tell.
#[derive(Debug)]
pub(in crate::import) struct ClasseDraft {
    /// The first line.
    pub(in crate::import) line: u64,
    pub(in crate::import) ident: Option<Ident>,
    pub(in crate::import) nom: Option<String>,
    pub(in crate::import) annee: Option<String>,
}

impl Gatherer<'_> {
    /// The class of an entry: by identifier, else by its name within the school year.
    pub(super) fn classe(&mut self, entry: &Entry) -> InClasse {
        let ident = self.ident(entry, Column::ClasseId);
        let nom = said(entry, Column::Classe);
        let nothing = |value: Option<&str>| value == Some("-");
        if nothing(entry.get(Column::Classe)) || nothing(entry.get(Column::ClasseId)) {
            return Some(None);
        }
        if ident.is_none() && nom.is_none() {
            return None;
        }
        let annee = said(entry, Column::AnneeScolaire);
        let [nom_key, annee_key] = [
            classe_key(nom.as_deref().unwrap_or_default()),
            name_key(annee.as_deref().unwrap_or_default()),
        ];
        let key = format!("{nom_key} {annee_key}");
        let known = match &ident {
            Some(ident) => self.classes.by_ident.get(ident),
            None => self.classes.named(&key).first(),
        };
        let Some(place) = known.copied() else {
            let place = self.people.classes.len();
            self.classes.note(place, ident.as_ref(), key);
            self.people.classes.push(ClasseDraft {
                line: entry.line,
                ident,
                nom,
                annee,
            });
            return Some(Some(place));
        };
        if let Some(draft) = self.people.classes.get_mut(place) {
            let line = draft.line;
            let same = match (&draft.nom, &nom) {
                (Some(one), Some(other)) => classe_key(one) == classe_key(other),
                _ => false,
            };
            if !same {
                let field = (&mut draft.nom, line);
                Gatherer::merge(self.remarks, entry, Column::Classe, field, nom);
            }
        }
        Some(Some(place))
    }

    /// Tells that a pupil is in two classes.
    pub(super) fn other_class(&mut self, entry: &Entry, line: u64) {
        let text = format!("élève d'une autre classe à la ligne {line}, qui compte");
        let cell = entry.get(Column::Classe).or(entry.get(Column::ClasseId));
        let (column, cell) = (Column::Classe, cell.unwrap_or_default());
        self.remarks
            .cell(entry.line, column, Genre::Contradiction, text, cell);
    }
}
