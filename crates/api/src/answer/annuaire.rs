//! What the directory holds, in JSON.

use crate::schema::words::{EtudiantStatutEnum, MotifEnum, RelationEnum, TypeEnum};
use chrono_tz::Tz;
use messages_core::config::Lang;
use messages_core::joignable::Contact;
use messages_core::model::{Classe, Etudiant, Fiche};
use messages_core::texts;
use messages_core::vocabulary::{Canal, Motif, Relation, Scolarite};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Classe, examples(json!(
    { "id": 1, "nom": "6e A", "niveau": "6e", "annee_scolaire": "2026-2027", "description": "" }
)))]
pub(crate) struct ClasseJson {
    /// Numéro de l'application web.
    id: i64,
    /// Comme « 6e A ».
    nom: String,
    /// Comme « 6e » ; peut être vide.
    niveau: String,
    /// Comme « 2026-2027 » ; peut être vide.
    annee_scolaire: String,
    /// Ce que l'application web en note ; peut être vide.
    description: String,
}

impl From<Classe> for ClasseJson {
    fn from(classe: Classe) -> Self {
        Self {
            id: classe.id,
            nom: classe.nom,
            niveau: classe.niveau,
            annee_scolaire: classe.annee_scolaire,
            description: classe.description,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Etudiant, examples(json!(
    { "id": 1, "nom": "Martin", "prenom": "Lina", "classe": 1, "statut": "actif" }
)))]
pub(crate) struct EtudiantJson {
    /// Numéro de l'application web.
    id: i64,
    /// Nom de famille.
    nom: String,
    /// Prénom ; peut être vide.
    prenom: String,
    /// La classe.
    classe: Option<i64>,
    /// « inactif » : n'est plus à l'école ; ses parents restent destinataires.
    #[schema(value_type = EtudiantStatutEnum)]
    statut: Scolarite,
}

impl From<Etudiant> for EtudiantJson {
    fn from(etudiant: Etudiant) -> Self {
        Self {
            id: etudiant.id,
            nom: etudiant.nom,
            prenom: etudiant.prenom,
            classe: etudiant.classe,
            statut: etudiant.statut,
        }
    }
}

/// Un parent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Parent, examples(json!({
    "id": 1,
    "nom": "Martin",
    "prenom": "Zoé",
    "telephone": "06 12 34 56 78",
    "email": "zoe.martin@exemple.fr",
    "adresse": "1 rue de l'École",
    "relation": "mère",
    "notifications_sms": true,
    "notifications_email": true,
    "etudiants": [1],
    "etudiant": 1,
    "parti": false,
})))]
pub(crate) struct ParentJson {
    /// Numéro de l'application web.
    id: i64,
    /// Nom de famille.
    nom: String,
    /// Prénom ; peut être vide.
    prenom: String,
    /// Comme il a été saisi ; peut être vide ou faux.
    telephone: String,
    /// Comme elle a été saisie ; peut être vide ou fausse.
    email: String,
    /// Adresse postale ; peut être vide.
    adresse: String,
    /// Ce qu'il est aux élèves.
    #[schema(value_type = RelationEnum)]
    relation: Relation,
    /// Faux : ne souhaite pas de SMS.
    notifications_sms: bool,
    /// Faux : ne souhaite pas d'e-mail.
    notifications_email: bool,
    /// Les élèves.
    etudiants: Vec<i64>,
    /// Le premier des élèves.
    etudiant: Option<i64>,
    /// Vrai : n'est plus dans l'annuaire complet, et ne reçoit plus rien.
    parti: bool,
    /// Peut recevoir un SMS ou un e-mail ; seulement avec « ?joignable= ».
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    joignable: Option<bool>,
    /// Pourquoi un canal ne l'atteint pas ; seulement avec « ?joignable= ».
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacles: Option<Vec<ObstacleJson>>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Obstacle, examples(json!(
    { "canal": "sms", "motif": "numero_invalide", "raison": "numéro de téléphone invalide : ligne fixe" }
)))]
struct ObstacleJson {
    /// Par quel canal.
    #[schema(value_type = TypeEnum)]
    canal: Canal,
    /// Pourquoi, en un mot ; null si le message part et n'arrive pas.
    #[schema(value_type = Option<MotifEnum>)]
    motif: Option<Motif>,
    /// Pourquoi, en clair.
    raison: String,
}

impl ParentJson {
    /// With what is wrong with the addresses.
    pub(crate) fn of_contact(contact: &Contact, lang: Lang, zone: Tz) -> Self {
        let obstacles = contact.obstacles.iter().map(|one| ObstacleJson {
            canal: one.canal,
            motif: one.motif,
            raison: texts::obstacle(lang, one, zone),
        });
        Self {
            joignable: Some(contact.joignable),
            obstacles: Some(obstacles.collect()),
            ..contact.fiche.clone().into()
        }
    }
}

impl From<Fiche> for ParentJson {
    fn from(fiche: Fiche) -> Self {
        let parent = fiche.parent;
        Self {
            id: parent.id,
            nom: parent.nom,
            prenom: parent.prenom,
            telephone: parent.telephone,
            email: parent.email,
            adresse: parent.adresse,
            relation: parent.relation,
            notifications_sms: parent.notifications_sms,
            notifications_email: parent.notifications_email,
            etudiant: fiche.etudiants.first().copied(),
            etudiants: fiche.etudiants,
            parti: fiche.parti_le.is_some(),
            joignable: None,
            obstacles: None,
        }
    }
}
