//! What a gateway said was left of the account.

use super::{Conn, Error};
use crate::instant::Instant;
use crate::schema::canaux::{self, table};
use crate::vocabulary::Canal;
use diesel::prelude::*;

/// What was left, and when it was told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Queryable, Selectable)]
#[diesel(table_name = canaux)]
pub struct Credit {
    /// In the gateway's own words: `152.5 crédits`, `KES 1785.50`.
    #[diesel(select_expression = canaux::credit.assume_not_null())]
    pub credit: String,
    /// When it was told.
    #[diesel(select_expression = canaux::credit_le.assume_not_null())]
    pub credit_le: Instant,
}

impl Credit {
    /// The number in it.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        let mut words = self.credit.split_whitespace();
        words.find_map(|word| word.replace(',', ".").parse().ok())
    }
}

/// What was told last, if the gateway of this database ever told it.
pub fn last(conn: &mut Conn) -> Result<Option<Credit>, Error> {
    let told = table.find(Canal::Sms).filter(canaux::credit.is_not_null());
    conn.first(
        told.filter(canaux::credit_le.is_not_null())
            .select(Credit::as_select()),
    )
}

/// Keeps what is told now; none when the gateway that is set tells nothing.
pub fn keep(conn: &mut Conn, credit: Option<&str>) -> Result<(), Error> {
    let now = conn.now()?;
    let told = (
        canaux::credit.eq(credit),
        canaux::credit_le.eq(credit.map(|_| now)),
    );
    conn.execute(diesel::update(table.find(Canal::Sms)).set(told))
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_what_gateways_say() {
        let number = |text: &str| {
            let credit_le = "2026-11-28T10:00:00Z".parse().unwrap();
            Credit {
                credit: text.to_owned(),
                credit_le,
            }
            .number()
        };
        assert_eq!(number("152.5 crédits"), Some(152.5));
        assert_eq!(number("KES 1785.50"), Some(1785.5));
        assert_eq!(number("10,28 €"), Some(10.28));
        assert_eq!(number("illimité"), None);
    }
}
