//! Where a parent says that no more e-mails are wanted (RFC 8058). Opened, the address shows a page with a
//! button, because scanners of links open everything; posted to, by that button or by a mail program, it is
//! done. Nobody is asked who they are: the token says for whom it speaks.

use crate::caller::Number;
use crate::drf::ApiError;
use crate::edge::address;
use crate::endpoint::{Access, Endpoint, Operation};
use crate::schema::{Answer, HTML};
use crate::state::State;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use messages_core::config::Lang;
use messages_core::store::Conn;
use messages_core::store::annuaire::desinscription;
use messages_core::store::historique::Acteur;
use messages_core::texts;

/// Where the endpoint is.
const PATH: &str = "/api/desinscription/{jeton}/";

/// Nothing but the page itself and its form.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// There also where it is not switched on: what was sent before stays true.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let operation = |method, id, summary, route| {
        let operation = Operation::new(method, Access::Public, id, summary, route);
        operation.tells(Answer::Text(HTML, EXAMPLE))
    };
    let get = operation(
        Method::GET,
        "desinscription_page",
        "Page où un parent dit ne plus vouloir d'e-mails",
        || web::to(page),
    );
    let post = operation(
        Method::POST,
        "desinscription",
        "Ce parent ne veut plus d'e-mails",
        || web::to(done),
    );
    vec![Endpoint {
        path: PATH,
        name: "Desinscription",
        tag: "annuaire",
        operations: vec![
            get.refuses(&[404, 429, 503]),
            // With an idempotency key as everywhere.
            post.details(DETAILS)
                .refuses(&[400, 404, 409, 413, 422, 429, 503]),
        ],
    }]
}

const DETAILS: &str = "Les e-mails nomment cette adresse (« List-Unsubscribe », EMAIL_UNSUBSCRIBE) ; le logiciel de \
                       messagerie l'appelle d'un clic (RFC 8058). Ce qui attend pour ce parent est abandonné ; répétée, la \
                       requête ne change plus rien.";

const EXAMPLE: &str = "<!doctype html>\n<title>C'est noté</title>\n";

async fn page(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let token = request.match_info().query("jeton").to_owned();
    let asked = move |conn: &mut Conn| desinscription::parent(conn, &token);
    let [title, text, button] = texts::unsubscribe_asked(state.config.messages.lang);
    let form = format!(
        "<form method=\"post\"><button name=\"List-Unsubscribe\" value=\"One-Click\">{button}</button></form>\n"
    );
    admitted(
        &state,
        &request,
        state.ask(asked),
        shown(&state, title, text, &form),
    )
    .await
}

async fn done(state: web::Data<State>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let token = request.match_info().query("jeton").to_owned();
    let from = address::of(&state.config.api.proxies, &request);
    let number = request.extensions().get::<Number>().cloned();
    let parent = Acteur::parent().by(
        from.map(|from| from.to_string()),
        number.map(|number| number.0),
    );
    let change = move |conn: &mut Conn| desinscription::unsubscribe(conn, &token);
    let change = state.change_as(parent, state.texts.conflict(), change);
    let [title, text] = texts::unsubscribed(state.config.messages.lang);
    admitted(&state, &request, change, shown(&state, title, text, "")).await
}

/// What is shown to whoever has a token, once `work` is done. Who guesses is slowed down as who guesses keys,
/// and learns nothing; the others are not, for many parents' mail programs may come from one address.
async fn admitted<T>(
    state: &State,
    request: &HttpRequest,
    work: impl Future<Output = Result<T, ApiError>>,
    page: String,
) -> Result<HttpResponse, ApiError> {
    let from = address::of(&state.config.api.proxies, request);
    let from = from.map(|from| from.to_string());
    match state.attempt(from.as_deref(), work).await {
        Ok(_) => Ok(html(StatusCode::OK, page)),
        Err(ApiError::NotFound) => {
            let [title, text] = texts::unsubscribe_unknown(state.config.messages.lang);
            Ok(html(StatusCode::NOT_FOUND, shown(state, title, text, "")))
        }
        Err(error) => Err(error),
    }
}

fn html(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type(format!("{HTML}; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("X-Robots-Tag", "noindex"))
        .body(page)
}

/// A page for a telephone, too; all of its words are ours.
fn shown(state: &State, title: &str, text: &str, form: &str) -> String {
    let lang = match state.config.messages.lang {
        Lang::Fr => "fr",
        Lang::En => "en",
    };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         <h1>{title}</h1>\n<p>{text}</p>\n{form}</html>\n"
    )
}

const STYLE: &str = "body{font:1.1rem/1.5 sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.6rem 1rem}";
