//! Words of the vocabularies written out in a statement instead of bound to it, and what else
//! diesel's builder lacks a name for.
//!
//! A partial index (`WHERE statut = 'programme'`) answers only a statement that says the same word:
//! of a bound value SQLite never knows that it is this word, nor does PostgreSQL in a plan that it
//! keeps.

use crate::instant::InstantSql;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{Expression, QueryResult, SelectableExpression};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The text, or another where there is none.
    #[sql_name = "coalesce"]
    fn text_or(texte: Nullable<Text>, autre: Text) -> Text;

    /// The moment, or another where there is none.
    #[sql_name = "coalesce"]
    fn instant_or(instant: Nullable<InstantSql>, autre: InstantSql) -> InstantSql;

    /// The text in small letters as far as they are ASCII, as the index of addresses has it.
    fn lower(texte: Nullable<Text>) -> Nullable<Text>;
}

diesel::infix_operator!(IsIn, " IN ");
diesel::infix_operator!(IsDistinctFrom, " IS DISTINCT FROM ");

/// The sum of a column, 0 of no rows: the builder's own is a numeric, which SQLite does not have.
#[derive(Debug, Clone, Copy, QueryId, ValidGrouping)]
#[diesel(aggregate)]
pub(super) struct Sum<C>(pub(super) C);

impl<C: Expression> Expression for Sum<C> {
    type SqlType = BigInt;
}

impl<DB: Backend, C: QueryFragment<DB>> QueryFragment<DB> for Sum<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CAST(coalesce(sum(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("), 0) AS BIGINT)");
        Ok(())
    }
}

impl<QS, C: SelectableExpression<QS>> SelectableExpression<QS> for Sum<C> {}

impl<QS, C: AppearsOnTable<QS>> AppearsOnTable<QS> for Sum<C> {}

/// See [`word`].
#[derive(Debug, Clone)]
pub(super) struct Literal(Vec<&'static str>);

/// A word, to compare a column with.
pub(super) fn word(word: impl Into<&'static str>) -> Literal {
    Literal(vec![word.into()])
}

/// True when the column holds one of these words.
pub(super) fn is_one_of<C, W>(column: C, words: &[W]) -> IsIn<C, Literal>
where
    W: Copy + Into<&'static str>,
{
    let words = words.iter().map(|word| (*word).into()).collect();
    IsIn::new(column, Literal(words))
}

/// Numbers written out: more than a statement may have values.
#[derive(Debug, Clone)]
pub(super) struct Numbers(pub(super) Vec<i64>);

impl Expression for Numbers {
    type SqlType = BigInt;
}

impl<DB: Backend> QueryFragment<DB> for Numbers {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // It is never asked again.
        out.unsafe_to_cache_prepared();
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        let none = if numbers.is_empty() { "NULL" } else { "" };
        out.push_sql(&format!("({none}{})", numbers.join(",")));
        Ok(())
    }
}

impl QueryId for Numbers {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<QS> SelectableExpression<QS> for Numbers {}

impl<QS> AppearsOnTable<QS> for Numbers {}

impl<GB> ValidGrouping<GB> for Numbers {
    type IsAggregate = is_aggregate::Never;
}

impl Expression for Literal {
    type SqlType = Text;
}

impl<DB: Backend> QueryFragment<DB> for Literal {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(&format!("('{}')", self.0.join("', '")));
        Ok(())
    }
}

impl QueryId for Literal {
    type QueryId = ();
    // The words belong to the text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<QS> SelectableExpression<QS> for Literal {}

impl<QS> AppearsOnTable<QS> for Literal {}

impl<GB> ValidGrouping<GB> for Literal {
    type IsAggregate = is_aggregate::Never;
}
