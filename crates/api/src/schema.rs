//! What the document says of the types that are sent and answered. They derive `ToSchema` where they
//! stand, so that a member is written once. The comments on their members are the document's text,
//! which is why they are in French; an example stands beside each.

mod described;
pub(crate) mod kit;
pub(crate) mod words;

pub(crate) use described::{Answer, Body, Component, Extent, HTML, JSON, OPENAPI, Sent};
