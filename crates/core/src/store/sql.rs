//! SQL that is written once and runs on both databases.
//!
//! For the statements that a query builder cannot say on both sides: claims, sets of rows,
//! upserts, searches. Five marks are put into the dialect of the connection:
//!
//! * `?` is a bound value;
//! * `{rows: id bigint, nom text}` is a table made from one bound JSON array of objects, so that
//!   any number of rows travels in one statement whose text never changes (and stays prepared);
//! * `{lower: nom}` is a text in small letters, accented ones included: SQLite's `lower` and that of
//!   a PostgreSQL with locale C know none but ASCII. It compares and sorts by code point;
//! * `{for update}` ends a selection of rows that are changed next: PostgreSQL locks them in the
//!   order of the selection, so that two writers of the same rows do not wait for each other;
//! * `{skip locked}` ends a selection of rows to claim: PostgreSQL locks them and passes over
//!   those that another run has locked; SQLite has one writer at a time and needs nothing.

use super::backend::MultiBackend;
use crate::instant::{Instant, InstantSql};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Untyped};
use diesel::{QueryResult, RunQueryDsl};
use std::borrow::Cow;

/// A bound value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(i64),
    Bool(bool),
    Text(String),
    At(Instant),
    MaybeInt(Option<i64>),
    MaybeText(Option<String>),
    MaybeAt(Option<Instant>),
}

macro_rules! value_from {
    ($($from:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$from> for Value {
            fn from(value: $from) -> Self { Self::$variant(value) }
        })+
    };
}
value_from! {
    i64 => Int, bool => Bool, String => Text, Instant => At,
    Option<i64> => MaybeInt, Option<String> => MaybeText, Option<Instant> => MaybeAt,
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A statement with its values, built by [`sql`].
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// Starts a statement; see the module for its marks.
pub(crate) const fn sql(text: &'static str) -> Sql {
    Sql {
        text: Cow::Borrowed(text),
        values: Vec::new(),
    }
}

impl Sql {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Goes on with `text`, so that a question can have as many conditions as were asked for. Only
    /// constants come here: what a person typed is bound.
    pub(crate) fn then(mut self, text: &'static str) -> Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Binds the next `{rows: cle bigint}` to these numbers. (Not `id`, which would hide the column
    /// of the table asked.)
    pub(crate) fn bind_keys(self, ids: &[i64]) -> Self {
        #[derive(serde::Serialize)]
        struct Key {
            cle: i64,
        }
        let keys: Vec<Key> = ids.iter().map(|id| Key { cle: *id }).collect();
        self.bind_rows(&keys)
    }

    /// Binds the next `{rows: …}`.
    pub(crate) fn bind_rows(self, rows: &[impl serde::Serialize]) -> Self {
        // Rows are structs of numbers and texts: their serialisation cannot fail.
        let json = serde_json::to_string(rows).unwrap_or_default();
        self.bind(json)
    }
}

/// What lies between two marks.
enum Piece<'t> {
    Text(&'t str),
    Value,
    Rows(&'t str),
    Lower(&'t str),
    ForUpdate,
    SkipLocked,
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(after) = rest.strip_prefix('?') {
            rest = after;
            return Some(Piece::Value);
        }
        if let Some((mark, after)) = rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
            rest = after;
            return Some(match mark.split_once(':') {
                Some(("rows", columns)) => Piece::Rows(columns),
                Some((_, text)) => Piece::Lower(text),
                None if mark == "for update" => Piece::ForUpdate,
                None => Piece::SkipLocked,
            });
        }
        let end = rest.find(['?', '{']).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(end);
        rest = tail;
        Some(Piece::Text(head))
    })
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

impl QueryFragment<MultiBackend> for Sql {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

macro_rules! walk {
    ($backend:ty, $rows:ident, $lower:literal, $end:literal, $for_update:literal, $skip_locked:literal) => {
        impl QueryFragment<$backend> for Sql {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                let mut values = self.values.iter();
                for piece in pieces(&self.text) {
                    match piece {
                        Piece::Text(text) => out.push_sql(text),
                        Piece::Lower(text) => {
                            out.push_sql($lower);
                            out.push_sql(text);
                            out.push_sql($end);
                        }
                        Piece::ForUpdate => out.push_sql($for_update),
                        Piece::SkipLocked => out.push_sql($skip_locked),
                        Piece::Value => push_value(&mut out, values.next())?,
                        Piece::Rows(columns) => $rows(&mut out, columns, values.next())?,
                    }
                }
                Ok(())
            }
        }
    };
}

macro_rules! push_value {
    ($name:ident, $backend:ty) => {
        fn $name<'b>(
            out: &mut AstPass<'_, 'b, $backend>,
            value: Option<&'b Value>,
        ) -> QueryResult<()> {
            match value {
                Some(Value::Int(v)) => out.push_bind_param::<BigInt, _>(v),
                Some(Value::Bool(v)) => out.push_bind_param::<Bool, _>(v),
                Some(Value::Text(v)) => out.push_bind_param::<Text, _>(v),
                Some(Value::At(v)) => out.push_bind_param::<InstantSql, _>(v),
                Some(Value::MaybeInt(v)) => out.push_bind_param::<Nullable<BigInt>, _>(v),
                Some(Value::MaybeText(v)) => out.push_bind_param::<Nullable<Text>, _>(v),
                Some(Value::MaybeAt(v)) => out.push_bind_param::<Nullable<InstantSql>, _>(v),
                None => Err(diesel::result::Error::QueryBuilderError(
                    "fewer values than marks".into(),
                )),
            }
        }
    };
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::{
        AstPass, BigInt, Bool, InstantSql, Nullable, Piece, QueryFragment, QueryResult, Sql, Text,
        Value, pieces,
    };
    use diesel::sqlite::Sqlite;

    push_value!(push_value, Sqlite);
    walk!(Sqlite, push_rows, "minuscules(", ")", "", "");

    /// `(SELECT value->>'id' AS id, … FROM jsonb_each(?)) AS r`
    fn push_rows<'b>(
        out: &mut AstPass<'_, 'b, Sqlite>,
        columns: &str,
        value: Option<&'b Value>,
    ) -> QueryResult<()> {
        out.push_sql("(SELECT ");
        for (n, column) in columns.split(',').enumerate() {
            let name = column.split_whitespace().next().unwrap_or_default();
            let comma = if n == 0 { "" } else { ", " };
            out.push_sql(&format!("{comma}value->>'$.{name}' AS {name}"));
        }
        out.push_sql(" FROM jsonb_each(");
        push_value(out, value)?;
        out.push_sql(")) AS r");
        Ok(())
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{
        AstPass, BigInt, Bool, InstantSql, Nullable, Piece, QueryFragment, QueryResult, Sql, Text,
        Value, pieces,
    };
    use diesel::pg::Pg;

    push_value!(push_value, Pg);
    walk!(
        Pg,
        push_rows,
        "(lower((",
        ") COLLATE \"und-x-icu\") COLLATE \"C\")",
        "FOR UPDATE",
        "FOR UPDATE SKIP LOCKED"
    );

    /// `json_to_recordset($1::json) AS r(id bigint, …)`
    fn push_rows<'b>(
        out: &mut AstPass<'_, 'b, Pg>,
        columns: &str,
        value: Option<&'b Value>,
    ) -> QueryResult<()> {
        out.push_sql("json_to_recordset(");
        push_value(out, value)?;
        out.push_sql("::json) AS r(");
        out.push_sql(columns);
        out.push_sql(")");
        Ok(())
    }
}
