//! What the three resources of the directory have in common: their endpoints, and that their rows
//! have the numbers of the web app.

use crate::answer::list::Listed;
use crate::crud;
use crate::drf::{ApiError, Fields, Filters, Query, Texts};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::Body;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{Route, web};
use messages_core::config::{Config, Messages as Settings};
use messages_core::store::annuaire::{self, Order};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use serde::Serialize;
use serde_json::json;
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
    /// Members that tell of somebody.
    const PRIVATE: &'static [&'static str] = &[];
    /// What is answered.
    type Json: From<Self> + Serialize + ToSchema;
    /// What is sent.
    type Request: Body;

    /// Reads the filter.
    fn filter(filters: &mut Filters<'_>, search: Vec<String>, order: Order) -> Self::Filter;
    /// Reads a body over `present`; what is not said stays. `id` is the number of a new one, 0 when
    /// it shall be given one.
    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64, config: &Config) -> Self;
    /// The fields that name something that is not there.
    fn unknown(&self, conn: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error>;
    /// How the list is answered.
    fn listing() -> Route {
        web::to(crud::list::<Self>)
    }
    /// The text of a conflict at deletion.
    fn kept(texts: Texts) -> &'static str {
        texts.conflict()
    }
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
                read(list, words.list, R::listing)
                    .query(words.filters)
                    .pages::<R::Json>()
                    .refuses(&[400]),
                write(Method::POST, create, words.create, || {
                    web::to(crud::create::<R>)
                })
                .new_body::<R::Request>()
                .status(201),
            ],
        },
        Endpoint {
            path: one_path,
            name: one_name,
            tag: "annuaire",
            operations: vec![
                read(retrieve, words.one, || web::to(crud::get::<R>))
                    .answers::<R::Json>()
                    .tagged()
                    .refuses(&[404]),
                write(Method::PUT, update, words.replace, || {
                    web::to(crud::change::<R>)
                })
                .body::<R::Request>()
                .tagged()
                .refuses(&[404, 409]),
                write(Method::PATCH, partial, words.change, || {
                    web::to(crud::change::<R>)
                })
                .body::<R::Request>()
                .tagged()
                .refuses(&[404, 409]),
                Operation::new(
                    Method::DELETE,
                    Portee::Ecriture,
                    destroy,
                    words.delete,
                    || web::to(crud::delete::<R>),
                )
                .status(204)
                .tagged()
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

impl<R: Resource> Listed for R {
    type Filter = R::Filter;

    fn count(conn: &mut Conn, filter: &Self::Filter) -> Result<i64, Error> {
        <R as annuaire::Resource>::count(conn, filter)
    }

    fn page(
        conn: &mut Conn,
        filter: &Self::Filter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<R>, Error> {
        <R as annuaire::Resource>::page(conn, filter, offset, limit)
    }

    fn ids(conn: &mut Conn, filter: &Self::Filter) -> Result<Vec<i64>, Error> {
        <R as annuaire::Resource>::ids(conn, filter)
    }

    fn by_ids(conn: &mut Conn, _: &Self::Filter, ids: &[i64]) -> Result<Vec<R>, Error> {
        <R as annuaire::Resource>::by_ids(conn, ids)
    }

    fn json(&self, _: &Settings) -> impl Serialize {
        R::Json::from(self.clone())
    }
}

impl<R: Resource> crud::Resource for R {
    const MODEL: &'static str = R::MODEL;
    const OTHER_NAMES: &'static [(&'static str, &'static str)] = R::OTHER_NAMES;
    const PRIVATE: &'static [&'static str] = R::PRIVATE;
    /// With the number that a new one shall have.
    type Form = (Option<i64>, R);

    async fn filter(state: &State, query: &Query) -> Result<Self::Filter, ApiError> {
        let order = match query.said("ordering") {
            Some("id") => Order::Id,
            Some("-id") => Order::IdDesc,
            Some("-nom") => Order::NomDesc,
            _ => Order::Nom,
        };
        let search = query.search(state.texts)?;
        let mut filters = Filters::new(query, state.texts);
        let filter = R::filter(&mut filters, search, order);
        filters.check()?;
        Ok(filter)
    }

    fn one(conn: &mut Conn, id: i64) -> Result<R, Error> {
        <R as annuaire::Resource>::one(conn, id)
    }

    fn read(fields: &mut Fields<'_>, present: Option<&R>, config: &Config) -> Self::Form {
        let given = match present {
            Some(_) => None,
            None => fields.number("id"),
        };
        let id = present.map_or(given.unwrap_or_default(), R::id);
        (given, R::read(fields, present, id, config))
    }

    fn unknown(
        (_, row): &Self::Form,
        conn: &mut Conn,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let unknown = row.unknown(conn)?.into_iter();
        Ok(unknown.map(|(name, id)| (name, id.to_string())).collect())
    }

    fn insert(conn: &mut Conn, (id, row): &Self::Form) -> Result<i64, Error> {
        <R as annuaire::Resource>::insert(conn, *id, row)
    }

    fn update(conn: &mut Conn, seen: &R, (_, row): &Self::Form) -> Result<(), Error> {
        <R as annuaire::Resource>::update(conn, seen, row)
    }

    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
        <R as annuaire::Resource>::delete(conn, id)
    }

    fn not_added(texts: Texts) -> ApiError {
        ApiError::Invalid(json!({ "id": [texts.taken()] }))
    }

    fn not_removed(texts: Texts) -> &'static str {
        R::kept(texts)
    }
}
