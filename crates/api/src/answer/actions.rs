//! What the web app's buttons are answered: whether it worked, in words, and the details.

use super::message::{MessageShort, example};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = ActionFaite, examples(done))]
pub(crate) struct Done<'m> {
    /// Si l'opération a réussi.
    pub(crate) success: bool,
    /// La même chose, en clair.
    pub(crate) message: String,
    /// Le message.
    pub(crate) details: MessageShort<'m>,
}

fn done() -> Value {
    json!({ "success": true, "message": "Message envoyé", "details": example() })
}

#[derive(Serialize, ToSchema)]
#[schema(as = Traitement, examples(json!({
    "success": true,
    "message": "Traitement terminé: 3 messages traités, 2 succès, 1 échecs",
    "processed": 3,
    "success_count": 2,
    "error_count": 1,
})))]
pub(crate) struct Run {
    /// Si l'opération a réussi.
    pub(crate) success: bool,
    /// La même chose, en clair.
    pub(crate) message: String,
    /// Messages traités.
    pub(crate) processed: usize,
    /// Ceux qui sont partis.
    pub(crate) success_count: usize,
    /// Ceux qui sont en échec.
    pub(crate) error_count: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Marque, examples(json!({ "success": true, "message": "Message marqué comme lu" })))]
pub(crate) struct Marked {
    /// Si l'opération a réussi.
    pub(crate) success: bool,
    /// La même chose, en clair.
    pub(crate) message: &'static str,
}
