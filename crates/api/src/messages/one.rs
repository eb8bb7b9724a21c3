//! One message: written, read, changed, deleted.

use super::bodies::MessageRequest;
use crate::answer::message::{MessageDetail, MessageShort};
use crate::crud;
use crate::endpoint::{Endpoint, Operation};
use actix_web::http::Method;
use actix_web::web;
use messages_core::model::Message;
use messages_core::vocabulary::Portee;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let one = |method, portee, id, summary, route| {
        Operation::new(method, portee, id, summary, route).tagged()
    };
    let put = one(
        Method::PUT,
        Portee::Ecriture,
        "messages_update",
        "Remplace un message",
        || web::to(crud::change::<Message>),
    );
    let patch = one(
        Method::PATCH,
        Portee::Ecriture,
        "messages_partial_update",
        "Modifie un message",
        || web::to(crud::change::<Message>),
    );
    let delete = one(
        Method::DELETE,
        Portee::Ecriture,
        "messages_destroy",
        "Supprime un message et ses envois",
        || web::to(crud::delete::<Message>),
    );
    vec![Endpoint {
        path: "/api/messages/{id}/",
        name: "Message Instance",
        tag: "messages",
        operations: vec![
            one(
                Method::GET,
                Portee::Lecture,
                "messages_retrieve",
                "Un message, son parent et sa classe",
                || web::to(crud::get::<Message>),
            )
            .answers::<MessageDetail<'_>>(),
            put.details("« statut »: « programme » demande aussi la portée « envoi ». Les champs facultatifs absents gardent leur valeur. Un message en cours d'envoi ou envoyé ne peut plus changer.")
                .body::<MessageRequest>()
                .answers::<MessageShort<'_>>()
                .refuses(&[409]),
            patch
                .details("« statut »: « brouillon » annule la programmation ; « programme » demande aussi la portée « envoi ».")
                .body::<MessageRequest>()
                .answers::<MessageShort<'_>>()
                .refuses(&[409]),
            delete.status(204).refuses(&[409]),
        ],
    }]
}
