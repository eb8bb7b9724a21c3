//! When which scripted behaviour is due.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const ALWAYS: usize = usize::MAX;

/// One behaviour, where it applies and how often still.
pub(crate) struct Rule<S, A> {
    pub(crate) stage: S,
    pub(crate) pattern: Option<String>,
    pub(crate) action: A,
    left: AtomicUsize,
}

impl<S, A> Rule<S, A> {
    /// Whether the rule was still due; uses up one turn of it.
    pub(crate) fn take(&self) -> bool {
        let next = |left: usize| match left {
            ALWAYS => Some(ALWAYS),
            left => left.checked_sub(1),
        };
        self.left.fetch_update(Relaxed, Relaxed, next).is_ok()
    }

    /// Whether no turn is left.
    pub(crate) fn spent(&self) -> bool {
        self.left.load(Relaxed) == 0
    }
}

/// Rules, the narrowest first: those with a pattern, then the counted ones, then the general
/// ones; among equals in the order of adding.
pub(crate) struct Rules<S, A>(Vec<Rule<S, A>>);

impl<S, A> Default for Rules<S, A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S, A> Rules<S, A> {
    /// Adds a rule without a limit.
    pub(crate) fn add(&mut self, stage: S, pattern: Option<&str>, action: A) {
        self.0.push(Rule {
            stage,
            pattern: pattern.map(str::to_owned),
            action,
            left: AtomicUsize::new(ALWAYS),
        });
    }

    /// Limits the rule added last to `n` turns.
    pub(crate) fn limit_last(&mut self, n: usize) {
        *self.0.last_mut().unwrap().left.get_mut() = n;
    }

    /// Puts the narrowest first, once all are there.
    pub(crate) fn sort(&mut self) {
        let width = |rule: &Rule<S, A>| (rule.pattern.is_none(), rule.left.load(Relaxed) == ALWAYS);
        self.0.sort_by_key(width);
    }

    /// The rules in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule<S, A>> {
        self.0.iter()
    }
}
