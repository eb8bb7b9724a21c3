//! The answers of peers on a local file, from the moment they are heard until they are committed.
//!
//! Between a peer's answer and the commit of the result a run can die, or lose its database. The
//! database alone would then call an SMS uncertain although its answer was here. So each sender
//! writes the answer down before it tells anybody, and the next run on this machine reads what a
//! dead one left.
//!
//! One file a run, `PASSAGE.jsonl`, held by a lock for as long as the run lives and removed when
//! everything in it is recorded. One answer a line, between two line ends, so that a line that
//! was torn in the middle spoils none but itself. No address, no name and none of a peer's words:
//! numbers, tokens and codes only.
//!
//! It is there for runs that are killed, whose written bytes the system keeps. Nothing is forced to
//! the disk: a power cut takes the last answers along, and the database then says of them what it says
//! of every answer that was lost (an SMS is uncertain, an e-mail leaves again). A sync before each
//! commit narrowed that by the milliseconds until the commit's own: over the power cuts of the fault
//! suite nothing that could be counted.

use crate::channel::{Answer, Delivery};
use crate::digest::sha256;
use crate::logging::SAID;
use crate::private;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An answer with what it is the answer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// The message's random key: an envoi of the same number in another database is not meant.
    pub(super) cle: String,
    /// Number of the envoi.
    pub(super) envoi: i64,
    /// Token under which it was sent.
    pub(super) jeton: i64,
    /// Of its address, see [`imprint`]; empty in what an older program wrote.
    #[serde(default)]
    pub(super) empreinte: String,
    /// What the peer said.
    #[serde(flatten)]
    pub(super) answer: Answer,
}

/// Tells one address of a message from another, in a database that went back in time and gave the number
/// of the envoi once more. Without the message's key, which stays in the database, it tells nothing.
pub(super) fn imprint(cle: &str, adresse: &str) -> String {
    let text = format!("{cle} {}", adresse.to_lowercase());
    format!("{:.16}", sha256(text.as_bytes()))
}

/// The journal of one run, shared by its senders.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<File>,
    answered: usize,
    heard: usize,
    told: bool,
}

impl Journal {
    /// Of the run `passage`; the file is made with the first answer.
    pub(super) fn new(folder: &Path, passage: &str) -> Self {
        Self {
            path: folder.join(format!("{passage}.jsonl")),
            state: Mutex::default(),
        }
    }

    /// Writes an answer down. Sending goes on when it cannot be written.
    pub(super) fn append(&self, delivery: &Delivery, answer: &Answer) {
        let line = Line {
            cle: delivery.content.cle.clone(),
            envoi: delivery.id,
            jeton: delivery.jeton,
            empreinte: imprint(&delivery.content.cle, &delivery.adresse),
            answer: answer.clone(),
        };
        // Texts and numbers: their serialisation cannot fail.
        let json = serde_json::to_string(&line).unwrap_or_default();
        let mut state = self.lock();
        state.answered += 1;
        if let Err(error) = state.write(&self.path, format!("\n{json}\n").as_bytes()) {
            state.complain(&self.path, &error);
        }
    }

    /// The dispatcher has heard an answer.
    pub(super) fn heard(&self) {
        self.lock().heard += 1;
    }

    /// Ends the journal of a run that has recorded what it heard: removed, unless it holds an answer
    /// that came too late to be heard; the next run reads it then.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        if state.file.is_some() && state.answered <= state.heard {
            // What stays behind is read once more and changes nothing.
            std::fs::remove_file(&self.path).ok();
            state.file = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(create(path)?);
        }
        self.file
            .as_mut()
            .map_or(Ok(()), |file| file.write_all(bytes))
    }

    /// Once for each run, in the log: whoever is needed is told of the incident.
    fn complain(&mut self, path: &Path, error: &io::Error) {
        if !self.told {
            self.told = true;
            log::error!(
                target: SAID,
                "MESSAGES_JOURNAL {} : {error} ; les envois continuent",
                path.display()
            );
        }
    }
}

/// For its owner only, and held until the run ends: that is how the next run knows.
fn create(path: &Path) -> io::Result<File> {
    private::folder(private::above(path))?;
    // Under its name only once it is held, or a run might take it for a dead one's.
    let early = path.with_extension("new");
    // Read too, or Windows does not lock it.
    let file = private::options().append(true).read(true).open(&early)?;
    file.lock()?;
    std::fs::rename(&early, path)?;
    Ok(file)
}

/// The journals in a folder, of living and of dead runs, the oldest first.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    files
}

/// The journal of a run that is dead, held so that no other run reads it too.
#[derive(Debug)]
pub(super) struct LeftOver {
    path: PathBuf,
    file: File,
    /// The answers in it.
    pub(super) lines: Vec<Line>,
}

impl LeftOver {
    /// Reads a journal, unless its run lives.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(path: PathBuf) -> io::Result<Option<Self>> {
        let mut file = File::open(&path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let lines = read(&text);
        Ok(Some(Self { path, file, lines }))
    }

    /// The run that wrote it.
    pub(super) fn passage(&self) -> String {
        let stem = self.path.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    }

    /// How long ago something was written to it.
    pub(super) fn age(&self) -> std::time::Duration {
        let modified = self.file.metadata().and_then(|data| data.modified());
        let age = modified.ok().and_then(|at| at.elapsed().ok());
        age.unwrap_or_default()
    }

    /// Removes it: everything in it is committed.
    pub(super) fn remove(self) {
        // What stays behind is read once more and changes nothing.
        std::fs::remove_file(&self.path).ok();
    }
}

/// Lines that were torn or are not ours are passed over.
fn read(text: &[u8]) -> Vec<Line> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::About;
    use crate::channel::email_tests::delivery;
    use crate::vocabulary::{Cause, Verdict};

    fn lines(path: &Path) -> Vec<i64> {
        let left_over = LeftOver::open(path.to_owned()).unwrap().unwrap();
        left_over.lines.iter().map(|line| line.envoi).collect()
    }

    #[test]
    fn what_is_written_reads_back_once_the_run_is_dead() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        let journal = Journal::new(&folder, "a");
        assert!(files(&folder).is_empty());
        let answer = Answer {
            detail: Some("awa@example.org is over quota".to_owned()),
            ..Answer::given_up(crate::channel::Stage::Body)
        };
        journal.append(&delivery("x", "y"), &answer);
        let found = files(&folder);
        assert_eq!(found, [folder.join("a.jsonl")]);
        assert!(LeftOver::open(found[0].clone()).unwrap().is_none(), "alive");
        let text = std::fs::read_to_string(&found[0]).unwrap();
        assert!(!text.contains("awa"), "a peer's words are not kept: {text}");
        drop(journal);
        let left_over = LeftOver::open(found[0].clone()).unwrap().unwrap();
        let line = &left_over.lines[0];
        assert_eq!((line.cle.as_str(), line.envoi, line.jeton), ("abc", 7, 1));
        let kept = Answer {
            detail: None,
            ..answer
        };
        assert_eq!(line.answer, kept);
        assert!(LeftOver::open(found[0].clone()).unwrap().is_none(), "held");
        left_over.remove();
        assert!(files(&folder).is_empty());
    }

    #[test]
    fn whom_an_answer_concerns_is_kept_and_older_lines_are_read_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path(), "a");
        let answers = [Cause::Limite, Cause::Expediteur]
            .map(|cause| Answer::accepted(None).put_back(cause))
            .into_iter()
            .chain([Answer::panicked()]);
        for answer in answers.clone() {
            journal.append(&delivery("x", "y"), &answer);
        }
        drop(journal);
        let text = std::fs::read(folder.path().join("a.jsonl")).unwrap();
        let kept = read(&text).into_iter().map(|line| line.answer.about);
        assert!(kept.eq(answers.map(|answer| answer.about)));
        let older = r#"{"cle":"abc","envoi":7,"jeton":1,"verdict":"temporaire","code":"421",
            "reference":null,"unreached":true,"slow":false,"panicked":false}"#;
        let older = read(older.replace('\n', "").as_bytes());
        let answer = &older[0].answer;
        assert_eq!(
            (answer.verdict, answer.about),
            (Verdict::Temporaire, About::Envoi)
        );
    }

    #[test]
    fn a_line_that_was_torn_anywhere_spoils_none_but_itself() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path(), "a");
        let answer = Answer::accepted(Some("é\n".to_owned()));
        journal.append(&delivery("x", "y"), &answer);
        drop(journal);
        let path = folder.path().join("a.jsonl");
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() - 1 {
            let torn = [&whole[..cut], &whole].concat();
            std::fs::write(&path, torn).unwrap();
            assert_eq!(lines(&path), [7], "cut at {cut}");
        }
    }

    #[test]
    fn it_goes_with_its_run_unless_an_answer_came_too_late_to_be_heard() {
        let folder = tempfile::tempdir().unwrap();
        for (heard, left) in [(2, 0), (1, 1)] {
            let journal = Journal::new(folder.path(), "a");
            for _ in 0..2 {
                journal.append(&delivery("x", "y"), &Answer::accepted(None));
            }
            (0..heard).for_each(|_| journal.heard());
            journal.close();
            assert_eq!(files(folder.path()).len(), left);
        }
    }
}
