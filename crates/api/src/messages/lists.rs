//! Lists of messages.

use super::bodies::MessageRequest;
use super::form;
use crate::answer::list;
use crate::answer::message::MessageShort;
use crate::crud;
use crate::drf::{ApiError, Filters, Query, python_int};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::words;
use crate::state::State;
use crate::texts::{NO_CLASSE_ID, NO_PARENT_ID};
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::model::Message;
use messages_core::store::Conn;
use messages_core::store::messages::{Column, Filter, Order};
use messages_core::vocabulary::{Portee, Statut};
use serde_json::json;

const FILTERS: &[Parameter] = &[
    Parameter {
        name: "statut",
        description: "Seulement dans cet état",
        kind: Kind::Words(words::statuts),
    },
    Parameter {
        name: "type",
        description: "Seulement par ce canal",
        kind: Kind::Words(words::canaux),
    },
    Parameter {
        name: "parent",
        description: "Seulement à ce parent",
        kind: Kind::Integer,
    },
    Parameter {
        name: "classe",
        description: "Seulement à cette classe",
        kind: Kind::Integer,
    },
    Parameter {
        name: "est_message_groupe",
        description: "Seulement à plusieurs parents, ou seulement à un",
        kind: Kind::Boolean,
    },
    Parameter {
        name: "est_lu",
        description: "Seulement lus, ou seulement non lus",
        kind: Kind::Boolean,
    },
    Parameter {
        name: "search",
        description: "Mots qui doivent tous se trouver dans le texte, le sujet ou le nom du parent",
        kind: Kind::Search,
    },
    Parameter {
        name: "ordering",
        description: "Ordre : id, date_creation, date_programmee, date_envoi, statut, type ; précédé de « - » pour l'inverse, plusieurs séparés par des virgules",
        kind: Kind::Text,
    },
];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = |id, summary, route| {
        Operation::new(Method::GET, Portee::Lecture, id, summary, route).lists::<MessageShort<'_>>()
    };
    let endpoint = |path, name, operations| Endpoint {
        path,
        name,
        tag: "messages",
        operations,
    };
    let list = read(
        "messages_list",
        "Les messages, les plus récents d'abord",
        || web::to(crud::list::<Message>),
    );
    let create = Operation::new(
        Method::POST,
        Portee::Ecriture,
        "messages_create",
        "Écrit un message",
        || web::to(crud::create::<Message>),
    );
    vec![
        endpoint(
            "/api/messages/",
            "Message List",
            vec![
                list.query(FILTERS).pages::<MessageShort<'_>>(),
                create
                    .details("« statut » : « brouillon » (par défaut) ou « programme », qui demande une date_programmee et la portée « envoi ». Un message à un seul parent demande « parent » ; un message groupé va à une classe, ou à tous.")
                    .body::<MessageRequest>()
                    .answers::<MessageShort<'_>>()
                    .status(201),
            ],
        ),
        endpoint(
            "/api/messages/scheduled/",
            "Scheduled",
            vec![read("messages_scheduled", "Les messages programmés, par date", || {
                web::to(scheduled)
            })],
        ),
        endpoint(
            "/api/messages/by_parent/",
            "By parent",
            vec![read("messages_by_parent", "Les messages d'un parent", || web::to(by_parent))
                .query(&[Parameter {
                    name: "parent_id",
                    description: "Le parent",
                    kind: Kind::NeededInteger,
                }])
                .refuses(&[400])],
        ),
        endpoint(
            "/api/messages/by_classe/",
            "By classe",
            vec![read("messages_by_classe", "Les messages à une classe", || web::to(by_classe))
                .query(&[Parameter {
                    name: "classe_id",
                    description: "La classe",
                    kind: Kind::NeededInteger,
                }])
                .refuses(&[400])],
        ),
        endpoint(
            "/api/messages/bulk_messages/",
            "Bulk messages",
            vec![read("messages_bulk_messages", "Les messages groupés", || web::to(bulk))],
        ),
    ]
}

/// Reads the filters of the list, all faults at once.
pub(super) async fn filter(state: &State, query: &Query) -> Result<Filter, ApiError> {
    let mut filters = Filters::new(query, state.texts);
    let filter = Filter {
        statut: filters.statut(),
        r#type: filters.canal(),
        parent: filters.key("parent"),
        classe: filters.key("classe"),
        est_message_groupe: filters.switch("est_message_groupe"),
        est_lu: filters.switch("est_lu"),
        order: order(query.said("ordering").unwrap_or_default()),
        ..Filter::default()
    };
    // A parent or a class that is not there is a fault.
    let (parent, classe) = (filter.parent, filter.classe);
    let unknown = move |conn: &mut Conn| form::unknown(conn, parent, classe);
    if parent.or(classe).is_some() {
        for name in state.ask(unknown).await? {
            filters.unknown_key(name);
        }
    }
    filters.check()?;
    let search = query.search(state.texts)?;
    Ok(Filter { search, ..filter })
}

/// Reads `?ordering=`; what is no column is passed over.
fn order(text: &str) -> Vec<Order> {
    let step = |word: &str| {
        let (name, descending) = match word.strip_prefix('-') {
            Some(name) => (name, true),
            None => (word, false),
        };
        let column = match name {
            "id" => Column::Id,
            "date_creation" => Column::DateCreation,
            "date_programmee" => Column::DateProgrammee,
            "date_envoi" => Column::DateEnvoi,
            "statut" => Column::Statut,
            "type" => Column::Type,
            _ => return None,
        };
        Some(Order { column, descending })
    };
    // More would only repeat columns.
    text.split(',')
        .map(str::trim)
        .filter_map(step)
        .take(6)
        .collect()
}

async fn scheduled(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let filter = Filter {
        statut: Some(Statut::Programme),
        order: vec![Order {
            column: Column::DateProgrammee,
            descending: false,
        }],
        ..Filter::default()
    };
    list::whole::<Message>(&state, filter).await
}

async fn by_parent(state: web::Data<State>, query: Query) -> Result<HttpResponse, ApiError> {
    let parent = Some(wanted(&state, &query, "parent_id", NO_PARENT_ID)?);
    let filter = Filter {
        parent,
        ..Filter::default()
    };
    list::whole::<Message>(&state, filter).await
}

async fn by_classe(state: web::Data<State>, query: Query) -> Result<HttpResponse, ApiError> {
    let classe = Some(wanted(&state, &query, "classe_id", NO_CLASSE_ID)?);
    let filter = Filter {
        classe,
        est_message_groupe: Some(true),
        ..Filter::default()
    };
    list::whole::<Message>(&state, filter).await
}

async fn bulk(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let filter = Filter {
        est_message_groupe: Some(true),
        ..Filter::default()
    };
    list::whole::<Message>(&state, filter).await
}

/// A number that must be in the query.
fn wanted(state: &State, query: &Query, name: &str, missing: &str) -> Result<i64, ApiError> {
    let missing = || ApiError::Invalid(json!({ "error": missing }));
    let text = query.said(name).ok_or_else(missing)?;
    python_int(text).ok_or_else(|| ApiError::Invalid(json!({ name: [state.texts.not_a_number()] })))
}
