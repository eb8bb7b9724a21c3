//! `/api/messages/`: written, listed, changed, sent, followed.

mod actions;
#[expect(dead_code, reason = "only described: the members are read one by one")]
mod bodies;
mod crud;
#[expect(single_use_lifetimes, reason = "in what is derived")]
mod envois;
mod form;
mod lists;
#[expect(single_use_lifetimes, reason = "in what is derived")]
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
