//! What the three resources of the directory have in common: the ways of Django REST framework's
//! `ModelViewSet`, with the numbers of the web app.

use crate::answer;
use crate::answer::list::{self, Chunk, Listed};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::error::ApiError;
use crate::input::body::{self, MAX_BODY};
use crate::input::fields::Fields;
use crate::input::path::id_of;
use crate::input::query::{Filters, Query};
use crate::schema::Body;
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::store::annuaire::{self, Order};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use serde::Serialize;
use utoipa::ToSchema;

/// Words of a resource's documentation.
pub(super) struct Words {
    pub(super) list: &'static str,
    pub(super) one: &'static str,
    pub(super) create: &'static str,
    pub(super) replace: &'static str,
    pub(super) change: &'static str,
    pub(super) delete: &'static str,
    /// `operationId`s: list, retrieve, create, update, `partial_update`, destroy.
    pub(super) ids: [&'static str; 6],
    /// Names for `OPTIONS`: of the list, of one.
    pub(super) names: [&'static str; 2],
    /// Paths: of the list, of one.
    pub(super) paths: [&'static str; 2],
    pub(super) filters: &'static [Parameter],
}

/// One of the three, as HTTP says it.
pub(super) trait Resource: annuaire::Resource {
    /// Django's name of the model.
    const MODEL: &'static str;
    /// Words of the documentation.
    const WORDS: Words;
    /// Fields that can be said in another way too: `(other, usual)`.
    const OTHER_NAMES: &'static [(&'static str, &'static str)] = &[];
    /// What is answered.
    type Json: From<Self> + Serialize + ToSchema;
    /// What is sent.
    type Request: Body;

    /// Reads the filter.
    fn filter(filters: &mut Filters<'_>, search: Vec<String>, order: Order) -> Self::Filter;
    /// Reads a body over `present`; what is not said stays. `id` is the number of a new one, 0 when
    /// it shall be given one.
    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64) -> Self;
    /// The fields that name something that is not there.
    fn unknown(&self, conn: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error>;
    /// The text of a conflict at deletion.
    fn kept(state: &State) -> &'static str;
}

/// The endpoints of a resource.
pub(super) fn endpoints<R: Resource>() -> Vec<Endpoint> {
    let words = R::WORDS;
    let [list, retrieve, create, update, partial, destroy] = words.ids;
    let read =
        |id, summary, route| Operation::new(Method::GET, Portee::Lecture, id, summary, route);
    let write = |method, id, summary, route| {
        Operation::new(method, Portee::Ecriture, id, summary, route).answers::<R::Json>()
    };
    let [list_name, one_name] = words.names;
    let [list_path, one_path] = words.paths;
    vec![
        Endpoint {
            path: list_path,
            name: list_name,
            tag: "annuaire",
            operations: vec![
                read(list, words.list, || web::to(all::<R>))
                    .query(words.filters)
                    .pages::<R::Json>()
                    .refuses(&[400]),
                write(Method::POST, create, words.create, || web::to(new::<R>))
                    .new_body::<R::Request>()
                    .status(201),
            ],
        },
        Endpoint {
            path: one_path,
            name: one_name,
            tag: "annuaire",
            operations: vec![
                read(retrieve, words.one, || web::to(get::<R>))
                    .answers::<R::Json>()
                    .refuses(&[404]),
                write(Method::PUT, update, words.replace, || web::to(put::<R>))
                    .body::<R::Request>()
                    .refuses(&[404, 409]),
                write(Method::PATCH, partial, words.change, || web::to(patch::<R>))
                    .body::<R::Request>()
                    .refuses(&[404, 409]),
                Operation::new(
                    Method::DELETE,
                    Portee::Ecriture,
                    destroy,
                    words.delete,
                    || web::to(delete::<R>),
                )
                .status(204)
                .refuses(&[404, 409]),
            ],
        },
    ]
}

/// Parameters that every list of the directory has.
pub(super) const SEARCH: Parameter = Parameter {
    name: "search",
    description: "Mots qui doivent tous se trouver dans le nom",
    kind: Kind::Search,
};
pub(super) const ORDERING: Parameter = Parameter {
    name: "ordering",
    description: "Ordre : nom (par défaut), -nom, id ou -id ; les personnes de même nom par prénom",
    kind: Kind::Text,
};

struct Rows<R: Resource>(R::Filter);

impl<R: Resource> Listed for Rows<R> {
    fn count(&self, conn: &mut Conn) -> Result<i64, Error> {
        R::count(conn, &self.0)
    }

    fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Chunk, Error> {
        let rows = R::page(conn, &self.0, offset, limit)?;
        Ok(Chunk::write(rows.into_iter().map(R::Json::from)))
    }

    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>, Error> {
        R::ids(conn, &self.0)
    }

    fn by_ids(&self, conn: &mut Conn, ids: &[i64]) -> Result<Chunk, Error> {
        Ok(Chunk::write(
            R::by_ids(conn, ids)?.into_iter().map(R::Json::from),
        ))
    }
}

async fn all<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&request);
    let order = match query.said("ordering") {
        Some("id") => Order::Id,
        Some("-id") => Order::IdDesc,
        Some("-nom") => Order::NomDesc,
        _ => Order::Nom,
    };
    let search = query.search(state.texts)?;
    let mut filters = Filters::new(&query, state.texts);
    let filter = R::filter(&mut filters, search, order);
    filters.check()?;
    list::answer(&state, &request, Rows::<R>(filter)).await
}

async fn get<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = id_of(&request)?;
    let row = load::<R>(&state, id).await?;
    Ok(answer::ok(&R::Json::from(row)))
}

async fn new<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let bytes = body::take(payload, MAX_BODY).await?;
    let body = body::read(&request, bytes).await?;
    let mut fields = Fields::new(&body, false, state.texts);
    let id = fields.number("id");
    let row = R::read(&mut fields, None, id.unwrap_or_default());
    check_keys::<R>(&state, &mut fields, &row).await?;
    fields.check()?;
    let taken = state.texts.taken();
    let created = state
        .ask_or(taken, move |conn| {
            let id = R::insert(conn, id, &row)?;
            R::one(conn, id)
        })
        .await;
    match created {
        Ok(row) => Ok(answer::json(StatusCode::CREATED, &R::Json::from(row))),
        Err(ApiError::Conflict(_)) => Err(ApiError::Invalid(serde_json::json!({ "id": [taken] }))),
        Err(error) => Err(error),
    }
}

async fn check_keys<R: Resource>(
    state: &State,
    fields: &mut Fields<'_>,
    row: &R,
) -> Result<(), ApiError> {
    let row = row.clone();
    let unknown = state.ask(move |conn| row.unknown(conn)).await?;
    for (name, id) in unknown {
        // Under the name that the client used.
        let name = fields.said_as(name, R::OTHER_NAMES);
        let text = state.texts.no_object(&id.to_string());
        fields.fault(name, text);
    }
    Ok(())
}

async fn put<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    change::<R>(&state, &request, payload, false).await
}

async fn patch<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    change::<R>(&state, &request, payload, true).await
}

async fn change<R: Resource>(
    state: &State,
    request: &HttpRequest,
    payload: web::Payload,
    partial: bool,
) -> Result<HttpResponse, ApiError> {
    let id = id_of(request)?;
    let mut present = load::<R>(state, id).await?;
    let bytes = body::take(payload, MAX_BODY).await?;
    let body = body::read(request, bytes).await?;
    let changed = loop {
        let mut fields = Fields::new(&body, partial, state.texts);
        let row = R::read(&mut fields, Some(&present), id);
        check_keys::<R>(state, &mut fields, &row).await?;
        fields.check()?;
        let seen = present;
        let changed = state
            .ask(move |conn| {
                R::update(conn, &seen, &row)?;
                R::one(conn, id)
            })
            .await;
        match changed {
            // What this request does not name is to stay as somebody else has just made it.
            Err(ApiError::Stale) => present = load::<R>(state, id).await?,
            other => break other.map_err(|error| error.of_model(R::MODEL))?,
        }
    };
    Ok(answer::ok(&R::Json::from(changed)))
}

async fn load<R: Resource>(state: &State, id: i64) -> Result<R, ApiError> {
    let row = state.ask(move |conn| R::one(conn, id)).await;
    row.map_err(|error| error.of_model(R::MODEL))
}

async fn delete<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = id_of(&request)?;
    state
        .ask_or(R::kept(&state), move |conn| R::delete(conn, id))
        .await
        .map_err(|error| error.of_model(R::MODEL))?;
    Ok(HttpResponse::NoContent().finish())
}
