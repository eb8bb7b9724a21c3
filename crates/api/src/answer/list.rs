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
use messages_core::config::Pagination;
use messages_core::store::{Conn, Error};
use std::sync::Arc;

/// Objects of one chunk: what most lists have at most.
const CHUNK: i64 = 500;

/// Bytes of most objects, so that a list need not grow often while it is written.
const USUAL_SIZE: usize = 700;

/// The questions of one kind of list. `page` and `by_ids` write the objects as JSON, one after the
/// other with commas between, and tell how many.
pub(crate) trait Listed: Send + Sync + 'static {
    /// How many objects there are.
    fn count(&self, conn: &mut Conn) -> Result<i64, Error>;
    /// The objects from place `offset` on, at most `limit`.
    fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Chunk, Error>;
    /// The numbers of all objects.
    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>, Error>;
    /// The objects with these numbers.
    fn by_ids(&self, conn: &mut Conn, ids: &[i64]) -> Result<Chunk, Error>;
}

/// Some objects of a list.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    json: Vec<u8>,
    count: i64,
}

impl Chunk {
    /// Writes objects.
    pub(crate) fn write<T: serde::Serialize>(objects: impl IntoIterator<Item = T>) -> Self {
        let objects = objects.into_iter();
        let mut chunk = Self {
            json: Vec::with_capacity(objects.size_hint().0 * USUAL_SIZE),
            count: 0,
        };
        for object in objects {
            if chunk.count > 0 {
                chunk.json.push(b',');
            }
            // Writing our own structs into memory cannot fail.
            serde_json::to_writer(&mut chunk.json, &object).ok();
            chunk.count += 1;
        }
        chunk
    }
}

/// Answers a list in the way that the settings ask for.
pub(crate) async fn answer(
    state: &web::Data<State>,
    request: &HttpRequest,
    listed: impl Listed,
) -> Result<HttpResponse, ApiError> {
    match state.config.api.page_size {
        None => whole(state, listed).await,
        Some(size) => {
            let query = Query::of(request);
            let window = match state.config.api.pagination {
                Pagination::Page => Window::page(&query, i64::from(size))?,
                Pagination::Limit => Window::limit(&query, i64::from(size)),
            };
            paged(state, request, &query, window, listed).await
        }
    }
}

/// Answers a list as one array.
pub(crate) async fn whole(
    state: &web::Data<State>,
    listed: impl Listed,
) -> Result<HttpResponse, ApiError> {
    let listed = Arc::new(listed);
    let first = Arc::clone(&listed);
    let chunk = state.ask(move |conn| first.page(conn, 0, CHUNK)).await?;
    if chunk.count < CHUNK {
        let mut body = Vec::with_capacity(chunk.json.len() + 2);
        body.push(b'[');
        body.extend(chunk.json);
        body.push(b']');
        return Ok(answer::raw(StatusCode::OK, body));
    }
    let all = Arc::clone(&listed);
    let ids = state.ask(move |conn| all.ids(conn)).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .streaming(stream(state.clone(), listed, ids)))
}

/// The array, chunk by chunk.
fn stream(
    state: web::Data<State>,
    listed: Arc<impl Listed>,
    ids: Vec<i64>,
) -> impl futures_util::Stream<Item = Result<web::Bytes, ApiError>> {
    let ids = Arc::new(ids);
    let step = usize::try_from(CHUNK).unwrap_or_default();
    // A chunk may be empty, because its objects were deleted meanwhile.
    try_unfold((0, false), move |(from, begun)| {
        let (state, listed, ids) = (state.clone(), Arc::clone(&listed), Arc::clone(&ids));
        async move {
            if from > ids.len() {
                return Ok(None);
            }
            let to = (from + step).min(ids.len());
            let last = to == ids.len();
            let chunk = state
                .ask(move |conn| listed.by_ids(conn, ids.get(from..to).unwrap_or_default()))
                .await?;
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

async fn paged(
    state: &State,
    request: &HttpRequest,
    query: &Query,
    window: Window,
    listed: impl Listed,
) -> Result<HttpResponse, ApiError> {
    let page = move |conn: &mut Conn| {
        let count = listed.count(conn)?;
        let Ok((from, size)) = window.bounds(count) else {
            return Ok(None);
        };
        Ok(Some((count, from, listed.page(conn, from, size)?)))
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
