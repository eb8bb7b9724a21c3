//! Disks that are full, files that cannot be written, streams that are closed (S4).

mod full;
mod small;
mod streams;
