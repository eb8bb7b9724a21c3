//! The texts at hand, so that a message to a thousand parents is read once.

use crate::model::Content;
use crate::store::envois::Announced;
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
    pub(super) fn of(&self, envoi: &Announced) -> Option<Arc<Content>> {
        let (version, content) = self.0.get(&envoi.message)?;
        (*version == envoi.version).then(|| Arc::clone(content))
    }

    /// The messages whose texts have to be read.
    pub(super) fn missing(&self, announced: &[Announced]) -> Vec<i64> {
        let missing = announced.iter().filter(|envoi| self.of(envoi).is_none());
        let ids: BTreeSet<i64> = missing.map(|envoi| envoi.message).collect();
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
