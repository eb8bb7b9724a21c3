//! What clients send: bodies and queries, read and checked as Django REST framework does.

pub(crate) mod body;
mod dates;
pub(crate) mod fields;
pub(crate) mod json;
pub(crate) mod path;
pub(crate) mod query;
pub(crate) mod value;
