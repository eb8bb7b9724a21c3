//! The closed vocabularies, with the names that drf-spectacular gave them. Their words are the core
//! crate's.

use super::kit::{self, Part};
use messages_core::vocabulary::{
    Action, Canal, Cause, Etat, Motif, Objet, Relation, Scolarite, Statut,
};
use utoipa::{PartialSchema, ToSchema};

/// The `type` of a message, the `canal` of an envoi.
pub(crate) enum TypeEnum {}
/// State of a message.
pub(crate) enum StatutEnum {}
/// State of a message that can be asked for.
pub(crate) enum StatutDemandeEnum {}
/// State of an envoi.
pub(crate) enum EtatEnum {}
/// Why an envoi did not leave.
pub(crate) enum MotifEnum {}
/// Why a channel is stopped.
pub(crate) enum CauseEnum {}
/// What a parent is to the pupils.
pub(crate) enum RelationEnum {}
/// Whether a pupil is at the school.
pub(crate) enum EtudiantStatutEnum {}

/// What was done.
pub(crate) enum ActionEnum {}
/// What it was done on.
pub(crate) enum ObjetEnum {}

pub(crate) fn canaux() -> Vec<&'static str> {
    Canal::ALL.iter().map(|word| word.as_str()).collect()
}

pub(crate) fn statuts() -> Vec<&'static str> {
    Statut::ALL.iter().map(|word| word.as_str()).collect()
}

pub(crate) fn etats() -> Vec<&'static str> {
    Etat::ALL.iter().map(|word| word.as_str()).collect()
}

pub(crate) fn actions() -> Vec<&'static str> {
    Action::ALL.iter().map(|word| word.as_str()).collect()
}

pub(crate) fn objets() -> Vec<&'static str> {
    Objet::ALL.iter().map(|word| word.as_str()).collect()
}

impl PartialSchema for TypeEnum {
    fn schema() -> Part {
        kit::words(canaux())
    }
}

impl PartialSchema for StatutEnum {
    fn schema() -> Part {
        kit::words(statuts())
    }
}

impl PartialSchema for StatutDemandeEnum {
    fn schema() -> Part {
        kit::words(Statut::SETTABLE.iter().map(|word| word.as_str()))
    }
}

impl PartialSchema for EtatEnum {
    fn schema() -> Part {
        kit::words(etats())
    }
}

impl PartialSchema for MotifEnum {
    fn schema() -> Part {
        kit::words(Motif::ALL.iter().map(|word| word.as_str()))
    }
}

impl PartialSchema for CauseEnum {
    fn schema() -> Part {
        kit::words(Cause::ALL.iter().map(|word| word.as_str()))
    }
}

impl PartialSchema for RelationEnum {
    fn schema() -> Part {
        kit::words(Relation::ALL.iter().map(|word| word.as_str()))
    }
}

impl PartialSchema for EtudiantStatutEnum {
    fn schema() -> Part {
        kit::words(Scolarite::ALL.iter().map(|word| word.as_str()))
    }
}

impl ToSchema for TypeEnum {}
impl ToSchema for StatutEnum {}
impl ToSchema for StatutDemandeEnum {}
impl ToSchema for EtatEnum {}
impl ToSchema for MotifEnum {}
impl ToSchema for CauseEnum {}
impl ToSchema for RelationEnum {}
impl ToSchema for EtudiantStatutEnum {}

impl PartialSchema for ActionEnum {
    fn schema() -> Part {
        kit::words(actions())
    }
}

impl PartialSchema for ObjetEnum {
    fn schema() -> Part {
        kit::words(objets())
    }
}

impl ToSchema for ActionEnum {}
impl ToSchema for ObjetEnum {}
