//! The texts at hand, so that a message to a thousand parents is read once; and the files of a few of them.

use crate::channel::Attached;
use crate::model::Content;
use crate::store::envois::Announced;
use crate::store::messages::Text;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// So many are kept.
const MAX: usize = 1000;

/// So many bytes of files are kept: those of two messages at least.
const FILES_MAX: usize = 32 * 1024 * 1024;

/// What a message says, with its files.
type Said = (Arc<Content>, Option<Arc<Attached>>);

/// A text at hand.
struct Kept {
    version: i64,
    content: Arc<Content>,
    has_files: bool,
}

/// Texts by the number of their message, each with its version: staff may have corrected a message
/// that failed and programmed it again while this run lives.
#[derive(Default)]
pub(super) struct Contents {
    texts: HashMap<i64, Kept>,
    /// By their message, those that were read last behind the others.
    files: Vec<(i64, Arc<Attached>)>,
}

impl Contents {
    /// The text that stood when the envoi was announced, if it is at hand.
    pub(super) fn of(&self, envoi: &Announced) -> Option<Said> {
        let kept = self.texts.get(&envoi.message)?;
        let mut files = self.files.iter();
        let files = files.find(|(message, _)| *message == envoi.message);
        let files = files.map(|(_, files)| Arc::clone(files));
        let is_whole = kept.version == envoi.version && kept.has_files == files.is_some();
        is_whole.then(|| (Arc::clone(&kept.content), files))
    }

    /// The messages whose texts have to be read.
    pub(super) fn missing(&self, announced: &[Announced]) -> Vec<i64> {
        let missing = announced.iter().filter(|envoi| self.of(envoi).is_none());
        let ids: BTreeSet<i64> = missing.map(|envoi| envoi.message).collect();
        ids.into_iter().collect()
    }

    /// Takes in what was read.
    pub(super) fn keep(&mut self, texts: Vec<Text>, files: Vec<(i64, Attached)>) {
        if self.texts.len() > MAX {
            self.texts.clear();
        }
        for text in &texts {
            self.files
                .retain(|(message, _)| *message != text.content.id);
        }
        let files = files.into_iter();
        self.files
            .extend(files.map(|(message, files)| (message, Arc::new(files))));
        for Text { version, content } in texts {
            let has_files = self.files.iter().any(|(message, _)| *message == content.id);
            let (id, content) = (content.id, Arc::new(content));
            let kept = Kept {
                version,
                content,
                has_files,
            };
            self.texts.insert(id, kept);
        }
    }

    /// Once what was announced is handed over: most files are not needed any more, or with who sends them.
    pub(super) fn let_go(&mut self) {
        let mut kept = 0;
        let stay = self.files.iter().rev().take_while(|(_, files)| {
            kept += files.len();
            kept <= FILES_MAX
        });
        let rest = self.files.len() - stay.count();
        self.files.drain(..rest);
    }
}
