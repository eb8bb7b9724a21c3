//! Which part of a list is asked for, in the two ways of Django REST framework.

use crate::drf::{ApiError, Query, python_int};

/// Most objects of one page, however many are asked for: a page is built in memory.
const LONGEST_PAGE: i64 = 1000;

/// The part of a list that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Window {
    /// A page of this size; `None` is the last one.
    Page { number: Option<i64>, size: i64 },
    /// So many from a place on.
    Limit { limit: i64, offset: i64 },
}

impl Window {
    /// `?page=2`, `?page=last`, `&page_size=100`; a size that is none counts as not said.
    pub(super) fn page(query: &Query, size: i64) -> Result<Self, ApiError> {
        let asked = query.said("page_size").and_then(python_int);
        let asked = asked.filter(|size| *size > 0);
        let size = asked.map_or(size, |asked| asked.min(LONGEST_PAGE));
        let number = match query.said("page") {
            None => Some(1),
            Some("last") => None,
            Some(text) => Some(
                python_int(text)
                    .filter(|number| *number > 0)
                    .ok_or(ApiError::NoPage)?,
            ),
        };
        Ok(Self::Page { number, size })
    }

    /// `?limit=50&offset=50`; what is no number counts as not said.
    pub(super) fn limit(query: &Query, size: i64) -> Self {
        let number = |name| query.said(name).and_then(python_int);
        Self::Limit {
            limit: number("limit")
                .filter(|n| *n > 0)
                .map_or(size, |n| n.min(LONGEST_PAGE)),
            offset: number("offset").filter(|n| *n >= 0).unwrap_or(0),
        }
    }

    /// First place and size, once the number of objects is known.
    pub(super) fn bounds(self, count: i64) -> Result<(i64, i64), ApiError> {
        match self {
            Self::Limit { limit, offset } => Ok((offset, limit)),
            Self::Page { number, size } => {
                let pages = (count.max(1) - 1) / size + 1;
                let number = number.unwrap_or(pages);
                if number > pages {
                    return Err(ApiError::NoPage);
                }
                Ok(((number - 1) * size, size))
            }
        }
    }

    /// The queries of the next and the previous part.
    pub(super) fn neighbours(self, query: &Query, from: i64, count: i64) -> [Option<String>; 2] {
        match self {
            Self::Page { size, .. } => {
                let number = from / size + 1;
                let page = |number: i64| query.with(&[("page", Some(number.to_string()))]);
                let next = (from + size < count).then(|| page(number + 1));
                let previous = match number {
                    1 => None,
                    2 => Some(query.with(&[("page", None)])),
                    _ => Some(page(number - 1)),
                };
                [next, previous]
            }
            Self::Limit { limit, offset } => {
                let limited = |offset: Option<i64>| {
                    query.with(&[
                        ("limit", Some(limit.to_string())),
                        ("offset", offset.map(|offset| offset.to_string())),
                    ])
                };
                let after = offset.saturating_add(limit);
                let next = (after < count).then(|| limited(Some(after)));
                let previous = (offset > 0).then(|| {
                    let before = offset.saturating_sub(limit);
                    limited((before > 0).then_some(before))
                });
                [next, previous]
            }
        }
    }
}
