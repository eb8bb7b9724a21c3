//! The secret address at which programs for calendars ask: made and made void by a button, and what is
//! answered there.

use super::{PATH, ics};
use crate::auth::Refusal;
use crate::caller::Caller;
use crate::console::Page;
use crate::console::frame::{Frame, Notice, Section, page, see};
use crate::console::session::owner;
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::drf::ApiError;
use crate::edge::address;
use crate::endpoint::Access;
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::store::appels::agendas;
use messages_core::store::appels::sessions::By;
use messages_core::store::messages::agenda::between;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use std::time::Duration;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/calendrier/adresse/")
            .get(Portee::Lecture, || web::to(back))
            .post(Portee::Lecture, || web::to(create)),
        Page::new("/console/calendrier/adresse/annuler/").post(Portee::Lecture, || web::to(void)),
        // Whoever has the address is let in: programs for calendars sign in nowhere.
        Page::new("/console/calendrier/{jeton}.ics/").get(Access::Public, || web::to(feed)),
    ]
}

#[derive(Template)]
#[template(path = "agenda.html")]
struct Address {
    f: Frame,
    /// Without what a browser puts before it: `ecole.exemple.fr/console/…`.
    place: String,
    safe: bool,
}

/// Whoever signed in.
fn owned(visitor: Visitor) -> Result<(By, Caller), ApiError> {
    let caller = visitor.once_more();
    let owner = owner(&caller.principal).ok_or(ApiError::Refused(Refusal::Forbidden))?;
    Ok((owner, caller))
}

/// An address is shown to whoever makes it, and never again.
async fn back() -> HttpResponse {
    see(PATH, None)
}

async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::new(&state, &request, &visitor, Section::Calendar);
    let (owner, caller) = owned(visitor)?;
    let make = move |conn: &mut Conn| agendas::create(conn, &owner);
    let token = state.change(&caller, state.texts.conflict(), make).await?;
    let base = base(&state, &request);
    let (scheme, place) = base.split_once("://").unwrap_or(("http", &base));
    let title = f.t("L’adresse de l’agenda", "The address of the calendar");
    let shown = Address {
        place: format!("{place}{PATH}{}.ics", token.expose()),
        safe: scheme == "https",
        f: f.titled(title),
    };
    page(StatusCode::CREATED, &shown)
}

/// Where this server is reached from outside.
fn base(state: &State, request: &HttpRequest) -> String {
    let set = state.config.api.base_url.as_deref();
    set.map_or_else(
        || {
            let info = request.connection_info();
            format!("{}://{}", info.scheme(), info.host())
        },
        |base| base.trim_end_matches('/').to_owned(),
    )
}

async fn void(state: web::Data<State>, visitor: Visitor) -> Result<HttpResponse, ApiError> {
    let words = Words::of(&state.config.messages);
    let (owner, caller) = owned(visitor)?;
    let change = move |conn: &mut Conn| agendas::void(conn, &owner);
    let done = state.change(&caller, state.texts.conflict(), change).await;
    let notice = match done {
        // Twice is as once.
        Ok(()) | Err(ApiError::NotFound) => {
            let text = words.t(
                "L’adresse ne répond plus : les agendas abonnés n’apprennent plus rien.",
                "The address answers no more: calendars that subscribed learn nothing any more.",
            );
            Notice::new(true, text.to_owned())
        }
        Err(error) => Notice::refused(&error, state.texts),
    };
    Ok(see(PATH, Some(&notice)))
}

const DAY: Duration = Duration::from_secs(24 * 3600);
const PAST_DAYS: u32 = 31;
const COMING_DAYS: u32 = 366;
const EVENTS: i64 = 1000;

async fn feed(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let token = request.match_info().query("jeton").to_owned();
    let from = address::of(&state.config.api.proxies, &request);
    let from = from.map(|from| from.to_string());
    let find = move |conn: &mut Conn| {
        let agenda = agendas::find(conn, &token)?.ok_or(Error::NotFound)?;
        let now = conn.now()?;
        let (past, coming) = (now - DAY * PAST_DAYS, now + DAY * COMING_DAYS);
        Ok((agenda, now, between(conn, past, now, coming, EVENTS)?))
    };
    let (agenda, now, events) = state.attempt(from.as_deref(), state.ask(find)).await?;
    let about = ics::About {
        words: Words::of(&state.config.messages),
        now,
        name: format!(
            "agenda-{}-{}",
            agenda.id,
            agenda.cree_le.utc().timestamp_micros()
        ),
        base: state.config.api.base_url.as_deref(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/calendar; charset=utf-8")
        .insert_header(("X-Robots-Tag", "noindex"))
        .insert_header(("Content-Disposition", "inline; filename=\"messages.ics\""))
        .body(ics::calendar(&about, &events)))
}
