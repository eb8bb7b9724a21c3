//! One accepted connection, seen from the server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::ServerConnection;
use socket2::SockRef;

use super::Shared;
use crate::tls;

/// Every end of a session is this error, so that `?` leads out of it.
pub(crate) fn over() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

/// One accepted connection, plain or (by and by) under TLS.
pub(crate) struct Peer {
    /// Which connection this is, counted from 1.
    pub(crate) number: usize,
    tcp: Arc<TcpStream>,
    tls: Option<Box<ServerConnection>>,
    shared: Arc<Shared>,
}

impl Peer {
    pub(super) fn new(tcp: TcpStream, shared: &Arc<Shared>) -> Self {
        tcp.set_nodelay(true).ok();
        let tcp = Arc::new(tcp);
        Self {
            number: shared.ledger.lock().unwrap().enter(&tcp),
            tcp,
            tls: None,
            shared: Arc::clone(shared),
        }
    }

    /// Expects a TLS handshake from here on.
    pub(crate) fn start_tls(&mut self) {
        let tls = ServerConnection::new(tls::server_config()).unwrap();
        self.tls = Some(Box::new(tls));
    }

    /// Whether the connection is under TLS.
    pub(crate) fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// No longer counts as open; for right before a last word, as the client may open its next
    /// connection as soon as it has read that.
    pub(crate) fn leave(&self) {
        self.shared.ledger.lock().unwrap().open.remove(&self.number);
    }

    /// Says goodbye with a FIN. Closing over unread bytes would send an RST instead, so it reads
    /// on until the client closes too, but not for long.
    pub(crate) fn close(&mut self) {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            tls.write_tls(&mut &*self.tcp).ok();
        }
        self.tcp.shutdown(Shutdown::Write).ok();
        self.tcp.set_read_timeout(Some(Duration::from_secs(1))).ok();
        self.drain();
    }

    /// Sends an RST as soon as the peer is dropped.
    pub(crate) fn reset(&self) {
        SockRef::from(&*self.tcp)
            .set_linger(Some(Duration::ZERO))
            .ok();
    }

    /// Takes everything in and says nothing until the client or the server ends.
    pub(crate) fn drain(&self) {
        io::copy(&mut &*self.tcp, &mut io::sink()).ok();
    }

    /// Writes one byte at a time, with a pause before each.
    pub(crate) fn drip(&mut self, bytes: &[u8], pause: Duration) -> io::Result<()> {
        bytes.chunks(1).try_for_each(|byte| {
            thread::sleep(pause);
            self.write_all(byte)
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Read for Peer {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => (&*self.tcp).read(buf),
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut &*self.tcp).read(buf),
        }
    }
}

impl Write for Peer {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.tls {
            None => (&*self.tcp).write(buf),
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut &*self.tcp).write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.tls {
            None => Ok(()),
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut &*self.tcp).flush(),
        }
    }
}
