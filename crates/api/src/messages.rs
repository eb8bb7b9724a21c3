//! `/api/messages/`: written, listed, changed, sent, followed; and the buttons that write to parents.

pub(crate) mod actions;
mod attachments;
#[expect(dead_code, reason = "only described: the members are read one by one")]
mod bodies;
pub(crate) mod confirmation;
#[expect(single_use_lifetimes, reason = "in what is derived")]
pub(crate) mod envois;
mod form;
mod lists;
#[expect(single_use_lifetimes, reason = "in what is derived")]
pub(crate) mod non_atteints;
mod one;
#[expect(single_use_lifetimes, reason = "in what is derived")]
pub(crate) mod preview;
mod resource;
mod statistics;
mod to_parents;
mod told;
pub(crate) mod track;

use crate::endpoint::Endpoint;

/// The endpoints, those with a fixed name before those with a number.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = lists::endpoints();
    endpoints.extend(statistics::endpoints());
    endpoints.extend(actions::endpoints());
    endpoints.extend(envois::endpoints());
    endpoints.extend(non_atteints::endpoints());
    endpoints.extend(preview::endpoints());
    endpoints.extend(attachments::endpoints());
    endpoints.extend(one::endpoints());
    endpoints.extend(to_parents::endpoints());
    endpoints
}
