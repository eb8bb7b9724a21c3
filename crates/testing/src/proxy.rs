//! A way to a PostgreSQL server that breaks at the worst moments: around a commit.
//!
//! Every other cut comes before the statement is passed on, so it never happened; the others come
//! when the server has done it and its answer is on the way, so it happened and nobody was told.
//! To the client both look the same.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

/// What is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cuts {
    /// Statements that hold one of these.
    pub statements: &'static [&'static str],
    /// One of so many of them.
    pub every: usize,
    /// Not more than so many in all.
    pub most: usize,
}

/// A listening socket; dropping it ends it, and its connections when either side ends.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    server: u16,
    cuts: Cuts,
    seen: AtomicUsize,
    made: AtomicUsize,
    stopping: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Before,
    After,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1 for a server on another one.
    #[must_use]
    pub fn start(server: u16, cuts: Cuts) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            server,
            cuts,
            seen: AtomicUsize::new(0),
            made: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let owned = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &owned));
        Self { port, shared }
    }

    /// Where it listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How often it cut so far: half of them before, half of them after.
    #[must_use]
    pub fn made(&self) -> usize {
        self.shared.made.load(SeqCst).min(self.shared.cuts.most)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, SeqCst);
        // Only a connection wakes the accepting thread.
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for client in listener.incoming() {
        if shared.stopping.load(SeqCst) {
            return;
        }
        let shared = Arc::clone(shared);
        // A connection that cannot be served is closed.
        thread::spawn(move || {
            client
                .and_then(|client| Line::open(client, shared)?.run())
                .ok()
        });
    }
}

impl Shared {
    /// Whether this statement, which is one of those to be cut, is the one.
    fn next(&self) -> Option<Cut> {
        if !self
            .seen
            .fetch_add(1, SeqCst)
            .is_multiple_of(self.cuts.every)
        {
            return None;
        }
        let number = self.made.fetch_add(1, SeqCst);
        let cut = if number.is_multiple_of(2) {
            Cut::Before
        } else {
            Cut::After
        };
        (number < self.cuts.most).then_some(cut)
    }

    fn concerns(&self, text: &[u8]) -> bool {
        let text = String::from_utf8_lossy(text);
        self.cuts.statements.iter().any(|part| text.contains(part))
    }
}

/// One client's connection and the one to the server.
struct Line {
    client: TcpStream,
    server: TcpStream,
    shared: Arc<Shared>,
    /// Names of prepared statements that are to be cut.
    prepared: BTreeSet<Vec<u8>>,
}

impl Line {
    fn open(client: TcpStream, shared: Arc<Shared>) -> io::Result<Self> {
        let server = TcpStream::connect(("127.0.0.1", shared.server))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        Ok(Self {
            client,
            server,
            shared,
            prepared: BTreeSet::new(),
        })
    }

    fn run(mut self) -> io::Result<()> {
        self.greet()?;
        let silent = Arc::new(AtomicBool::new(false));
        let (server, client) = (self.server.try_clone()?, self.client.try_clone()?);
        let gone = Arc::clone(&silent);
        let back = thread::spawn(move || answer(server, client, &gone));
        let ended = self.ask(&silent);
        // After a last cut the server's word is waited for, and kept back.
        if silent.load(SeqCst) {
            back.join().ok();
        }
        self.server.shutdown(Shutdown::Both).ok();
        self.client.shutdown(Shutdown::Both).ok();
        ended
    }

    /// Until the client has said who it is; encryption is declined.
    fn greet(&mut self) -> io::Result<()> {
        const SSL: [u8; 4] = [0x04, 0xd2, 0x16, 0x2f];
        const GSS: [u8; 4] = [0x04, 0xd2, 0x16, 0x30];
        loop {
            let hello = sized(&mut self.client)?;
            if hello.get(4..8) != Some(&SSL) && hello.get(4..8) != Some(&GSS) {
                return self.server.write_all(&hello);
            }
            self.client.write_all(b"N")?;
        }
    }

    /// Passes the client's messages on until it ends or a cut is due.
    fn ask(&mut self, silent: &AtomicBool) -> io::Result<()> {
        loop {
            let (kind, message) = typed(&mut self.client)?;
            let cut = if self.is_meant(kind, &message) {
                self.shared.next()
            } else {
                None
            };
            match cut {
                Some(Cut::Before) => return Ok(()),
                Some(Cut::After) => silent.store(true, SeqCst),
                None => {}
            }
            self.server
                .write_all(&[&[kind], message.as_slice()].concat())?;
            // `Query` and `Sync` end what is asked for.
            if silent.load(SeqCst) && matches!(kind, b'Q' | b'S') {
                return Ok(());
            }
        }
    }

    /// Keeps track of `Parse`; true for a `Query` or a `Bind` of a statement that is to be cut.
    fn is_meant(&mut self, kind: u8, message: &[u8]) -> bool {
        let mut texts = message
            .get(4..)
            .unwrap_or_default()
            .split(|byte| *byte == 0);
        let (first, second) = (
            texts.next().unwrap_or_default(),
            texts.next().unwrap_or_default(),
        );
        match kind {
            b'Q' => self.shared.concerns(first),
            b'B' => self.prepared.contains(second),
            b'P' if self.shared.concerns(second) => {
                self.prepared.insert(first.to_vec());
                false
            }
            b'P' => {
                self.prepared.remove(first);
                false
            }
            _ => false,
        }
    }
}

/// Passes the server's messages on; when silent, takes them in until it is ready for more.
fn answer(mut server: TcpStream, mut client: TcpStream, silent: &AtomicBool) -> io::Result<()> {
    const READY: u8 = b'Z';
    loop {
        let Ok((kind, message)) = typed(&mut server) else {
            return client.shutdown(Shutdown::Both);
        };
        if !silent.load(SeqCst) {
            client.write_all(&[&[kind], message.as_slice()].concat())?;
        } else if kind == READY {
            return Ok(());
        }
    }
}

/// A message: its kind, and its length with the rest.
fn typed(from: &mut TcpStream) -> io::Result<(u8, Vec<u8>)> {
    let mut kind = [0];
    from.read_exact(&mut kind)?;
    let [kind] = kind;
    Ok((kind, sized(from)?))
}

/// A length, which counts itself, and what it announces.
fn sized(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let rest = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
    let mut message = length.to_vec();
    from.take(rest).read_to_end(&mut message)?;
    Ok(message)
}
