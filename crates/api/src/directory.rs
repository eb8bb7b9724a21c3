//! The directory: classes, pupils, parents; each written, listed and changed in the same way.

mod annuaire;
#[expect(dead_code, reason = "only described: the members are read one by one")]
mod bodies;
mod classes;
mod etudiants;
pub(crate) mod joignable;
mod parents;
mod relatives;
mod resource;

use crate::endpoint::Endpoint;
use messages_core::model::{Classe, Etudiant, Fiche};

/// The endpoints, those with a fixed name before those with a number.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = annuaire::endpoints();
    endpoints.extend(resource::endpoints::<Classe>());
    endpoints.extend(resource::endpoints::<Etudiant>());
    // Before the list, which takes what follows a dot for a format.
    endpoints.push(joignable::table());
    endpoints.extend(resource::endpoints::<Fiche>());
    endpoints.extend(relatives::endpoints());
    endpoints
}
