//! The process: how it starts, what it refuses to start with, slow clients, how it ends.

mod refusals;
mod slow;
mod stop;
