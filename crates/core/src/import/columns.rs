//! The columns of a directory, under whatever names offices give them.

use super::fold::name_key;

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    ParentId,
    Nom,
    Prenom,
    Telephone,
    Email,
    Adresse,
    Relation,
    NotificationsSms,
    NotificationsEmail,
    EtudiantId,
    EtudiantNom,
    EtudiantPrenom,
    ClasseId,
    Classe,
    AnneeScolaire,
}

impl Column {
    /// The name in the answer of an import.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::ParentId => "parent_id",
            Self::Nom => "nom",
            Self::Prenom => "prenom",
            Self::Telephone => "telephone",
            Self::Email => "email",
            Self::Adresse => "adresse",
            Self::Relation => "relation",
            Self::NotificationsSms => "notifications_sms",
            Self::NotificationsEmail => "notifications_email",
            Self::EtudiantId => "etudiant_id",
            Self::EtudiantNom => "etudiant_nom",
            Self::EtudiantPrenom => "etudiant_prenom",
            Self::ClasseId => "classe_id",
            Self::Classe => "classe",
            Self::AnneeScolaire => "annee_scolaire",
        }
    }
}

/// Names in small letters without accents, blanks and signs; of several columns for one thing, the
/// cell of the first name here counts, if there is something in it.
const NAMES: [(Column, &[&str]); 15] = [
    (
        Column::ParentId,
        &[
            "parentid",
            "idparent",
            "responsableid",
            "idresponsable",
            "identifiantparent",
            "identifiantresponsable",
            "personneid",
            "nparent",
            "numeroparent",
            "nresponsable",
            "numeroresponsable",
            "identifiant",
            "id",
        ],
    ),
    (
        Column::Nom,
        &[
            "nom",
            "nomparent",
            "nomduparent",
            "parentnom",
            "nomresponsable",
            "nomduresponsable",
            "responsablenom",
            "nomdefamille",
            "nomdefamilleresponsable",
            "nomusage",
            "nomdusage",
            "lastname",
            "familyname",
            "surname",
            "nomderesponsable",
            "nomlegal",
        ],
    ),
    (
        Column::Prenom,
        &[
            "prenom",
            "prenomparent",
            "prenomduparent",
            "parentprenom",
            "prenomresponsable",
            "prenomduresponsable",
            "responsableprenom",
            "firstname",
            "givenname",
        ],
    ),
    (
        Column::Telephone,
        &[
            "telephone",
            "telephoneportable",
            "telportable",
            "portable",
            "telephonemobile",
            "telmobile",
            "mobile",
            "gsm",
            "numeroportable",
            "numerodeportable",
            "ntelephone",
            "numerodetelephone",
            "numerotelephone",
            "tel",
            "telephoneparent",
            "telparent",
            "telephoneresponsable",
            "telresponsable",
            "portableparent",
            "portableresponsable",
            "mobileresponsable",
            "mobileparent",
            "numerodetel",
            "numerotel",
            "numtel",
            "numtelephone",
            "ntel",
            "ntelportable",
            "telephoneportableresponsable",
            "telsms",
            "numerosms",
            "mobilephone",
            "phone",
            "phonenumber",
            "phone1value",
            "phone2value",
            "phone3value",
            "telephone1",
            "tel1",
            "telephone2",
            "tel2",
            "telephonepersonnel",
            "telpersonnel",
            "telephonedomicile",
            "teldomicile",
            "domicile",
            "telephonemaison",
            "telmaison",
            "telephonefixe",
            "telfixe",
        ],
    ),
    (
        Column::Email,
        &[
            "email",
            "mail",
            "courriel",
            "mel",
            "adresseemail",
            "adressemail",
            "adressecourriel",
            "adresseelectronique",
            "adressemel",
            "emailparent",
            "mailparent",
            "emailresponsable",
            "mailresponsable",
            "courrielresponsable",
            "courrielparent",
            "emailaddress",
            "email1value",
            "email2value",
            "email1",
            "mail1",
        ],
    ),
    (
        Column::Adresse,
        &[
            "adresse",
            "adressepostale",
            "adresseparent",
            "adresseduparent",
            "adresseresponsable",
            "adresseduresponsable",
        ],
    ),
    (
        Column::Relation,
        &[
            "relation",
            "lien",
            "lienparente",
            "liendeparente",
            "lienparent",
            "lienresponsable",
            "lienavecleleve",
            "lienaveclenfant",
        ],
    ),
    (
        Column::NotificationsSms,
        &[
            "notificationssms",
            "notificationsms",
            "acceptesms",
            "acceptelessms",
            "accordsms",
            "sms",
            "notifsms",
            "envoisms",
        ],
    ),
    (
        Column::NotificationsEmail,
        &[
            "notificationsemail",
            "notificationemail",
            "notificationsmail",
            "accepteemail",
            "acceptelesemails",
            "acceptemail",
            "accordemail",
            "notifemail",
            "envoiemail",
        ],
    ),
    (
        Column::EtudiantId,
        &[
            "etudiantid",
            "idetudiant",
            "eleveid",
            "ideleve",
            "neleve",
            "numeroeleve",
            "numerodeleleve",
            "identifianteleve",
            "ine",
            "identifiantnational",
            "idnational",
            "identifiantnationaleleve",
            "ineeleve",
            "matricule",
            "netudiant",
            "numeroetudiant",
        ],
    ),
    (
        Column::EtudiantNom,
        &[
            "etudiantnom",
            "nometudiant",
            "nomdeletudiant",
            "elevenom",
            "nomeleve",
            "nomdeleleve",
            "nomdefamilleeleve",
            "nomdefamilledeleleve",
            "enfantnom",
            "nomenfant",
            "nomdelenfant",
            "nomdefamilleenfant",
            "eleve",
            "enfant",
        ],
    ),
    (
        Column::EtudiantPrenom,
        &[
            "etudiantprenom",
            "prenometudiant",
            "prenomdeletudiant",
            "eleveprenom",
            "prenomeleve",
            "prenomdeleleve",
            "enfantprenom",
            "prenomenfant",
            "prenomdelenfant",
        ],
    ),
    (
        Column::ClasseId,
        &[
            "classeid",
            "idclasse",
            "identifiantclasse",
            "codeclasse",
            "nclasse",
            "numeroclasse",
        ],
    ),
    (
        Column::Classe,
        &[
            "classe",
            "classes",
            "nomclasse",
            "nomdelaclasse",
            "libelleclasse",
            "division",
            "libelledivision",
            "codedivision",
            "codestructure",
            "classeeleve",
            "classedeleleve",
            "classeenfant",
            "classesenfants",
            "class",
            "labels",
            "groupmembership",
        ],
    ),
    (Column::AnneeScolaire, &["anneescolaire", "annee"]),
];

/// The column of a header, and how much its name is preferred (0: most).
pub(super) fn column(header: &str) -> Option<(Column, usize)> {
    let key = name_key(header);
    known(&key).or_else(|| known(&of_first_parent(&key)))
}

/// Whether a name says that its column is the parent's.
pub(super) fn is_of_parent(header: &str) -> bool {
    let key = of_first_parent(&name_key(header));
    key.contains("responsable") || key.contains("parent")
}

/// `Nom resp. légal 1` is `nomresponsable`: school programs number the parents of a pupil.
fn of_first_parent(key: &str) -> String {
    let mut key = key.to_owned();
    for words in ["representantlegal", "responsablelegal", "resplegal"] {
        key = key.replace(words, "responsable");
    }
    for parent in ["responsable", "parent"] {
        key = key.replace(&format!("{parent}1"), parent);
    }
    key
}

fn known(key: &str) -> Option<(Column, usize)> {
    NAMES.iter().find_map(|(column, names)| {
        let rank = names.iter().position(|name| *name == key)?;
        Some((*column, rank))
    })
}
