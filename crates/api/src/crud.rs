//! Objects that are listed, read, written, changed and removed: the ways of Django REST framework's
//! `ModelViewSet`, for messages and for each of the three resources of the directory.

use crate::answer;
use crate::answer::discreet::Discreet;
use crate::answer::list::{self, Listed};
use crate::caller::Caller;
use crate::condition::{Condition, tag_of};
use crate::drf::{ApiError, Body, Fields, Id, Query, Texts};
use crate::state::State;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::config::{Config, Messages as Settings};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;

/// One kind of objects.
pub(crate) trait Resource: Listed {
    /// Django's name of the model.
    const MODEL: &'static str;
    /// Fields that can be said in another way too: `(other, usual)`.
    const OTHER_NAMES: &'static [(&'static str, &'static str)] = &[];
    /// Members that tell of somebody, or what was written to them.
    const PRIVATE: &'static [&'static str] = &[];
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

    /// What whoever makes it so must be allowed besides.
    fn needs(_: &Self::Form) -> Option<Portee> {
        None
    }

    /// The one with this number.
    fn one(conn: &mut Conn, id: i64) -> Result<Self, Error>;
    /// What `GET` answers of this one, as JSON.
    fn detail(&self, _: &mut Conn, settings: &Settings) -> Result<Vec<u8>, Error> {
        // Our own structs serialise without fail.
        Ok(serde_json::to_vec(&self.json(settings)).unwrap_or_default())
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
}

/// `GET` of the list.
pub(crate) async fn list<R: Resource>(
    state: web::Data<State>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let filter = R::filter(&state, &query).await?;
    list::answer::<R>(&state, &request, &query, filter).await
}

/// `GET` of one.
pub(crate) async fn get<R: Resource>(
    state: web::Data<State>,
    condition: Condition,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    Ok(condition.answer(shown::<R>(&state, id).await?))
}

/// What `GET` of one answers.
async fn shown<R: Resource>(state: &State, id: i64) -> Result<Vec<u8>, ApiError> {
    let settings = state.config.messages.clone();
    let shown = move |conn: &mut Conn| explained::<R>(conn, &settings, id)?.detail(conn, &settings);
    let shown = state.ask(shown).await;
    shown.map_err(|error| error.of_model(R::MODEL))
}

/// What changes whenever it does.
pub(crate) async fn tag<R: Resource>(state: &State, id: i64) -> Result<String, ApiError> {
    Ok(tag_of(&shown::<R>(state, id).await?))
}

/// Whether it is still what the client has seen; 412.
pub(crate) async fn hold<R: Resource>(
    state: &State,
    condition: &Condition,
    id: i64,
) -> Result<(), ApiError> {
    if condition.is_there() {
        condition.check(&shown::<R>(state, id).await?)?;
    }
    Ok(())
}

/// `POST` to the list.
pub(crate) async fn create<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let form = read::<R>(&state, &caller, &body, None, false).await?;
    let (texts, settings) = (state.texts, state.config.messages.clone());
    let hidden = hidden::<R>(&caller, &body);
    let create = move |conn: &mut Conn| {
        let id = R::insert(conn, &form)?;
        let row = R::one(conn, id)?;
        let shown = Discreet::new(row.json(&settings), hidden);
        Ok(((), answer::written(StatusCode::CREATED, &shown)))
    };
    match state.carry_out(&caller, texts.conflict(), create).await {
        Ok(((), created)) => Ok(answer::said(created)),
        Err(ApiError::Conflict(_)) => Err(R::not_added(texts)),
        Err(error) => Err(error),
    }
}

/// `PUT` and `PATCH` of one. That it is not there is told before what is wrong with the body.
pub(crate) async fn change<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    method: Method,
    condition: Condition,
    Id(id): Id,
    body: Result<Body, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let mut present = load::<R>(&state, id).await?;
    hold::<R>(&state, &condition, id).await?;
    let body = body?;
    let changed = loop {
        let partial = method == Method::PATCH;
        let form = read(&state, &caller, &body, Some(&present), partial).await?;
        let seen = present;
        let update = move |conn: &mut Conn| {
            R::update(conn, &seen, &form)?;
            R::one(conn, id)
        };
        let fixed = R::not_changed(state.texts);
        match state.change(&caller, fixed, update).await {
            // What this request does not name is to stay as somebody else has just made it.
            Err(ApiError::Stale) => {
                present = load::<R>(&state, id).await?;
                hold::<R>(&state, &condition, id).await?;
            }
            other => break other.map_err(|error| error.of_model(R::MODEL))?,
        }
    };
    let shown = changed.json(&state.config.messages);
    Ok(answer::ok(&Discreet::new(
        shown,
        hidden::<R>(&caller, &body),
    )))
}

/// `DELETE` of one.
pub(crate) async fn delete<R: Resource>(
    state: web::Data<State>,
    caller: Caller,
    condition: Condition,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    hold::<R>(&state, &condition, id).await?;
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

/// What the caller is not told: who may not read learns nothing but what they said themselves.
fn hidden<R: Resource>(caller: &Caller, body: &Body) -> Vec<&'static str> {
    let mut hidden = caller.may_not_read(R::PRIVATE).to_vec();
    hidden.retain(|name| body.get(name).is_none());
    hidden
}

/// Reads what one shall be; 400 with all faults, 403 for what this caller may not make of it.
async fn read<R: Resource>(
    state: &State,
    caller: &Caller,
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
    if let Some(portee) = R::needs(&form) {
        caller.principal.must(portee).map_err(ApiError::Refused)?;
    }
    R::check(&mut fields, &form, present, &state.config);
    fields.check()?;
    Ok(form)
}
