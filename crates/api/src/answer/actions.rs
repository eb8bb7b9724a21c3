//! What the web app's buttons are answered: whether it worked, in words, and the details.

use super::discreet::Discreet;
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
    /// Le message ; sans la portée « lecture », ses textes sont vides.
    #[schema(value_type = MessageShort<'m>)]
    pub(crate) details: Discreet<MessageShort<'m>>,
}

fn done() -> Value {
    json!({ "success": true, "message": "Message envoyé", "details": example() })
}

#[derive(Serialize, ToSchema)]
#[schema(as = EnvoiGroupe, examples(done_to_many))]
pub(crate) struct DoneToMany<'m> {
    /// Si au moins un parent l'a reçu, ou s'il est en train de partir.
    pub(crate) success: bool,
    /// La même chose, en clair.
    pub(crate) message: String,
    /// Le message, et ce qu'il en est de chacun.
    pub(crate) details: Reached<'m>,
}

fn done_to_many() -> Value {
    let mut details = example();
    if let Some(details) = details.as_object_mut() {
        details.insert("success".to_owned(), json!(3));
        details.insert("failed".to_owned(), json!(1));
        details.insert("total".to_owned(), json!(4));
        let one = json!({ "parent": "Zoé Martin", "success": true, "message": "Message envoyé" });
        details.insert("details".to_owned(), json!([one]));
    }
    json!({ "success": true, "message": "Message envoyé à 3 parents sur 4", "details": details })
}

/// Un message à plusieurs parents, et ce qu'il en est de chacun.
#[derive(Serialize, ToSchema)]
#[schema(as = MessageGroupe)]
pub(crate) struct Reached<'m> {
    #[serde(flatten)]
    #[schema(value_type = MessageShort<'m>)]
    pub(crate) envoi: MessageShort<'m>,
    /// Parents qui l'ont reçu.
    pub(crate) success: usize,
    /// Parents pour qui l'envoi a échoué, ou dont la réponse s'est perdue.
    pub(crate) failed: usize,
    /// Parents à qui il était destiné, sans ceux qui n'en veulent pas et ceux qui ont la même adresse qu'un autre.
    pub(crate) total: usize,
    /// Un parent après l'autre.
    pub(crate) details: Vec<ReachedOne>,
}

/// Ce qu'un parent a reçu.
#[derive(Serialize, ToSchema)]
#[schema(as = ParentAtteint)]
pub(crate) struct ReachedOne {
    /// Prénom et nom ; vide sans la portée « lecture ».
    pub(crate) parent: String,
    /// Vrai : l'a reçu.
    pub(crate) success: bool,
    /// La même chose, ou pourquoi pas, en clair.
    pub(crate) message: String,
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
