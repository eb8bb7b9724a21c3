//! Which messages a search finds.
//!
//! Both databases keep what is searched of each message in a table `recherche`, and an index of its
//! pieces of three letters. PostgreSQL chooses itself when to ask the index. SQLite is asked in two
//! steps: the index names messages that may be meant, and their texts are then compared letter by
//! letter; where it names many, the first in the order of the list are soon found without it.

use crate::store::backend::MultiBackend;
use crate::store::search::{patterns, terms_of};
use crate::store::{Conn, Error};
use diesel::expression::{AppearsOnTable, ValidGrouping, is_aggregate};
#[cfg(feature = "postgres")]
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
#[cfg(feature = "sqlite")]
use diesel::sqlite::Sqlite;
use diesel::{Expression, QueryResult, SelectableExpression};

/// Of a message: each of the patterns is found in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Holds {
    patterns: Vec<String>,
    /// The messages that may be meant, as JSON, where their index was asked.
    #[cfg(feature = "sqlite")]
    among: Option<String>,
}

/// None when there can be no message with all of these terms.
#[cfg_attr(
    not(feature = "sqlite"),
    expect(clippy::unnecessary_wraps, reason = "SQLite's index is asked first")
)]
pub(super) fn holds(conn: &mut Conn, terms: &[String]) -> Result<Option<Holds>, Error> {
    let terms = terms_of(terms);
    let Some(patterns) = patterns(&terms) else {
        return Ok(None);
    };
    #[cfg(not(feature = "sqlite"))]
    let _ = conn;
    Ok(Some(Holds {
        #[cfg(feature = "sqlite")]
        among: if conn.is_postgres() {
            None
        } else {
            pieces::among(conn, &terms)?
        },
        patterns,
    }))
}

impl Expression for Holds {
    type SqlType = Bool;
}

impl<QS> SelectableExpression<QS> for Holds {}

impl<QS> AppearsOnTable<QS> for Holds {}

impl<GB> ValidGrouping<GB> for Holds {
    type IsAggregate = is_aggregate::Never;
}

impl QueryId for Holds {
    type QueryId = ();
    // Prepared statements are kept by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<MultiBackend> for Holds {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<Pg> for Holds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("messages.id IN (SELECT message FROM recherche WHERE TRUE");
        for pattern in &self.patterns {
            out.push_sql(r" AND mots LIKE sans_accents(");
            out.push_bind_param::<Text, _>(pattern)?;
            out.push_sql(r") ESCAPE '\'");
        }
        out.push_sql(")");
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
impl QueryFragment<Sqlite> for Holds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("(TRUE");
        if let Some(among) = &self.among {
            out.push_sql(" AND messages.id IN (SELECT value FROM json_each(");
            out.push_bind_param::<Text, _>(among)?;
            out.push_sql("))");
        }
        for pattern in &self.patterns {
            out.push_sql(" AND sans_accents((SELECT mots FROM recherche_mots WHERE message = messages.id)) LIKE sans_accents(");
            out.push_bind_param::<Text, _>(pattern)?;
            out.push_sql(r") ESCAPE '\'");
        }
        out.push_sql(")");
        Ok(())
    }
}

/// What SQLite's index of pieces is asked.
#[cfg(feature = "sqlite")]
mod pieces {
    use crate::store::search::folded;
    use crate::store::{Conn, Error};
    use diesel::dsl::sql;
    use diesel::sql_types::{BigInt, Text};
    use std::collections::BTreeSet;

    /// So many texts are compared sooner than the list is gone through.
    const FEW: usize = 10_000;

    /// Each one makes the question longer, and after some they rule nothing more out.
    const PIECES: usize = 60;

    /// The messages with all pieces of the terms, as a JSON array; none when there are many, or no
    /// piece.
    pub(super) fn among(conn: &mut Conn, terms: &[String]) -> Result<Option<String>, Error> {
        let pieces: BTreeSet<String> = terms
            .iter()
            .flat_map(|term| of(term))
            .take(PIECES)
            .collect();
        if pieces.is_empty() {
            return Ok(None);
        }
        let pieces: Vec<String> = pieces.into_iter().collect();
        let found = sql::<BigInt>("SELECT rowid FROM recherche WHERE recherche MATCH ")
            .bind::<Text, _>(pieces.join(" AND "))
            .sql(&format!(" LIMIT {}", FEW + 1));
        let found: Vec<i64> = conn.load(found)?;
        Ok((found.len() <= FEW).then(|| format!("{found:?}")))
    }

    /// Every three letters of a term, in quotes, that the index knows in the same form.
    fn of(term: &str) -> Vec<String> {
        let letters: Vec<char> = folded(term).chars().collect();
        let pieces = letters
            .windows(3)
            .filter(|piece| piece.iter().copied().all(is_known));
        let quoted = pieces.map(|piece| piece.iter().collect::<String>().replace('"', "\"\""));
        quoted.map(|piece| format!("\"{piece}\"")).collect()
    }

    /// SQLite's table of small and large letters is older than Rust's: the usual Latin, Greek and
    /// Cyrillic ones are the same in both, and so is what has but one form.
    fn is_known(letter: char) -> bool {
        // An apostrophe may stand there in another form.
        if letter == '\'' {
            return false;
        }
        let is_usual =
            matches!(letter, '\u{1}'..'\u{180}' | '\u{391}'..'\u{3ca}' | '\u{400}'..'\u{460}');
        is_usual || letter.to_uppercase().eq([letter])
    }
}
