//! Relays that do everything a relay must not do (S5).
