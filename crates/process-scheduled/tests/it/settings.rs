//! Settings, folders and schedulers as they are found.

mod dry;
mod file;
mod place;
#[cfg(unix)]
mod pool;
mod pretend;
mod unset;
mod url;
#[cfg(unix)]
mod writing;
