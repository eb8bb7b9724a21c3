//! The console: who gets in, what a form may do, and the day of a secretary without scripts.

mod admin;
mod annuaire;
mod calendar;
mod entry;
mod writing;
