//! Rows that travel into a statement as one bound value.

use crate::instant::Instant;
use crate::vocabulary::{Canal, Etat, Motif, Relation, Remise, Scolarite, Statut, Verdict};

/// The name of a column, and its type on PostgreSQL. (SQLite takes what the JSON says.)
pub(crate) type Column = (&'static str, &'static str);

/// A struct that is a row of a statement. [`columns!`] implements it from the struct's own fields, so
/// that one that is renamed does not compile rather than read as NULL.
pub(crate) trait Rows: serde::Serialize {
    /// The columns that statements know.
    const COLUMNS: &'static [Column];
}

impl<R: Rows> Rows for &R {
    const COLUMNS: &'static [Column] = R::COLUMNS;
}

/// Names the fields of a struct that are columns of its [`Rows`].
macro_rules! columns {
    ($row:ty: $($field:ident),+) => {
        impl $crate::store::sql::Rows for $row {
            const COLUMNS: &'static [$crate::store::sql::Column] =
                &[$($crate::store::sql::named(stringify!($field), |row: &$row| &row.$field)),+];
        }
    };
}
pub(crate) use columns;

/// The number of a row. (Not `id`, which would hide the column of the table asked.)
#[derive(Debug, serde::Serialize)]
pub(crate) struct Key {
    cle: i64,
}
columns!(Key: cle);

impl Key {
    /// Of each of these numbers.
    pub(crate) fn of(ids: impl IntoIterator<Item = i64>) -> Vec<Self> {
        ids.into_iter().map(|cle| Self { cle }).collect()
    }
}

/// The column of a field.
pub(crate) const fn named<R, F: Field>(name: &'static str, _: fn(&R) -> &F) -> Column {
    (name, F::TYPE)
}

/// What a field of [`Rows`] can be.
pub(crate) trait Field {
    /// Its type on PostgreSQL.
    const TYPE: &'static str;
}

impl<F: Field> Field for Option<F> {
    const TYPE: &'static str = F::TYPE;
}

macro_rules! fields {
    ($($field:ty => $name:literal),+ $(,)?) => {
        $(impl Field for $field { const TYPE: &'static str = $name; })+
    };
}
fields! {
    i64 => "bigint", f64 => "float8", bool => "boolean", Instant => "timestamptz",
    String => "text", &str => "text",
    Canal => "text", Etat => "text", Motif => "text", Relation => "text",
    Remise => "text", Scolarite => "text", Statut => "text", Verdict => "text",
}

/// Some value, for the test that prepares every statement.
#[cfg(test)]
pub(crate) trait Sample {
    fn sample() -> Self;
}

#[cfg(test)]
macro_rules! samples {
    ($($type:ty => $value:expr),+ $(,)?) => {
        $(impl Sample for $type { fn sample() -> Self { $value } })+
    };
}
#[cfg(test)]
samples! {
    i64 => 1, bool => true, &str => "x", Instant => Instant::of_this_machine(),
    Canal => Canal::Sms, Etat => Etat::Echec, Motif => Motif::Expire,
}

#[cfg(all(test, feature = "postgres"))]
samples! { super::Said => super::Said("now") }

#[cfg(test)]
impl<R: Rows> Sample for &[R] {
    fn sample() -> Self {
        &[]
    }
}
