//! A file of a message, in JSON.

use super::local::Local;
use chrono_tz::Tz;
use messages_core::model::PieceJointe;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment, examples(json!({
    "id": 1,
    "message": 1,
    "fichier": "/api/attachments/1/",
    "nom_fichier": "Menu de la semaine.pdf",
    "type_mime": "application/pdf",
    "taille": 184_320,
    "date_ajout": "2036-09-10T16:12:09.123456+02:00",
})))]
pub(crate) struct AttachmentJson {
    /// Numéro.
    id: i64,
    /// Le message.
    message: i64,
    /// Où le fichier se lit.
    fichier: String,
    /// Son nom.
    nom_fichier: String,
    /// Ce qu'il est, d'après la fin de son nom.
    type_mime: String,
    /// En octets.
    taille: i64,
    /// Quand il a été joint.
    #[schema(value_type = String, format = DateTime)]
    date_ajout: Local,
}

impl AttachmentJson {
    pub(crate) fn new(file: PieceJointe, zone: Tz) -> Self {
        Self {
            id: file.id,
            message: file.message,
            fichier: format!("/api/attachments/{}/", file.id),
            nom_fichier: file.nom_fichier,
            type_mime: file.type_mime,
            taille: file.taille,
            date_ajout: Local(file.date_ajout, zone),
        }
    }
}
