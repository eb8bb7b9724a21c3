//! `/api/messages/`: written, listed, changed, sent, followed.

mod actions;
mod crud;
mod envois;
mod form;
mod lists;
mod preview;
mod statistics;
pub(crate) mod track;

pub(crate) use actions::sent;
pub(crate) use form::{SUJET, too_long};

use crate::endpoint::Endpoint;

/// Django's name of the model.
const MODEL: &str = "Message";

/// The endpoints, those with a fixed name before those with a number.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = lists::endpoints();
    endpoints.extend(statistics::endpoints());
    endpoints.extend(actions::endpoints());
    endpoints.extend(envois::endpoints());
    endpoints.extend(preview::endpoints());
    endpoints.extend(crud::endpoints());
    endpoints
}
