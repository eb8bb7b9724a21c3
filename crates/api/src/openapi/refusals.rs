//! What a request may end in other than its answer. The bodies are those that the server writes.

use crate::auth::{Refusal, WWW_AUTHENTICATE};
use crate::drf::{ApiError, Texts};
use crate::endpoint::Operation;
use crate::schema::{Answer, HTML, JSON, kit};
use actix_web::ResponseError;
use actix_web::http::Method;
use messages_core::config::Lang;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Ref, RefOr};

/// A refusal: its name among the components, what it means, its schema, one that happens.
struct Known(&'static str, &'static str, &'static str, ApiError);

fn known() -> Vec<Known> {
    let texts = Texts(Lang::Fr);
    let invalid = ApiError::Invalid(json!({ "contenu": [texts.required()] }));
    vec![
        Known(
            "Invalide",
            "La requête contient des erreurs, nommées par champ.",
            "Erreur400",
            invalid,
        ),
        Known(
            "NonAuthentifie",
            "Aucune clé, ou une clé ou un jeton non valide.",
            "Erreur401",
            ApiError::Refused(Refusal::NoCredentials),
        ),
        Known(
            "NonAutorise",
            "La portée de la clé ne permet pas cette opération.",
            "Detail",
            ApiError::Refused(Refusal::Forbidden),
        ),
        Known(
            "NonTrouve",
            "Aucun objet de ce numéro, ou format inconnu.",
            "Detail",
            ApiError::NotFound,
        ),
        Known(
            "NonAcceptable",
            "L'en-tête « Accept » exclut le JSON.",
            "Detail",
            ApiError::NotAcceptable,
        ),
        Known(
            "Conflit",
            "L'état de l'objet ne le permet pas, ou la même requête est en cours.",
            "Detail",
            ApiError::Conflict(texts.conflict()),
        ),
        Known(
            "AutreEtat",
            "L'objet n'est plus celui que « If-Match » nomme.",
            "Detail",
            ApiError::Changed,
        ),
        Known(
            "TropLong",
            "Le corps de la requête est trop long.",
            "Detail",
            ApiError::TooLarge,
        ),
        Known(
            "TypeDeMedia",
            "Le corps est d'un type que le serveur ne lit pas.",
            "Detail",
            ApiError::MediaType("text/plain".to_owned()),
        ),
        Known(
            "AutreCorps",
            "La clé d'idempotence a servi pour une autre requête.",
            "Detail",
            ApiError::OtherBody,
        ),
        Known(
            "Ralenti",
            "Trop de requêtes (API_REQUESTS_PER_MINUTE).",
            "Detail",
            ApiError::Throttled(42),
        ),
        Known(
            "Erreur",
            "Une erreur du serveur ; son journal dit laquelle.",
            "Detail",
            ApiError::Internal,
        ),
        Known(
            "Indisponible",
            "La base de données ne répond pas.",
            "Detail",
            ApiError::Unavailable,
        ),
    ]
}

/// The refusals among the components.
pub(super) fn components() -> Vec<(&'static str, Response)> {
    let all = known().into_iter();
    all.map(|known| (known.0, response(&known))).collect()
}

fn response(Known(_, description, schema, error): &Known) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(kit::named(schema)))
        .example(Some(error.body(Texts(Lang::Fr))));
    let mut response = ResponseBuilder::new()
        .description(*description)
        .content(JSON, content.build());
    if *error == ApiError::NotFound {
        // Of an address that no endpoint has, such as one with a point in the number.
        for (media, content) in Answer::Text(HTML, super::PAGE).contents() {
            response = response.content(media, content);
        }
    }
    if let Some((name, header)) = header(error) {
        response = response.header(name, header);
    }
    response.build()
}

fn header(error: &ApiError) -> Option<(&'static str, Header)> {
    let (name, schema, description) = match error {
        ApiError::Refused(refusal) if refusal.status() == 401 => (
            "WWW-Authenticate",
            kit::words([WWW_AUTHENTICATE]),
            "Ce qu'il faut.",
        ),
        ApiError::Throttled(_) | ApiError::Unavailable => {
            let seconds = kit::kinds(&[Type::Integer]).minimum(Some(1));
            ("Retry-After", seconds.into(), "Secondes à attendre.")
        }
        _ => return None,
    };
    let header = HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description));
    Some((name, header.build()))
}

/// The statuses of refusals that an operation has, behind the gate or outside of it.
fn statuses(operation: &Operation, gated: bool) -> BTreeSet<u16> {
    let mut statuses: BTreeSet<u16> = operation.refusals.iter().copied().collect();
    if !gated {
        return statuses;
    }
    statuses.extend([401, 404, 406, 429, 500, 503]);
    if operation.access.portee().is_some() {
        statuses.insert(403);
    }
    if !operation.parameters.is_empty() {
        statuses.insert(400);
    }
    if operation.body.is_some() {
        statuses.extend([400, 413, 415]);
    }
    if operation.tagged && operation.method != Method::GET {
        statuses.insert(412);
    }
    if operation.method == Method::POST {
        // The idempotency key.
        statuses.extend([400, 409, 413, 422]);
    }
    statuses
}

/// The refusals of an operation.
pub(super) fn of(operation: &Operation, gated: bool) -> Vec<(String, RefOr<Response>)> {
    let known = known();
    let named = |status: u16| {
        known
            .iter()
            .find(|known| known.3.status_code().as_u16() == status)
            .map(|known| Ref::from_response_name(known.0))
    };
    let statuses = statuses(operation, gated).into_iter();
    statuses
        .filter_map(|status| {
            let response = own(operation, status, gated)
                .map(RefOr::T)
                .or_else(|| named(status).map(RefOr::Ref))?;
            Some((status.to_string(), response))
        })
        .collect()
}

/// Outside the gate, some answers are other than elsewhere.
fn own(operation: &Operation, status: u16, gated: bool) -> Option<Response> {
    let (content, description) = match (gated, operation.answer.1, status) {
        (false, ready @ Answer::One(_), 503) => (ready, "Le service ne peut pas travailler."),
        (false, Answer::Picture, 404) => (
            Answer::Text(HTML, super::PAGE),
            "Le suivi des lectures n'est pas en service.",
        ),
        _ => return None,
    };
    let response = ResponseBuilder::new().description(description);
    let contents = content.contents().into_iter();
    let response = contents.fold(response, |response, (media, content)| {
        response.content(media, content)
    });
    Some(response.build())
}
