//! A small disk of one's own, to be filled up or made read-only.

use messages_testing::cluster::is_root;
use messages_testing::figures::skipped;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory; dropping it unmounts it.
pub(super) struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// One of so many megabytes; `None`, said on stderr, where mounting is not allowed.
    pub(super) fn mount(megabytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m,mode=0755");
        let done = is_root()
            && run(
                &["mount", "-t", "tmpfs", "-o", &size, "tmpfs"],
                folder.path(),
            );
        if !done {
            skipped("a small disk takes root and the right to mount");
            return None;
        }
        Some(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no room for one byte more.
    pub(super) fn fill(&self) {
        let mut options = OpenOptions::new();
        let mut ballast = options
            .create(true)
            .append(true)
            .open(self.ballast())
            .unwrap();
        for size in [65536, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Makes room again.
    pub(super) fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }

    pub(super) fn read_only(&self, on: bool) {
        let how = if on { "remount,ro" } else { "remount,rw" };
        assert!(run(&["mount", "-o", how], self.path()));
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Also while somebody still has a file open on it.
        run(&["umount", "-l"], self.path());
    }
}

fn run(words: &[&str], folder: &Path) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(folder);
    command.status().is_ok_and(|status| status.success())
}
