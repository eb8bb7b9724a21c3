//! The words of the history: what was done, and on what.

text_enum! {
    /// What was done.
    Action {
        /// Written for the first time; of a message: as a draft.
        Cree = "cree",
        /// Written anew.
        Modifie = "modifie",
        /// Removed; of a parent: erased.
        Supprime = "supprime",
        /// A message shall leave at its date, from now on.
        Programme = "programme",
        /// What had not left of a message shall not leave.
        Annule = "annule",
        /// A message shall leave at once.
        EnvoyeMaintenant = "envoye_maintenant",
        /// A message shall leave again to those who were not reached.
        Renvoye = "renvoye",
        /// An e-mail was said to be read.
        MarqueLu = "marque_lu",
        /// A directory was taken over.
        Importe = "importe",
        /// What is due was made to leave.
        Lance = "lance",
        /// A key was made void.
        Revoque = "revoque",
        /// Somebody signed in to the console.
        Connecte = "connecte",
        /// A message was sent on trial, to an address that nobody keeps.
        Essaye = "essaye",
    }
}

text_enum! {
    /// What it was done on.
    Objet {
        /// A message.
        Message = "message",
        /// A class.
        Classe = "classe",
        /// A pupil.
        Etudiant = "etudiant",
        /// A parent.
        Parent = "parent",
        /// The directory, as a whole: it has no number.
        Annuaire = "annuaire",
        /// The key of a program.
        Cle = "cle",
        /// The token at which a gateway tells of deliveries.
        Jeton = "jeton",
        /// A run of the dispatcher: it has no number.
        Traitement = "traitement",
        /// Of somebody who looks at the console.
        Session = "session",
        /// The secret address of a calendar.
        Agenda = "agenda",
    }
}
