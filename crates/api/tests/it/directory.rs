//! The directory over HTTP.

mod annuaire;
mod buttons;
mod crud;
mod erasure;
mod races;
