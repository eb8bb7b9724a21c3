use super::*;
use std::thread;
use tempfile::TempDir;

fn settings(folder: &TempDir, max: Option<u64>, keep: u32) -> Log {
    Log {
        file: folder.path().join("journal.log"),
        level: log::LevelFilter::Info,
        max,
        keep,
    }
}

/// The lines of the files with these suffixes.
fn lines(log: &Log, suffixes: &[&str]) -> Vec<String> {
    let texts = suffixes.iter().map(|suffix| {
        let name = format!("{}{suffix}", log.file.display());
        fs::read_to_string(name).unwrap_or_else(|_| "aucun\n".to_owned())
    });
    texts
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

fn write(log: &Log, line: &str) {
    let mut file = LogFile::open(log, &Arc::default()).unwrap();
    writeln!(file, "{line}").unwrap();
}

#[test]
fn a_full_file_makes_room_and_the_oldest_goes() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, Some(4), 2);
    for line in ["un et", "deux", "trois", "quatre"] {
        write(&log, line);
    }
    assert_eq!(
        lines(&log, &["", ".1", ".2", ".3"]),
        ["quatre", "trois", "deux", "aucun"]
    );
}

#[test]
fn without_a_size_it_is_let_grow() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, None, 2);
    for line in ["un", "deux"] {
        write(&log, line);
    }
    assert_eq!(lines(&log, &["", ".1"]), ["un", "deux", "aucun"]);
}

#[test]
fn a_file_that_was_moved_is_let_go_of_when_told() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, None, 2);
    let moved = Arc::new(AtomicBool::new(false));
    let mut file = LogFile::open(&log, &moved).unwrap();
    writeln!(file, "un").unwrap();
    fs::rename(&log.file, numbered(&log.file, &"hier")).unwrap();
    writeln!(file, "deux").unwrap();
    moved.store(true, Ordering::Relaxed);
    writeln!(file, "trois").unwrap();
    assert_eq!(lines(&log, &[".hier", ""]), ["un", "deux", "trois"]);
}

#[test]
fn one_that_was_moved_or_removed_is_found_out() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, None, 2);
    let mut file = LogFile::open(&log, &Arc::default()).unwrap();
    fs::remove_file(&log.file).unwrap();
    thread::sleep(LOOK);
    writeln!(file, "un").unwrap();
    assert_eq!(lines(&log, &[""]), ["un"]);
}

#[test]
fn of_several_writers_no_line_is_lost() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, Some(2000), 99);
    thread::scope(|scope| {
        for writer in 0..8 {
            let log = &log;
            scope.spawn(move || {
                // Each looks before every line.
                let moved = Arc::new(AtomicBool::new(false));
                let mut file = LogFile::open(log, &moved).unwrap();
                for line in 0..500 {
                    moved.store(true, Ordering::Relaxed);
                    file.write_all(format!("{writer} {line:015}\n").as_bytes())
                        .unwrap();
                }
            });
        }
    });
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    let suffixes: Vec<String> = (1..files.len())
        .map(|number| format!(".{number}"))
        .collect();
    let suffixes: Vec<&str> = [""]
        .into_iter()
        .chain(suffixes.iter().map(String::as_str))
        .collect();
    let mut found = lines(&log, &suffixes);
    found.retain(|line| line != "aucun");
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 8 * 500);
    assert!(files.len() > 5, "{} files", files.len());
}

#[cfg(unix)]
#[test]
fn others_may_not_read_it() {
    let folder = TempDir::new().unwrap();
    let log = settings(&folder, None, 2);
    write(&log, "un");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&log.file).unwrap().permissions());
    assert_eq!(mode & 0o007, 0);
}
