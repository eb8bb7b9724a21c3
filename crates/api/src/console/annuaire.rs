//! The directory: parents searched and looked at one by one, classes, and the import of a file.

pub(super) mod classes;
mod contact;
mod erase;
mod import;
mod list;
mod parent;
mod wishes;

use super::Page;

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
