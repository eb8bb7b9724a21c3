//! Where a request without a key comes from.
//!
//! With `--no-auth` everybody on this machine may do everything, but not a page of another site
//! that is open in a browser here: it can send forms to this server (cross-site request forgery),
//! or give its own name this machine's address (DNS rebinding).

use crate::state::State;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use std::net::IpAddr;

/// True when the request was made for this machine, and by no page of an unknown site.
pub(crate) fn is_here(state: &State, request: &ServiceRequest) -> bool {
    let text = |name| {
        let value = request.headers().get(name);
        value.map(|value| value.to_str().unwrap_or("?"))
    };
    let host = text(header::HOST).unwrap_or_default();
    let origin = text(header::ORIGIN);
    is_loopback(host)
        && origin.is_none_or(|origin| {
            let own = origin.strip_prefix("http://") == Some(host);
            own || state.config.api.origins.iter().any(|known| known == origin)
        })
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    address.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_few_names() {
        for host in [
            "127.0.0.1:8000",
            "localhost:8000",
            "[::1]:8000",
            "LOCALHOST",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "ecole.exemple.fr",
            "127.0.0.1.evil.example:80",
            "192.168.0.1:8000",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
