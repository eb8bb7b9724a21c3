//! Parents: by identifier, else by name, and where there are several of it by number or address.

use super::super::columns::Column;
use super::super::fold::{name_key, names_key};
use super::super::people::{Ident, ParentDraft, Switch};
use super::super::remark::{Genre, Remarks};
use super::{NAMELESS, Numbers, Whole};
use crate::model::{Parent, ParentPatch};
use crate::store::annuaire::{Table, known};
use crate::store::{Conn, Error};
use crate::vocabulary::Relation;
use std::collections::BTreeMap;

/// A parent as it will be.
#[derive(Debug)]
pub(in crate::import) struct Final {
    /// The line that named the parent first.
    pub(in crate::import) line: u64,
    pub(in crate::import) parent: Parent,
    /// Whether the file says the number.
    pub(in crate::import) telephone_dit: bool,
    /// Whether the file says the address.
    pub(in crate::import) email_dit: bool,
    /// A pupil that all parents of the family have; none when the file names no pupil.
    pub(in crate::import) famille: Option<i64>,
}

struct Known {
    rows: Vec<known::Parent>,
    by_ident: BTreeMap<String, usize>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Known {
    fn load(conn: &mut Conn) -> Result<Self, Error> {
        let rows = known::parents(conn)?;
        let mut by_ident = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, known) in rows.iter().enumerate() {
            let key = names_key(Some(&known.row.nom), Some(&known.row.prenom));
            by_name.entry(key).or_default().push(place);
            if let Some(identifiant) = &known.identifiant {
                by_ident.insert(identifiant.clone(), place);
            }
        }
        Ok(Self {
            rows,
            by_ident,
            by_name,
        })
    }

    fn numbered(&self, id: i64) -> Option<&Parent> {
        let place = self.rows.binary_search_by_key(&id, |known| known.row.id);
        self.rows.get(place.ok()?).map(|known| &known.row)
    }

    /// The number of who is meant by a draft without one. One with an identifier of its own is only
    /// somebody whose name and number, or address, are the same.
    fn find(&self, draft: &ParentDraft) -> Option<i64> {
        if let Some(Ident::Text(identifiant)) = &draft.ident
            && let Some(place) = self.by_ident.get(identifiant)
        {
            return self.rows.get(*place).map(|known| known.row.id);
        }
        let named = self.by_name.get(&draft.key())?;
        let named: Vec<&known::Parent> = named
            .iter()
            .filter_map(|place| self.rows.get(*place))
            .filter(|known| draft.ident.is_none() || known.identifiant.is_none())
            .collect();
        let reached = named
            .iter()
            .find(|known| draft.is_reached_as(&known.row.telephone, &known.row.email));
        let only = match named.as_slice() {
            [one] if draft.ident.is_none() => Some(one),
            _ => None,
        };
        reached.or(only).map(|known| known.row.id)
    }
}

pub(super) fn resolve(
    conn: &mut Conn,
    drafts: &[ParentDraft],
    whole: Whole,
    remarks: &mut Remarks,
) -> Result<Vec<(ParentPatch, Final)>, Error> {
    let known = Known::load(conn)?;
    let given = drafts
        .iter()
        .filter_map(|draft| draft.ident.as_ref()?.number());
    let mut numbers = Numbers::new(conn, Table::Parents, given)?;
    let mut resolved = Vec::new();
    for draft in drafts {
        let id = match &draft.ident {
            Some(Ident::Number(number)) => *number,
            _ => known
                .find(draft)
                .and_then(|id| numbers.take(id))
                .unwrap_or_else(|| numbers.next()),
        };
        let present = known.numbered(id);
        if present.is_none() && draft.nom.is_none() {
            let text = "manque, et le parent est inconnu : repris sans nom";
            remarks.cell(draft.line, Column::Nom, Genre::Manque, text, "");
        }
        let mut patch = patch(draft, id, present, whole);
        if draft.ident.is_none() && present.is_some() {
            // Known by the name: however the file writes it, it stays as it is.
            (patch.nom, patch.prenom) = (None, None);
        }
        let one = Final {
            line: draft.line,
            parent: patch.clone().over(present),
            telephone_dit: draft.telephone.is_some(),
            email_dit: draft.email.is_some(),
            famille: None,
        };
        resolved.push((patch, one));
    }
    Ok(resolved)
}

fn patch(draft: &ParentDraft, id: i64, present: Option<&Parent>, whole: Whole) -> ParentPatch {
    let switch = |said: Option<Switch>, else_said: Option<bool>| match said {
        Some(Switch::Said(wanted)) => Some(wanted),
        // Nobody new is written to because of a word that nobody understands.
        Some(Switch::Unclear) if present.is_none() => Some(false),
        Some(Switch::Unclear) => None,
        None => else_said,
    };
    let nameless = || present.is_none().then(|| NAMELESS.to_owned());
    ParentPatch {
        id,
        identifiant: draft.ident.as_ref().and_then(Ident::text),
        nom: draft
            .nom
            .clone()
            .filter(|nom| !nom.is_empty())
            .or_else(nameless),
        prenom: draft.prenom.clone(),
        telephone: draft.telephone.clone(),
        email: draft.email.clone(),
        adresse: draft.adresse.clone(),
        relation: draft.relation.as_deref().map(relation),
        notifications_sms: switch(draft.sms, None),
        notifications_email: switch(draft.courriel, whole.notifications_email),
    }
}

/// What a parent is to a pupil, in the words of offices.
fn relation(said: &str) -> Relation {
    match name_key(said).as_str() {
        "pere" | "papa" => Relation::Pere,
        "mere" | "maman" => Relation::Mere,
        "tuteur" | "tutrice" => Relation::Tuteur,
        _ => Relation::Autre,
    }
}
