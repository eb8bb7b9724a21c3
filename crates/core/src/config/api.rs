//! `JWT_*`, `CORS_*`, `API_*`, `BASE_URL`, `TRUSTED_PROXIES`, `SMS_RECEIPT_SECRET`: the HTTP interface.
//!
//! Whether the keys are good enough is the server's question alone: a passage must not fail on it.

use super::Vars;
use super::network::Network;
use super::rights::{self, Right};
use crate::domain;
use crate::secret::Secret;
use std::net::SocketAddr;
use std::path::PathBuf;

pub(super) const NAMES: &[&str] = &[
    "API_BIND",
    "BASE_URL",
    "JWT_SIGNING_KEY",
    "JWT_PUBLIC_KEY_FILE",
    "JWT_ISSUER",
    "JWT_AUDIENCE",
    "JWT_SCOPES",
    "CORS_ALLOWED_ORIGINS",
    "CORS_ALLOW_CREDENTIALS",
    "TRUSTED_PROXIES",
    "API_PAGE_SIZE",
    "API_PAGINATION",
    "API_REQUESTS_PER_MINUTE",
    "MESSAGES_READ_TRACKING",
    "EMAIL_UNSUBSCRIBE",
    "SMS_RECEIPT_SECRET",
];

/// Django's own key, read when `JWT_SIGNING_KEY` is missing.
pub(super) const DJANGO_KEY: &str = "SECRET_KEY";

/// The HTTP interface.
#[derive(Debug, Clone)]
pub struct Api {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Where parents reach the server, without a slash at the end.
    pub base_url: Option<String>,
    /// Key of HS256 tokens.
    pub signing_key: Option<SigningKey>,
    /// PEM file with the public key of RS256 or `EdDSA` tokens.
    pub public_key_file: Option<PathBuf>,
    /// The `iss` that tokens must have.
    pub issuer: Option<String>,
    /// The `aud` that tokens must have.
    pub audience: Option<String>,
    /// What tokens may; none: everything.
    pub rights: Option<Vec<Right>>,
    /// Web pages that may call, each `scheme://host[:port]`.
    pub origins: Vec<String>,
    /// Whether those pages may send a browser's own credentials along.
    pub credentials: bool,
    /// Whose word counts on where a request comes from.
    pub proxies: Vec<Network>,
    /// Objects of one page; none: lists are whole.
    pub page_size: Option<u32>,
    /// How pages are asked for.
    pub pagination: Pagination,
    /// Most requests of one caller in a minute.
    pub requests_per_minute: Option<u32>,
    /// Whether e-mails hold a picture that tells when they are read.
    pub read_tracking: bool,
    /// Whether e-mails say where their reader tells that no more are wanted.
    pub unsubscribe: bool,
    /// What the gateway signs its receipts with; none: they are not signed.
    pub receipt_key: Option<Secret>,
}

/// A key shared with the web app.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Its bytes.
    pub secret: Secret,
    /// It is Django's own key, which signs more than tokens.
    pub is_secret_key: bool,
}

/// How pages are asked for (Django REST framework's two ways).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pagination {
    /// `?page=2`
    #[default]
    Page,
    /// `?limit=50&offset=50`
    Limit,
}

impl Api {
    pub(super) fn read(vars: &mut Vars) -> Self {
        let bind = vars.parsed(
            "API_BIND",
            "une adresse et un port comme 127.0.0.1:8000",
            |t| t.parse().ok(),
        );
        let base_url = vars.parsed(
            "BASE_URL",
            "une adresse comme https://ecole.exemple.fr",
            |t| {
                let url = t.trim_end_matches('/');
                (url.starts_with("https://") || url.starts_with("http://")).then(|| url.to_owned())
            },
        );
        let read_tracking = vars.switch("MESSAGES_READ_TRACKING");
        if read_tracking && base_url.is_none() {
            vars.fault("BASE_URL", "nécessaire avec MESSAGES_READ_TRACKING");
        }
        let unsubscribe = vars.switch("EMAIL_UNSUBSCRIBE");
        if unsubscribe && !base_url.as_deref().is_some_and(is_public) {
            let text = "avec EMAIL_UNSUBSCRIBE il faut l'adresse publique du serveur, en https://";
            vars.fault("BASE_URL", text);
        }
        let pagination = vars.parsed("API_PAGINATION", "page ou limit", |text| match text {
            "page" => Some(Pagination::Page),
            "limit" => Some(Pagination::Limit),
            _ => None,
        });
        Self {
            bind: bind.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8000))),
            base_url,
            signing_key: signing_key(vars),
            public_key_file: vars.text("JWT_PUBLIC_KEY_FILE").map(PathBuf::from),
            issuer: vars.text("JWT_ISSUER"),
            audience: vars.text("JWT_AUDIENCE"),
            rights: rights::read(vars),
            origins: origins(vars),
            credentials: vars.switch("CORS_ALLOW_CREDENTIALS"),
            proxies: proxies(vars),
            page_size: vars.number("API_PAGE_SIZE", 1..=1000),
            pagination: pagination.unwrap_or_default(),
            requests_per_minute: vars.number("API_REQUESTS_PER_MINUTE", 1..=1_000_000),
            read_tracking,
            unsubscribe,
            receipt_key: vars.text("SMS_RECEIPT_SECRET").map(Secret::new),
        }
    }
}

/// Whether mail programs everywhere may reach it.
fn is_public(url: &str) -> bool {
    let url: Option<ureq::http::Uri> = url.parse().ok();
    url.is_some_and(|url| {
        url.scheme_str() == Some("https")
            && url.query().is_none()
            && url.host().is_some_and(domain::is_public)
    })
}

fn signing_key(vars: &Vars) -> Option<SigningKey> {
    let own = vars.text("JWT_SIGNING_KEY");
    let is_secret_key = own.is_none();
    let key = own.or_else(|| vars.text(DJANGO_KEY))?;
    Some(SigningKey {
        secret: Secret::new(key),
        is_secret_key,
    })
}

/// Origins as browsers write them (RFC 6454, section 6.2), separated by commas.
fn origins(vars: &mut Vars) -> Vec<String> {
    let expected = "des origines exactes comme https://ecole.exemple.fr, séparées par des virgules";
    let read = vars.parsed("CORS_ALLOWED_ORIGINS", expected, |text| {
        text.split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(|origin| is_origin(origin).then(|| origin.to_owned()))
            .collect()
    });
    read.unwrap_or_default()
}

fn proxies(vars: &mut Vars) -> Vec<Network> {
    let expected =
        "des adresses ou réseaux comme 127.0.0.1 ou 10.0.0.0/8, séparés par des virgules";
    let read = vars.parsed("TRUSTED_PROXIES", expected, |text| {
        let networks = text
            .split(',')
            .map(str::trim)
            .filter(|text| !text.is_empty());
        networks.map(Network::parse).collect()
    });
    read.unwrap_or_default()
}

fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https")
            && !host.is_empty()
            && !host.contains(['/', '*', '?', '#', '@', ' '])
    })
}
