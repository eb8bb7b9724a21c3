//! One connection to the relay, in clear or under TLS. Whatever the relay does, nothing here lasts
//! longer than the moment set by [`Wire::until`].

use super::response::{Reader, Response};
use crate::channel::tcp::{self, Timed};
use crate::channel::tls::Tls;
use rustls::{ClientConnection, StreamOwned};
use std::io::{ErrorKind, Read, Write};
use std::net::IpAddr;
use std::time::Instant;

pub(super) use crate::channel::tcp::Failure;

/// A connection and what was read from it.
pub(super) struct Wire {
    stream: Stream,
    reader: Reader,
}

enum Stream {
    Clear(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

impl Wire {
    /// Connects to the first address that answers; each gets its share of the time.
    pub(super) fn connect(host: &str, port: u16, until: Instant) -> Result<Self, Failure> {
        Ok(Self::over(tcp::connect(host, port, until)?))
    }

    fn over(timed: Timed) -> Self {
        Self {
            stream: Stream::Clear(timed),
            reader: Reader::default(),
        }
    }

    /// The same connection under TLS, hands shaken. What came before in clear is forgotten.
    pub(super) fn secured(self, tls: &Tls) -> Result<Self, Failure> {
        let Stream::Clear(mut timed) = self.stream else {
            return Ok(self);
        };
        let mut session = tls.session().map_err(Failure::Tls)?;
        while session.is_handshaking() {
            session.complete_io(&mut timed)?;
        }
        Ok(Self {
            stream: Stream::Tls(Box::new(StreamOwned::new(session, timed))),
            reader: Reader::default(),
        })
    }

    /// From here on nothing lasts longer than this moment.
    pub(super) fn until(&mut self, until: Instant) {
        self.timed().until(until);
    }

    /// Whether it is encrypted.
    pub(super) const fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// False when the relay said more than it was asked.
    pub(super) const fn is_quiet(&self) -> bool {
        self.reader.is_empty()
    }

    /// Our own address on this connection.
    pub(super) fn local_ip(&mut self) -> Option<IpAddr> {
        self.timed().local_ip()
    }

    /// Writes one command, its line end added, and waits for the reply.
    pub(super) fn command(&mut self, command: &str) -> Result<Response, Failure> {
        self.write(format!("{command}\r\n").as_bytes())?;
        self.read()
    }

    /// Writes all of it at once.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.stream {
            Stream::Clear(timed) => timed.write_all(bytes)?,
            Stream::Tls(tls) => {
                tls.write_all(bytes)?;
                tls.flush()?;
            }
        }
        Ok(())
    }

    /// Waits for the next reply. After a time-out in clear it may be waited for again.
    pub(super) fn read(&mut self) -> Result<Response, Failure> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(response) = self.reader.reply().map_err(Failure::Nonsense)? {
                return Ok(response);
            }
            let read = match &mut self.stream {
                Stream::Clear(timed) => timed.read(&mut buffer)?,
                Stream::Tls(tls) => tls.read(&mut buffer)?,
            };
            if read == 0 {
                return Err(Failure::Broken(ErrorKind::UnexpectedEof.into()));
            }
            self.reader.take_in(buffer.get(..read).unwrap_or_default());
        }
    }

    fn timed(&mut self) -> &mut Timed {
        match &mut self.stream {
            Stream::Clear(timed) => timed,
            Stream::Tls(tls) => &mut tls.sock,
        }
    }
}

/// Whether the relay answers the first message of a TLS handshake in TLS, be it by an alert.
pub(super) fn answers_tls(host: &str, port: u16, tls: &Tls, until: Instant) -> bool {
    let asked = || -> Result<bool, Failure> {
        let mut wire = Wire::connect(host, port, until)?;
        let timed = wire.timed();
        let mut session = tls.session().map_err(Failure::Tls)?;
        session.write_tls(timed)?;
        let mut kind = [0];
        timed.read_exact(&mut kind)?;
        // RFC 8446, 5.1: alert or handshake.
        Ok(matches!(kind, [21 | 22]))
    };
    asked().unwrap_or(false)
}
