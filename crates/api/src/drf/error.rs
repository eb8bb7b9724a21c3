//! What a request can end in other than an answer, with Django REST framework's bodies.
//!
//! A handler says what went wrong; the gate writes it in the server's language (see
//! [`ApiError::body`]). Nothing from inside, such as the text of a database error, is answered.

use super::texts::Texts;
use crate::auth::Refusal;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use messages_core::store::appels::idempotence::Reponse;
use messages_core::store::{self, Conflict};
use messages_core::texts::conflit;
use serde_json::{Value, json};
use std::fmt;

/// A failed request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ApiError {
    /// 400: a body or a query, with the faults by field.
    Invalid(Value),
    /// 400: JSON that cannot be read, in Python's words.
    Json(String),
    /// 400: a form that cannot be read, in Django's words.
    Multipart(String),
    /// 400: JSON that is no object, by Python's name of what it is.
    NotADict(&'static str),
    /// 400: broken off or otherwise unreadable.
    Malformed,
    /// 401 or 403.
    Refused(Refusal),
    /// 404: no such thing.
    NotFound,
    /// 404: no such object of this model (Django's English name).
    NoObject(&'static str),
    /// 404: no such page.
    NoPage,
    /// 405
    Method(String),
    /// 406
    NotAcceptable,
    /// 409: the text that tells why.
    Conflict(&'static str),
    /// 400: files do not travel with this message, or no more of them; with the field that says it.
    Attachment(&'static str, Conflict),
    /// 400: another class has the name in the same school year.
    SameClass,
    /// 409: more than a third of the parents would leave, and nobody said that it is meant.
    Leaving {
        /// Who would leave.
        absents: usize,
        /// Recipients now.
        presents: usize,
    },
    /// 409: of the message nothing is known any more but what became of it.
    Forgotten,
    /// 409: so many would be written to, and nobody said that it is meant.
    Unconfirmed(i64),
    /// 409: others changed it again and again since it was read.
    Stale,
    /// 408: the body did not come in time.
    TooSlow,
    /// 412: not what the client has seen.
    Changed,
    /// 413
    TooLarge,
    /// 415
    MediaType(String),
    /// What the first of two requests with one idempotency key was answered, while the second waited.
    Repeated(Reponse),
    /// 422: an idempotency key that served for something else.
    OtherBody,
    /// 429: try again after so many seconds.
    Throttled(u64),
    /// 503: the database is away.
    Unavailable,
    /// 500: a fault of this program, logged where it happened.
    Internal,
}

impl ApiError {
    /// The JSON that is answered.
    #[must_use]
    pub(crate) fn body(&self, texts: Texts) -> Value {
        let detail = match self {
            Self::Invalid(faults) => return faults.clone(),
            Self::NotADict(python_type) => {
                return json!({ "non_field_errors": [texts.not_a_dict(python_type)] });
            }
            Self::Attachment(field, conflict) => {
                return json!({ *field: [conflit(texts.0, *conflict)] });
            }
            Self::SameClass => return json!({ "nom": [texts.same_class()] }),
            Self::Leaving { absents, presents } => {
                let detail = texts.many_left_out(*absents, *presents);
                return json!({ "detail": detail, "absents": absents, "presents": presents });
            }
            Self::Refused(refusal) => {
                return serde_json::to_value(refusal.body(texts.0)).unwrap_or_default();
            }
            Self::Unconfirmed(count) => {
                let detail = conflit(texts.0, Conflict::Unconfirmed(*count));
                return json!({ "detail": detail, "destinataires": count });
            }
            Self::Forgotten => conflit(texts.0, Conflict::Forgotten),
            Self::Json(words) => format!("JSON parse error - {words}"),
            Self::Multipart(words) => format!("Multipart form parse error - {words}"),
            Self::Malformed => texts.malformed().to_owned(),
            Self::NotFound => texts.not_found().to_owned(),
            Self::NoObject(model) => texts.no_such(model),
            Self::NoPage => texts.no_page().to_owned(),
            Self::Method(method) => texts.method(method),
            Self::NotAcceptable => texts.not_acceptable().to_owned(),
            Self::Conflict(text) => (*text).to_owned(),
            // Of these the gate gives the first answer.
            Self::Stale | Self::Changed | Self::Repeated(_) => texts.stale().to_owned(),
            Self::TooSlow => texts.too_slow().to_owned(),
            Self::TooLarge => texts.too_large().to_owned(),
            Self::MediaType(media) => texts.media_type(media),
            Self::OtherBody => texts.other_body().to_owned(),
            Self::Throttled(wait) => texts.throttled(*wait),
            Self::Unavailable => texts.unavailable().to_owned(),
            Self::Internal => texts.internal().to_owned(),
        };
        json!({ "detail": detail })
    }

    /// A failed question to the database; `conflict` is the text when a state forbids it.
    pub(crate) fn from_store(error: store::Error, conflict: &'static str) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Conflict(Conflict::SameClass { .. }) => Self::SameClass,
            store::Error::Conflict(Conflict::Unconfirmed(count)) => Self::Unconfirmed(count),
            store::Error::Conflict(Conflict::Forgotten) => Self::Forgotten,
            store::Error::Conflict(why @ Conflict::EmailWithFiles) => Self::Attachment("type", why),
            store::Error::Conflict(
                why @ (Conflict::SmsWithFile | Conflict::TooHeavy { .. } | Conflict::TooManyFiles),
            ) => Self::Attachment("fichier", why),
            store::Error::Conflict(_) => Self::Conflict(conflict),
            store::Error::Stale => Self::Stale,
            store::Error::Unavailable(why) => {
                log::error!("base de données indisponible : {why}");
                Self::Unavailable
            }
            store::Error::Config(why) | store::Error::Held(why) | store::Error::Other(why) => {
                log::error!("base de données : {why}");
                Self::Internal
            }
        }
    }

    /// The same, with `NotFound` said of a model.
    #[must_use]
    pub(crate) fn of_model(self, model: &'static str) -> Self {
        match self {
            Self::NotFound => Self::NoObject(model),
            other => other,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status_code())
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Invalid(_)
            | Self::Json(_)
            | Self::Multipart(_)
            | Self::NotADict(_)
            | Self::Attachment(..)
            | Self::SameClass
            | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Refused(Refusal::Forbidden) => StatusCode::FORBIDDEN,
            Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::NotFound | Self::NoObject(_) | Self::NoPage => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict(_)
            | Self::Leaving { .. }
            | Self::Unconfirmed(_)
            | Self::Forgotten
            | Self::Stale
            | Self::Repeated(_) => StatusCode::CONFLICT,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::OtherBody => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
