//! One connection to the relay, in clear or under TLS. Whatever the relay does, nothing here lasts
//! longer than the moment set by [`Wire::until`].

use super::response::{Reader, Response};
use super::tls::Tls;
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

/// Why there is no reply.
#[derive(Debug)]
pub(super) enum Failure {
    /// The relay's name leads nowhere.
    Unresolved,
    /// The time was over.
    TimedOut,
    /// The connection broke, or was never made.
    Broken(io::Error),
    /// What came is no reply.
    Nonsense(String),
    /// TLS does not come about, or is broken.
    Tls(rustls::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // Linux says "would block" when the time of a read is over, Windows "timed out".
        if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) {
            return Self::TimedOut;
        }
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(tls) => Self::Tls(rustls::Error::clone(tls)),
            None => Self::Broken(error),
        }
    }
}

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
        let Ok(addresses) = (host, port).to_socket_addrs() else {
            return Err(Failure::Unresolved);
        };
        let addresses: Vec<SocketAddr> = addresses.collect();
        let (mut shares, mut failure) = (u32::try_from(addresses.len()).unwrap_or(1), None);
        for address in &addresses {
            let left = until.saturating_duration_since(Instant::now());
            let share = (left / shares).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(address, share) {
                Ok(tcp) => return Ok(Self::over(tcp, until)?),
                Err(error) => failure = Some(error.into()),
            }
            shares -= 1;
        }
        Err(failure.unwrap_or(Failure::Unresolved))
    }

    fn over(tcp: TcpStream, until: Instant) -> io::Result<Self> {
        // Each write is a whole: holding it back to join it with the next one only costs time.
        tcp.set_nodelay(true)?;
        Ok(Self {
            stream: Stream::Clear(Timed { tcp, until }),
            reader: Reader::default(),
        })
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
        self.timed().until = until;
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
        self.timed().tcp.local_addr().ok().map(|local| local.ip())
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

/// A socket whose reads and writes end at a given moment, all together.
struct Timed {
    tcp: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(Some(left))
    }
}

impl Read for Timed {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            self.tcp.set_read_timeout(self.left()?)?;
            match self.tcp.read(buf) {
                // A socket with a time-out is not restarted after a signal.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

impl Write for Timed {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(self.left()?)?;
        self.tcp.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
