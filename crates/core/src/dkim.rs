//! A signature by which whoever receives an e-mail knows that the school's domain vouches for it (DKIM,
//! RFC 6376).
//!
//! Signed is what leaves, byte by byte, after all else is written: `relaxed/relaxed`, RSA with SHA-256, the
//! one kind that every receiver knows. lettre can sign too, with a crate for RSA that leaks its key by the time
//! it takes (RUSTSEC-2023-0071), and before the headers of a multipart are there; ring is below rustls anyway.
//! The signature says no time, so that the same envoi gives the same bytes.

mod canonical;
mod key;

pub use key::Fault;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use canonical::{Body, Field, fields, parts};
use ring::digest::Digest;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use std::sync::Arc;

/// What is signed, where it is there. `From` is named twice: nobody can add a second one.
const SIGNED: [&str; 11] = [
    "from",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
];

/// A name that is signed, and its header, if there is one.
type Named<'m> = (&'static str, Option<Field<'m>>);

/// Characters of the signature in one line.
const LINE: usize = 72;

/// Who signs.
#[derive(Debug, Clone)]
pub struct Signer {
    selector: String,
    domain: String,
    key: Arc<KeyPair>,
}

impl Signer {
    /// Signs for this domain with the key of a PEM file, whose other half is published under
    /// `selector._domainkey.domain`.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn new(selector: String, domain: String, pem: &[u8]) -> Result<Self, Fault> {
        Ok(Self {
            selector,
            domain,
            key: Arc::new(key::read(pem)?),
        })
    }

    /// The domain that vouches.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The header that is to stand in front of a message, which is given in pieces of whole lines, the head
    /// in the first; none where it cannot be signed, which no key that was read does.
    #[must_use]
    pub fn signature(&self, message: &[&[u8]]) -> Option<String> {
        let (first, rest) = message.split_first()?;
        let (head, text) = parts(first);
        let fields = fields(std::str::from_utf8(head).ok()?);
        let signed = signed(&fields);
        let mut body = Body::default();
        body.hear(text);
        for piece in rest {
            body.hear(piece);
        }
        let unsigned = self.unsigned(&signed, &body.digest());
        let mut over: String = signed
            .iter()
            .filter_map(|(_, field)| Some(field.as_ref()?.relaxed() + "\r\n"))
            .collect();
        over += &Field::of(&unsigned)?.relaxed();
        let mut signature = vec![0; self.key.public().modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, over.as_bytes(), &mut signature)
            .ok()?;
        let letters: Vec<char> = BASE64_STANDARD.encode(signature).chars().collect();
        let lines: Vec<String> = letters.chunks(LINE).map(String::from_iter).collect();
        Some(format!("{unsigned}{}\r\n", lines.join("\r\n\t")))
    }

    /// The header up to where the signature stands.
    fn unsigned(&self, signed: &[Named<'_>], body: &Digest) -> String {
        let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
        let (first, second) = names.split_at(names.len().min(6));
        let second = second.iter().map(|name| format!(":{name}"));
        format!(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n\td={}; s={};\r\n\th={}\r\n\t{};\r\n\tbh={};\r\n\tb=",
            self.domain,
            self.selector,
            first.join(":"),
            second.collect::<String>(),
            BASE64_STANDARD.encode(body),
        )
    }
}

/// The headers to sign; of several with one name the last comes first.
fn signed<'m>(fields: &[Field<'m>]) -> Vec<Named<'m>> {
    let mut named: Vec<Named<'m>> = Vec::new();
    for name in SIGNED {
        let before = named.iter().filter(|(known, _)| *known == name).count();
        let mut same = fields
            .iter()
            .rev()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        let field = same.nth(before).copied();
        if field.is_some() || before > 0 {
            named.push((name, field));
        }
    }
    named
}

#[cfg(test)]
mod tests;
