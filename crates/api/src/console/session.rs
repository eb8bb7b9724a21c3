//! Signing in and out.

use super::Page;
use super::frame::{Frame, Section, page, see};
use super::sent::Sent;
use super::visitor::Visitor;
use crate::auth::{Credentials, PorteeSet, Principal, Who, harmless};
use crate::caller::Caller;
use crate::drf::ApiError;
use crate::edge::address;
use crate::endpoint::Access;
use crate::gate::key;
use crate::state::State;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::instant::Instant;
use messages_core::secret::Secret;
use messages_core::store::Conn;
use messages_core::store::appels::sessions::{self, By};

/// The page to sign in at.
const SIGN_IN: &str = "/console/connexion/";

/// The cookie.
const COOKIE: &str = "console";

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new(SIGN_IN)
            .get(Access::Public, || web::to(show))
            .post(Access::Public, || web::to(enter)),
        Page::new("/console/deconnexion/").post(Access::Known, || web::to(leave)),
    ]
}

#[derive(Template)]
#[template(path = "connexion.html")]
struct SignIn {
    f: Frame,
    /// Where to go then.
    suite: String,
    /// Why the last attempt failed.
    fault: Option<&'static str>,
}

/// The token in the cookie.
pub(super) fn token(request: &HttpRequest) -> Option<String> {
    request
        .cookie(COOKIE)
        .map(|cookie| cookie.value().to_owned())
}

/// Who is signed in with this token.
pub(super) async fn principal(state: &State, token: &str) -> Result<Option<Principal>, ApiError> {
    let token = token.to_owned();
    let session = state.ask(move |conn| sessions::find(conn, &token)).await?;
    Ok(session.and_then(|session| {
        let who = match (session.cle, session.utilisateur) {
            (Some(cle), _) => Who::Key(cle),
            (None, Some(id)) => Who::User(id),
            (None, None) => return None,
        };
        let portees = PorteeSet::Only(session.portees);
        Some(Principal { who, portees })
    }))
}

/// Leads whoever is not signed in to the page for it, and from there back here.
pub(super) fn sign_in(request: &HttpRequest) -> HttpResponse {
    let here = request.uri().path_and_query();
    let here = here.map_or("/console/", |here| here.as_str());
    let mut place = form_urlencoded::Serializer::new(String::new());
    let place = format!("{SIGN_IN}?{}", place.append_pair("suite", here).finish());
    if request.headers().contains_key("hx-request") {
        // A part of a page that is brought up to date: the whole page is to go there.
        return HttpResponse::Ok()
            .insert_header(("HX-Redirect", place))
            .finish();
    }
    see(&place, None)
}

/// A path of the console, whatever was asked for: never another site.
fn inside(suite: &str) -> String {
    let is_ours = suite.starts_with("/console/")
        && !suite.starts_with(SIGN_IN)
        && suite
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { suite } else { "/console/" }.to_owned()
}

async fn show(
    state: web::Data<State>,
    visitor: Option<Visitor>,
    query: crate::drf::Query,
) -> Result<HttpResponse, ApiError> {
    let suite = inside(query.get("suite").unwrap_or_default());
    if visitor.is_some() {
        return Ok(see(&suite, None));
    }
    form(&state, suite, None)
}

fn form(
    state: &State,
    suite: String,
    fault: Option<&'static str>,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::outside(state, Section::None);
    let title = f.t("Connexion", "Sign in");
    let status = fault.map_or(StatusCode::OK, |_| StatusCode::UNAUTHORIZED);
    page(
        status,
        &SignIn {
            f: f.titled(title),
            suite,
            fault,
        },
    )
}

async fn enter(
    state: web::Data<State>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let from = address::of(&state.config.api.proxies, &request);
    let from = from.map(|from| from.to_string());
    let (suite, secret) = (inside(&sent.text("suite")), sent.text("cle"));
    let entered = async {
        let principal = known(&state, &secret).await?;
        open(&state, &request, principal, from.clone()).await
    };
    match state.attempt(from.as_deref(), entered).await {
        Ok(token) => {
            let mut response = see(&suite, None);
            let cookie = cookie(&state, &request, token.expose(), sessions::LASTS);
            response.add_cookie(&cookie).ok();
            Ok(response)
        }
        Err(ApiError::Refused(_)) => {
            let f = Frame::outside(&state, Section::None);
            let fault = f.t(
                "Cette clé n’est pas valable : elle est mal recopiée, révoquée, ou le jeton est arrivé à son terme.",
                "This key is not valid: it was copied wrongly or revoked, or the token has ended.",
            );
            form(&state, suite, Some(fault))
        }
        Err(error) => Err(error),
    }
}

/// Whose key, or token of the web app, this is.
async fn known(state: &State, secret: &str) -> Result<Principal, ApiError> {
    let header = format!("Bearer {secret}");
    let parsed = state
        .auth
        .parse(Some(header.as_bytes()), Instant::of_this_machine());
    match parsed.map_err(ApiError::Refused)? {
        Credentials::Known(principal) => Ok(principal),
        Credentials::Key(presented) => key::known(state, &presented).await,
    }
}

/// Who signs in, or has something of their own; whoever is at this machine is nobody.
pub(super) fn owner(principal: &Principal) -> Option<By> {
    match &principal.who {
        Who::Key(id) => Some(By::Cle(*id)),
        Who::User(id) => Some(By::Utilisateur(harmless(id))),
        Who::Anyone => None,
    }
}

async fn open(
    state: &State,
    request: &HttpRequest,
    principal: Principal,
    from: Option<String>,
) -> Result<Secret, ApiError> {
    let by = owner(&principal).ok_or(ApiError::Internal)?;
    let portees = principal.all().to_vec();
    let caller = Caller::of(request, principal, from);
    let open = move |conn: &mut Conn| sessions::open(conn, &by, &portees);
    state.change(&caller, state.texts.conflict(), open).await
}

async fn leave(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    if let Some(token) = visitor.token {
        state.ask(move |conn| sessions::close(conn, &token)).await?;
    }
    let mut response = see(SIGN_IN, None);
    let gone = cookie(&state, &request, "", std::time::Duration::ZERO);
    response.add_cookie(&gone).ok();
    Ok(response)
}

/// A cookie that no script reads and no other site sends along.
fn cookie<'c>(
    state: &State,
    request: &HttpRequest,
    value: &'c str,
    lasts: std::time::Duration,
) -> Cookie<'c> {
    let seconds = i64::try_from(lasts.as_secs()).unwrap_or_default();
    Cookie::build(COOKIE, value)
        .path("/console/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(is_safe(state, request))
        .max_age(time::Duration::seconds(seconds))
        .finish()
}

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Whether the browser speaks TLS, with this server or with the proxy before it: then the cookie never
/// leaves without.
fn is_safe(state: &State, request: &HttpRequest) -> bool {
    let text = |name: &HeaderName| request.headers().get(name)?.to_str().ok();
    let base = state.config.api.base_url.as_deref().unwrap_or_default();
    let host = base
        .strip_prefix("https://")
        .map(|rest| rest.split('/').next().unwrap_or(rest));
    match text(&FORWARDED_PROTO) {
        Some(proto) => proto.trim().eq_ignore_ascii_case("https"),
        None => host.is_some() && host == text(&header::HOST),
    }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn after_signing_in_one_is_in_the_console() {
        assert_eq!(
            inside("/console/messages/3/?etat=echec"),
            "/console/messages/3/?etat=echec"
        );
        for elsewhere in [
            "",
            "/",
            "https://exemple.fr/",
            "//exemple.fr/console/",
            "/api/messages/",
            "/console/connexion/?suite=x",
            "/console/\\exemple.fr",
            "/console/a b",
            "/console/\r\nSet-Cookie: x",
        ] {
            assert_eq!(inside(elsewhere), "/console/", "{elsewhere}");
        }
    }
}
