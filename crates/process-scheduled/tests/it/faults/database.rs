//! The database goes away, comes back, is another one, is read-only (S3).

mod absent;
mod commit;
mod crash;
mod failover;
mod schema;
