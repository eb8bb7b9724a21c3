//! A message that was forgotten says so, and nothing can be done with it but to delete it.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;

stories!(what_was_forgotten_says_so_and_is_refused);

const WHY: &str =
    "ce message a été oublié (données personnelles effacées) : il ne peut plus qu'être supprimé";

fn what_was_forgotten_says_so_and_is_refused(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(2, 1);
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    let before = user.message(id);
    assert_eq!(before["oublie_le"], json!(null));
    database.execute(
        "UPDATE messages SET contenu = '', auteur = NULL, oublie_le = '2026-03-01T12:00:00.000000Z';
         UPDATE envois SET parent = NULL, adresse = NULL, code = NULL, reference = NULL, detail = NULL;",
    );
    let after = user.message(id);
    let text = "[Texte oublié le 01/03/2026 : données personnelles effacées]";
    assert_eq!(after["contenu"], text);
    assert_eq!(after["oublie_le"], "2026-03-01T13:00:00+01:00");
    for kept in [
        "statut",
        "nb_destinataires",
        "nb_envoyes",
        "date_envoi",
        "classe",
    ] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    let list = user.get("/api/messages/").json();
    assert_eq!(list[0]["contenu"], text);
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    assert_eq!(envois[0]["etat"], "envoye");
    assert_eq!(envois[0]["oublie_le"], after["oublie_le"]);
    let path = |action| format!("/api/messages/{id}/{action}");
    for (what, answer) in [
        ("preview", user.get(&path("preview/"))),
        ("resend", user.post(&path("resend/"), &json!({}))),
        ("send_now", user.post(&path("send_now/"), &json!({}))),
        (
            "patch",
            user.patch(&path(""), &json!({ "contenu": "Encore" })),
        ),
    ] {
        assert_eq!(
            (answer.status, answer.json()),
            (409, json!({ "detail": WHY })),
            "{what}"
        );
    }
    // What was read and is written back would be taken for a text.
    let same = user.patch(&path(""), &json!({ "contenu": text }));
    assert_eq!(same.status, 409);
    assert_eq!(user.delete(&path("")).status, 204);
}
