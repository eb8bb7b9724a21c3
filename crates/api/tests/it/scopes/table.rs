//! Every path of the server: its methods, and what they need.

use messages_core::vocabulary::Portee::{self, Ecriture, Envoi, Historique, Lecture, Supervision};

/// What a caller must have.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    /// To be known.
    Anything,
    Scope(Portee),
}

type Operations = &'static [(&'static str, Needs)];

const READ: Operations = &[
    ("GET", Needs::Scope(Lecture)),
    ("HEAD", Needs::Scope(Lecture)),
    ("OPTIONS", Needs::Anything),
];

const WATCH: Operations = &[
    ("GET", Needs::Scope(Supervision)),
    ("HEAD", Needs::Scope(Supervision)),
    ("OPTIONS", Needs::Anything),
];

const LIST: Operations = &[
    ("GET", Needs::Scope(Lecture)),
    ("HEAD", Needs::Scope(Lecture)),
    ("POST", Needs::Scope(Ecriture)),
    ("OPTIONS", Needs::Anything),
];

const ONE: Operations = &[
    ("GET", Needs::Scope(Lecture)),
    ("HEAD", Needs::Scope(Lecture)),
    ("PUT", Needs::Scope(Ecriture)),
    ("PATCH", Needs::Scope(Ecriture)),
    ("DELETE", Needs::Scope(Ecriture)),
    ("OPTIONS", Needs::Anything),
];

const FILE: Operations = &[
    ("GET", Needs::Scope(Lecture)),
    ("HEAD", Needs::Scope(Lecture)),
    ("DELETE", Needs::Scope(Ecriture)),
    ("OPTIONS", Needs::Anything),
];

const WRITE: Operations = &[
    ("POST", Needs::Scope(Ecriture)),
    ("OPTIONS", Needs::Anything),
];

const SEND: Operations = &[("POST", Needs::Scope(Envoi)), ("OPTIONS", Needs::Anything)];

const REPLACE: Operations = &[
    ("PUT", Needs::Scope(Ecriture)),
    ("OPTIONS", Needs::Anything),
];

const AUDIT: Operations = &[
    ("GET", Needs::Scope(Historique)),
    ("HEAD", Needs::Scope(Historique)),
    ("OPTIONS", Needs::Anything),
];

pub(crate) const ENDPOINTS: &[(&str, Operations)] = &[
    ("/api/messages/", LIST),
    ("/api/messages/{id}/", ONE),
    ("/api/etudiants/{id}/parents/", READ),
    ("/api/classes/{id}/etudiants/", READ),
    ("/api/messages/scheduled/", READ),
    ("/api/messages/by_parent/", READ),
    ("/api/messages/by_classe/", READ),
    ("/api/messages/bulk_messages/", READ),
    ("/api/messages/message_stats/", READ),
    ("/api/messages/process_scheduled/", SEND),
    ("/api/messages/{id}/historique/", READ),
    ("/api/historique/", AUDIT),
    ("/api/messages/{id}/mark_as_read/", WRITE),
    ("/api/messages/{id}/cancel/", WRITE),
    ("/api/messages/{id}/send_now/", SEND),
    ("/api/messages/{id}/resend/", SEND),
    ("/api/messages/{id}/envois/", READ),
    ("/api/messages/{id}/envois.csv", READ),
    ("/api/messages/{id}/non_atteints/", READ),
    ("/api/messages/{id}/non_atteints.csv", READ),
    ("/api/messages/{id}/non_atteints.html", READ),
    ("/api/messages/{id}/preview/", READ),
    ("/api/messages/{id}/attachments/", READ),
    ("/api/messages/{id}/add_attachment/", WRITE),
    ("/api/attachments/{id}/", FILE),
    ("/api/classes/", LIST),
    ("/api/classes/{id}/", ONE),
    ("/api/etudiants/", LIST),
    ("/api/etudiants/{id}/", ONE),
    ("/api/parents.csv", READ),
    ("/api/parents/", LIST),
    ("/api/parents/{id}/", ONE),
    ("/api/parents/{id}/send_sms/", SEND),
    ("/api/parents/{id}/send_email/", SEND),
    ("/api/parents/send_bulk_sms/", SEND),
    ("/api/parents/send_bulk_email/", SEND),
    ("/api/annuaire/", REPLACE),
    ("/metrics", WATCH),
];

/// Open to everybody.
pub(crate) const PUBLIC: &[&str] = &[
    "/api/messages/track/{jeton}/",
    "/api/receipts/{passerelle}/{jeton}/",
    "/api/desinscription/{jeton}/",
    "/health/live",
    "/health/ready",
    "/api/schema/",
    "/api/docs/",
];
