//! The schemas by name. Those of drf-spectacular keep the names that it gave them.

mod annuaire;
mod common;
mod envoi;
mod historique;
mod message;

use super::form;
use super::kit::Part;

/// A schema with its name.
pub(super) type Named = (String, Part);

/// Every schema.
pub(super) fn all() -> Vec<Named> {
    let mut all = message::schemas();
    all.extend(envoi::schemas());
    all.extend(historique::schemas());
    all.extend(annuaire::schemas());
    all.extend(common::schemas());
    let forms: Vec<Named> = all.iter().filter_map(for_forms).collect();
    all.extend(forms);
    all
}

/// The name of a schema for forms.
pub(super) fn form_name(name: &str) -> String {
    name.to_owned() + "Form"
}

/// The same for forms, of what a form can say.
fn for_forms((name, part): &Named) -> Option<Named> {
    let is_body = name.ends_with("Request") || name.starts_with("Patched");
    let has_forms = is_body && !matches!(name.as_str(), "AnnuaireRequest" | "ResendRequest");
    let part = has_forms.then(|| form::form_of(part.clone()))??;
    Some((form_name(name), part))
}

/// With its name.
fn named(name: &str, part: impl Into<Part>) -> Named {
    (name.to_owned(), part.into())
}
