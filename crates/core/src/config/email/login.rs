//! `EMAIL_HOST_USER` with its password, or `EMAIL_OAUTH_*`: how this machine logs in at the relay.

use crate::config::Vars;
use crate::config::vars::{is_loopback, scheme_and_host};
use crate::secret::Secret;

const USER: &str = "EMAIL_HOST_USER";
const PASSWORD: &str = "EMAIL_HOST_PASSWORD";
const TOKEN_URL: &str = "EMAIL_OAUTH_TOKEN_URL";
const CLIENT_ID: &str = "EMAIL_OAUTH_CLIENT_ID";
const CLIENT_SECRET: &str = "EMAIL_OAUTH_CLIENT_SECRET";
const SCOPE: &str = "EMAIL_OAUTH_SCOPE";
const REFRESH_TOKEN: &str = "EMAIL_OAUTH_REFRESH_TOKEN";

/// Who logs in, and by what.
#[derive(Debug, Clone)]
pub struct Login {
    /// The mailbox or account.
    pub user: String,
    /// What proves it.
    pub proof: Proof,
}

/// What proves who logs in.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A password.
    Password(Secret),
    /// A token of this server.
    Token(OAuth),
}

/// A server that gives tokens (RFC 6749).
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Where to ask.
    pub url: String,
    /// The application's number.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret,
    /// What the token is for.
    pub scope: Option<String>,
    /// What a person gave once; without it the application asks for itself.
    pub refresh_token: Option<Secret>,
}

/// None when no user is named.
pub(super) fn read(vars: &mut Vars) -> Option<Login> {
    let oauth = [TOKEN_URL, CLIENT_ID, CLIENT_SECRET, SCOPE, REFRESH_TOKEN];
    match oauth.into_iter().find(|name| vars.text(name).is_some()) {
        Some(given) => by_token(vars, given),
        None => by_password(vars),
    }
}

fn by_password(vars: &mut Vars) -> Option<Login> {
    let (missing, given) = match (vars.text(USER), vars.text(PASSWORD)) {
        (Some(user), Some(password)) => {
            let proof = Proof::Password(Secret::new(password));
            return Some(Login { user, proof });
        }
        (None, None) => return None,
        (Some(_), None) => (PASSWORD, USER),
        (None, Some(_)) => (USER, PASSWORD),
    };
    vars.fault(missing, format!("manque, alors que {given} est donné"));
    None
}

fn by_token(vars: &mut Vars, given: &str) -> Option<Login> {
    if vars.text(PASSWORD).is_some() {
        let text = format!("ne va pas avec {given} : gardez l'un ou l'autre");
        vars.fault(PASSWORD, text);
    }
    let needed = [USER, TOKEN_URL, CLIENT_ID, CLIENT_SECRET].map(|name| {
        let value = vars.text(name);
        if value.is_none() {
            vars.fault(name, format!("manque, alors que {given} est donné"));
        }
        value
    });
    let [Some(user), Some(url), Some(client_id), Some(client_secret)] = needed else {
        return None;
    };
    if !is_private(&url) {
        vars.fault(TOKEN_URL, "il faut une adresse https://…");
    }
    let proof = Proof::Token(OAuth {
        url,
        client_id,
        client_secret: Secret::new(client_secret),
        scope: vars.text(SCOPE),
        refresh_token: vars.text(REFRESH_TOKEN).map(Secret::new),
    });
    Some(Login { user, proof })
}

/// The secret is told to nobody on the way.
fn is_private(url: &str) -> bool {
    let parts = scheme_and_host(url);
    parts
        .is_some_and(|(scheme, host)| scheme == "https" || (scheme == "http" && is_loopback(&host)))
}
