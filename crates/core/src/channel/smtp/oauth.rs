//! Tokens for AUTH XOAUTH2, which Microsoft 365 and Google want in the place of passwords.

use crate::channel::token::{Kept, Token};
use crate::channel::{Answer, agent, answer};
use crate::config::OAuth;
use crate::vocabulary::Cause;
use serde_json::Value;
use std::time::Duration;
use ureq::{Body, Error};

/// For the whole answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// More of an answer is not read.
const BODY_MAX: u64 = 64 * 1024;

/// The token server of the settings, and the run's token.
#[derive(Debug)]
pub(in crate::channel) struct Tokens {
    server: OAuth,
    kept: Kept,
}

impl Tokens {
    pub(in crate::channel) fn new(server: OAuth) -> Self {
        Self {
            server,
            kept: Kept::default(),
        }
    }

    /// The token of this run.
    ///
    /// # Errors
    /// What to mend, or that the token server is away.
    pub(in crate::channel) fn token(&self) -> Result<String, Answer> {
        self.kept.get(|| self.ask())
    }

    /// The relay does not take it.
    pub(super) fn forget(&self, token: &str) {
        self.kept.forget(token);
    }

    /// By the client's own right (RFC 6749, 4.4), or by what a person gave it once (6).
    fn ask(&self) -> Result<Token, Answer> {
        let server = &self.server;
        let (grant, refresh) = match &server.refresh_token {
            Some(token) => ("refresh_token", Some(("refresh_token", token.expose()))),
            None => ("client_credentials", None),
        };
        let scope = server.scope.as_deref().map(|scope| ("scope", scope));
        let form = [
            ("grant_type", grant),
            ("client_id", server.client_id.as_str()),
            ("client_secret", server.client_secret.expose()),
        ];
        let form = form.into_iter().chain(refresh).chain(scope);
        let agent = agent::settings()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .build()
            .new_agent();
        let said = agent.post(&server.url).send_form(form);
        let mut said = said.map_err(|error| away(&error))?;
        let (status, text) = (said.status().as_u16(), read(said.body_mut()));
        match status {
            200..=299 => Token::read(&text).ok_or_else(|| {
                let text = "EMAIL_OAUTH_TOKEN_URL : ce qui répond n'est pas un serveur de jetons";
                Answer::channel(Cause::Reglage, "jeton", text)
            }),
            429 | 500.. => {
                let text = format!("le serveur de jetons n'en donne pas maintenant ({status})");
                Err(Answer::unreached("jeton", &text))
            }
            _ => Err(refused(status, &text)),
        }
    }
}

fn read(body: &mut Body) -> String {
    let body = body.with_config().limit(BODY_MAX);
    body.read_to_string().unwrap_or_default()
}

fn away(error: &Error) -> Answer {
    let text = match error {
        Error::Io(io) => answer::words(io),
        Error::HostNotFound => "nom de machine introuvable".to_owned(),
        Error::Timeout(_) => "pas de réponse à temps".to_owned(),
        other => other.to_string(),
    };
    let text = format!("serveur de jetons (EMAIL_OAUTH_TOKEN_URL) : {text}");
    Answer::unreached("jeton", &text)
}

/// `error` (RFC 6749, 5.2), and the number that Microsoft puts before its description. Of the rest nothing is
/// told: it may name anybody.
fn refused(status: u16, text: &str) -> Answer {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |name: &str| {
        let text = body.get(name)?.as_str()?;
        let word = text.split([' ', ':']).next()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        (word.len() <= 40 && word.chars().all(plain)).then(|| word.to_owned())
    };
    let number = word("error_description").filter(|word| word.starts_with("AADSTS"));
    let words: Vec<String> = word("error").into_iter().chain(number).collect();
    let words = if words.is_empty() {
        status.to_string()
    } else {
        words.join(" ")
    };
    let text = format!(
        "le serveur de jetons refuse l'application ({words}) : corrigez EMAIL_OAUTH_CLIENT_ID, \
         EMAIL_OAUTH_CLIENT_SECRET, EMAIL_OAUTH_SCOPE ou EMAIL_OAUTH_REFRESH_TOKEN"
    );
    Answer::channel(Cause::Reglage, "jeton", &text)
}
