//! SQL that is written by hand, once for both databases.
//!
//! For what a query builder cannot say on both sides: claims, changes of many rows at once, upserts,
//! sums. [`statements!`] declares each as a function of its values, and lists it for the test that
//! has both databases prepare them all. Marks are put into the dialect of the connection:
//!
//! * `{now}` is the value named `now`, as often as it stands there; a value that is a slice of
//!   [`Rows`] is a table `r` made of one bound JSON array, so that any number of rows travels in a
//!   statement whose text never changes (and stays prepared);
//! * `{for update}` ends a selection of rows that are changed next: PostgreSQL locks them in the
//!   order of the selection, so that two writers of the same rows do not wait for each other;
//! * `{skip locked}` ends a selection of rows to claim: PostgreSQL locks them and passes over
//!   those that another run has locked; SQLite has one writer at a time and needs nothing.
//!
//! A mark without its value, and a value without its mark, are errors.

mod dialect;
mod rows;
#[cfg(test)]
mod tests;
mod value;

#[cfg(test)]
pub(crate) use rows::Sample;
pub(crate) use rows::{Column, Key, Rows, columns, named};
#[cfg(feature = "postgres")]
pub(crate) use value::Said;
pub(crate) use value::Value;

use diesel::RunQueryDsl;
use diesel::query_builder::{Query, QueryId};
use diesel::sql_types::Untyped;
use std::borrow::Cow;

/// A statement with its values, declared by [`statements!`].
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    text: Cow<'static, str>,
    /// Each with its name.
    values: Vec<(&'static str, Value)>,
}

/// Starts a statement; see the module for its marks.
pub(crate) const fn sql(text: &'static str) -> Sql {
    Sql {
        text: Cow::Borrowed(text),
        values: Vec::new(),
    }
}

/// Declares statements, each as a function from its values to [`Sql`]: what its marks name are its
/// arguments. The text may be in several parts, so that some stand in several statements.
macro_rules! statements {
    ($($(#[$meta:meta])* $vis:vis fn $name:ident($($value:ident: $type:ty),* $(,)?) = $($text:expr),+;)+) => {
        $($(#[$meta])* $vis fn $name($($value: $type),*) -> $crate::store::sql::Sql {
            $crate::store::sql::sql("")$(.then($text))+$(.set(stringify!($value), $value))*
        })+

        /// Each of them, for the test that prepares them all.
        #[cfg(test)]
        pub(in crate::store) fn statements() -> Vec<$crate::store::sql::Sql> {
            vec![$($name($(<$type as $crate::store::sql::Sample>::sample()),*)),+]
        }
    };
}
pub(crate) use statements;

/// A part of a statement: a text, or several that stand one behind the other.
pub(crate) trait Part {
    fn add_to(self, text: &mut String);
}

impl Part for &'static str {
    fn add_to(self, text: &mut String) {
        text.push_str(self);
    }
}

impl<const N: usize> Part for [&'static str; N] {
    fn add_to(self, text: &mut String) {
        text.extend(self);
    }
}

impl Sql {
    /// Gives the value that the text names so.
    pub(crate) fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// Goes on with `text`. Only constants come here: what a person typed is bound.
    pub(crate) fn then(mut self, text: impl Part) -> Self {
        text.add_to(self.text.to_mut());
        self
    }
}

impl QueryId for Sql {
    type QueryId = ();
    // Prepared statements are kept by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

impl<Conn> RunQueryDsl<Conn> for Sql {}

impl<Conn> RunQueryDsl<Conn> for &Sql {}
