//! What an administrator looks at: keys, settings, whether all works, who did what.

mod cles;
mod controle;
mod historique;
mod reglages;

use super::Page;
use super::frame::{Frame, Section};
use super::visitor::Visitor;
use crate::state::State;
use actix_web::HttpRequest;

pub(super) fn pages() -> Vec<Page> {
    let rooms = [
        cles::pages(),
        reglages::pages(),
        controle::pages(),
        historique::pages(),
    ];
    rooms.into_iter().flatten().collect()
}

/// The frame of one of these pages.
fn frame(state: &State, request: &HttpRequest, visitor: &Visitor) -> Frame {
    Frame::new(state, request, visitor, Section::Administration)
}
