//! Pupils: by identifier, else by name, and where there are several of it by the class.

use super::super::fold::names_key;
use super::super::people::{EtudiantDraft, Ident};
use super::{NAMELESS, Numbers};
use crate::model::EtudiantPatch;
use crate::store::annuaire::{Table, known};
use crate::store::{Conn, Error};
use std::collections::BTreeMap;

pub(super) fn resolve(
    conn: &mut Conn,
    drafts: &[EtudiantDraft],
    classe: impl Fn(usize) -> Option<i64>,
) -> Result<Vec<EtudiantPatch>, Error> {
    let known = known::etudiants(conn)?;
    let given = drafts
        .iter()
        .filter_map(|draft| draft.ident.as_ref()?.number());
    let mut numbers = Numbers::new(conn, Table::Etudiants, given)?;
    let mut by_name: BTreeMap<String, Vec<&known::Etudiant>> = BTreeMap::new();
    let mut by_ident: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &known {
        let key = names_key(Some(&row.nom), Some(&row.prenom));
        by_name.entry(key).or_default().push(row);
        if let Some(identifiant) = &row.identifiant {
            by_ident.insert(identifiant, row.id);
        }
    }
    let mut patches = Vec::new();
    for draft in drafts {
        let said = draft.classe.map(|place| place.and_then(&classe));
        let id = match &draft.ident {
            Some(Ident::Number(number)) => Some(*number),
            Some(Ident::Text(identifiant)) => by_ident
                .get(identifiant.as_str())
                .and_then(|id| numbers.take(*id)),
            None => {
                let named = by_name.get(&draft.key()).map_or(&[][..], Vec::as_slice);
                one_of(named, said.flatten()).and_then(|id| numbers.take(id))
            }
        };
        let is_known = id.is_some_and(|id| known.binary_search_by_key(&id, |row| row.id).is_ok());
        // Known by the name: however the file writes it, it stays as it is.
        let (nom, prenom) = if is_known && draft.ident.is_none() {
            (None, None)
        } else {
            (draft.nom.clone(), draft.prenom.clone())
        };
        patches.push(EtudiantPatch {
            id: id.unwrap_or_else(|| numbers.next()),
            identifiant: draft.ident.as_ref().and_then(Ident::text),
            nom: if is_known {
                nom
            } else {
                nom.or(Some(NAMELESS.to_owned()))
            },
            prenom,
            classe: said,
            ..EtudiantPatch::default()
        });
    }
    Ok(patches)
}

/// The pupil of a name: the one in this class, or the only one.
fn one_of(named: &[&known::Etudiant], classe: Option<i64>) -> Option<i64> {
    let same = named
        .iter()
        .find(|row| classe.is_some() && row.classe == classe);
    let only = match named {
        [row] => Some(row),
        _ => None,
    };
    same.or(only).map(|row| row.id)
}
