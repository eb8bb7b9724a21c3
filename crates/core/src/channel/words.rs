//! Whether a peer's words name one of the things of a list.
//!
//! A line of a list is found when all its parts, between `+`, are in the words; of a part's
//! variants, between `|`, one is enough; a part after `!` must not be there.

/// Whether one of the lines is found in words of small letters without accents.
pub(super) fn is_named(words: &str, list: &[&str]) -> bool {
    let has = |part: &str| match part.strip_prefix('!') {
        Some(absent) => !words.contains(absent),
        None => part.split('|').any(|way| words.contains(way)),
    };
    list.iter().any(|line| line.split('+').all(has))
}
