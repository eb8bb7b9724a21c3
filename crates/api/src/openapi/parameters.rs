//! Parameters of the path, of the query and of the head.

use crate::endpoint::{Endpoint, Kind, Operation};
use crate::gate::idempotency::KEY_MAX;
use crate::schema::kit::{self, Part};
use actix_web::http::Method;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;

/// Every parameter of an operation.
pub(super) fn of(endpoint: &Endpoint, operation: &Operation) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = path(endpoint.path).collect();
    for asked in operation.parameters {
        let needed = matches!(asked.kind, Kind::NeededInteger);
        let needed = if needed {
            Required::True
        } else {
            Required::False
        };
        all.push(query(
            asked.name,
            asked.description,
            needed,
            schema(asked.kind),
        ));
    }
    if operation.answer.1.is_paged() {
        all.extend(PAGING.map(|(name, description)| {
            let number = kit::kinds(&[Type::Integer, Type::String]);
            query(name, description, Required::False, number.into())
        }));
    }
    if operation.method == Method::POST {
        all.push(idempotency_key());
    }
    if operation.tagged {
        all.push(condition(&operation.method));
    }
    all
}

const PAGING: [(&str, &str); 4] = [
    (
        "page",
        "Numéro de la page, ou « last » (avec API_PAGE_SIZE et API_PAGINATION=page)",
    ),
    (
        "page_size",
        "Objets par page, 1 000 au plus (avec API_PAGE_SIZE et API_PAGINATION=page)",
    ),
    (
        "limit",
        "Objets au plus (avec API_PAGE_SIZE et API_PAGINATION=limit)",
    ),
    (
        "offset",
        "Objets à sauter (avec API_PAGE_SIZE et API_PAGINATION=limit)",
    ),
];

fn path(path: &str) -> impl Iterator<Item = Parameter> {
    let known = [
        ("id", "Numéro", kit::id().into()),
        ("passerelle", "Nom de la passerelle", kit::text()),
        ("jeton", "Marque de qui appelle", kit::text()),
    ];
    let named = |(name, ..): &(&str, &str, Part)| path.contains(&format!("{{{name}}}"));
    known
        .into_iter()
        .filter(named)
        .map(|(name, description, schema)| {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .description(Some(description))
                .schema(Some(schema));
            parameter.required(Required::True).build()
        })
}

fn query(name: &str, description: &str, required: Required, schema: Part) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn schema(kind: Kind) -> Part {
    match kind {
        Kind::Text => kit::text(),
        Kind::Search => kit::kinds(&[Type::String])
            .pattern(Some(r"^[^\u0000]*$"))
            .into(),
        Kind::Integer | Kind::NeededInteger => kit::kinds(&[Type::Integer]).into(),
        // What is no boolean does not filter.
        Kind::Boolean => kit::kinds(&[Type::Boolean]).into(),
        Kind::DateTime => kit::date_time(),
        Kind::Words(words) => kit::words(words()),
    }
}

fn condition(method: &Method) -> Parameter {
    let (name, description) = if *method == Method::GET {
        (
            "If-None-Match",
            "L'« ETag » déjà reçu : l'objet n'est pas envoyé de nouveau (304) s'il est resté le même.",
        )
    } else {
        (
            "If-Match",
            "L'« ETag » de l'objet tel qu'il a été lu : rien n'est fait (412) s'il a changé depuis.",
        )
    };
    head(name, description, kit::text())
}

fn head(name: &str, description: &str, schema: Part) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn idempotency_key() -> Parameter {
    let key = kit::kinds(&[Type::String])
        .min_length(Some(1))
        .max_length(Some(KEY_MAX))
        .pattern(Some(r"^[!-~]([\t -~]*[!-~])?$"))
        .description(Some("Par exemple un UUID."));
    head(
        "Idempotency-Key",
        "Choisie par l'appelant : la même requête répétée avec la même clé reçoit la même réponse pendant 24 heures, et n'est faite qu'une fois.",
        key.into(),
    )
}
