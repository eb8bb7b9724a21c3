//! Connections to mail servers whose reads and writes end in time, and what is said where there is none.

use super::tls::{self, Peer};
use super::{Answer, answer};
use crate::vocabulary::Cause;
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

/// Connects to the first address that answers; each gets its share of the time.
pub(super) fn connect(host: &str, port: u16, until: Instant) -> Result<Timed, Failure> {
    let Ok(addresses) = (host, port).to_socket_addrs() else {
        return Err(Failure::Unresolved);
    };
    let addresses: Vec<SocketAddr> = addresses.collect();
    let (mut shares, mut failure) = (u32::try_from(addresses.len()).unwrap_or(1), None);
    for address in &addresses {
        let left = until.saturating_duration_since(Instant::now());
        let share = (left / shares).max(Duration::from_millis(1));
        match TcpStream::connect_timeout(address, share) {
            Ok(tcp) => {
                // Each write is a whole: holding it back to join it with the next one only costs time.
                tcp.set_nodelay(true)?;
                return Ok(Timed { tcp, until });
            }
            Err(error) => failure = Some(error.into()),
        }
        shares -= 1;
    }
    Err(failure.unwrap_or(Failure::Unresolved))
}

/// The connection did not come about, or TLS did not.
pub(super) fn not_opened(step: &str, failure: &Failure, peer: &Peer) -> Answer {
    if let Failure::Tls(error) = failure
        && let Some(fault) = tls::fault(error, peer)
    {
        return Answer::channel(Cause::Chiffrement, "tls", &format!("{step} : {fault}"));
    }
    lost(failure, &format!("{step} : {}", cause(failure)))
}

/// No answer, before anything was sent that it could accept.
pub(super) fn lost(failure: &Failure, text: &str) -> Answer {
    if matches!(failure, Failure::TimedOut) {
        Answer::channel(Cause::Muet, "délai", text)
    } else {
        Answer::unreached("connexion", text)
    }
}

/// In words: the system's, or what the server said.
pub(super) fn cause(failure: &Failure) -> String {
    match failure {
        Failure::Unresolved => "nom de machine introuvable".to_owned(),
        Failure::TimedOut => "pas de réponse à temps".to_owned(),
        Failure::Broken(error) => answer::words(error),
        Failure::Nonsense(said) => format!("réponse incompréhensible : {said}"),
        Failure::Tls(error) => format!("TLS : {error}"),
    }
}

/// A socket whose reads and writes end at a given moment, all together.
pub(super) struct Timed {
    tcp: TcpStream,
    until: Instant,
}

impl Timed {
    /// From here on nothing lasts longer than this moment.
    pub(super) const fn until(&mut self, until: Instant) {
        self.until = until;
    }

    /// Our own address on this connection.
    pub(super) fn local_ip(&self) -> Option<IpAddr> {
        self.tcp.local_addr().ok().map(|local| local.ip())
    }

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
