//! What both servers share: accepting connections, counting them, and an end to them all.

mod peer;
mod workers;

use std::collections::HashMap;
use std::io;
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

pub(crate) use self::peer::{Peer, over};
use self::workers::Workers;

// The flags for receiving have no names in std or socket2.
#[cfg(unix)]
const MSG_PEEK: i32 = 0x2;
#[cfg(unix)]
const MSG_DONTWAIT: i32 = if cfg!(target_os = "linux") {
    0x40
} else {
    0x80
};

/// A listening socket and its threads; dropping it closes everything.
pub(crate) struct Acceptor {
    addr: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stopping: AtomicBool,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    connections: usize,
    most: usize,
    open: HashMap<usize, Weak<TcpStream>>,
}

impl Acceptor {
    /// Listens on a free port and serves each connection in a thread to itself.
    pub(crate) fn start(serve: impl Fn(Peer) + Send + Sync + 'static) -> Self {
        Self::start_on(0, serve)
    }

    /// The same on this port; 0 for a free one.
    pub(crate) fn start_on(port: u16, serve: impl Fn(Peer) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::<Shared>::default();
        let owned = Arc::clone(&shared);
        let thread = thread::spawn(move || accept(&listener, &owned, &Workers::new(serve)));
        Self {
            addr,
            shared,
            thread: Some(thread),
        }
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections were opened so far.
    pub(crate) fn connections(&self) -> usize {
        self.shared.ledger.lock().unwrap().connections
    }

    /// How many were open at once at most.
    pub(crate) fn max_open(&self) -> usize {
        self.shared.ledger.lock().unwrap().most
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Relaxed);
        // Only a connection wakes the accepting thread.
        TcpStream::connect(self.addr).ok();
        self.thread.take().map(JoinHandle::join);
        for tcp in self.shared.ledger.lock().unwrap().open.values() {
            tcp.upgrade().map(|tcp| tcp.shutdown(Shutdown::Both));
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, workers: &Workers) {
    for tcp in listener.incoming() {
        if shared.stopping.load(Relaxed) {
            return;
        }
        match tcp {
            Ok(tcp) => workers.serve(Peer::new(tcp, shared)),
            // Out of descriptors: some will be closed.
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
    }
}

impl Ledger {
    /// Enters a new connection and tells its number.
    fn enter(&mut self, tcp: &Arc<TcpStream>) -> usize {
        self.connections += 1;
        self.open.insert(self.connections, Arc::downgrade(tcp));
        // A client may have closed one and opened the next before our thread saw the former end.
        if self.open.len() > self.most {
            let open = self.open.values().filter(|tcp| is_open(tcp)).count();
            self.most = self.most.max(open);
        }
        self.connections
    }
}

/// Where nobody can look without waiting, one is open until our thread is through with it.
#[cfg(not(unix))]
fn is_open(tcp: &Weak<TcpStream>) -> bool {
    tcp.strong_count() > 0
}

#[cfg(unix)]
fn is_open(tcp: &Weak<TcpStream>) -> bool {
    let peek = |tcp: &TcpStream| {
        let mut byte = [MaybeUninit::uninit()];
        SockRef::from(tcp).recv_with_flags(&mut byte, MSG_PEEK | MSG_DONTWAIT)
    };
    tcp.upgrade().is_some_and(|tcp| match peek(&tcp) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    })
}
