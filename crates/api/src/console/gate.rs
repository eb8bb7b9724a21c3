//! The way to every page: who is signed in, what they may, whether a form is one of ours; and what a page
//! may load.

use super::Page;
use super::frame;
use super::sent::Sent;
use super::session;
use super::visitor::Visitor;
use crate::auth::{Refusal, Who};
use crate::caller::Caller;
use crate::drf::{ApiError, MAX_BODY, read_with_files, take};
use crate::edge::address;
use crate::endpoint::Access;
use crate::gate::origin;
use crate::state::State;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use messages_core::digest::sha256;
use messages_core::store::appels::idempotence::Demande;
use subtle::ConstantTimeEq;
use tokio::sync::OwnedSemaphorePermit;

/// What the gate knows of a page.
#[derive(Clone)]
pub(super) struct Spec {
    path: &'static str,
    keeps: bool,
    accesses: Vec<(Method, Access)>,
    /// Most bytes of its form.
    most: usize,
}

impl Spec {
    pub(super) fn of(page: &Page) -> Self {
        let ways = page.ways.iter();
        Self {
            path: page.path,
            keeps: page.keeps,
            accesses: ways.map(|way| (way.method.clone(), way.access)).collect(),
            most: page.most,
        }
    }

    fn access(&self, asked: &Method) -> Access {
        let mut accesses = self.accesses.iter();
        let asked = if *asked == Method::HEAD {
            &Method::GET
        } else {
            asked
        };
        let found = accesses.find(|(known, _)| known == asked);
        found.map_or(Access::Known, |(_, access)| *access)
    }
}

/// Nothing is loaded from elsewhere, nothing that stands in a page is run, and no page is shown in another.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'";

/// How somebody is turned away.
enum Turned {
    /// They have to sign in first.
    SignIn,
    /// Signed in no more, with a form that was written meanwhile.
    TooLate,
    /// With a form that another session was shown, or another site made.
    Stale,
    /// As the API turns away.
    Refused(ApiError),
}

impl From<ApiError> for Turned {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// Lets a request through to its page.
pub(super) async fn pass(
    spec: Spec,
    state: web::Data<State>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = match admit(&spec, &state, &mut request).await {
        // Its turn is over with its answer.
        Ok(_turn) => next.call(request).await?.map_into_boxed_body(),
        Err(Turned::SignIn) => {
            let place = session::sign_in(request.request());
            request.into_response(place)
        }
        Err(Turned::TooLate) => {
            let page = frame::late(&state);
            request.into_response(page)
        }
        Err(Turned::Stale) => {
            let page = frame::stale(&state);
            request.into_response(page)
        }
        Err(Turned::Refused(error)) => request.error_response(error),
    };
    let error = response.response().error();
    if let Some(error) = error
        .and_then(|error| error.as_error::<ApiError>())
        .cloned()
    {
        let request = response.request().clone();
        let visitor = request.extensions().get::<Visitor>().cloned();
        let page = frame::error(&state, visitor.as_ref(), &error);
        response = ServiceResponse::new(request, page);
    }
    protect(response.headers_mut());
    Ok(response)
}

fn protect(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        );
    }
    let same = HeaderValue::from_static("SAMEORIGIN");
    headers.insert(header::X_FRAME_OPTIONS, same);
}

/// With a turn where files are sent, as for the API: they are in memory meanwhile.
async fn admit(
    spec: &Spec,
    state: &State,
    request: &mut ServiceRequest,
) -> Result<Option<OwnedSemaphorePermit>, Turned> {
    let access = spec.access(request.method());
    let writes = request.method() == Method::POST;
    if writes && is_foreign(request.headers()) {
        return Err(ApiError::Refused(Refusal::Forbidden).into());
    }
    let visitor = visitor(state, request).await?;
    if let Some(visitor) = &visitor {
        // Before it may be refused, so that the log tells who was.
        request.extensions_mut().insert(visitor.caller.clone());
        request.extensions_mut().insert(visitor.clone());
    }
    match (access, &visitor) {
        (Access::Public, _) | (Access::Known, Some(_)) => {}
        (_, None) if writes => return Err(Turned::TooLate),
        (_, None) => return Err(Turned::SignIn),
        (Access::Scope(portee), Some(visitor)) => {
            let principal = &visitor.caller.principal;
            principal.must(portee).map_err(ApiError::Refused)?;
        }
    }
    if let (Some(rate), Some(visitor)) = (&state.rate, &visitor) {
        rate.check(visitor.caller.name()).await?;
    }
    if !writes {
        return Ok(None);
    }
    let turn = if spec.most > MAX_BODY {
        Some(state.uploading().await?)
    } else {
        None
    };
    // At the door there is no form of ours that could be old.
    let known = visitor.filter(|_| access != Access::Public);
    receive(spec, request, known.as_ref()).await?;
    Ok(turn)
}

/// Who is signed in, by the cookie; where nobody is asked who they are, whoever is at this machine.
async fn visitor(state: &State, request: &ServiceRequest) -> Result<Option<Visitor>, ApiError> {
    let from = address::of(&state.config.api.proxies, request.request());
    let from = from.map(|from| from.to_string());
    if let Some(principal) = state.auth.anyone() {
        if !origin::is_here(state, request) {
            return Err(ApiError::Refused(Refusal::Forbidden));
        }
        debug_assert!(
            principal.who == Who::Anyone,
            "nobody else is let in unasked"
        );
        let caller = Caller::of(request.request(), principal, from);
        return Ok(Some(Visitor {
            caller,
            token: None,
        }));
    }
    let Some(token) = session::token(request.request()) else {
        return Ok(None);
    };
    let principal = session::principal(state, &token).await?;
    Ok(principal.map(|principal| Visitor {
        caller: Caller::of(request.request(), principal, from),
        token: Some(token),
    }))
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of another site sends this. Browsers say so themselves where the connection is safe, else
/// they name the page's origin.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| {
        let value = headers.get(name)?;
        Some(value.to_str().unwrap_or("?"))
    };
    match (text(&FETCH_SITE), text(&header::ORIGIN)) {
        (Some(site), _) => !["same-origin", "none"].contains(&site),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host != text(&header::HOST)
        }
        (None, None) => false,
    }
}

/// Reads a form, and looks whether it is one that this session was shown.
async fn receive(
    spec: &Spec,
    request: &mut ServiceRequest,
    visitor: Option<&Visitor>,
) -> Result<(), Turned> {
    let bytes = take(request.take_payload(), spec.most).await?;
    let empreinte = sha256(&bytes);
    let (body, files) = read_with_files(request.request(), bytes).await?;
    let mut sent = Sent::new(body, files);
    if let Some(visitor) = visitor {
        let seal = sent.text(frame::SEAL);
        if !bool::from(seal.as_bytes().ct_eq(visitor.seal().as_bytes())) {
            if !spec.keeps {
                return Err(Turned::Stale);
            }
            // Of a session that ended: nothing is done, and what was typed is shown again.
            sent.is_stale = true;
        }
        // A form that is sent twice is carried out once.
        if let Some(cle) = sent.said(frame::ONCE) {
            let mut caller = visitor.caller.clone();
            caller.demande = Some(Demande {
                demandeur: caller.name(),
                cle,
                chemin: spec.path.to_owned(),
                empreinte,
            });
            let visitor = Visitor {
                caller,
                token: visitor.token.clone(),
            };
            request.extensions_mut().insert(visitor);
        }
    }
    request.extensions_mut().insert(sent);
    Ok(())
}
