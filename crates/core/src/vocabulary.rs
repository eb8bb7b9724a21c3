//! The closed vocabularies: each stored word is written once, here, and nowhere else.
//!
//! A word is the same in the column (`TEXT` with a `CHECK`), in JSON and in the query string.

/// A vocabulary, and a word that it does not know.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("unknown {0} {1:?}")]
pub struct UnknownWord(pub(crate) &'static str, pub(crate) String);

macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow, serde::Serialize, serde::Deserialize,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word, in the order of the contract.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is stored and shown.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl From<$name> for &'static str {
            fn from(word: $name) -> Self { word.as_str() }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::vocabulary::UnknownWord(stringify!($name), word.to_owned())),
                }
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(String::from_sql(bytes)?.parse()?)
            }
        }
    };
}
pub(crate) use text_enum;

mod annuaire;
mod historique;
mod incident;
mod remise;

pub use annuaire::{Relation, Scolarite};
pub use historique::{Action, Objet};
pub use incident::{Genre, Retour};
pub use remise::Remise;

text_enum! {
    /// State of a message (contract, "Message states").
    Statut {
        /// Draft, never sent.
        Brouillon = "brouillon",
        /// Will leave at `date_programmee`.
        Programme = "programme",
        /// Taken by a run; at least one envoi is not final.
        EnAttente = "en_attente",
        /// Every envoi is final and at least one was accepted.
        Envoye = "envoye",
        /// Every envoi is final and none was accepted.
        Echec = "echec",
    }
}

text_enum! {
    /// How a message travels: the `type` of a message, the `canal` of an envoi.
    Canal {
        /// Text message to a telephone.
        Sms = "sms",
        /// Electronic mail.
        Email = "email",
    }
}

impl Canal {
    /// All channels but these.
    #[must_use]
    pub fn others(canaux: &[Self]) -> Vec<Self> {
        let mut others = Self::ALL.to_vec();
        others.retain(|canal| !canaux.contains(canal));
        others
    }
}

text_enum! {
    /// State of an envoi (contract, "Envoi states").
    Etat {
        /// Waiting for its turn or for its next attempt.
        AEnvoyer = "a_envoyer",
        /// Claimed by a run; nothing left the machine.
        Reserve = "reserve",
        /// Announced; the network may have it.
        Emission = "emission",
        /// Accepted by the relay or the gateway.
        Envoye = "envoye",
        /// Final: not accepted.
        Echec = "echec",
        /// Final until a person decides, or a late answer tells: nobody knows whether it was accepted.
        Incertain = "incertain",
        /// Final: never tried, or tried and refused for the time being before it was stopped.
        Ignore = "ignore",
    }
}

impl Statut {
    /// Those that a person can ask for; the others follow the envois.
    pub const SETTABLE: [Self; 2] = [Self::Brouillon, Self::Programme];
}

impl Etat {
    /// Those that are not final.
    pub const OPEN: [Self; 3] = [Self::AEnvoyer, Self::Reserve, Self::Emission];

    /// True when no run will send the envoi again by itself. (A late answer may still turn `incertain` into
    /// `envoye` or `echec`.)
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Envoye | Self::Echec | Self::Incertain | Self::Ignore
        )
    }
}

text_enum! {
    /// Why an envoi ended otherwise than `envoye`, in one word.
    Motif {
        /// Refused for good by the relay or the gateway.
        Permanent = "permanent",
        /// Every attempt was used.
        Epuise = "epuise",
        /// Too late to be sent.
        Expire = "expire",
        /// Handling it makes the program fail.
        Poison = "poison",
        /// The answer was lost.
        ResultatInconnu = "resultat_inconnu",
        /// No address on this channel, or none that can be written to.
        SansAdresse = "sans_adresse",
        /// The telephone number is not one.
        NumeroInvalide = "numero_invalide",
        /// The parent does not want this channel.
        Opposition = "opposition",
        /// Another envoi of the message goes to the same address.
        Doublon = "doublon",
        /// The message was cancelled before this one left.
        Annule = "annule",
        /// The parent was erased from the directory.
        Efface = "efface",
        /// The number's country is not allowed.
        PaysRefuse = "pays_refuse",
        /// Two messages came back from this mailbox: there is none such.
        AdresseMorte = "adresse_morte",
    }
}

text_enum! {
    /// What an attempt came to.
    Verdict {
        /// Accepted by the peer.
        Accepte = "accepte",
        /// Surely not accepted; may be tried again.
        Temporaire = "temporaire",
        /// Our settings are wrong: nothing on this channel can work.
        Config = "config",
        /// Refused for good.
        Permanent = "permanent",
        /// Perhaps accepted: the answer is missing or unreadable.
        Ambigu = "ambigu",
    }
}

text_enum! {
    /// Why a channel stops: whom to ask, or what to change.
    Cause {
        /// The relay does not take the sender's address.
        Expediteur = "expediteur",
        /// The relay does not take the name that this machine gives itself.
        Helo = "helo",
        /// The relay passes nothing on for us.
        Relayage = "relayage",
        /// User or password, or the key, are not accepted.
        Identification = "identification",
        /// The same, and the password holds blanks.
        Blancs = "blancs",
        /// Logged in too often: the peer has locked the account for a while.
        Verrou = "verrou",
        /// The account is suspended, disabled or not activated.
        Compte = "compte",
        /// The machine's address is on a list, or has no name.
        AdresseIp = "adresse_ip",
        /// SPF, DKIM or DMARC of the sender's domain.
        Domaine = "domaine",
        /// TLS is asked for, or failed.
        Chiffrement = "chiffrement",
        /// No credit is left.
        Credit = "credit",
        /// What answers is not the gateway's address.
        Passerelle = "passerelle",
        /// Another setting, or this machine.
        Reglage = "reglage",
        /// Everybody is refused, in words that name no reason.
        Refus = "refus",
        /// Everybody is refused as unwanted mail.
        Indesirable = "indesirable",
        /// What the provider allows is used up for now.
        Limite = "limite",
        /// What the school allows itself (`MESSAGES_SMS_PER_DAY`, `MESSAGES_SMS_PER_MONTH`) is used up.
        Depense = "depense",
        /// Too many connections, or too fast.
        Cadence = "cadence",
        /// The peer asked for a pause.
        Pause = "pause",
        /// The relay takes no message now, whoever it is for.
        Occupe = "occupe",
        /// The peer is not there, or breaks off.
        Injoignable = "injoignable",
        /// The peer keeps us waiting.
        Muet = "muet",
        /// Answers get lost.
        Reponses = "reponses",
    }
}

impl Cause {
    /// Those of which a login that works is the end.
    pub const OF_LOGIN: [Self; 3] = [Self::Identification, Self::Blancs, Self::Verrou];

    /// What a channel that stops for this cause is said to have come to.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Reponses => Verdict::Ambigu,
            Self::Limite
            | Self::Depense
            | Self::Verrou
            | Self::Cadence
            | Self::Pause
            | Self::Occupe
            | Self::Injoignable
            | Self::Muet => Verdict::Temporaire,
            _ => Verdict::Config,
        }
    }
}

text_enum! {
    /// Where messages go (`MESSAGES_MODE`).
    Mode {
        /// Nowhere: logged and recorded as sent.
        Simulation = "simulation",
        /// Into files.
        Fichier = "fichier",
        /// To the relay and the gateway.
        Reel = "reel",
    }
}

text_enum! {
    /// What a key of the HTTP interface may be used for.
    Portee {
        /// Reading messages, envois and the directory.
        Lecture = "lecture",
        /// Writing drafts, changing the directory, and having messages stay.
        Ecriture = "ecriture",
        /// Programming messages, and making them leave at once.
        Envoi = "envoi",
        /// Watching over the program: counters, no message and nobody.
        Supervision = "supervision",
        /// Reading the whole history: who works when, and from which address.
        Historique = "historique",
    }
}

text_enum! {
    /// What must hold for every row, and `verify` looks for.
    Regle {
        /// An envoi that is not final is on its way: some run will take it up.
        SansSuite = "sans_suite",
        /// The sums of a message are those of its envois.
        Totaux = "totaux",
        /// A message is `envoye` when somebody was reached, and only then.
        Statut = "statut",
        /// Nobody was sent to twice, but for an e-mail whose answer was lost, or on a person's wish.
        DeuxFois = "deux_fois",
        /// What is called accepted or uncertain has an attempt that says so.
        SansPreuve = "sans_preuve",
        /// Every attempt has an end, and none is newer than its envoi.
        Tentative = "tentative",
        /// Only what left was delivered, or was not.
        Remise = "remise",
        /// Only e-mails have files, no more than they may, and none that are forgotten.
        Pieces = "pieces",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        for statut in Statut::ALL {
            assert_eq!(statut.as_str().parse(), Ok(*statut));
        }
        for motif in Motif::ALL {
            let json = serde_json::to_string(motif).unwrap();
            assert_eq!(json, format!("\"{motif}\""));
            assert_eq!(serde_json::from_str::<Motif>(&json).unwrap(), *motif);
        }
    }

    #[test]
    fn an_unknown_word_is_an_error() {
        assert!("parti".parse::<Statut>().is_err());
        assert!(serde_json::from_str::<Canal>("\"SMS\"").is_err());
    }
}
