//! Where a request comes from.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use messages_core::config::Network;
use std::net::IpAddr;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address. What a header claims counts only from a proxy that the settings name, and only
/// as far as such proxies say it: the client can write the rest itself.
pub(crate) fn of(proxies: &[Network], request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let said = request.headers().get_all(FORWARDED);
    let said: Vec<&str> = said.filter_map(|said| said.to_str().ok()).collect();
    let said = said.join(",");
    let is_proxy = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let mut address = peer;
    for before in said.rsplit(',').map(str::trim) {
        match before.parse::<IpAddr>() {
            Ok(before) if is_proxy(address) => address = before.to_canonical(),
            _ => break,
        }
    }
    Some(address)
}
