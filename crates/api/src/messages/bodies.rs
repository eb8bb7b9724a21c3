//! What is sent of a message, and to parents. The members are read one by one where they are used,
//! because every fault is to be told at once.

use super::form::SUJET;
use crate::drf::{OPTIONAL, REQUIRED, Rule};
use crate::schema::Body;
use crate::schema::words::{StatutDemandeEnum, TypeEnum};
use messages_core::piece;
use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(examples(json!({
    "parent": 1,
    "type": "sms",
    "contenu": "Réunion jeudi à 18 h.",
    "statut": "programme",
    "date_programmee": "2036-09-14T08:00:00+02:00",
})))]
pub(super) struct MessageRequest {
    /// Le destinataire ; nécessaire, sauf à un message groupé. Son objet entier, avec « id », convient aussi.
    parent: Option<i64>,
    /// Par quel canal.
    r#type: TypeEnum,
    /// Le texte ; d'un e-mail, du HTML convient aussi.
    contenu: String,
    /// Le texte mis en forme, pour un e-mail.
    contenu_html: Option<String>,
    /// Quand il doit partir ; sans décalage, c'est l'heure de l'établissement.
    #[schema(format = DateTime)]
    date_programmee: Option<String>,
    /// « brouillon » ou « programme », qui demande une `date_programmee` ; ou l'état présent.
    #[schema(required = false)]
    statut: StatutDemandeEnum,
    /// À plusieurs parents : ceux de la classe, ou tous.
    #[schema(required = false)]
    est_message_groupe: bool,
    /// La classe dont les parents sont destinataires ; son objet entier convient aussi.
    classe: Option<i64>,
    /// Sujet de l'e-mail, sur une ligne.
    sujet: Option<String>,
    /// À combien de parents il partira, le nombre que « preview » montre ; nécessaire à un message programmé pour plus de parents que `MESSAGES_CONFIRM_ABOVE`.
    #[schema(minimum = 1, maximum = 4_503_599_627_370_496_i64)]
    destinataires: Option<i64>,
}

impl Body for MessageRequest {
    const RULES: &'static [(&'static str, Rule)] = &[
        ("contenu", REQUIRED),
        ("contenu_html", OPTIONAL),
        ("sujet", SUJET),
    ];
}

/// How that may look.
pub(super) const FILE_NAME: Rule = Rule::line(piece::NAME_MAX);

#[derive(ToSchema)]
#[schema(examples(json!({ "fichier": "%PDF-1.7", "nom_fichier": "Menu de la semaine.pdf" })))]
pub(super) struct AttachmentRequest {
    /// Le fichier, 10 Mo au plus avec les autres du message.
    #[schema(value_type = String, format = Binary)]
    fichier: String,
    /// Son nom, si ce n'est pas celui que l'envoi lui donne.
    nom_fichier: Option<String>,
}

impl Body for AttachmentRequest {
    const RULES: &'static [(&'static str, Rule)] = &[("nom_fichier", FILE_NAME)];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "envois": null })))]
pub(super) struct ResendRequest {
    /// Seulement à ces envois.
    envois: Option<Vec<i64>>,
    /// À combien de parents il repartira, s'il y en a plus que `MESSAGES_CONFIRM_ABOVE`.
    #[schema(minimum = 1, maximum = 4_503_599_627_370_496_i64)]
    destinataires: Option<i64>,
}

impl Body for ResendRequest {
    const RULES: &'static [(&'static str, Rule)] = &[];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "destinataires": null })))]
pub(super) struct SendNowRequest {
    /// À combien de parents il partira, s'il y en a plus que `MESSAGES_CONFIRM_ABOVE`.
    #[schema(minimum = 1, maximum = 4_503_599_627_370_496_i64)]
    destinataires: Option<i64>,
}

impl Body for SendNowRequest {
    const RULES: &'static [(&'static str, Rule)] = &[];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "message": "Lina est absente ce matin. Merci d'appeler l'école." })))]
pub(super) struct SendSmsRequest {
    /// Le texte.
    message: String,
}

impl Body for SendSmsRequest {
    const RULES: &'static [(&'static str, Rule)] = &[("message", REQUIRED)];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "subject": "Absence", "message": "Lina est absente ce matin." })))]
pub(super) struct SendEmailRequest {
    /// Le sujet.
    subject: Option<String>,
    /// Le texte.
    message: String,
}

impl Body for SendEmailRequest {
    const RULES: &'static [(&'static str, Rule)] = &[("subject", SUJET), ("message", REQUIRED)];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "sujet": "Sortie", "contenu": "Sortie au musée vendredi.", "classe_id": 1 })))]
pub(super) struct SendBulkRequest {
    /// Le canal ; doit être celui de l'adresse.
    #[schema(required = false)]
    r#type: TypeEnum,
    /// Le sujet d'un e-mail.
    sujet: Option<String>,
    /// Le texte.
    contenu: String,
    /// La classe, ou bien « `tous_parents` ».
    classe_id: Option<i64>,
    /// À tous les parents.
    #[schema(required = false)]
    tous_parents: bool,
    /// À combien de parents il partira, s'il y en a plus que `MESSAGES_CONFIRM_ABOVE`.
    #[schema(minimum = 1, maximum = 4_503_599_627_370_496_i64)]
    destinataires: Option<i64>,
}

impl Body for SendBulkRequest {
    const RULES: &'static [(&'static str, Rule)] = &[("sujet", OPTIONAL), ("contenu", REQUIRED)];
}
