//! Words of the directory, which are kept for the web app.

text_enum! {
    /// What a parent is to the pupils: the `relation` of a parent.
    #[derive(Default)]
    Relation {
        /// The father.
        Pere = "père",
        /// The mother.
        Mere = "mère",
        /// Has the care of the pupils.
        Tuteur = "tuteur",
        /// Somebody else, or not said.
        #[default]
        Autre = "autre",
    }
}

text_enum! {
    /// Whether a pupil is at the school: the `statut` of an étudiant.
    #[derive(Default)]
    Scolarite {
        /// Is there.
        #[default]
        Actif = "actif",
        /// Has left.
        Inactif = "inactif",
    }
}
