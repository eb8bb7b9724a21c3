//! The key of a PEM file.

use ring::rsa::KeyPair;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

/// Why a key cannot sign, in words that end « la clé … ».
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is none.
    #[error("ne contient pas de clé privée en PEM (« -----BEGIN PRIVATE KEY----- »)")]
    None,
    /// It asks for a password.
    #[error("est protégée par un mot de passe, retirez-le : openssl rsa -in CLE -out NOUVELLE")]
    Locked,
    /// Receivers such as Gmail and Microsoft pass signatures over that are not RSA.
    #[error(
        "n'est pas une clé RSA, que tous les destinataires savent vérifier : openssl genrsa -out CLE 2048"
    )]
    Kind,
    /// Receivers do not believe short ones.
    #[error("est trop courte, il en faut une d'au moins 2048 bits : openssl genrsa -out CLE 2048")]
    Short,
    /// The file was changed, or cut off.
    #[error("est abîmée")]
    Broken,
}

/// Reads the two forms that openssl writes (PKCS#8 and PKCS#1).
pub(super) fn read(pem: &[u8]) -> Result<KeyPair, Fault> {
    let text = String::from_utf8_lossy(pem);
    if text.contains("ENCRYPTED") {
        return Err(Fault::Locked);
    }
    if !text.contains("PRIVATE KEY-----") {
        return Err(Fault::None);
    }
    let read = match PrivateKeyDer::from_pem_slice(pem) {
        Ok(PrivateKeyDer::Pkcs8(key)) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
        Ok(PrivateKeyDer::Pkcs1(key)) => KeyPair::from_der(key.secret_pkcs1_der()),
        Ok(_) => return Err(Fault::Kind),
        Err(_) => return Err(Fault::Broken),
    };
    read.map_err(|rejected| match rejected.to_string().as_str() {
        "WrongAlgorithm" => Fault::Kind,
        "TooSmall" => Fault::Short,
        _ => Fault::Broken,
    })
}
