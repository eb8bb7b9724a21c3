//! The closed vocabularies, with the names that drf-spectacular gave them. Their words are the core
//! crate's.

use super::kit::{self, Part};
use messages_core::vocabulary::{
    Action, Canal, Cause, Etat, Genre, Motif, Objet, Relation, Remise, Scolarite, Statut,
};
use utoipa::{PartialSchema, ToSchema};

/// `Name: function, words;` makes the type that stands for one of the words, and the function that
/// lists them.
macro_rules! vocabularies {
    ($($(#[$doc:meta])* $name:ident: $list:ident, $words:expr;)+) => {
        $(
            $(#[$doc])*
            pub(crate) enum $name {}

            $(#[$doc])*
            pub(crate) fn $list() -> Vec<&'static str> {
                $words.iter().map(|word| word.as_str()).collect()
            }

            impl PartialSchema for $name {
                fn schema() -> Part {
                    kit::words($list())
                }
            }

            impl ToSchema for $name {}
        )+
    };
}

vocabularies! {
    /// The `type` of a message, the `canal` of an envoi.
    TypeEnum: canaux, Canal::ALL;
    /// State of a message.
    StatutEnum: statuts, Statut::ALL;
    /// State of a message that can be asked for.
    StatutDemandeEnum: statuts_demandes, Statut::SETTABLE;
    /// State of an envoi.
    EtatEnum: etats, Etat::ALL;
    /// Why an envoi did not leave.
    MotifEnum: motifs, Motif::ALL;
    /// What became of an envoi after it left.
    RemiseEnum: remises, Remise::ALL;
    /// Why a channel is stopped.
    CauseEnum: causes, Cause::ALL;
    /// What needs a person.
    GenreEnum: genres, Genre::ALL;
    /// What a parent is to the pupils.
    RelationEnum: relations, Relation::ALL;
    /// Whether a pupil is at the school.
    EtudiantStatutEnum: scolarites, Scolarite::ALL;
    /// What was done.
    ActionEnum: actions, Action::ALL;
    /// What it was done on.
    ObjetEnum: objets, Objet::ALL;
}
