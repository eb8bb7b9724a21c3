//! A statement's marks in the words of each database.

use super::{Column, Sql, Value};
use crate::instant::InstantSql;
use crate::store::backend::MultiBackend;
use diesel::QueryResult;
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::Error::QueryBuilderError;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use std::collections::BTreeSet;

/// What each database says in its own words.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word {
    /// What stands before a text that is to be in small letters, and after it.
    Lower,
    LowerEnd,
    /// Locks the rows of a selection; or those that nobody else has locked.
    ForUpdate,
    SkipLocked,
    /// What stands before a bound JSON array to make a table `r` of it, and after it.
    Table(&'static [Column]),
    TableEnd(&'static [Column]),
}

#[cfg(feature = "sqlite")]
impl QueryFragment<Sqlite> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        match self {
            Self::Lower => out.push_sql("minuscules("),
            Self::LowerEnd => out.push_sql(")"),
            Self::ForUpdate | Self::SkipLocked => {}
            Self::Table(columns) => {
                let columns = columns.iter();
                let columns = columns.map(|(name, _)| format!("value->>'$.{name}' AS {name}"));
                let columns = columns.collect::<Vec<_>>().join(", ");
                out.push_sql(&format!("(SELECT {columns} FROM jsonb_each("));
            }
            Self::TableEnd(_) => out.push_sql(")) AS r"),
        }
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<Pg> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Lower => out.push_sql("(lower(("),
            Self::LowerEnd => out.push_sql(") COLLATE \"und-x-icu\") COLLATE \"C\")"),
            Self::ForUpdate => out.push_sql("FOR UPDATE"),
            Self::SkipLocked => out.push_sql("FOR UPDATE SKIP LOCKED"),
            Self::Table(_) => out.push_sql("json_to_recordset("),
            Self::TableEnd(columns) => {
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
            Self::MaybeInt(v) => out.push_bind_param::<Nullable<BigInt>, _>(v),
            Self::MaybeText(v) => out.push_bind_param::<Nullable<Text>, _>(v),
            Self::MaybeAt(v) => out.push_bind_param::<Nullable<InstantSql>, _>(v),
            Self::Rows(_, [begin, end], json) => {
                begin.walk_ast(out.reborrow())?;
                out.push_bind_param::<Text, _>(json)?;
                end.walk_ast(out)
            }
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
        let mut rest: &str = &self.text;
        while let Some((text, mark, after)) = next_mark(rest) {
            out.push_sql(text);
            rest = after;
            let out = out.reborrow();
            match mark.split_once(": ") {
                Some(("lower", text)) => lower(text, out)?,
                Some(("rows", names)) => value(self, "", &mut used, Some(names))?.walk_ast(out)?,
                _ if mark == "for update" => Word::ForUpdate.walk_ast(out)?,
                _ if mark == "skip locked" => Word::SkipLocked.walk_ast(out)?,
                _ => value(self, mark, &mut used, None)?.walk_ast(out)?,
            }
        }
        out.push_sql(rest);
        if used.len() < self.values.len() {
            return wrong("a value without a mark", &self.text);
        }
        Ok(())
    }
}

/// What stands before the first mark, its words (none for `?`), and what comes after it.
fn next_mark(text: &str) -> Option<(&str, &str, &str)> {
    let (before, mark) = text.split_at(text.find(['?', '{'])?);
    match mark.strip_prefix('{') {
        Some(named) => named
            .split_once('}')
            .map(|(mark, after)| (before, mark, after)),
        None => mark.strip_prefix('?').map(|after| (before, "", after)),
    }
}

fn lower(text: &str, mut out: AstPass<'_, '_, MultiBackend>) -> QueryResult<()> {
    Word::Lower.walk_ast(out.reborrow())?;
    out.push_sql(text);
    Word::LowerEnd.walk_ast(out)
}

/// What a mark stands for; one without a name, for the first that was not `used`. With `columns` it
/// has to be rows that have these.
fn value<'b>(
    statement: &'b Sql,
    mark: &str,
    used: &mut BTreeSet<usize>,
    columns: Option<&str>,
) -> QueryResult<&'b Value> {
    let mut values = statement.values.iter().enumerate();
    let found = values
        .find(|(place, (name, _))| *name == mark && !(mark.is_empty() && used.contains(place)));
    let Some((place, (_, value))) = found else {
        return wrong("a mark without a value", mark);
    };
    used.insert(place);
    let known = match value {
        Value::Rows(columns, ..) => *columns,
        _ => &[],
    };
    let mut names = columns.iter().flat_map(|names| names.split(", "));
    match names.find(|name| known.iter().all(|(known, _)| known != name)) {
        Some(name) => wrong("no such column in these rows", name),
        None => Ok(value),
    }
}

fn wrong<T>(what: &str, mark: &str) -> QueryResult<T> {
    Err(QueryBuilderError(format!("{what}: {mark}").into()))
}
