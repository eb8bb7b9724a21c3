//! What somebody did.

use super::common::page_of;
use super::{Named, named};
use crate::openapi::kit::{self, Row};
use messages_core::vocabulary::{Action, Objet};
use utoipa::openapi::schema::{AdditionalProperties, Type};

pub(super) fn schemas() -> Vec<Named> {
    vec![
        named("ActionEnum", kit::words(Action::WORDS)),
        named("ObjetEnum", kit::words(Objet::WORDS)),
        named("Fait", kit::answer(fait())),
        page_of("Fait"),
    ]
}

fn fait() -> Vec<Row> {
    let bilan = kit::kinds(&[Type::Object, Type::Null])
        .additional_properties(Some(AdditionalProperties::FreeForm(true)));
    vec![
        ("id", kit::id(), "Numéro ; le plus récent a le plus grand."),
        ("fait_le", kit::date_time(), "Quand."),
        (
            "acteur",
            kit::text(),
            "Qui : « utilisateur 12 », « clé 3 », « anonyme », « ligne de commande ».",
        ),
        ("action", kit::named("ActionEnum"), "Ce qui a été fait."),
        ("objet", kit::named("ObjetEnum"), "Sur quoi."),
        (
            "numero",
            kit::id_or_null(),
            "Le numéro de l'objet, s'il en a un.",
        ),
        ("bilan", bilan.into(), "Combien de quoi."),
        (
            "ip",
            kit::text_or_null(),
            "De quelle adresse ; null dans l'historique d'un message et pour la ligne de commande.",
        ),
        (
            "demande",
            kit::text_or_null(),
            "Numéro de la requête, celui du journal et de X-Request-ID.",
        ),
    ]
}
