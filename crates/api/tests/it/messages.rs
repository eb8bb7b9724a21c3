//! The life of a message over HTTP.

mod again;
mod dates;
mod lists;
mod preview;
mod runs;
mod slips;
mod states;
