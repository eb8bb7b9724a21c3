//! Who asks: a person with a token of the web app, or a program with a key.
//!
//! In two steps, because a key is looked up in the database: [`Authenticator::parse`] reads the
//! header and checks a token on the spot; what it finds to be a key goes with the row of its
//! prefix to [`check_key`].

mod key;
mod principal;
mod recent;
mod refusal;
#[cfg(test)]
mod tests;
mod token;
mod verifier;

pub use key::{PresentedKey, check_key};
pub(crate) use principal::harmless;
pub use principal::{PorteeSet, Principal, Who};
pub(crate) use recent::RecentKeys;
pub use refusal::{Body, Refusal, TokenFault, WWW_AUTHENTICATE};

use messages_core::config::{Api, Fault, Faults};
use messages_core::instant::Instant;
use messages_core::store::appels::cles;
use std::path::Path;
use token::Rules;
use verifier::Verifier;

/// What a request has to show for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Enough: this is who asks.
    Known(Principal),
    /// A key, to be looked up by its prefix and given to [`check_key`].
    Key(PresentedKey),
}

/// Checks `Authorization` headers; made once, shared by all workers.
#[derive(Debug)]
pub struct Authenticator(Gate);

#[derive(Debug)]
enum Gate {
    /// `--no-auth`
    Open,
    /// Tokens, if there is a key for them; and keys.
    Guarded(Option<Box<Rules>>),
}

impl Authenticator {
    /// Reads the keys that the settings name. `no_auth` lets everybody do everything, whatever
    /// they show; `keys_exist` tells that at least one key of a program is not revoked. Also
    /// returns what is to be logged as a warning.
    ///
    /// # Errors
    /// Every wrong setting: keys that are weak, unreadable, contradictory or missing; an address
    /// that others can reach, with `no_auth`.
    pub fn new(api: &Api, no_auth: bool, keys_exist: bool) -> Result<(Self, Vec<String>), Faults> {
        if no_auth {
            return open(api);
        }
        let verifier = verifier(api)?;
        if verifier.is_none() && !keys_exist {
            return Err(fault("JWT_SIGNING_KEY", NO_KEY));
        }
        let rights = (verifier.is_some() && api.rights.is_none()).then(|| NO_RIGHTS.to_owned());
        let is_secret_key = matches!(verifier, Some(Verifier::Hs256(_)))
            && api
                .signing_key
                .as_ref()
                .is_some_and(|key| key.is_secret_key);
        let warning = is_secret_key.then(|| SECRET_KEY.to_owned());
        let gate = Gate::Guarded(verifier.map(|verifier| Box::new(Rules::new(verifier, api))));
        Ok((Self(gate), warning.into_iter().chain(rights).collect()))
    }

    /// Whoever can reach the server, where nobody is asked who they are.
    pub(crate) fn anyone(&self) -> Option<Principal> {
        match self.0 {
            Gate::Open => Some(Principal::entitled(Who::Anyone)),
            Gate::Guarded(_) => None,
        }
    }

    /// Reads an `Authorization` header, as simplejwt does. `now` is this machine's clock, which
    /// tokens are measured with.
    ///
    /// # Errors
    /// Why the request is turned away.
    pub fn parse(
        &self,
        authorization: Option<&[u8]>,
        now: Instant,
    ) -> Result<Credentials, Refusal> {
        let Gate::Guarded(rules) = &self.0 else {
            return Ok(Credentials::Known(Principal::entitled(Who::Anyone)));
        };
        let bearer = bearer(authorization.unwrap_or_default())?;
        if cles::is_meant_as_key(bearer) {
            return PresentedKey::read(bearer).map(Credentials::Key);
        }
        let rules = rules.as_ref().ok_or(TokenFault::Invalid)?;
        rules.principal(bearer, now).map(Credentials::Known)
    }
}

const NO_KEY: &str = "aucune clé pour reconnaître qui appelle. Donnez celle des jetons de l'application web \
     (JWT_SIGNING_KEY ou JWT_PUBLIC_KEY_FILE), ou créez une clé d'API : \
     messages-api key create --name NOM --scope lecture. Pour un essai sur cette machine : --no-auth";

const SECRET_KEY: &str = "SECRET_KEY sert à vérifier les jetons, faute de JWT_SIGNING_KEY : or elle signe aussi les \
     sessions de l'application web. Donnez aux jetons une clé à part (SIMPLE_JWT, SIGNING_KEY)";

const NO_RIGHTS: &str = "tout jeton de l'application web peut tout faire : lire, modifier, envoyer. Si tout le monde n'y a pas les mêmes \
     droits, donnez-les selon ce que les jetons disent, par exemple JWT_SCOPES=role=direction:lecture,ecriture,envoi; role=enseignant:lecture";

fn open(api: &Api) -> Result<(Authenticator, Vec<String>), Faults> {
    if !api.bind.ip().is_loopback() {
        let text = "avec --no-auth, seule cette machine doit pouvoir appeler : il faut une adresse comme 127.0.0.1:8000";
        return Err(fault("API_BIND", text));
    }
    let warning =
        "--no-auth : AUCUNE AUTHENTIFICATION, tout programme de cette machine peut tout faire";
    Ok((Authenticator(Gate::Open), vec![warning.to_owned()]))
}

fn verifier(api: &Api) -> Result<Option<Verifier>, Faults> {
    match (&api.signing_key, &api.public_key_file) {
        (Some(key), Some(_)) if !key.is_secret_key => Err(fault(
            "JWT_SIGNING_KEY, JWT_PUBLIC_KEY_FILE",
            "l'un ou l'autre : les jetons sont signés d'une seule façon",
        )),
        // SECRET_KEY stands in every Django project, also where tokens have a key of their own.
        (_, Some(file)) => public_key(file).map(Some),
        (Some(key), None) => {
            let name = if key.is_secret_key {
                "SECRET_KEY"
            } else {
                "JWT_SIGNING_KEY"
            };
            Verifier::of_secret(key)
                .map(Some)
                .map_err(|text| fault(name, text))
        }
        (None, None) => Ok(None),
    }
}

fn public_key(file: &Path) -> Result<Verifier, Faults> {
    const NAME: &str = "JWT_PUBLIC_KEY_FILE";
    let pem = std::fs::read(file)
        .map_err(|error| fault(NAME, &format!("fichier illisible ({error})")))?;
    Verifier::of_pem(&pem).map_err(|text| fault(NAME, text))
}

fn fault(setting: &str, text: &str) -> Faults {
    Faults(vec![Fault {
        setting: setting.to_owned(),
        text: text.to_owned(),
    }])
}

/// simplejwt's `get_raw_token`: two words, the first exactly `Bearer`.
fn bearer(header: &[u8]) -> Result<&[u8], Refusal> {
    // The white space of Python's bytes.split().
    let mut words = header
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c))
        .filter(|word| !word.is_empty());
    if words.next() != Some(b"Bearer") {
        return Err(Refusal::NoCredentials);
    }
    match (words.next(), words.next()) {
        (Some(bearer), None) => Ok(bearer),
        _ => Err(Refusal::BadHeader),
    }
}
