//! One example of each thing, from one small school: those that are sent name objects that the
//! others show.

use super::shape::Shape;
use serde_json::{Value, json};

/// An example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    Some(match schema {
        "Message" => message(),
        "MessageDetail" => with(message(), &[("parent", parent()), ("classe", Value::Null)]),
        "MessageRequest" => message_written(),
        "PatchedMessage" => json!({ "contenu": "La réunion est avancée à 17 h 30." }),
        "Envoi" => envoi(),
        "Fait" => fait(),
        "Apercu" => preview(),
        "Statistiques" => statistics(),
        "Classe" => classe(),
        "ClasseRequest" | "NewClasseRequest" => {
            json!({ "nom": "6e C", "niveau": "6e", "annee_scolaire": "2026-2027" })
        }
        "PatchedClasse" => json!({ "annee_scolaire": "2027-2028" }),
        "Etudiant" => etudiant(),
        "EtudiantRequest" | "NewEtudiantRequest" => {
            json!({ "nom": "Diallo", "prenom": "Aïcha", "classe": 1 })
        }
        "PatchedEtudiant" => json!({ "classe": 2 }),
        "Parent" => parent(),
        "ParentRequest" | "NewParentRequest" => parent_written(),
        "PatchedParent" => json!({ "telephone": "06 98 76 54 32", "notifications_sms": false }),
        "AnnuaireRequest" => json!({
            "classes": [classe()],
            "etudiants": [etudiant()],
            "parents": [with(parent_written(), &[("id", json!(1))])],
        }),
        "AnnuaireChangements" => changes(),
        "SendSmsRequest" => {
            json!({ "message": "Lina est absente ce matin. Merci d'appeler l'école." })
        }
        "SendEmailRequest" => {
            json!({ "subject": "Absence", "message": "Lina est absente ce matin." })
        }
        "SendBulkRequest" => {
            json!({ "sujet": "Sortie", "contenu": "Sortie au musée vendredi.", "classe_id": 1 })
        }
        "ResendRequest" => json!({ "envois": null }),
        "ActionFaite" => {
            json!({ "success": true, "message": "Message envoyé", "details": message() })
        }
        "Traitement" => json!({
            "success": true,
            "message": "Traitement terminé: 3 messages traités, 2 succès, 1 échecs",
            "processed": 3,
            "success_count": 2,
            "error_count": 1,
        }),
        "Marque" => json!({ "success": true, "message": "Message marqué comme lu" }),
        "SanteVive" => json!({ "status": "ok" }),
        "SantePrete" => json!({
            "status": "ok",
            "database": "ok",
            "schema": "ok",
            "dernier_passage": "2026-09-14T07:55:00+02:00",
            "canaux_arretes": [
                { "canal": "email", "cause": "identification", "depuis": "2026-09-14T07:50:01+02:00" },
            ],
        }),
        _ => return None,
    })
}

/// An example of what is no JSON.
pub(super) fn text(shape: Shape) -> Option<Value> {
    let text = match shape {
        Shape::Csv => {
            "\u{feff}\"envoi\";\"nom\";\"prenom\";\"canal\";\"adresse\";\"etat\";\"motif\";\"raison\";\"tentatives\";\"emis_le\";\"termine_le\"\r\n\"1\";\"Martin\";\"Zoé\";\"sms\";\"'+33612345678\";\"envoye\";\"\";\"\";\"1\";\"2026-09-14 08:00:01\";\"2026-09-14 08:00:02\"\r\n"
        }
        Shape::Metrics => {
            "# HELP messages_envois_total Envois by channel and state.\n# TYPE messages_envois_total gauge\nmessages_envois_total{canal=\"sms\",etat=\"envoye\"} 128\n"
        }
        Shape::Page => "<!DOCTYPE html>",
        Shape::Document => return Some(json!({ "openapi": "3.1.0" })),
        _ => return None,
    };
    Some(text.into())
}

/// The object with other values of some members.
fn with(mut object: Value, members: &[(&str, Value)]) -> Value {
    if let Some(known) = object.as_object_mut() {
        for (name, value) in members {
            known.insert((*name).to_owned(), value.clone());
        }
    }
    object
}

fn message_written() -> Value {
    json!({
        "parent": 1,
        "type": "sms",
        "contenu": "Réunion jeudi à 18 h.",
        "statut": "programme",
        "date_programmee": "2036-09-14T08:00:00+02:00",
    })
}

fn message() -> Value {
    json!({
        "id": 1,
        "parent": 1,
        "type": "sms",
        "contenu": "Réunion jeudi à 18 h.",
        "contenu_html": null,
        "date_creation": "2036-09-10T16:12:09.123456+02:00",
        "date_envoi": null,
        "date_programmee": "2036-09-14T08:00:00+02:00",
        "statut": "programme",
        "details_erreur": null,
        "est_message_groupe": false,
        "classe": null,
        "sujet": null,
        "est_lu": false,
        "date_lecture": null,
        "nb_destinataires": 0,
        "nb_envoyes": 0,
        "nb_echecs": 0,
        "nb_incertains": 0,
        "nb_ignores": 0,
        "simule": false,
        "auteur": "utilisateur 12",
    })
}

fn envoi() -> Value {
    json!({
        "id": 1,
        "message": 1,
        "parent": 1,
        "nom": "Martin",
        "prenom": "Zoé",
        "canal": "sms",
        "adresse": "+33612345678",
        "etat": "echec",
        "motif": "permanent",
        "raison": "refusé définitivement",
        "tentatives": 1,
        "code": "21211",
        "detail": "numéro inconnu",
        "prochaine": null,
        "emis_le": "2036-09-14T08:00:01+02:00",
        "termine_le": "2036-09-14T08:00:02+02:00",
        "lu_le": null,
    })
}

fn fait() -> Value {
    json!({
        "id": 1,
        "fait_le": "2036-09-13T17:20:45.123456+02:00",
        "acteur": "utilisateur 12",
        "action": "renvoye",
        "objet": "message",
        "numero": 1,
        "bilan": { "envois": 3 },
        "ip": "192.0.2.7",
        "demande": "0b38e1f2-1111-4222-8333-123456789abc",
    })
}

fn preview() -> Value {
    json!({
        "message": 1,
        "canal": "sms",
        "total": 2,
        "nb_destinataires": 1,
        "motifs": { "sans_adresse": 1 },
        "sms": { "encodage": "gsm7", "caracteres": 21, "segments": 1, "total_segments": 1 },
        "avertissements": ["+33612345678 : numéro partagé par 4 familles"],
        "destinataires": [
            { "parent": 1, "nom": "Martin", "prenom": "Zoé", "adresse": "+33612345678", "motif": null, "raison": null, "detail": null },
            { "parent": 2, "nom": "Diallo", "prenom": "Awa", "adresse": null, "motif": "sans_adresse", "raison": "sans adresse utilisable", "detail": "virgule" },
        ],
    })
}

fn statistics() -> Value {
    let envois = |envoye| json!({ "a_envoyer": 0, "reserve": 0, "emission": 0, "envoye": envoye, "echec": 2, "incertain": 0, "ignore": 1 });
    json!({
        "total_messages": 12,
        "total_sms": 8,
        "total_email": 4,
        "status_counts": { "brouillon": 1, "programme": 2, "en_attente": 0, "envoye": 8, "echec": 1 },
        "read_rate": 75.0,
        "messages_by_class": [{ "classe": "6e A", "count": 3 }],
        "messages_by_day": [{ "date": "2036-09-14", "count": 5 }],
        "envois": { "sms": envois(128), "email": envois(60) },
        "emails_envoyes": 60,
        "emails_lus": 45,
    })
}

fn classe() -> Value {
    json!({ "id": 1, "nom": "6e A", "niveau": "6e", "annee_scolaire": "2026-2027" })
}

fn etudiant() -> Value {
    json!({ "id": 1, "nom": "Martin", "prenom": "Lina", "classe": 1 })
}

fn parent_written() -> Value {
    json!({
        "nom": "Martin",
        "prenom": "Zoé",
        "telephone": "06 12 34 56 78",
        "email": "zoe.martin@exemple.fr",
        "notifications_sms": true,
        "notifications_email": true,
        "etudiants": [1],
    })
}

fn parent() -> Value {
    with(
        parent_written(),
        &[
            ("id", json!(1)),
            ("etudiant", json!(1)),
            ("parti", json!(false)),
        ],
    )
}

fn changes() -> Value {
    let count = |added| json!({ "ajoutes": added, "modifies": 0, "inchanges": 1 - added });
    json!({
        "classes": count(0),
        "etudiants": count(1),
        "parents": count(1),
        "liens": count(1),
        "liens_retires": 0,
        "revenus": 0,
        "essai": false,
        "absents": 0,
        "partis": 0,
    })
}
