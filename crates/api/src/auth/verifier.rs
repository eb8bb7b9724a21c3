//! The one key that tokens are signed with, and the one algorithm that goes with it. What a token
//! says of its own algorithm chooses nothing.

use messages_core::config::SigningKey;
use ring::hmac;
use ring::signature::{self, UnparsedPublicKey};
use rustls_pki_types::SubjectPublicKeyInfoDer;
use rustls_pki_types::pem::PemObject;
use std::fmt;

/// RFC 7518, section 3.2: as long as the output of the hash.
const SECRET_MIN: usize = 32;

/// RFC 7518, section 3.3.
const RSA_BITS_MIN: usize = 2048;

/// What ring can compute.
const RSA_BITS_MAX: usize = 8192;

/// A key with its algorithm.
pub(super) enum Verifier {
    Hs256(hmac::Key),
    Rs256(UnparsedPublicKey<Vec<u8>>),
    EdDsa(UnparsedPublicKey<Vec<u8>>),
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({})", self.alg())
    }
}

impl Verifier {
    /// HS256 with the web app's key.
    ///
    /// # Errors
    /// In French, why the key will not do.
    pub(super) fn of_secret(key: &SigningKey) -> Result<Self, &'static str> {
        let secret = key.secret.expose().as_bytes();
        if key.secret.expose().contains("-----BEGIN ") {
            // Whoever knows a public key could sign with it.
            return Err(
                "c'est une clé au format PEM : donnez son fichier dans JWT_PUBLIC_KEY_FILE",
            );
        }
        if secret.len() < SECRET_MIN {
            return Err("trop courte pour signer des jetons : il faut au moins 32 octets");
        }
        Ok(Self::Hs256(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// RS256 or `EdDSA`, by the kind of the public key in a PEM file.
    ///
    /// # Errors
    /// In French, why the key will not do.
    pub(super) fn of_pem(pem: &[u8]) -> Result<Self, &'static str> {
        const PRIVATE: &[u8] = b"PRIVATE KEY-----";
        if pem.windows(PRIVATE.len()).any(|window| window == PRIVATE) {
            return Err(
                "contient une clé privée, qui ne doit pas quitter l'application web : donnez la clé publique seule",
            );
        }
        let info = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(
            |_unreadable| "ne contient pas de clé publique (« -----BEGIN PUBLIC KEY----- »)",
        )?;
        of_key_info(&info).ok_or("la clé publique est illisible")?
    }

    /// The word of the header's `alg`.
    pub(super) const fn alg(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Rs256(_) => "RS256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    /// Whether the signature is the web app's.
    pub(super) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Hs256(key) => hmac::verify(key, text, signature).is_ok(),
            Self::Rs256(key) | Self::EdDsa(key) => key.verify(text, signature).is_ok(),
        }
    }
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// `rsaEncryption` (RFC 3279, section 2.3.1) with its NULL.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// `id-Ed25519` (RFC 8410, section 3).
const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";

/// Reads a `SubjectPublicKeyInfo` (RFC 5280, section 4.1); none when it is not one.
fn of_key_info(der: &[u8]) -> Option<Result<Verifier, &'static str>> {
    let (info, []) = element(SEQUENCE, der)? else {
        return None;
    };
    let (algorithm, rest) = element(SEQUENCE, info)?;
    let (bits, []) = element(BIT_STRING, rest)? else {
        return None;
    };
    // The first byte counts the bits left over, of which keys have none.
    let key = bits.strip_prefix(&[0])?;
    match algorithm {
        RSA => rsa(key),
        ED25519 => (key.len() == 32).then(|| {
            Ok(Verifier::EdDsa(UnparsedPublicKey::new(
                &signature::ED25519,
                key.to_vec(),
            )))
        }),
        _ => Some(Err(
            "cette sorte de clé ne convient pas : il faut une clé RSA (RS256) ou Ed25519 (EdDSA)",
        )),
    }
}

/// An `RSAPublicKey` (RFC 8017, appendix A.1.1).
fn rsa(key: &[u8]) -> Option<Result<Verifier, &'static str>> {
    let (numbers, []) = element(SEQUENCE, key)? else {
        return None;
    };
    let (modulus, _) = element(INTEGER, numbers)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let unused = usize::try_from(modulus.first()?.leading_zeros()).ok()?;
    let bits = modulus.len() * 8 - unused;
    if bits < RSA_BITS_MIN {
        return Some(Err("clé RSA trop courte : il faut au moins 2048 bits"));
    }
    if bits > RSA_BITS_MAX {
        return Some(Err("clé RSA trop longue : 8192 bits au plus"));
    }
    let algorithm = &signature::RSA_PKCS1_2048_8192_SHA256;
    Some(Ok(Verifier::Rs256(UnparsedPublicKey::new(
        algorithm,
        key.to_vec(),
    ))))
}

/// The content of the first element, which must have this tag, and what follows it (X.690,
/// section 8.1; lengths of up to two bytes).
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der.strip_prefix(&[tag])? {
        [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
        [0x81, long, rest @ ..] => (usize::from(*long), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}
