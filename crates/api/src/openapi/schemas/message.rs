//! A message, as it is answered and as it is written.

use super::common::page_of;
use super::{Named, named};
use crate::openapi::kit::{self, Part, Row};
use messages_core::vocabulary::{Canal, Statut};

pub(super) fn schemas() -> Vec<Named> {
    let settable = [Statut::Brouillon, Statut::Programme];
    let short = answered(kit::id_or_null(), kit::id_or_null());
    let full = answered(kit::nullable("Parent"), kit::nullable("Classe"));
    vec![
        named(
            "TypeEnum",
            kit::words(Canal::ALL.iter().map(|canal| canal.as_str())),
        ),
        named(
            "StatutEnum",
            kit::words(Statut::ALL.iter().map(|statut| statut.as_str())),
        ),
        named(
            "StatutDemandeEnum",
            kit::words(settable.iter().map(|statut| statut.as_str())),
        ),
        named("Message", kit::answer(short)),
        named("MessageDetail", kit::answer(full)),
        named(
            "MessageRequest",
            kit::object(written("StatutDemandeEnum"), &["type", "contenu"]),
        ),
        named("PatchedMessage", kit::object(written("StatutEnum"), &[])),
        page_of("Message"),
    ]
}

fn answered(parent: Part, classe: Part) -> Vec<Row> {
    vec![
        ("id", kit::id(), "Numéro."),
        (
            "parent",
            parent,
            "Le destinataire ; null pour un message groupé.",
        ),
        ("type", kit::named("TypeEnum"), "Par quel canal."),
        ("contenu", kit::text(), "Le texte."),
        (
            "contenu_html",
            kit::text_or_null(),
            "Le texte mis en forme, pour un e-mail.",
        ),
        ("date_creation", kit::date_time(), "Quand il a été écrit."),
        (
            "date_envoi",
            kit::date_time_or_null(),
            "Quand un premier destinataire l'a reçu.",
        ),
        (
            "date_programmee",
            kit::date_time_or_null(),
            "Quand il doit partir.",
        ),
        ("statut", kit::named("StatutEnum"), "Où il en est."),
        (
            "details_erreur",
            kit::text_or_null(),
            "Pourquoi des destinataires n'ont rien reçu.",
        ),
        (
            "est_message_groupe",
            kit::switch(),
            "À plusieurs parents : ceux de la classe, ou tous.",
        ),
        (
            "classe",
            classe,
            "La classe dont les parents sont destinataires.",
        ),
        ("sujet", kit::text_or_null(), "Sujet de l'e-mail."),
        ("est_lu", kit::switch(), "Si l'e-mail a été lu."),
        (
            "date_lecture",
            kit::date_time_or_null(),
            "Quand il a été lu la première fois.",
        ),
        (
            "nb_destinataires",
            kit::count(),
            "Destinataires, une fois le départ commencé.",
        ),
        ("nb_envoyes", kit::count(), "Ceux qui l'ont reçu."),
        ("nb_echecs", kit::count(), "Ceux à qui l'envoi a échoué."),
        (
            "nb_incertains",
            kit::count(),
            "Ceux dont la réponse s'est perdue.",
        ),
        (
            "nb_ignores",
            kit::count(),
            "Ceux à qui rien n'a été envoyé.",
        ),
        ("simule", kit::switch(), "Si le départ n'était que simulé."),
        (
            "auteur",
            kit::text_or_null(),
            "Qui l'a créé ; null pour un message plus ancien que l'historique.",
        ),
    ]
}

fn written(statut: &str) -> Vec<Row> {
    vec![
        (
            "parent",
            kit::named("CleEtrangere"),
            "Le destinataire ; nécessaire, sauf à un message groupé.",
        ),
        ("type", kit::named("TypeEnum"), "Par quel canal."),
        ("contenu", kit::text_said(), "Le texte."),
        (
            "contenu_html",
            kit::text_maybe(),
            "Le texte mis en forme, pour un e-mail.",
        ),
        (
            "date_programmee",
            kit::date_time_or_null(),
            "Quand il doit partir ; sans décalage, c'est l'heure de l'établissement.",
        ),
        (
            "statut",
            kit::named(statut),
            "« brouillon » ou « programme », qui demande une date_programmee ; ou l'état présent.",
        ),
        (
            "est_message_groupe",
            kit::named("Booleen"),
            "À plusieurs parents : ceux de la classe, ou tous.",
        ),
        (
            "classe",
            kit::named("CleEtrangere"),
            "La classe dont les parents sont destinataires.",
        ),
        (
            "sujet",
            kit::line_maybe(255),
            "Sujet de l'e-mail, sur une ligne.",
        ),
    ]
}
