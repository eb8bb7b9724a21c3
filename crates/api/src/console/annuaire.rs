//! The directory: parents searched and looked at one by one, classes, and the import of a file.

mod classes;
mod contact;
mod erase;
mod import;
mod list;
mod pager;
mod parent;
mod wishes;

use super::Page;
use super::visitor::Visitor;
use crate::drf::ApiError;
use messages_core::vocabulary::Portee;

pub(super) fn pages() -> Vec<Page> {
    let rooms = [
        list::pages(),
        parent::pages(),
        wishes::pages(),
        erase::pages(),
        classes::pages(),
        import::pages(),
    ];
    rooms.into_iter().flatten().collect()
}

/// Lets through whoever may read: who only writes is told of nobody.
///
/// # Errors
/// 403.
fn reads(visitor: &Visitor) -> Result<(), ApiError> {
    let principal = &visitor.caller.principal;
    principal.must(Portee::Lecture).map_err(ApiError::Refused)
}
