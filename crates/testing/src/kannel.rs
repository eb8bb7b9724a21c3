//! Kannel, a gateway that others wrote, as Debian packages it, with its fake of an SMS centre that
//! prints what it was given.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cluster::free_port;
use crate::figures::skipped;

/// Whom it knows.
pub const USER: &str = "ecole";
/// By what.
pub const PASSWORD: &str = "cle-de-kannel";

const CENTRE: &str = "/usr/lib/kannel/test/fakesmsc";
const SETTINGS: &str = include_str!("kannel/kannel.conf");

/// How long it may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running Kannel; dropping it ends and removes it.
pub struct Kannel {
    boxes: Vec<Child>,
    folder: tempfile::TempDir,
    port: u16,
}

impl Kannel {
    /// Kannel 1.4.5; `None`, said on stderr, where it is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        if !Path::new(CENTRE).exists() {
            skipped("Kannel is not installed (scripts/test.sh)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let [admin, bearer, centre, door] = [(); 4].map(|()| free_port());
        let settings = [
            ("admin", admin),
            ("bearer", bearer),
            ("centre", centre),
            ("door", door),
        ];
        let text = settings
            .iter()
            .fold(SETTINGS.to_owned(), |text, (name, port)| {
                text.replace(&format!("[[{name}]]"), &port.to_string())
            });
        let text = text
            .replace("[[user]]", USER)
            .replace("[[password]]", PASSWORD)
            .replace("[[folder]]", &folder.path().display().to_string());
        fs::write(folder.path().join("kannel.conf"), text).unwrap();
        let mut kannel = Self {
            boxes: Vec::new(),
            folder,
            port: door,
        };
        kannel.run("/usr/sbin/bearerbox", &["kannel.conf"], &[bearer, centre]);
        kannel.run("/usr/sbin/smsbox", &["kannel.conf"], &[door]);
        let port = centre.to_string();
        // What it sends to us is of no interest: no message of its own.
        kannel.run(
            CENTRE,
            &["-H", "127.0.0.1", "-r", &port, "-m", "0", "1 2 text nop"],
            &[],
        );
        Some(kannel)
    }

    /// Starts a part of it and waits until it listens.
    fn run(&mut self, program: &str, arguments: &[&str], ports: &[u16]) {
        let name = Path::new(program).file_name().unwrap().to_str().unwrap();
        let output = File::create(self.folder.path().join(name)).unwrap();
        // Ends with the thread that started it, however that ends.
        let part = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--", program])
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        self.boxes.push(part);
        let until = Instant::now() + PATIENCE;
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                assert!(Instant::now() < until, "{name}: {}", self.said(name));
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Where `sendsms` is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.port)
    }

    /// Waits until the SMS centre was given so many SMS, and returns them: sender, number, kind and text, as
    /// the fake prints them.
    ///
    /// # Panics
    /// When they do not come.
    #[must_use]
    pub fn take(&self, number: usize) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let said = self.said("fakesmsc");
            let given = said.lines().filter_map(|line| {
                let (_, message) = line.split_once("Got message ")?;
                let (_, message) = message.split_once(": <")?;
                message.strip_suffix('>').map(str::to_owned)
            });
            let given: Vec<String> = given.collect();
            if given.len() >= number {
                return given;
            }
            assert!(Instant::now() < until, "{said}\n{}", self.said("bearerbox"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn said(&self, name: &str) -> String {
        let said = fs::read(self.folder.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&said).into_owned()
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        for part in self.boxes.iter_mut().rev() {
            drop(part.kill());
            drop(part.wait());
        }
    }
}
