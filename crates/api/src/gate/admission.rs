//! Who calls, whether they may, and whether not too often.

use super::{key, origin};
use crate::auth::{Credentials, Principal, Refusal, Who};
use crate::caller::Caller;
use crate::drf::ApiError;
use crate::edge::address;
use crate::endpoint::Access;
use crate::state::State;
use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use messages_core::instant::Instant;

/// Lets a caller through who is known and may have this access.
///
/// # Errors
/// 401, 403, 429.
pub(super) async fn check(
    state: &State,
    request: &ServiceRequest,
    access: Access,
) -> Result<(), ApiError> {
    let address = address::of(&state.config.api.proxies, request.request());
    let address = address.map(|address| address.to_string());
    let principal = authenticate(state, request, address.as_deref()).await?;
    if principal.who == Who::Anyone && !origin::is_here(state, request) {
        return Err(ApiError::Refused(Refusal::Forbidden));
    }
    let allowed = access
        .portee()
        .map_or(Ok(()), |portee| principal.must(portee));
    let caller = principal.log_name();
    // Before it may be refused, because the log also tells who was.
    let known = Caller::of(request.request(), principal, address);
    request.extensions_mut().insert(known);
    allowed.map_err(ApiError::Refused)?;
    count(state, caller).await
}

async fn count(state: &State, caller: String) -> Result<(), ApiError> {
    match &state.rate {
        Some(rate) => rate.check(caller).await,
        None => Ok(()),
    }
}

/// Who calls. A web-app token is checked here; an API key is looked up in the database.
async fn authenticate(
    state: &State,
    request: &ServiceRequest,
    address: Option<&str>,
) -> Result<Principal, ApiError> {
    // Two headers are one with a comma, as every server joins them (RFC 9110, 5.3): no token.
    let headers = request.headers().get_all(AUTHORIZATION);
    let header = headers.map(HeaderValue::as_bytes).collect::<Vec<_>>();
    let header = (!header.is_empty()).then(|| header.join(&b", "[..]));
    let now = Instant::of_this_machine();
    match state.auth.parse(header.as_deref(), now) {
        Ok(Credentials::Known(principal)) => Ok(principal),
        Ok(Credentials::Key(presented)) => {
            state.attempt(address, key::known(state, &presented)).await
        }
        Err(refusal) => {
            let refused = async { Err(ApiError::Refused(refusal)) };
            state.attempt(address, refused).await
        }
    }
}
