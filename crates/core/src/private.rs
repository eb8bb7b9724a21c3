//! Files and folders for their owner only, that outlive a power cut.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// To write a file that is its owner's only from its first byte on, if it is a new one.
#[must_use]
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder for its owner only, unless it is there. It and its name outlive a power cut.
pub(crate) fn folder(folder: &Path) -> io::Result<()> {
    let is_new = !folder.exists();
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if is_new {
        sync_folder(folder)?;
        // The one above may be closed to us; then it was there before.
        sync_folder(above(folder)).ok();
    }
    Ok(())
}

/// The folder that something is in.
pub(crate) fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    }
}

/// Names in a folder outlive a power cut from now on. (Windows has no such thing.)
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// What is in a file outlives a power cut from now on.
#[cfg(feature = "sqlite")]
pub(crate) fn sync(file: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(file)?.sync_all()
}

/// Writes a small file at once: whoever reads it sees the old or the new.
pub(crate) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut early = file.as_os_str().to_owned();
    early.push(format!(".{}", std::process::id()));
    let early = Path::new(&early);
    // One that a killed program left is not added to: its number comes again.
    let written = options()
        .truncate(true)
        .open(early)
        .and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes()))
        .and_then(|()| fs::rename(early, file));
    if written.is_err() {
        fs::remove_file(early).ok();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_program_left_is_not_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nombre");
        let left = format!("nombre.{}", std::process::id());
        fs::write(
            folder.path().join(left),
            "la moitié de ce qui a été et plus",
        )
        .unwrap();
        replace(&file, "2").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");
        replace(&file, "3").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "3");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
