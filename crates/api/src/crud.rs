//! Objects that are listed, read, written, changed and removed: the ways of Django REST framework's
//! `ModelViewSet`, for messages and for each of the three resources of the directory.

use crate::answer;
use crate::answer::list::{self, Chunk, Listed};
use crate::caller::Caller;
use crate::drf::{ApiError, Body, Fields, Id, Query, Texts};
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::config::{Config, Messages as Settings};
use messages_core::store::{Conn, Error};
use serde::Serialize;

/// One kind of objects.
pub(crate) trait Resource: Send + Sync + Sized + 'static {
    /// Django's name of the model.
    const MODEL: &'static str;
    /// Fields that can be said in another way too: `(other, usual)`.
    const OTHER_NAMES: &'static [(&'static str, &'static str)] = &[];
    /// Which of them, in which order.
    type Filter: Send + Sync + 'static;
    /// What one shall be.
    type Form: Clone + Send + 'static;

    /// Reads the filter; 400 with all faults.
    async fn filter(state: &State, query: &Query) -> Result<Self::Filter, ApiError>;
    /// Reads a body over `present`; what is not said stays.
    fn read(fields: &mut Fields<'_>, present: Option<&Self>, config: &Config) -> Self::Form;
    /// The fields that name something that is not there, and what they name.
    fn unknown(form: &Self::Form, conn: &mut Conn) -> Result<Vec<(&'static str, String)>, Error>;
    /// Checks what each field says against the others.
    fn check(_: &mut Fields<'_>, _: &Self::Form, _present: Option<&Self>, _: &Config) {}

    /// How many there are.
    fn count(conn: &mut Conn, filter: &Self::Filter) -> Result<i64, Error>;
    /// Up to `limit` of them, after the first `offset`.
    fn page(
        conn: &mut Conn,
        filter: &Self::Filter,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Self>, Error>;
    /// The numbers of all of them.
    fn ids(conn: &mut Conn, filter: &Self::Filter) -> Result<Vec<i64>, Error>;
    /// Those with these numbers.
    fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Self>, Error>;
    /// The one with this number.
    fn one(conn: &mut Conn, id: i64) -> Result<Self, Error>;
    /// Adds to those that are read what only their surroundings tell.
    fn explain(_: &mut Conn, _: &Settings, _: &mut [Self]) -> Result<(), Error> {
        Ok(())
    }
    /// Adds one, and returns its number.
    fn insert(conn: &mut Conn, form: &Self::Form) -> Result<i64, Error>;
    /// Changes the one that was `seen`.
    fn update(conn: &mut Conn, seen: &Self, form: &Self::Form) -> Result<(), Error>;
    /// Removes the one with this number.
    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error>;

    /// What is answered when it cannot be added.
    fn not_added(texts: Texts) -> ApiError {
        ApiError::Conflict(texts.conflict())
    }
    /// What is answered when it may not be changed.
    fn not_changed(texts: Texts) -> &'static str {
        texts.conflict()
    }
    /// What is answered when it may not be removed.
    fn not_removed(texts: Texts) -> &'static str {
        texts.conflict()
    }
    /// One in JSON.
    fn json(&self, zone: chrono_tz::Tz) -> impl Serialize;
}

/// `GET` of the list.
pub(crate) async fn list<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let filter = R::filter(&state, &query).await?;
    list::answer(&state, &request, Rows::<R>::of(&state, filter)).await
}

/// A list that never comes in pages.
pub(crate) async fn whole<R: Resource>(
    state: &web::Data<State>,
    filter: R::Filter,
) -> Result<HttpResponse, ApiError> {
    list::whole(state, Rows::<R>::of(state, filter)).await
}

/// `GET` of one.
pub(crate) async fn get<R: Resource>(
    state: web::Data<State>,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let row = load::<R>(&state, id).await?;
    Ok(answer::ok(&row.json(state.config.messages.zone)))
}

/// `POST` to the list.
pub(crate) async fn create<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let form = read::<R>(&state, &body, None, false).await?;
    let (texts, zone) = (state.texts, state.config.messages.zone);
    let create = move |conn: &mut Conn| {
        let id = R::insert(conn, &form)?;
        let row = R::one(conn, id)?;
        Ok(((), answer::written(StatusCode::CREATED, &row.json(zone))))
    };
    match state.carry_out(&caller, texts.conflict(), create).await {
        Ok(((), created)) => Ok(answer::said(created)),
        Err(ApiError::Conflict(_)) => Err(R::not_added(texts)),
        Err(error) => Err(error),
    }
}

/// `PUT` of one. That it is not there is told before what is wrong with the body.
pub(crate) async fn put<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    id: Id,
    body: Result<Body, ApiError>,
) -> Result<HttpResponse, ApiError> {
    change::<R>(&state, &caller, id, body, false).await
}

/// `PATCH` of one.
pub(crate) async fn patch<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    id: Id,
    body: Result<Body, ApiError>,
) -> Result<HttpResponse, ApiError> {
    change::<R>(&state, &caller, id, body, true).await
}

/// `DELETE` of one.
pub(crate) async fn delete<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let kept = R::not_removed(state.texts);
    let delete = move |conn: &mut Conn| R::delete(conn, id);
    let deleted = state.change(&caller, kept, delete).await;
    deleted.map_err(|error| error.of_model(R::MODEL))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads one, or says that there is none.
pub(crate) async fn load<R: Resource>(state: &State, id: i64) -> Result<R, ApiError> {
    let settings = state.config.messages.clone();
    let found = state.ask(move |conn| explained(conn, &settings, id)).await;
    found.map_err(|error| error.of_model(R::MODEL))
}

/// The one with this number, with what its surroundings tell.
pub(crate) fn explained<R: Resource>(
    conn: &mut Conn,
    settings: &Settings,
    id: i64,
) -> Result<R, Error> {
    let mut row = R::one(conn, id)?;
    R::explain(conn, settings, std::slice::from_mut(&mut row))?;
    Ok(row)
}

async fn change<R: Resource>(
    state: &State,
    caller: &Caller,
    Id(id): Id,
    body: Result<Body, ApiError>,
    partial: bool,
) -> Result<HttpResponse, ApiError> {
    let mut present = load::<R>(state, id).await?;
    let body = body?;
    let changed = loop {
        let form = read(state, &body, Some(&present), partial).await?;
        let seen = present;
        let update = move |conn: &mut Conn| {
            R::update(conn, &seen, &form)?;
            R::one(conn, id)
        };
        let fixed = R::not_changed(state.texts);
        match state.change(caller, fixed, update).await {
            // What this request does not name is to stay as somebody else has just made it.
            Err(ApiError::Stale) => present = load::<R>(state, id).await?,
            other => break other.map_err(|error| error.of_model(R::MODEL))?,
        }
    };
    Ok(answer::ok(&changed.json(state.config.messages.zone)))
}

/// Reads what one shall be; 400 with all faults.
async fn read<R: Resource>(
    state: &State,
    body: &Body,
    present: Option<&R>,
    partial: bool,
) -> Result<R::Form, ApiError> {
    let mut fields = Fields::new(body, partial, state.texts);
    let form = R::read(&mut fields, present, &state.config);
    let asked = form.clone();
    let unknown = state.ask(move |conn| R::unknown(&asked, conn)).await?;
    for (name, written) in unknown {
        // Under the name that the client used.
        let name = fields.said_as(name, R::OTHER_NAMES);
        fields.fault(name, state.texts.no_object(&written));
    }
    fields.check()?;
    R::check(&mut fields, &form, present, &state.config);
    fields.check()?;
    Ok(form)
}

/// Those of a filter, to be listed.
struct Rows<R: Resource> {
    filter: R::Filter,
    settings: Settings,
}

impl<R: Resource> Rows<R> {
    fn of(state: &State, filter: R::Filter) -> Self {
        Self {
            filter,
            settings: state.config.messages.clone(),
        }
    }

    fn write(&self, conn: &mut Conn, mut rows: Vec<R>) -> Result<Chunk, Error> {
        R::explain(conn, &self.settings, &mut rows)?;
        let zone = self.settings.zone;
        Ok(Chunk::write(rows.iter().map(|row| row.json(zone))))
    }
}

impl<R: Resource> Listed for Rows<R> {
    fn count(&self, conn: &mut Conn) -> Result<i64, Error> {
        R::count(conn, &self.filter)
    }

    fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Chunk, Error> {
        let rows = R::page(conn, &self.filter, offset, limit)?;
        self.write(conn, rows)
    }

    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>, Error> {
        R::ids(conn, &self.filter)
    }

    fn by_ids(&self, conn: &mut Conn, ids: &[i64]) -> Result<Chunk, Error> {
        let rows = R::by_ids(conn, ids)?;
        self.write(conn, rows)
    }
}
