//! Relays that others wrote, as Debian packages them: Postfix (with Dovecot for its passwords), Exim
//! and OpenSMTPD, and Dovecot with a mailbox; each with what a relay asks of a school, and delivering into one Maildir.
//!
//! Each runs in mount and process namespaces of its own, with its own accounts, spool and sockets:
//! the machine's configuration is neither read nor changed, and whatever the relay started ends with
//! it. That takes root, Linux and `scripts/relays.sh`.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::{free_port, is_root};
use crate::figures::skipped;
use crate::tls;

/// Whom the relays know.
pub const USER: &str = "ecole";
/// What they know them by.
pub const PASSWORD: &str = "cle-du-relais";

/// How long a relay may take for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file of a relay's configuration: `[[folder]]` stands for the relay's own, `[[door.port]]` for
/// the port of a door with that name.
type Template = (&'static str, &'static str);

const ROOM: &str = include_str!("relay/room.sh");
const POSTFIX: &[Template] = &[
    ("start.sh", include_str!("relay/postfix/start.sh")),
    ("main.cf", include_str!("relay/postfix/main.cf")),
    ("master.cf", include_str!("relay/postfix/master.cf")),
    ("dovecot.conf", include_str!("relay/postfix/dovecot.conf")),
    ("users", include_str!("relay/postfix/users")),
    ("aliases", include_str!("relay/postfix/aliases")),
];
const EXIM: &[Template] = &[
    ("start.sh", include_str!("relay/exim/start.sh")),
    ("exim.conf", include_str!("relay/exim/exim.conf")),
];
const OPENSMTPD: &[Template] = &[
    ("start.sh", include_str!("relay/opensmtpd/start.sh")),
    ("smtpd.conf", include_str!("relay/opensmtpd/smtpd.conf")),
    ("passwords", include_str!("relay/opensmtpd/passwords")),
];

const DOVECOT: &[Template] = &[
    ("start.sh", include_str!("relay/dovecot/start.sh")),
    ("dovecot.conf", include_str!("relay/dovecot/dovecot.conf")),
    ("oauth2.conf", include_str!("relay/dovecot/oauth2.conf")),
    ("users", include_str!("relay/postfix/users")),
];

/// The account that the mailbox belongs to (see `relay/room.sh`).
const OWNER: u32 = 61001;

/// A relay; dropping it ends and removes it.
pub struct Relay {
    room: Child,
    folder: tempfile::TempDir,
    doors: BTreeMap<String, u16>,
}

impl Relay {
    /// Postfix 3.7; `None`, said on stderr, where it cannot be run. So do the others.
    #[must_use]
    pub fn postfix() -> Option<Self> {
        if !Path::new("/usr/lib/postfix/sbin/master").exists() {
            skipped("Postfix is not installed (scripts/test.sh)");
            return None;
        }
        Self::start(POSTFIX)
    }

    /// Exim 4.96.
    #[must_use]
    pub fn exim() -> Option<Self> {
        Self::start(EXIM)
    }

    /// OpenSMTPD 7.4.
    #[must_use]
    pub fn opensmtpd() -> Option<Self> {
        Self::start(OPENSMTPD)
    }

    /// Dovecot 2.3, with a mailbox that is read by IMAP at its door `imaps`. Tokens are asked about at
    /// its door `tokens`, which is for the test to open.
    #[must_use]
    pub fn dovecot() -> Option<Self> {
        Self::start(DOVECOT)
    }

    /// Puts an e-mail into its mailbox under this name.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn put(&self, name: &str, message: &[u8]) {
        let maildir = self.folder.path().join("mail");
        for place in ["new", "cur", "tmp"].map(|name| maildir.join(name)) {
            fs::create_dir_all(&place).unwrap();
            chown(&place, Some(OWNER), Some(OWNER)).unwrap();
        }
        let [before, place] = ["tmp", "new"].map(|folder| maildir.join(folder).join(name));
        fs::write(&before, message).unwrap();
        chown(&before, Some(OWNER), Some(OWNER)).unwrap();
        fs::rename(before, place).unwrap();
    }

    /// What was put there and is seen by IMAP since, each as `name:flags`, in order.
    ///
    /// # Panics
    /// When there is no mailbox.
    #[must_use]
    pub fn looked_at(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path().join("mail/cur")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.map(|name| name.replace(":2,", ":")).collect();
        names.sort();
        names
    }

    fn start(templates: &[Template]) -> Option<Self> {
        let packages = usable_packages()?;
        // In memory where that is possible: three relays and their `fsync`s.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let doors = write(folder.path(), templates);
        // Ends with the thread that started it, however that ends.
        let room = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", "unshare", "--mount", "--pid"])
            .args(["--fork", "--kill-child", "--mount-proc", "--", "sh"])
            .arg(folder.path().join("room.sh"))
            .args([&packages, folder.path()])
            .arg("sh")
            .arg(folder.path().join("start.sh"))
            .arg(folder.path())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(fs::File::create(folder.path().join("output")).unwrap())
            .stderr(fs::File::create(folder.path().join("errors")).unwrap())
            .spawn()
            .unwrap();
        let mut relay = Self {
            room,
            folder,
            doors,
        };
        relay.wait_until_it_listens();
        Some(relay)
    }

    fn wait_until_it_listens(&mut self) {
        let until = Instant::now() + PATIENCE;
        let own = self.doors.iter().filter(|(name, _)| *name != "tokens");
        for port in own.map(|(_, port)| *port).collect::<Vec<_>>() {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let ended = self.room.try_wait().unwrap();
                assert!(
                    ended.is_none() && Instant::now() < until,
                    "{ended:?}: {}",
                    self.log()
                );
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// The port of 127.0.0.1 behind a name of its configuration.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn door(&self, name: &str) -> u16 {
        *self.doors.get(name).unwrap()
    }

    /// Has e-mails that come back to `retours` and `ecole` given to a command, as an alias of Postfix does:
    /// as a user of no rights, with nothing of our environment.
    ///
    /// # Panics
    /// When it cannot be written down.
    pub fn returns_to(&self, program: &Command) {
        let word = |word: &std::ffi::OsStr| format!("'{}'", word.to_str().unwrap());
        let mut script = "#!/bin/sh\nexec env -i".to_owned();
        for (name, value) in program.get_envs() {
            let value = value.unwrap_or_default();
            script += " ";
            script += name.to_str().unwrap();
            script += "=";
            script += &word(value);
        }
        for part in [program.get_program()]
            .into_iter()
            .chain(program.get_args())
        {
            script += " ";
            script += &word(part);
        }
        let place = self.folder.path().join("returned");
        fs::write(&place, script + "\n").unwrap();
        fs::set_permissions(&place, Permissions::from_mode(0o755)).unwrap();
    }

    /// Waits until `number` e-mails were delivered, takes them away and returns all that there are.
    ///
    /// # Panics
    /// When they do not come.
    #[must_use]
    pub fn take(&self, number: usize) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        let maildir = self.folder.path().join("mail/new");
        loop {
            let files: Vec<PathBuf> = fs::read_dir(&maildir)
                .into_iter()
                .flatten()
                .map(|file| file.unwrap().path())
                .collect();
            if files.len() >= number {
                return files.iter().map(|file| taken(file)).collect();
            }
            assert!(
                Instant::now() < until,
                "{} of {number}: {}",
                files.len(),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Whatever it wrote of itself.
    #[must_use]
    pub fn log(&self) -> String {
        let mut all = String::new();
        for name in [
            "output",
            "errors",
            "log",
            "mainlog",
            "paniclog",
            "dovecot.log",
        ] {
            if let Ok(mut file) = fs::File::open(self.folder.path().join(name)) {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                all.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        all
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.room.kill().ok();
        self.room.wait().ok();
    }
}

/// The folder of `scripts/relays.sh`, where relays can be run.
fn usable_packages() -> Option<PathBuf> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/relays-debian-12");
    if !is_root() {
        skipped("only root can give a relay a room of its own");
        return None;
    }
    let Ok(packages) = packages.canonicalize() else {
        skipped("the relays are not there (scripts/relays.sh)");
        return None;
    };
    let namespaces = Command::new("unshare")
        .args(["--mount", "--pid", "--fork", "--mount-proc", "true"])
        .stderr(Stdio::null())
        .status();
    if !namespaces.is_ok_and(|ended| ended.success()) {
        skipped("namespaces cannot be made here");
        return None;
    }
    Some(packages)
}

/// Writes the configuration and returns the doors that it names.
fn write(folder: &Path, templates: &[Template]) -> BTreeMap<String, u16> {
    let (certificate, key) = tls::server_pem();
    fs::write(folder.join("cert.pem"), certificate).unwrap();
    fs::write(folder.join("key.pem"), key).unwrap();
    fs::set_permissions(folder.join("key.pem"), Permissions::from_mode(0o600)).unwrap();
    fs::write(folder.join("room.sh"), ROOM).unwrap();
    let mut doors = BTreeMap::new();
    for (name, template) in templates {
        let text = filled(template, folder, &mut doors);
        fs::write(folder.join(name), text).unwrap();
    }
    doors
}

fn filled(template: &str, folder: &Path, doors: &mut BTreeMap<String, u16>) -> String {
    let mut text = template.replace("[[folder]]", folder.to_str().unwrap());
    while let Some((before, rest)) = text.split_once("[[") {
        let (name, after) = rest.split_once(".port]]").unwrap();
        let port = doors.entry(name.to_owned()).or_insert_with(free_port);
        text = format!("{before}{port}{after}");
    }
    text
}

fn taken(file: &Path) -> String {
    let bytes = fs::read(file).unwrap();
    fs::remove_file(file).unwrap();
    String::from_utf8(bytes).unwrap()
}
