//! The texts at hand, so that a message to a thousand parents is read once.

use crate::model::Content;
use crate::store::envois::Granted;
use crate::store::messages::Text;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// So many are kept.
const MAX: usize = 1000;

/// Texts by the number of their message, each with its version: staff may have corrected a message
/// that failed and programmed it again while this run lives.
#[derive(Default)]
pub(super) struct Contents(HashMap<i64, (i64, Arc<Content>)>);

impl Contents {
    /// The text that stood when the envoi was announced, if it is at hand.
    pub(super) fn of(&self, granted: &Granted) -> Option<Arc<Content>> {
        let (version, content) = self.0.get(&granted.message)?;
        (*version == granted.version).then(|| Arc::clone(content))
    }

    /// The messages whose texts have to be read.
    pub(super) fn missing(&self, granted: &[Granted]) -> Vec<i64> {
        let missing = granted.iter().filter(|granted| self.of(granted).is_none());
        let ids: BTreeSet<i64> = missing.map(|granted| granted.message).collect();
        ids.into_iter().collect()
    }

    /// Takes in what was read.
    pub(super) fn keep(&mut self, texts: Vec<Text>) {
        if self.0.len() > MAX {
            self.0.clear();
        }
        let kept = texts
            .into_iter()
            .map(|text| (text.content.id, (text.version, Arc::new(text.content))));
        self.0.extend(kept);
    }
}
