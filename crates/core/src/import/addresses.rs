//! Numbers and addresses that nobody can be written to, or that too many share.

use super::columns::Column;
use super::plan::Final;
use super::remark::{Genre, Remarks};
use crate::config::Lang;
use crate::mailbox;
use crate::phone::{self, Region};
use crate::store::adresses::FAMILIES_MAX;
use crate::texts::addresses;
use crate::vocabulary::Canal;
use std::collections::{BTreeMap, BTreeSet};

/// Parents who cannot be reached.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unreachable {
    pub(super) sans_telephone: usize,
    pub(super) sans_email: usize,
}

/// Tells them, and counts who cannot be reached.
pub(super) fn look_at(finals: &[Final], region: Region, remarks: &mut Remarks) -> Unreachable {
    let mut unreachable = Unreachable::default();
    let mut shared: BTreeMap<String, Vec<&Final>> = BTreeMap::new();
    for one in finals {
        match number(one, region, remarks) {
            Some(number) => shared.entry(number).or_default().push(one),
            None => unreachable.sans_telephone += 1,
        }
        if !has_mailbox(one, remarks) {
            unreachable.sans_email += 1;
        }
    }
    for (number, owners) in &shared {
        tell_shared(number, owners, remarks);
    }
    unreachable
}

/// The number that is written to; tells what the file says of it.
fn number(one: &Final, region: Region, remarks: &mut Remarks) -> Option<String> {
    let cell = &one.parent.telephone;
    let read = phone::parse(cell, region);
    let text = match &read {
        Ok(number) if number.more => {
            "plusieurs numéros : le premier qui reçoit des SMS compte".to_owned()
        }
        Ok(_) => String::new(),
        Err(fault) => because(
            "numéro de téléphone inutilisable",
            addresses::of_number(Lang::Fr, *fault),
        ),
    };
    if one.telephone_dit && !cell.is_empty() && !text.is_empty() {
        remarks.cell(one.line, Column::Telephone, Genre::Numero, text, cell);
    }
    read.ok().map(|number| number.e164)
}

/// Whether there is a mailbox to write to; tells what the file says of it.
fn has_mailbox(one: &Final, remarks: &mut Remarks) -> bool {
    let cell = &one.parent.email;
    let read = mailbox::parse(cell);
    let text = match &read {
        Ok(mailbox) if mailbox.more => "plusieurs adresses e-mail : la première compte".to_owned(),
        Ok(_) => String::new(),
        Err(fault) => because(
            "adresse e-mail inutilisable",
            addresses::of_mailbox(Lang::Fr, *fault),
        ),
    };
    if one.email_dit && !cell.is_empty() && !text.is_empty() {
        remarks.cell(one.line, Column::Email, Genre::Adresse, text, cell);
    }
    read.is_ok()
}

fn because(what: &str, why: Option<&str>) -> String {
    why.map_or_else(|| what.to_owned(), |why| format!("{what} : {why}"))
}

/// A number that nobody has is told each time; a shared one where it stands first.
fn tell_shared(number: &str, owners: &[&Final], remarks: &mut Remarks) {
    let families: BTreeSet<(Option<i64>, i64)> = owners
        .iter()
        .map(|one| match one.famille {
            Some(etudiant) => (Some(etudiant), 0),
            None => (None, one.parent.id),
        })
        .collect();
    let families = families.len();
    let mut tell = |one: &Final, text: String| {
        let cell = &one.parent.telephone;
        remarks.cell(one.line, Column::Telephone, Genre::Partage, text, cell);
    };
    let said = owners.iter().filter(|one| one.telephone_dit);
    if phone::looks_invented(number) {
        let text = match families {
            0 | 1 => "numéro sans doute fictif ou arrondi".to_owned(),
            _ => format!("numéro partagé par {families} familles, sans doute fictif ou arrondi"),
        };
        said.for_each(|one| tell(one, text.clone()));
    } else if families > FAMILIES_MAX
        && let Some(first) = said.min_by_key(|one| one.line)
    {
        let text = addresses::odd(Lang::Fr, Canal::Sms, Some(families), false);
        tell(first, text);
    }
}
