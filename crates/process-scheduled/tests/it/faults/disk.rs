//! Disks that are full, files that cannot be written, streams that are closed (S4).

mod backup;
mod full;
mod small;
mod streams;
