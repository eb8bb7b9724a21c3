//! What needs a person.

use super::Cause;

text_enum! {
    /// The kinds of incidents.
    Genre {
        /// A channel was stopped by a setting or by its peer.
        CanalArrete = "canal_arrete",
        /// What the provider or the school allows, or the credit, is used up.
        Quota = "quota",
        /// Something is due for a quarter of an hour and has not left.
        Retard = "retard",
        /// Nobody knows whether somebody got a message.
        Incertain = "incertain",
        /// Nobody got a message.
        Personne = "personne",
        /// A machine cannot write its journal or its log.
        Disque = "disque",
        /// A machine would only pretend to send, on a database that has sent for real.
        Simulation = "simulation",
        /// A machine's settings are wrong.
        Reglages = "reglages",
        /// The clock cannot be right.
        Horloge = "horloge",
        /// No run for a quarter of an hour.
        SansPassage = "sans_passage",
        /// The database went back in time or is a copy: nothing leaves before a person says what may.
        Retenue = "retenue",
    }
}

text_enum! {
    /// Why messages of a database may have left although it does not know that.
    Retour {
        /// It is older than what runs of this machine have seen of it.
        Recul = "recul",
        /// It is elsewhere than it was: what it was copied from may still send.
        Copie = "copie",
    }
}

impl Genre {
    /// That of a channel that is stopped for this cause.
    #[must_use]
    pub const fn of_cause(cause: Cause) -> Self {
        match cause {
            Cause::Limite | Cause::Depense | Cause::Credit => Self::Quota,
            _ => Self::CanalArrete,
        }
    }

    /// About a channel.
    #[must_use]
    pub const fn is_of_channel(self) -> bool {
        matches!(self, Self::CanalArrete | Self::Quota)
    }

    /// About one message: nothing else is held up by it.
    #[must_use]
    pub const fn is_of_message(self) -> bool {
        matches!(self, Self::Incertain | Self::Personne)
    }

    /// About one machine, which alone sees its end.
    #[must_use]
    pub const fn is_of_machine(self) -> bool {
        matches!(self, Self::Disque | Self::Simulation | Self::Reglages)
    }
}
