//! Classes: by identifier, else by name within the school year.

use super::super::columns::Column;
use super::super::fold::classe_key;
use super::super::people::{ClasseDraft, Ident};
use super::super::remark::{Genre, Remarks};
use super::{NAMELESS, Numbers};
use crate::model::ClassePatch;
use crate::store::annuaire::Table;
use crate::store::annuaire::known::{self, Names};
use crate::store::{Conn, Error};

pub(super) fn resolve(
    conn: &mut Conn,
    drafts: &[ClasseDraft],
    remarks: &mut Remarks,
) -> Result<Vec<ClassePatch>, Error> {
    let known = known::classes(conn)?;
    let given = drafts
        .iter()
        .filter_map(|draft| draft.ident.as_ref()?.number());
    let mut numbers = Numbers::new(conn, Table::Classes, given)?;
    let mut patches = Vec::new();
    for draft in drafts {
        let found = find(&known, draft);
        let id = match &draft.ident {
            Some(Ident::Number(number)) => *number,
            _ => found
                .and_then(|row| numbers.take(row.id))
                .unwrap_or_else(|| numbers.next()),
        };
        let is_new = !known.iter().any(|row| row.id == id);
        let mut nom = draft.nom.clone().filter(|nom| !nom.is_empty());
        if is_new && nom.is_none() {
            nom = Some(match &draft.ident {
                Some(Ident::Text(text)) => text.clone(),
                Some(Ident::Number(number)) => {
                    let text = "classe inconnue, et sans nom : son numéro en tient lieu";
                    remarks.cell(draft.line, Column::ClasseId, Genre::Manque, text, "");
                    number.to_string()
                }
                None => NAMELESS.to_owned(),
            });
        }
        // A name that is written otherwise is the same class, and stays as it is.
        if let (Some(row), Some(said)) = (found, &nom)
            && draft.ident.is_none()
            && classe_key(&row.nom) == classe_key(said)
        {
            nom = None;
        }
        patches.push(ClassePatch {
            id,
            identifiant: draft.ident.as_ref().and_then(Ident::text),
            nom,
            annee_scolaire: draft.annee.clone(),
            ..ClassePatch::default()
        });
    }
    tell_apart(&known, drafts, &mut patches, remarks);
    Ok(patches)
}

/// A class with the name and the school year of another one is taken under a name of its own: were the
/// two put together, a message to one would go to both.
fn tell_apart(
    known: &[known::Classe],
    drafts: &[ClasseDraft],
    patches: &mut [ClassePatch],
    remarks: &mut Remarks,
) {
    let mut names = Names::new(known, patches);
    for (patch, draft) in patches.iter_mut().zip(drafts) {
        let (nom, annee) = names.of(patch);
        if names.take(&nom, &annee) {
            continue;
        }
        let number = patch.id.to_string();
        let own = patch.identifiant.as_ref().unwrap_or(&number);
        let others = (2..).map(|n| format!("{nom} ({number}-{n})"));
        let mut others = std::iter::once(format!("{nom} ({own})")).chain(others);
        if let Some(other) = others.find(|name| names.take(name, &annee)) {
            let text =
                "nom d'une autre classe de la même année : reprise avec son numéro derrière le nom";
            remarks.cell(draft.line, Column::Classe, Genre::Homonyme, text, &nom);
            patch.nom = Some(other);
        }
    }
}

/// The class that is meant: of several years the one that is said, else the latest.
fn find<'k>(known: &'k [known::Classe], draft: &ClasseDraft) -> Option<&'k known::Classe> {
    if let Some(identifiant) = draft.ident.as_ref().and_then(Ident::text) {
        let same = |row: &&known::Classe| row.identifiant.as_ref() == Some(&identifiant);
        if let Some(row) = known.iter().find(same) {
            return Some(row);
        }
    }
    let key = classe_key(draft.nom.as_deref().filter(|nom| !nom.is_empty())?);
    let mut named = known.iter().rev().filter(|row| {
        classe_key(&row.nom) == key && (draft.ident.is_none() || row.identifiant.is_none())
    });
    match draft.annee.as_deref().filter(|annee| !annee.is_empty()) {
        None => named.next(),
        Some(annee) => {
            let of_it =
                |row: &&known::Classe| row.annee_scolaire == annee || row.annee_scolaire.is_empty();
            named.find(of_it)
        }
    }
}
