//! The threads that serve connections: as many as there are at once, since starting one for each
//! would cost more than a short session.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::Peer;

/// Threads that end when this is dropped and their session is over.
pub(super) struct Workers {
    sender: Sender<Peer>,
    crew: Arc<Crew>,
}

struct Crew {
    serve: Box<dyn Fn(Peer) + Send + Sync>,
    idle: AtomicUsize,
    peers: Mutex<Receiver<Peer>>,
}

impl Workers {
    pub(super) fn new(serve: impl Fn(Peer) + Send + Sync + 'static) -> Self {
        let (sender, peers) = channel();
        let crew = Arc::new(Crew {
            serve: Box::new(serve),
            idle: AtomicUsize::new(0),
            peers: Mutex::new(peers),
        });
        Self { sender, crew }
    }

    /// Serves the connection at once, in a thread that is idle or else in a new one.
    pub(super) fn serve(&self, peer: Peer) {
        let one_less = |idle: usize| idle.checked_sub(1);
        if self
            .crew
            .idle
            .fetch_update(Relaxed, Relaxed, one_less)
            .is_ok()
        {
            self.sender.send(peer).ok();
        } else {
            let crew = Arc::clone(&self.crew);
            // Out of threads: the connection is closed.
            thread::Builder::new().spawn(move || crew.work(peer)).ok();
        }
    }
}

impl Crew {
    fn work(&self, first: Peer) {
        let mut next = Ok(first);
        while let Ok(peer) = next {
            (self.serve)(peer);
            self.idle.fetch_add(1, Relaxed);
            next = self.peers.lock().unwrap().recv();
        }
    }
}
