//! What can be done next with what was just made.

use utoipa::openapi::link::Link;

/// Where the number of the object stands, and the operations that take it.
fn next(id: &str) -> (&'static str, &'static [&'static str]) {
    match id {
        "messages_create" => ("$response.body#/id", OF_MESSAGE),
        "parents_send_sms"
        | "parents_send_email"
        | "parents_send_bulk_sms"
        | "parents_send_bulk_email" => ("$response.body#/details/id", OF_SENT),
        "classes_create" => (
            "$response.body#/id",
            &[
                "classes_retrieve",
                "classes_etudiants",
                "classes_update",
                "classes_partial_update",
                "classes_destroy",
            ],
        ),
        "etudiants_create" => (
            "$response.body#/id",
            &[
                "etudiants_retrieve",
                "etudiants_parents",
                "etudiants_update",
                "etudiants_partial_update",
                "etudiants_destroy",
            ],
        ),
        "parents_create" => (
            "$response.body#/id",
            &[
                "parents_retrieve",
                "parents_update",
                "parents_partial_update",
                "parents_send_sms",
                "parents_send_email",
                "parents_destroy",
            ],
        ),
        _ => ("", &[]),
    }
}

const OF_MESSAGE: &[&str] = &[
    "messages_retrieve",
    "messages_update",
    "messages_partial_update",
    "messages_preview",
    "messages_send_now",
    "messages_cancel",
    "messages_resend",
    "messages_mark_as_read",
    "messages_envois",
    "messages_envois_csv",
    "messages_historique",
    "messages_destroy",
];

const OF_SENT: &[&str] = &[
    "messages_retrieve",
    "messages_envois",
    "messages_envois_csv",
    "messages_resend",
];

/// The links of an operation's answer.
pub(super) fn after(id: &str) -> impl Iterator<Item = (&'static str, Link)> {
    let (place, operations) = next(id);
    operations.iter().map(move |operation| {
        let link = Link::builder()
            .operation_id(*operation)
            .parameter("id", place);
        (*operation, link.build())
    })
}
