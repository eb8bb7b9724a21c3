//! TLS with the relay, and what is wrong when it does not come about.

use crate::channel::Unready;
use rustls::client::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConnection, Error, PeerIncompatible};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;

/// What all connections to one relay share; sessions are resumed.
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

/// What an administrator has to mend; nothing when it may pass by itself.
pub(super) fn fault(error: &Error) -> Option<String> {
    let text = match error {
        Error::InvalidCertificate(certificate) => return Some(certificate_fault(certificate)),
        Error::InvalidMessage(_) => {
            "le relais ne répond pas en TLS (465 = EMAIL_USE_SSL, 587 = EMAIL_USE_TLS)"
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion)
        | Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => "le relais n'offre pas TLS 1.2 : il faut le mettre à jour ou en prendre un autre",
        Error::AlertReceived(
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity,
        )
        | Error::PeerIncompatible(_) => {
            "le relais n'offre pas TLS 1.2 avec un échange de clés actuel (ECDHE) : il faut le \
             mettre à jour ou en prendre un autre"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn certificate_fault(error: &CertificateError) -> String {
    let what = match error {
        CertificateError::UnknownIssuer => "est signé par une autorité inconnue de cette machine",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "est périmé",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "n'est pas encore valable (l'heure de cette machine est-elle juste ?)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "vaut pour un autre nom que EMAIL_HOST"
        }
        CertificateError::Revoked => "est révoqué",
        other => return format!("certificat du relais refusé : {other:?}"),
    };
    format!("le certificat du relais {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let old = Error::AlertReceived(AlertDescription::ProtocolVersion);
        let keys = Error::AlertReceived(AlertDescription::HandshakeFailure);
        for error in [old, keys] {
            assert!(fault(&error).unwrap().contains("n'offre pas TLS 1.2"));
        }
        let expired = Error::InvalidCertificate(CertificateError::Expired);
        assert_eq!(
            fault(&expired).unwrap(),
            "le certificat du relais est périmé"
        );
        let passing = Error::AlertReceived(AlertDescription::InternalError);
        assert_eq!(fault(&passing), None);
    }
}
