//! A folder on a disk that forgets what was not synced. The model is described in `shim.c`.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

const SHIM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/faults/power/shim.c");

/// Synced late: what the promise does not survive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    Synced,
    Late,
}

/// The folder, and the shadow that survives.
pub(super) struct Disk {
    base: tempfile::TempDir,
}

impl Disk {
    /// An empty one; `None`, said on stderr, without a C compiler.
    pub(super) fn new() -> Option<Self> {
        let base = tempfile::tempdir().unwrap();
        let disk = Self { base };
        fs::create_dir(disk.folder()).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]);
        let Ok(made) = cc.arg(disk.at("shim.so")).arg(SHIM).status() else {
            messages_testing::figures::skipped("there is no C compiler (Debian: gcc, libc6-dev)");
            return None;
        };
        assert!(made.success());
        Some(disk)
    }

    /// What is on the disk.
    pub(super) fn folder(&self) -> PathBuf {
        self.at("disk")
    }

    /// Puts a program on this disk.
    pub(super) fn dress(&self, command: &mut Command, log: Log) {
        command
            .env("LD_PRELOAD", self.at("shim.so"))
            .env("POWER_WATCH", self.folder())
            .env("POWER_SHADOW", self.at("shadow"));
        if log == Log::Late {
            command.env("POWER_WEAK", "1");
        }
    }

    /// Everything that is there now is synced. (Nobody may be at work.)
    pub(super) fn settle(&self) {
        fs::remove_dir_all(self.at("shadow")).ok();
        fs::create_dir(self.at("shadow")).unwrap();
        self.keep(&self.folder());
    }

    /// The power goes and comes back. (Everybody is dead.)
    pub(super) fn cut(&self) {
        let root = key(&fs::metadata(self.folder()).unwrap());
        let restored = self.restore(&root, &self.at("restored"));
        assert_eq!(
            restored,
            self.synced_folders(),
            "a folder was synced, but not its name"
        );
        fs::remove_dir_all(self.folder()).unwrap();
        fs::rename(self.at("restored"), self.folder()).unwrap();
    }

    fn at(&self, name: &str) -> PathBuf {
        self.base.path().join(name)
    }

    fn shadow(&self, name: &str) -> PathBuf {
        self.at("shadow").join(name)
    }

    fn keep(&self, folder: &Path) {
        let mut names = String::new();
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let data = entry.metadata().unwrap();
            let name = entry.file_name().into_string().unwrap();
            names.extend([&key(&data), " ", &name, "\n"]);
            if data.is_dir() {
                self.keep(&entry.path());
            } else {
                fs::copy(entry.path(), self.shadow(&key(&data))).unwrap();
            }
        }
        let list = format!("{}.names", key(&fs::metadata(folder).unwrap()));
        fs::write(self.shadow(&list), names).unwrap();
    }

    /// Nobody removes a folder here.
    fn synced_folders(&self) -> usize {
        let names = fs::read_dir(self.at("shadow")).unwrap();
        let names = names.map(|entry| entry.unwrap().path());
        names
            .filter(|path| path.extension().is_some_and(|end| end == "names"))
            .count()
    }

    /// A folder as it was synced, and how many folders that makes. A name whose file was never
    /// synced is an empty file.
    fn restore(&self, folder: &str, to: &Path) -> usize {
        let mut folders = 1;
        fs::create_dir(to).unwrap();
        let names = fs::read_to_string(self.shadow(&format!("{folder}.names"))).unwrap();
        for line in names.lines() {
            let (key, name) = line.split_once(' ').unwrap();
            if self.shadow(&format!("{key}.names")).exists() {
                folders += self.restore(key, &to.join(name));
            } else {
                let bytes = fs::read(self.shadow(key)).unwrap_or_default();
                fs::write(to.join(name), bytes).unwrap();
            }
        }
        folders
    }
}

/// As `shim.c` has it.
fn key(data: &Metadata) -> String {
    let born = data.created().unwrap().duration_since(UNIX_EPOCH).unwrap();
    format!(
        "{}-{}.{:09}",
        data.ino(),
        born.as_secs(),
        born.subsec_nanos()
    )
}
