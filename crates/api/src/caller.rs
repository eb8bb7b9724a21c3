//! Who asks for a change.

use crate::auth::{Principal, Who, harmless};
use crate::drf::ApiError;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use messages_core::store::appels::idempotence::Demande;
use messages_core::store::historique::Acteur;
use std::future::{Ready, ready};

/// Who asks: whoever the gate let through. No endpoint that is public has one.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// The same for the history, with the request.
    pub(crate) acteur: Acteur,
    /// The request, if it names a key and is to be carried out once.
    pub(crate) demande: Option<Demande>,
}

/// The number of a request.
#[derive(Debug, Clone)]
pub(crate) struct Number(pub(crate) String);

impl Caller {
    /// Whoever makes this request.
    pub(crate) fn of(request: &ServiceRequest, principal: Principal) -> Self {
        let acteur = match &principal.who {
            Who::User(id) => Acteur::utilisateur(&harmless(id)),
            Who::Key(id) => Acteur::cle(*id),
            Who::Anyone => Acteur::anonyme(),
        };
        let ip = request.peer_addr().map(|peer| peer.ip().to_string());
        let number = request.extensions().get::<Number>().cloned();
        Self {
            acteur: acteur.by(ip, number.map(|number| number.0)),
            principal,
            demande: None,
        }
    }

    /// The name for the log and for counting, without personal data.
    pub(crate) fn name(&self) -> String {
        self.principal.log_name()
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or(ApiError::Internal))
    }
}
