//! The life of a message over HTTP.

mod again;
mod attachments;
mod confirm;
mod dates;
mod forgotten;
mod lists;
mod non_atteints;
mod preview;
mod runs;
mod slips;
mod states;
