//! What imitates Django REST framework, for clients that were written for it: how a request is
//! read, what is taken for a date, a number or a switch, and what a refusal says.
//!
//! All of it is behind this door. [`Body`], [`Id`] and [`Query`] are read by themselves when a
//! handler names them among its arguments; [`Fields`] and [`Filters`] read what they hold and
//! gather the faults.

mod body;
mod dates;
mod error;
mod fields;
mod json;
mod path;
mod query;
mod texts;
mod upload;
mod value;

pub(crate) use body::{Body, File, MAX_BODY, read_with_files, take};
pub(crate) use error::ApiError;
pub(crate) use fields::{Fields, Form, Key, NAME, NAME_MAX, OPTIONAL, REQUIRED, Rule, python_int};
pub(crate) use json::parse_rows;
pub(crate) use path::Id;
pub(crate) use query::{Filters, Query};
pub(crate) use texts::{Texts, is_hidden, plain};
pub(crate) use upload::{Upload, upload, upload_max, whole};
pub(crate) use value::Value;
