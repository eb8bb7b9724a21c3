//! How this program asks web servers.

use ureq::config::ConfigBuilder;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::AgentScope;

/// The server that is named and no other, on a new connection each time; it trusts whom the machine trusts,
/// so that a town's own authority works.
pub(crate) fn settings() -> ConfigBuilder<AgentScope> {
    ureq::Agent::config_builder()
        .max_redirects(0)
        .proxy(None)
        .max_idle_connections(0)
        .tls_config(
            TlsConfig::builder()
                .root_certs(RootCerts::PlatformVerifier)
                .build(),
        )
        .user_agent(concat!("messages-programmes/", env!("CARGO_PKG_VERSION")))
}
