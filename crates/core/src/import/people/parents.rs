//! The parents of a file.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::fold::{name_key, names_key};
use super::super::remark::Genre;
use super::{Gatherer, Ident, said};

/// A switch as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Switch {
    /// Wants it or not.
    Said(bool),
    /// A word that is neither: nobody new is written to for it.
    Unclear,
}

/// A parent as the lines of a file tell.
#[derive(Debug, Default)]
pub(in crate::import) struct ParentDraft {
    /// The first line.
    pub(in crate::import) line: u64,
    pub(in crate::import) ident: Option<Ident>,
    pub(in crate::import) nom: Option<String>,
    pub(in crate::import) prenom: Option<String>,
    pub(in crate::import) telephone: Option<String>,
    pub(in crate::import) email: Option<String>,
    pub(in crate::import) adresse: Option<String>,
    /// In whatever words.
    pub(in crate::import) relation: Option<String>,
    pub(in crate::import) sms: Option<Switch>,
    pub(in crate::import) courriel: Option<Switch>,
    /// Places of the pupils.
    pub(in crate::import) etudiants: Vec<usize>,
}

impl ParentDraft {
    /// Names as they are compared.
    pub(in crate::import) fn key(&self) -> String {
        names_key(self.nom.as_deref(), self.prenom.as_deref())
    }

    /// Whether somebody of the same name with this number and this address may be the same person.
    pub(in crate::import) fn may_be(&self, telephone: Option<&str>, email: Option<&str>) -> bool {
        let agreed = self.agrees(telephone, email);
        agreed.contains(&Some(true)) || agreed == [None, None]
    }

    /// Whether a number or an address is surely the same.
    pub(in crate::import) fn is_reached_as(&self, telephone: &str, email: &str) -> bool {
        self.agrees(Some(telephone), Some(email))
            .contains(&Some(true))
    }

    fn agrees(&self, telephone: Option<&str>, email: Option<&str>) -> [Option<bool>; 2] {
        let small = |text: &str| text.trim().to_lowercase();
        [
            agree(self.telephone.as_deref(), telephone, digits),
            agree(self.email.as_deref(), email, small),
        ]
    }
}

/// The last nine digits: the same however the country is said.
fn digits(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    digits.iter().rev().take(9).rev().collect()
}

/// Whether two values say the same; none when one of them says nothing.
fn agree(one: Option<&str>, other: Option<&str>, form: fn(&str) -> String) -> Option<bool> {
    let one = one.map(form).filter(|text| !text.is_empty())?;
    let other = other.map(form).filter(|text| !text.is_empty())?;
    Some(one == other)
}

impl Gatherer<'_> {
    /// The parent of an entry: by identifier, else by name.
    pub(super) fn parent(&mut self, entry: &Entry) -> Option<usize> {
        let ident = self.ident(entry, Column::ParentId);
        let mut nom = said(entry, Column::Nom).filter(|nom| !nom.is_empty());
        let mut prenom = said(entry, Column::Prenom);
        if ident.is_none() && nom.is_none() {
            nom = prenom.take().filter(|prenom| !prenom.is_empty());
        }
        let about = [Column::Telephone, Column::Email].map(|column| said(entry, column));
        if ident.is_none() && nom.is_none() {
            if about.iter().any(Option::is_some) {
                let text = "ni parent_id ni nom : parent non repris";
                self.remarks.line(entry.line, Genre::Manque, text);
            }
            return None;
        }
        let [telephone, email] = about;
        let place = self.find_parent(
            entry,
            ident,
            (nom.as_deref(), prenom.as_deref()),
            (telephone.as_deref(), email.as_deref()),
        );
        let sms = self.switch(entry, Column::NotificationsSms);
        let courriel = self.switch(entry, Column::NotificationsEmail);
        let draft = self.people.parents.get_mut(place)?;
        let line = draft.line;
        let texts = [
            (Column::Nom, &mut draft.nom, nom),
            (Column::Prenom, &mut draft.prenom, prenom),
            (Column::Telephone, &mut draft.telephone, telephone),
            (Column::Email, &mut draft.email, email),
            (
                Column::Adresse,
                &mut draft.adresse,
                said(entry, Column::Adresse),
            ),
            (
                Column::Relation,
                &mut draft.relation,
                said(entry, Column::Relation),
            ),
        ];
        for (column, field, said) in texts {
            Gatherer::merge(self.remarks, entry, column, (field, line), said);
        }
        let switches = [
            (Column::NotificationsSms, &mut draft.sms, sms),
            (Column::NotificationsEmail, &mut draft.courriel, courriel),
        ];
        for (column, field, said) in switches {
            let first = *field;
            // Whoever says no once is not written to.
            *field = match (first, said) {
                (None, said) => said,
                (first, None) => first,
                (Some(Switch::Said(false)), _) | (_, Some(Switch::Said(false))) => {
                    Some(Switch::Said(false))
                }
                (first, _) => first,
            };
            if first.is_some() && said.is_some() && first != said {
                let text = format!("différent de la ligne {line} : non compte");
                self.remarks
                    .cell(entry.line, column, Genre::Contradiction, text, "");
            }
        }
        Some(place)
    }

    fn find_parent(
        &mut self,
        entry: &Entry,
        ident: Option<Ident>,
        (nom, prenom): (Option<&str>, Option<&str>),
        (telephone, email): (Option<&str>, Option<&str>),
    ) -> usize {
        let key = names_key(nom, prenom);
        let known = if let Some(ident) = &ident {
            self.parents.by_ident.get(ident).copied()
        } else {
            let drafts = &self.people.parents;
            let mut named = self.parents.named(&key).iter().copied();
            let may_be = |draft: &ParentDraft| draft.may_be(telephone, email);
            named.find(|place| drafts.get(*place).is_some_and(may_be))
        };
        if let Some(place) = known {
            return place;
        }
        if ident.is_none() && !self.parents.named(&key).is_empty() {
            let text = "même nom qu'une autre ligne, avec un autre numéro ou une autre adresse : pris pour une autre personne";
            self.remarks.line(entry.line, Genre::Homonyme, text);
        }
        let place = self.people.parents.len();
        self.parents.note(place, ident.as_ref(), key);
        self.people.parents.push(ParentDraft {
            line: entry.line,
            ident,
            ..ParentDraft::default()
        });
        place
    }

    fn switch(&mut self, entry: &Entry, column: Column) -> Option<Switch> {
        let value = entry.get(column)?;
        match name_key(value).as_str() {
            "oui" | "o" | "yes" | "y" | "vrai" | "true" | "1" | "x" | "v" | "on" => {
                Some(Switch::Said(true))
            }
            "non" | "n" | "no" | "faux" | "false" | "0" | "f" | "off" => Some(Switch::Said(false)),
            "" if matches!(value, "✓" | "✔" | "☑" | "☒" | "✗" | "✘" | "☐") => {
                Some(Switch::Said(matches!(value, "✓" | "✔" | "☑" | "☒")))
            }
            _ => {
                let text = "il faut oui ou non : ce qui est connu reste, un nouveau parent n'est pas écrit";
                self.remarks
                    .cell(entry.line, column, Genre::Illisible, text, value);
                Some(Switch::Unclear)
            }
        }
    }
}
