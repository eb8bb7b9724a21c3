//! The database goes away, comes back, is another one, is read-only (S3).
