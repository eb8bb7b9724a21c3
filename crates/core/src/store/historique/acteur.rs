//! Who acts.

/// Who changes something, and by which request. No personal data but the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acteur {
    /// `utilisateur 12`, `clé 3`, `anonyme`, `ligne de commande`, `parent, par le lien de désinscription`.
    pub nom: String,
    /// The address that the request came from.
    pub ip: Option<String>,
    /// The request's number.
    pub demande: Option<String>,
}

impl Acteur {
    /// A user of the web app, by a number that is no personal data.
    #[must_use]
    pub fn utilisateur(id: &str) -> Self {
        Self::named(format!("utilisateur {id}"))
    }

    /// A program, by the number of its key.
    #[must_use]
    pub fn cle(id: i64) -> Self {
        Self::named(format!("clé {id}"))
    }

    /// Whoever can reach a server that asks nobody who they are.
    #[must_use]
    pub fn anonyme() -> Self {
        Self::named("anonyme".to_owned())
    }

    /// A parent who follows the link of an e-mail; which one, the object says.
    #[must_use]
    pub fn parent() -> Self {
        Self::named("parent, par le lien de désinscription".to_owned())
    }

    /// Whoever starts a program of ours.
    #[must_use]
    pub fn ligne_de_commande() -> Self {
        Self::named("ligne de commande".to_owned())
    }

    fn named(nom: String) -> Self {
        Self {
            nom,
            ip: None,
            demande: None,
        }
    }

    /// The same, by this request from this address.
    #[must_use]
    pub fn by(self, ip: Option<String>, demande: Option<String>) -> Self {
        Self {
            ip,
            demande,
            ..self
        }
    }
}
