//! Lists: whole by default, or in pages.
//!
//! A whole list may be as long as the table. Its numbers are read first, in their order; the
//! objects follow in chunks as the client takes them, each chunk with a connection of its own, so
//! neither memory nor a connection is held for a slow client.

use super::page::Window;
use crate::answer;
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::try_unfold;
use messages_core::config::{Messages as Settings, Pagination};
use messages_core::store::{Conn, Error};
use serde::Serialize;
use std::sync::Arc;

/// Objects of one chunk: what most lists have at most.
const CHUNK: i64 = 500;

/// Bytes of most objects, so that a list need not grow often while it is written.
const USUAL_SIZE: usize = 700;

/// What is listed: one object, and how they are asked for.
pub(crate) trait Listed: Send + Sync + Sized + 'static {
    /// Which of them, in which order.
    type Filter: Send + Sync + 'static;

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
    fn by_ids(conn: &mut Conn, filter: &Self::Filter, ids: &[i64]) -> Result<Vec<Self>, Error>;
    /// Adds to those that were read what only their surroundings tell.
    fn explain(_: &mut Conn, _: &Settings, _: &mut [Self]) -> Result<(), Error> {
        Ok(())
    }
    /// One in JSON.
    fn json(&self, settings: &Settings) -> impl Serialize;
}

/// Some objects of a list, as JSON with commas between them.
#[derive(Debug, Default)]
struct Chunk {
    json: Vec<u8>,
    count: i64,
}

impl Chunk {
    fn write<L: Listed>(
        conn: &mut Conn,
        settings: &Settings,
        mut objects: Vec<L>,
    ) -> Result<Self, Error> {
        L::explain(conn, settings, &mut objects)?;
        let mut chunk = Self {
            json: Vec::with_capacity(objects.len() * USUAL_SIZE),
            count: 0,
        };
        for object in &objects {
            if chunk.count > 0 {
                chunk.json.push(b',');
            }
            // Writing our own structs into memory cannot fail.
            serde_json::to_writer(&mut chunk.json, &object.json(settings)).ok();
            chunk.count += 1;
        }
        Ok(chunk)
    }
}

/// Answers a list in the way that the settings ask for.
pub(crate) async fn answer<L: Listed>(
    state: &web::Data<State>,
    request: &HttpRequest,
    query: &Query,
    filter: L::Filter,
) -> Result<HttpResponse, ApiError> {
    let Some(size) = state.config.api.page_size.map(i64::from) else {
        return whole::<L>(state, filter).await;
    };
    let window = match state.config.api.pagination {
        Pagination::Page => Window::page(query, size)?,
        Pagination::Limit => Window::limit(query, size),
    };
    paged::<L>(state, request, query, window, filter).await
}

/// Answers a list as one array.
pub(crate) async fn whole<L: Listed>(
    state: &web::Data<State>,
    filter: L::Filter,
) -> Result<HttpResponse, ApiError> {
    let filter = Arc::new(filter);
    let (asked, settings) = (Arc::clone(&filter), state.config.messages.clone());
    let first = move |conn: &mut Conn| {
        let objects = L::page(conn, &asked, 0, CHUNK)?;
        Chunk::write(conn, &settings, objects)
    };
    let chunk = state.ask(first).await?;
    if chunk.count < CHUNK {
        let mut body = Vec::with_capacity(chunk.json.len() + 2);
        body.push(b'[');
        body.extend(chunk.json);
        body.push(b']');
        return Ok(answer::raw(StatusCode::OK, body));
    }
    let asked = Arc::clone(&filter);
    let ids = state.ask(move |conn| L::ids(conn, &asked)).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .streaming(stream::<L>(state.clone(), filter, ids)))
}

/// The array, chunk by chunk.
fn stream<L: Listed>(
    state: web::Data<State>,
    filter: Arc<L::Filter>,
    ids: Vec<i64>,
) -> impl futures_util::Stream<Item = Result<web::Bytes, ApiError>> {
    let ids = Arc::new(ids);
    let step = usize::try_from(CHUNK).unwrap_or_default();
    // A chunk may be empty, because its objects were deleted meanwhile.
    try_unfold((0, false), move |(from, begun)| {
        let (state, ids, filter) = (state.clone(), Arc::clone(&ids), Arc::clone(&filter));
        async move {
            if from > ids.len() {
                return Ok(None);
            }
            let to = (from + step).min(ids.len());
            let last = to == ids.len();
            let settings = state.config.messages.clone();
            let next = move |conn: &mut Conn| {
                let objects = L::by_ids(conn, &filter, ids.get(from..to).unwrap_or_default())?;
                Chunk::write(conn, &settings, objects)
            };
            let chunk = state.ask(next).await?;
            let mut bytes = Vec::with_capacity(chunk.json.len() + 2);
            if from == 0 {
                bytes.push(b'[');
            }
            if begun && chunk.count > 0 {
                bytes.push(b',');
            }
            bytes.extend(chunk.json);
            let next = if last {
                bytes.push(b']');
                usize::MAX
            } else {
                to
            };
            Ok(Some((bytes.into(), (next, begun || chunk.count > 0))))
        }
    })
}

async fn paged<L: Listed>(
    state: &State,
    request: &HttpRequest,
    query: &Query,
    window: Window,
    filter: L::Filter,
) -> Result<HttpResponse, ApiError> {
    let settings = state.config.messages.clone();
    let page = move |conn: &mut Conn| {
        let count = L::count(conn, &filter)?;
        let Ok((from, size)) = window.bounds(count) else {
            return Ok(None);
        };
        let objects = L::page(conn, &filter, from, size)?;
        Ok(Some((count, from, Chunk::write(conn, &settings, objects)?)))
    };
    let (count, from, chunk) = state.ask(page).await?.ok_or(ApiError::NoPage)?;
    let base = base_of(state, request);
    // A path that ends in a format has no slash.
    let path = request.path();
    let path = path
        .strip_suffix(".json/")
        .map_or_else(|| path.to_owned(), |without| format!("{without}.json"));
    let address = |query: String| {
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{base}{path}{mark}{query}")
    };
    let [next, previous] = window
        .neighbours(query, from, count)
        .map(|query| query.map(address));
    let mut body = format!(
        r#"{{"count":{count},"next":{},"previous":{},"results":["#,
        serde_json::Value::from(next),
        serde_json::Value::from(previous)
    )
    .into_bytes();
    body.extend(chunk.json);
    body.extend_from_slice(b"]}");
    Ok(answer::raw(StatusCode::OK, body))
}

/// Where this server is for its clients. What a proxy claims in headers is not believed, because
/// any client can claim it as well: behind one, `BASE_URL` tells.
fn base_of(state: &State, request: &HttpRequest) -> String {
    state.config.api.base_url.clone().unwrap_or_else(|| {
        let host = request.headers().get(header::HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        format!("http://{host}")
    })
}
