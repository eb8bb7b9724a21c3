//! Why somebody is turned away, in the words of Django REST framework 3.18 and simplejwt 5.5.1.
//!
//! Where simplejwt's French catalogue has no certain translation ("fuzzy"), gettext gives the
//! English text, and so do we.

use messages_core::config::Lang;
use serde::Serialize;

/// Goes with every 401 as `WWW-Authenticate` (simplejwt, `authenticate_header`).
pub const WWW_AUTHENTICATE: &str = "Bearer realm=\"api\"";

/// Why a request is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No `Authorization`, or one of another scheme than exactly `Bearer`.
    #[error("no credentials")]
    NoCredentials,
    /// `Bearer` with nothing or with several words after it.
    #[error("authorization header of a wrong shape")]
    BadHeader,
    /// The token cannot be trusted.
    #[error("{0}")]
    Token(#[from] TokenFault),
    /// A good token that does not say whose it is.
    #[error("token without user")]
    NoUser,
    /// A key that is unknown, wrong or revoked; which of them is not told.
    #[error("unknown, wrong or revoked key")]
    BadKey,
    /// Known, but not entitled.
    #[error("missing scope")]
    Forbidden,
}

/// What is wrong with a token, in simplejwt's order of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not a token, not signed by the web app, or not to be used yet.
    #[error("token invalid")]
    Invalid,
    /// `exp` is over.
    #[error("token expired")]
    Expired,
    /// No `exp`.
    #[error("token without exp")]
    NoExp,
    /// No `jti`.
    #[error("token without jti")]
    NoId,
    /// No `token_type`.
    #[error("token without type")]
    NoType,
    /// A token for something else, such as a refresh token.
    #[error("token of a wrong type")]
    WrongType,
}

/// The body of the answer. Its members are in Django's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Body {
    detail: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[Tried; 1]>,
}

/// One for each class of tokens that was tried: there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tried {
    token_class: &'static str,
    token_type: &'static str,
    message: &'static str,
}

impl Refusal {
    /// 401 or 403.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            _ => 401,
        }
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(self, lang: Lang) -> Body {
        let messages = match self {
            Self::Token(fault) => Some([Tried {
                token_class: "AccessToken",
                token_type: "access",
                message: fault.message(lang),
            }]),
            _ => None,
        };
        Body {
            detail: self.detail(lang),
            code: self.code(),
            messages,
        }
    }

    pub(crate) const fn code(self) -> Option<&'static str> {
        match self {
            Self::BadHeader => Some("bad_authorization_header"),
            Self::Token(_) | Self::NoUser => Some("token_not_valid"),
            Self::NoCredentials | Self::BadKey | Self::Forbidden => None,
        }
    }

    const fn detail(self, lang: Lang) -> &'static str {
        let (french, english) = match self {
            Self::NoCredentials => (
                "Informations d'authentification non fournies.",
                "Authentication credentials were not provided.",
            ),
            Self::BadHeader => (
                "L'en-tête 'Authorization' doit contenir deux valeurs séparées par des espaces",
                "Authorization header must contain two space-delimited values",
            ),
            Self::Token(_) => (
                "Le type de jeton fourni n'est pas valide",
                "Given token not valid for any token type",
            ),
            Self::NoUser => (
                "Le jeton ne contient aucune information permettant d'identifier l'utilisateur",
                "Token contained no recognizable user identification",
            ),
            Self::BadKey => (
                "Informations d'authentification incorrectes.",
                "Incorrect authentication credentials.",
            ),
            Self::Forbidden => (
                "Vous n'avez pas la permission d'effectuer cette action.",
                "You do not have permission to perform this action.",
            ),
        };
        choose(lang, french, english)
    }
}

impl TokenFault {
    const fn message(self, lang: Lang) -> &'static str {
        let (french, english) = match self {
            Self::Invalid => ("Token is invalid", "Token is invalid"),
            Self::Expired => ("Token is expired", "Token is expired"),
            Self::NoExp => (
                "Le jeton n'a pas le privilège 'exp'",
                "Token has no 'exp' claim",
            ),
            Self::NoId => ("Le jeton n'a pas d'id", "Token has no id"),
            Self::NoType => ("Le jeton n'a pas de type", "Token has no type"),
            Self::WrongType => ("Le jeton a un type erroné", "Token has wrong type"),
        };
        choose(lang, french, english)
    }
}

const fn choose(lang: Lang, french: &'static str, english: &'static str) -> &'static str {
    match lang {
        Lang::Fr => french,
        Lang::En => english,
    }
}
