//! Who looks at a page.

use crate::caller::Caller;
use crate::drf::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use messages_core::digest::sha256;
use messages_core::vocabulary::Portee;
use std::future::{Ready, ready};

/// Whoever the gate let through.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// The same as for the API.
    pub(super) caller: Caller,
    /// What the cookie holds; none where nobody is asked who they are.
    pub(super) token: Option<String>,
}

impl Visitor {
    /// What every form of theirs holds, and no other site knows.
    pub(super) fn seal(&self) -> String {
        let token = self.token.as_deref().unwrap_or_default();
        sha256(format!("formulaire:{token}").as_bytes())
    }

    /// Whoever asks for what is as good done twice as once, or has an answer that is kept nowhere.
    pub(super) fn once_more(self) -> Caller {
        Caller {
            demande: None,
            ..self.caller
        }
    }

    /// Whether they may.
    pub(super) fn may(&self, portee: Portee) -> bool {
        self.caller.principal.may(portee)
    }

    /// As [`Self::may`], where a page needs more than the form that leads to it.
    ///
    /// # Errors
    /// 403.
    pub(super) fn must(&self, portee: Portee) -> Result<(), ApiError> {
        let principal = &self.caller.principal;
        principal.must(portee).map_err(ApiError::Refused)
    }
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = request.extensions().get::<Self>().cloned();
        ready(visitor.ok_or(ApiError::Internal))
    }
}
