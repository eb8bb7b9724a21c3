//! A long list, page by page.

use crate::drf::Query;

/// Rows of one page.
pub(super) const SIZE: i64 = 50;

/// The page that is asked for.
pub(super) fn asked(query: &Query) -> i64 {
    let page = query.said("page").and_then(|text| text.parse().ok());
    page.unwrap_or(1).clamp(1, i64::MAX / SIZE)
}

/// Which page this is, and where the pages beside it are.
pub(super) struct Pager {
    pub(super) page: i64,
    pub(super) pages: i64,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Pager {
    /// Of a list of `count` rows at this path.
    pub(super) fn of(path: &str, query: &Query, count: i64) -> Self {
        let page = asked(query);
        let pages = (count.max(1) - 1) / SIZE + 1;
        let link =
            |page: i64| format!("{path}?{}", query.with(&[("page", Some(page.to_string()))]));
        Self {
            page,
            pages,
            before: (page > 1).then(|| link((page - 1).min(pages))),
            after: (page < pages).then(|| link(page + 1)),
        }
    }
}
