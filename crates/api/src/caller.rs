//! Who asks for a change.

use crate::auth::{Principal, Who, harmless};
use crate::drf::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use messages_core::store::appels::idempotence::Demande;
use messages_core::store::historique::Acteur;
use messages_core::vocabulary::Portee;
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
    /// Whoever makes this request, from this address.
    pub(crate) fn of(request: &HttpRequest, principal: Principal, address: Option<String>) -> Self {
        let acteur = match &principal.who {
            Who::User(id) => Acteur::utilisateur(&harmless(id)),
            Who::Key(id) => Acteur::cle(*id),
            Who::Anyone => Acteur::anonyme(),
        };
        let number = request.extensions().get::<Number>().cloned();
        Self {
            acteur: acteur.by(address, number.map(|number| number.0)),
            principal,
            demande: None,
        }
    }

    /// Those of the members that tell of people which this caller is not told.
    pub(crate) fn may_not_read(&self, private: &'static [&'static str]) -> &'static [&'static str] {
        if self.principal.may(Portee::Lecture) {
            &[]
        } else {
            private
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
