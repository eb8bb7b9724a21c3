//! The directory over HTTP.

mod annuaire;
mod buttons;
mod compared;
mod crud;
mod erasure;
mod joignable;
mod races;
