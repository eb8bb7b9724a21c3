//! The pupils of a file.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::fold::names_key;
use super::{Gatherer, Ident, InClasse, said};

/// A pupil as the lines of a file tell.
#[derive(Debug, Default)]
pub(in crate::import) struct EtudiantDraft {
    /// The first line.
    pub(in crate::import) line: u64,
    pub(in crate::import) ident: Option<Ident>,
    pub(in crate::import) nom: Option<String>,
    pub(in crate::import) prenom: Option<String>,
    pub(in crate::import) classe: InClasse,
    /// Whether somebody of the parent's name stands for a child that no line names.
    pub(in crate::import) sans_nom: bool,
    /// Place of the first parent.
    pub(in crate::import) parent: Option<usize>,
}

impl EtudiantDraft {
    /// Names as they are compared.
    pub(in crate::import) fn key(&self) -> String {
        names_key(self.nom.as_deref(), self.prenom.as_deref())
    }
}

impl Gatherer<'_> {
    /// The pupil of an entry: by identifier, else by name and class or parent. Where a line names a
    /// class without a pupil, somebody of the parent's name stands for the child that is not named.
    pub(super) fn etudiant(
        &mut self,
        entry: &Entry,
        parent: Option<usize>,
        classe: InClasse,
    ) -> Option<usize> {
        let ident = self.ident(entry, Column::EtudiantId);
        let mut nom = said(entry, Column::EtudiantNom).filter(|nom| !nom.is_empty());
        let prenom = said(entry, Column::EtudiantPrenom);
        let is_named = nom.is_some() || prenom.as_deref().is_some_and(|prenom| !prenom.is_empty());
        if ident.is_none() && !is_named && classe.flatten().is_none() {
            return None;
        }
        if ident.is_none() && nom.is_none() {
            let draft = self.people.parents.get(parent?)?;
            nom.clone_from(&draft.nom);
            nom.as_ref()?;
        }
        let place = self.find_etudiant(
            entry,
            ident,
            (nom.as_deref(), prenom.as_deref()),
            parent,
            classe,
        );
        let draft = self.people.etudiants.get_mut(place)?;
        draft.sans_nom = !is_named && draft.ident.is_none();
        let (line, first) = (draft.line, draft.classe);
        for (column, field, said) in [
            (Column::EtudiantNom, &mut draft.nom, nom),
            (Column::EtudiantPrenom, &mut draft.prenom, prenom),
        ] {
            Gatherer::merge(self.remarks, entry, column, (field, line), said);
        }
        match (first, classe) {
            (None, said) => draft.classe = said,
            (Some(first), Some(said)) if first != said => self.other_class(entry, line),
            _ => {}
        }
        Some(place)
    }

    fn find_etudiant(
        &mut self,
        entry: &Entry,
        ident: Option<Ident>,
        (nom, prenom): (Option<&str>, Option<&str>),
        parent: Option<usize>,
        classe: InClasse,
    ) -> usize {
        let key = names_key(nom, prenom);
        let known = if let Some(ident) = &ident {
            self.etudiants.by_ident.get(ident).copied()
        } else {
            let drafts = &self.people.etudiants;
            let mut named = self.etudiants.named(&key).iter().copied();
            named.find(|place| {
                drafts.get(*place).is_some_and(|draft| {
                    let same_parent = parent.is_some() && draft.parent == parent;
                    same_parent
                        || classe.is_none()
                        || draft.classe.is_none()
                        || draft.classe == classe
                })
            })
        };
        known.unwrap_or_else(|| {
            let place = self.people.etudiants.len();
            self.etudiants.note(place, ident.as_ref(), key);
            self.people.etudiants.push(EtudiantDraft {
                line: entry.line,
                ident,
                parent,
                ..EtudiantDraft::default()
            });
            place
        })
    }
}
