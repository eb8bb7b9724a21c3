//! A statement's marks in the words of each database.

use super::{Column, Sql, Value};
use crate::instant::InstantSql;
use crate::store::backend::MultiBackend;
use diesel::QueryResult;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::Error::QueryBuilderError;
use diesel::sql_types::{BigInt, Bool, Text};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use std::collections::BTreeSet;

/// What each database says in its own words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word {
    /// Locks the rows of a selection; or those that nobody else has locked.
    ForUpdate,
    SkipLocked,
    /// What makes a bound JSON array a table `r` with these columns.
    Table(&'static [Column], Side),
}

/// Where a word stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Before,
    After,
}

#[cfg(feature = "sqlite")]
impl QueryFragment<Sqlite> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match self {
            Self::ForUpdate | Self::SkipLocked => {}
            Self::Table(columns, Side::Before) => {
                let columns = columns.iter();
                let columns = columns.map(|(name, _)| format!("value->>'$.{name}' AS {name}"));
                let columns = columns.collect::<Vec<_>>().join(", ");
                out.push_sql(&format!("(SELECT {columns} FROM jsonb_each("));
            }
            Self::Table(_, Side::After) => out.push_sql(")) AS r"),
        }
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<Pg> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::ForUpdate => out.push_sql("FOR UPDATE"),
            Self::SkipLocked => out.push_sql("FOR UPDATE SKIP LOCKED"),
            Self::Table(_, Side::Before) => out.push_sql("json_to_recordset("),
            Self::Table(columns, Side::After) => {
                let columns = columns.iter().map(|(name, kind)| format!("{name} {kind}"));
                let columns = columns.collect::<Vec<_>>().join(", ");
                out.push_sql(&format!("::json) AS r({columns})"));
            }
        }
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for Word {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

impl QueryFragment<MultiBackend> for Value {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        match self {
            Self::Int(v) => out.push_bind_param::<BigInt, _>(v),
            Self::Bool(v) => out.push_bind_param::<Bool, _>(v),
            Self::Text(v) => out.push_bind_param::<Text, _>(v),
            Self::At(v) => out.push_bind_param::<InstantSql, _>(v),
            Self::Rows([begin, end], json) => {
                begin.walk_ast(out.reborrow())?;
                out.push_bind_param::<Text, _>(json)?;
                end.walk_ast(out)
            }
            #[cfg(feature = "postgres")]
            Self::Said(text) => {
                out.push_sql(text);
                Ok(())
            }
        }
    }
}

impl QueryFragment<MultiBackend> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let mut used = BTreeSet::new();
        let mut parts = self.text.split('{');
        out.push_sql(parts.next().unwrap_or_default());
        for part in parts {
            let Some((mark, text)) = part.split_once('}') else {
                return wrong("a mark without an end", part);
            };
            match (mark, self.values.iter().find(|(name, _)| *name == mark)) {
                ("for update", _) => Word::ForUpdate.walk_ast(out.reborrow())?,
                ("skip locked", _) => Word::SkipLocked.walk_ast(out.reborrow())?,
                (_, Some((_, value))) => value.walk_ast(out.reborrow())?,
                (_, None) => return wrong("a mark without a value", mark),
            }
            used.insert(mark);
            out.push_sql(text);
        }
        match self.values.iter().find(|(name, _)| !used.contains(name)) {
            Some((name, _)) => wrong("a value without a mark", name),
            None => Ok(()),
        }
    }
}

fn wrong<T>(what: &str, mark: &str) -> QueryResult<T> {
    Err(QueryBuilderError(format!("{what}: {mark}").into()))
}
