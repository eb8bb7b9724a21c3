//! The file that an office hands over, with those that belong to it.

use super::fold::name_key;
use std::io::Read;
use std::path::{Path, PathBuf};

/// No directory is larger than this.
const SIZE_MAX: u64 = 64 * 1024 * 1024;

/// Other files of a folder than these are no part of a directory.
const ENDINGS: [&str; 5] = ["csv", "txt", "xml", "xlsx", "ods"];

/// One or several files, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub(super) files: Vec<File>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Its name without the folder, as [`name_key`] writes it.
    pub(super) key: String,
    pub(super) bytes: Vec<u8>,
}

impl Source {
    /// A file in memory.
    #[must_use]
    pub fn of(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            files: vec![File {
                key: name_key(name),
                bytes: bytes.into(),
            }],
        }
    }

    /// Files in memory, as a folder has them.
    #[must_use]
    pub fn all(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let file = |(name, bytes): (String, Vec<u8>)| File {
            key: name_key(&name),
            bytes,
        };
        Self {
            files: files.into_iter().map(file).collect(),
        }
    }

    /// A file with the pupils' file beside it where its format has two, or all files of a folder.
    ///
    /// # Errors
    /// Why it cannot be read, in French.
    pub fn read(path: &Path) -> Result<Self, String> {
        let told = |path: &Path, error: std::io::Error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "fichier introuvable".to_owned(),
                std::io::ErrorKind::PermissionDenied => "lecture interdite".to_owned(),
                _ => error.to_string(),
            };
            format!("{} : {why}", path.display())
        };
        let metadata = std::fs::metadata(path).map_err(|error| told(path, error))?;
        let paths = if metadata.is_dir() {
            inside(path).map_err(|error| told(path, error))?
        } else {
            let mut paths = vec![path.to_owned()];
            paths.extend(beside(path));
            paths
        };
        if paths.is_empty() {
            return Err(format!(
                "{} : aucun fichier d'annuaire dans ce dossier",
                path.display()
            ));
        }
        let mut files = Vec::new();
        for path in paths {
            let bytes = bounded(&path).map_err(|error| told(&path, error))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push(File {
                key: name_key(&name),
                bytes,
            });
        }
        Ok(Self { files })
    }

    /// The first file whose name has these letters.
    pub(super) fn named(&self, part: &str) -> Option<&File> {
        self.files.iter().find(|file| file.key.contains(part))
    }
}

fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("ce n'est pas un fichier"));
    }
    file.take(SIZE_MAX + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SIZE_MAX {
        return Err(std::io::Error::other(
            "plus de 64 Mo : ce n'est pas un annuaire",
        ));
    }
    Ok(bytes)
}

fn inside(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if ENDINGS.contains(&ending.as_str()) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The pupils' file of a file of `responsables`.
fn beside(path: &Path) -> Option<PathBuf> {
    let key = |path: &Path| name_key(&path.file_name().unwrap_or_default().to_string_lossy());
    if !key(path).contains("responsable") {
        return None;
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let others = inside(folder.unwrap_or(Path::new("."))).ok()?;
    let same = |other: &PathBuf| {
        other.extension() == path.extension()
            && key(other).contains("eleve")
            && !key(other).contains("responsable")
    };
    others.into_iter().find(same)
}
