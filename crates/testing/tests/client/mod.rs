//! A client that does just what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use messages_testing::tls;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub(crate) type Tls = StreamOwned<ClientConnection, TcpStream>;

pub(crate) struct Client<S: Read + Write>(pub(crate) BufReader<S>);

pub(crate) fn connect(port: u16) -> Client<TcpStream> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).unwrap();
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    Client(BufReader::new(tcp))
}

pub(crate) fn under_tls(tcp: TcpStream, name: &'static str, ca: &str) -> Client<Tls> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(ca.as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name).unwrap();
    let tls = ClientConnection::new(Arc::new(config), name).unwrap();
    Client(BufReader::new(StreamOwned::new(tls, tcp)))
}

pub(crate) fn connect_tls(port: u16) -> Client<Tls> {
    under_tls(connect(port).0.into_inner(), "localhost", &tls::ca_pem())
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
        self.0.get_mut().flush().unwrap();
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// All that comes until the server closes, or why it did not come.
    pub(crate) fn rest(&mut self) -> std::io::Result<String> {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest)?;
        Ok(String::from_utf8_lossy(&rest).into_owned())
    }
}
