//! TLS with mail servers, and what is wrong when it does not come about.

use crate::channel::Unready;
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConnection, Error, PeerIncompatible};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// What all connections to one server share; sessions are resumed.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// Trusts whom the machine trusts, so that a town's own authority works.
    pub(super) fn new(host: &str) -> Result<Self, Unready> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_invalid| Unready::Host(host.to_owned()))?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|error| Unready::Tls(error.to_string()))?
            .with_no_client_auth();
        Ok(Self {
            config: Arc::new(config),
            name,
        })
    }

    /// A session that has not begun.
    pub(super) fn session(&self) -> Result<ClientConnection, Error> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone())
    }
}

/// A server, as it is called when something is wrong.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer {
    /// `le relais`.
    pub(super) who: &'static str,
    /// `du relais`.
    pub(super) whose: &'static str,
    /// The setting that has its name.
    pub(super) setting: &'static str,
    /// What to set where it speaks no TLS.
    pub(super) door: &'static str,
}

/// What an administrator has to mend; nothing when it may pass by itself.
pub(super) fn fault(error: &Error, peer: &Peer) -> Option<String> {
    let who = peer.who;
    let text = match error {
        Error::InvalidCertificate(certificate) => {
            return Some(certificate_fault(certificate, peer));
        }
        Error::InvalidMessage(_) => {
            return Some(format!("{who} ne répond pas en TLS ({})", peer.door));
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "n'offre pas TLS 1.2 : il faut le mettre à jour ou en prendre un autre",
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => {
            "n'offre pas TLS 1.2 avec un échange de clés actuel (ECDHE) : il faut le \
             mettre à jour ou en prendre un autre"
        }
        _ => return None,
    };
    Some(format!("{who} {text}"))
}

fn certificate_fault(error: &CertificateError, peer: &Peer) -> String {
    let whose = peer.whose;
    let what = match error {
        CertificateError::UnknownIssuer => "est signé par une autorité inconnue de cette machine",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "est périmé",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "n'est pas encore valable (l'heure de cette machine est-elle juste ?)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            return format!(
                "le certificat {whose} vaut pour un autre nom que {}",
                peer.setting
            );
        }
        CertificateError::Revoked => "est révoqué",
        other => return format!("certificat {whose} refusé : {other:?}"),
    };
    format!("le certificat {whose} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::smtp::RELAY;

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let old = Error::AlertReceived(AlertDescription::ProtocolVersion);
        let keys = Error::AlertReceived(AlertDescription::HandshakeFailure);
        for error in [old, keys] {
            assert!(
                fault(&error, &RELAY)
                    .unwrap()
                    .contains("n'offre pas TLS 1.2")
            );
        }
        let expired = Error::InvalidCertificate(CertificateError::Expired);
        assert_eq!(
            fault(&expired, &RELAY).unwrap(),
            "le certificat du relais est périmé"
        );
        let passing = Error::AlertReceived(AlertDescription::InternalError);
        assert_eq!(fault(&passing, &RELAY), None);
    }
}
