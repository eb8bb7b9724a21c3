//! Lists of messages.

use super::bodies::MessageRequest;
use super::crud;
use crate::answer::list::{self, Chunk, Listed};
use crate::answer::message::{MessageShort, short};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::error::ApiError;
use crate::input::query::{Filters, Query};
use crate::schema::words;
use crate::state::State;
use crate::texts::{NO_CLASSE_ID, NO_PARENT_ID};
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::config::Messages as Settings;
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource;
use messages_core::store::messages::{self, Column, Filter, Order};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Portee, Statut};
use messages_core::waiting;
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
        || web::to(all),
    );
    let create = Operation::new(
        Method::POST,
        Portee::Ecriture,
        "messages_create",
        "Écrit un message",
        || web::to(crud::create),
    );
    vec![
        endpoint(
            "/api/messages/",
            "Message List",
            vec![
                list.query(FILTERS).pages::<MessageShort<'_>>(),
                create
                    .details("« statut » : « brouillon » (par défaut) ou « programme », qui demande une date_programmee. Un message à un seul parent demande « parent » ; un message groupé va à une classe, ou à tous.")
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

/// Messages by a filter.
struct Messages {
    filter: Filter,
    settings: Settings,
}

impl Messages {
    fn write(&self, conn: &mut Conn, mut rows: Vec<Message>) -> Result<Chunk, Error> {
        waiting::explain(conn, &self.settings, &mut rows)?;
        let zone = self.settings.zone;
        Ok(Chunk::write(rows.iter().map(|row| short(row, zone))))
    }
}

impl Listed for Messages {
    fn count(&self, conn: &mut Conn) -> Result<i64, Error> {
        messages::count(conn, &self.filter)
    }

    fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Chunk, Error> {
        let rows = messages::page(conn, &self.filter, offset, limit)?;
        self.write(conn, rows)
    }

    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>, Error> {
        messages::ids(conn, &self.filter)
    }

    fn by_ids(&self, conn: &mut Conn, ids: &[i64]) -> Result<Chunk, Error> {
        let rows = messages::by_ids(conn, ids)?;
        self.write(conn, rows)
    }
}

fn listed(state: &State, filter: Filter) -> Messages {
    Messages {
        filter,
        settings: state.config.messages.clone(),
    }
}

async fn all(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request);
    let mut filters = Filters::new(&query, state.texts);
    let filter = Filter {
        statut: filters.statut(),
        r#type: filters.canal(),
        parent: filters.key("parent"),
        classe: filters.key("classe"),
        est_message_groupe: filters.switch("est_message_groupe"),
        est_lu: filters.switch("est_lu"),
        search: Vec::new(),
        order: order(query.said("ordering").unwrap_or_default()),
    };
    check_keys(&state, &mut filters, &filter).await?;
    filters.check()?;
    let search = query.search(state.texts)?;
    let filter = Filter { search, ..filter };
    list::answer(&state, &request, listed(&state, filter)).await
}

/// Filters by a parent or a class that are not there are faults.
async fn check_keys(
    state: &State,
    filters: &mut Filters<'_>,
    filter: &Filter,
) -> Result<(), ApiError> {
    let (parent, classe) = (filter.parent, filter.classe);
    if parent.is_none() && classe.is_none() {
        return Ok(());
    }
    let known = move |conn: &mut Conn| {
        let parents = Fiche::existing(conn, parent.as_slice())?;
        let classes = Classe::existing(conn, classe.as_slice())?;
        Ok((parents, classes))
    };
    let (parents, classes) = state.ask(known).await?;
    if parents != parent.as_slice() {
        filters.unknown_key("parent");
    }
    if classes != classe.as_slice() {
        filters.unknown_key("classe");
    }
    Ok(())
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
    list::whole(&state, listed(&state, filter)).await
}

async fn by_parent(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let parent = Some(wanted(&state, &request, "parent_id")?);
    let filter = Filter {
        parent,
        ..Filter::default()
    };
    list::whole(&state, listed(&state, filter)).await
}

async fn by_classe(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let classe = Some(wanted(&state, &request, "classe_id")?);
    let filter = Filter {
        classe,
        est_message_groupe: Some(true),
        ..Filter::default()
    };
    list::whole(&state, listed(&state, filter)).await
}

async fn bulk(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let filter = Filter {
        est_message_groupe: Some(true),
        ..Filter::default()
    };
    list::whole(&state, listed(&state, filter)).await
}

/// A number that must be in the query.
fn wanted(state: &State, request: &HttpRequest, name: &str) -> Result<i64, ApiError> {
    let query = Query::of(request);
    let text = query.said(name).ok_or_else(|| {
        let missing = match name {
            "parent_id" => NO_PARENT_ID,
            _ => NO_CLASSE_ID,
        };
        ApiError::Invalid(json!({ "error": missing }))
    })?;
    crate::input::fields::python_int(text)
        .ok_or_else(|| ApiError::Invalid(json!({ name: [state.texts.not_a_number()] })))
}
