//! Certificates of the peers: one authority, one server certificate, made once per process.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;

struct Pki {
    ca_pem: String,
    server_pem: (String, String),
    server: Arc<ServerConfig>,
}

static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let (ca_pem, ca) = authority("Messages Test CA");
    let (certificate, key) = certified(&ca);
    Pki {
        ca_pem,
        server_pem: (certificate.pem(), key.serialize_pem()),
        server: Arc::new(server(&certificate, &key)),
    }
});

static OTHER_CA_PEM: LazyLock<String> = LazyLock::new(|| authority("Unrelated Test CA").0);

/// The authority behind the certificate of every peer, for the trust store of a client.
#[must_use]
pub fn ca_pem() -> String {
    PKI.ca_pem.clone()
}

/// An authority that has nothing to do with the peers.
#[must_use]
pub fn other_ca_pem() -> String {
    OTHER_CA_PEM.clone()
}

/// The certificate for `localhost` and 127.0.0.1 and its key, for a relay that others wrote.
#[must_use]
pub fn server_pem() -> (String, String) {
    PKI.server_pem.clone()
}

/// What a server for `localhost` and 127.0.0.1 needs to speak TLS.
#[must_use]
pub fn server_config() -> Arc<ServerConfig> {
    Arc::clone(&PKI.server)
}

fn authority(name: &str) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

fn certified(ca: &Issuer<'static, KeyPair>) -> (Certificate, KeyPair) {
    // The name for the IP address becomes an address entry, not a DNS one.
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let mut params = CertificateParams::new(names).unwrap();
    params.use_authority_key_identifier_extension = true;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, ca).unwrap();
    (certificate, key)
}

fn server(certificate: &Certificate, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}
