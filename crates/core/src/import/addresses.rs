//! Numbers and addresses that nobody can be written to, or that too many share.

use super::columns::Column;
use super::plan::Final;
use super::remark::{Genre, Remarks};
use crate::phone::{self, Region};
use std::collections::{BTreeMap, BTreeSet};

/// Families that may share a number without a word: grandparents, neighbours.
const FAMILIES_MAX: usize = 3;

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
        let Final { line, parent, .. } = one;
        match number(&parent.telephone, region) {
            Some(number) => shared.entry(number).or_default().push(one),
            None => {
                unreachable.sans_telephone += 1;
                if one.telephone_dit && !parent.telephone.is_empty() {
                    let text = "numéro de téléphone inutilisable";
                    let cell = &parent.telephone;
                    remarks.cell(*line, Column::Telephone, Genre::Numero, text, cell);
                }
            }
        }
        if crate::mailbox::parse(&parent.email).is_none() {
            unreachable.sans_email += 1;
            if one.email_dit && !parent.email.is_empty() {
                let text = "adresse e-mail inutilisable";
                remarks.cell(*line, Column::Email, Genre::Adresse, text, &parent.email);
            }
        }
    }
    for (number, owners) in &shared {
        tell_shared(number, owners, remarks);
    }
    unreachable
}

/// In E.164, if somebody can be called there.
fn number(typed: &str, region: Region) -> Option<String> {
    phone::parse(typed, region).map(|number| number.e164)
}

/// Nobody's number is told each time; a shared one where it stands first.
fn tell_shared(number: &str, owners: &[&Final], remarks: &mut Remarks) {
    let families: BTreeSet<(Option<i64>, i64)> = owners
        .iter()
        .map(|one| match one.famille {
            Some(etudiant) => (Some(etudiant), 0),
            None => (None, one.parent.id),
        })
        .collect();
    let families = families.len();
    let many = families > FAMILIES_MAX || (families > 1 && number.ends_with("00000"));
    let said = owners.iter().filter(|one| one.telephone_dit);
    if is_nobodys(number) {
        for one in said {
            let text = match families {
                0 | 1 => "numéro fictif".to_owned(),
                _ => format!("numéro fictif, partagé par {families} familles"),
            };
            let cell = &one.parent.telephone;
            remarks.cell(one.line, Column::Telephone, Genre::Partage, text, cell);
        }
    } else if many && let Some(first) = said.min_by_key(|one| one.line) {
        let text = format!("numéro partagé par {families} familles");
        let cell = &first.parent.telephone;
        remarks.cell(first.line, Column::Telephone, Genre::Partage, text, cell);
    }
}

/// Whether people type the number where they have none: `0600000000`, `0606060606`, `0102030405`.
fn is_nobodys(e164: &str) -> bool {
    let digits: Vec<u8> = e164.bytes().filter(u8::is_ascii_digit).collect();
    let tail = |length: usize| digits.get(digits.len().saturating_sub(length)..).unwrap_or_default();
    let eight = tail(8);
    let same = eight.windows(2).all(|two| two.first() == two.last());
    let pairs: Vec<&[u8]> = eight.chunks(2).collect();
    let repeated = pairs.windows(2).all(|two| two.first() == two.last());
    let national = tail(9);
    let listed = [
        b"102030405".as_slice(),
        b"123456789",
        b"987654321",
        b"605040302",
        b"607080910",
    ];
    same || (repeated && national.first() == eight.get(1)) || listed.contains(&national)
}

#[cfg(test)]
mod tests {
    use super::is_nobodys;

    #[test]
    fn numbers_that_nobody_has_are_known() {
        for number in ["+33600000000", "+33606060606", "+33102030405", "+33611111111"] {
            assert!(is_nobodys(number), "{number}");
        }
        for number in ["+33612300000", "+33612345678", "+2250707070708", "+33698765432"] {
            assert!(!is_nobodys(number), "{number}");
        }
    }
}
