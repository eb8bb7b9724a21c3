//! The life of a message over HTTP.

mod again;
mod confirm;
mod dates;
mod lists;
mod preview;
mod runs;
mod slips;
mod states;
