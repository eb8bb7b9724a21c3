//! The values of a statement.

use super::Rows;
use super::dialect::{Side, Word};
use crate::instant::Instant;
use crate::vocabulary::{Canal, Etat, Motif};

/// A value of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(i64),
    Bool(bool),
    Text(String),
    At(Instant),
    /// A table: what stands around a JSON array of objects, and the array.
    Rows([Word; 2], String),
    /// What stands there is said by the statement itself.
    #[cfg(feature = "postgres")]
    Said(&'static str),
}

/// An expression where other statements have a bound value.
#[cfg(feature = "postgres")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said(pub(crate) &'static str);

macro_rules! value_from {
    ($($from:ty => |$value:ident| $variant:ident($inner:expr)),+ $(,)?) => {
        $(impl From<$from> for Value {
            fn from($value: $from) -> Self { Self::$variant($inner) }
        })+
    };
}
value_from! {
    i64 => |v| Int(v),
    bool => |v| Bool(v),
    &str => |v| Text(v.to_owned()),
    Instant => |v| At(v),
    Canal => |v| Text(v.to_string()),
    Etat => |v| Text(v.to_string()),
    Motif => |v| Text(v.to_string()),
}

#[cfg(feature = "postgres")]
impl From<Said> for Value {
    fn from(said: Said) -> Self {
        Self::Said(said.0)
    }
}

impl<R: Rows> From<&[R]> for Value {
    fn from(rows: &[R]) -> Self {
        // Rows are structs of numbers and texts: their serialisation cannot fail.
        let json = serde_json::to_string(rows).unwrap_or_default();
        let words = [Side::Before, Side::After].map(|side| Word::Table(R::COLUMNS, side));
        Self::Rows(words, json)
    }
}
