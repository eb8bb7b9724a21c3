//! The list that the office telephones by.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    whom_a_message_did_not_reach_is_listed_by_class_and_pupil,
    the_list_is_written_for_a_spreadsheet_and_for_the_printer,
    a_message_that_is_not_there_has_no_list,
);

/// A message to six parents in two classes: 1 failed, 2 is in doubt, 3 did not want it, 4 never got it, 5
/// has no number, 6 got it.
fn sent(database: &Database, user: &Client<'_>) -> i64 {
    user.school(6, 2);
    database.execute("UPDATE parents SET telephone = '' WHERE id = 5");
    database.execute("UPDATE parents SET notifications_sms = FALSE WHERE id = 3");
    let id = user.write(
        &json!({ "type": "sms", "contenu": "Sortie <annulée>", "est_message_groupe": true }),
    );
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    database.execute(
        "UPDATE envois SET etat = 'echec', motif = 'permanent', detail = 'numéro inconnu' WHERE parent = 1;
         UPDATE envois SET etat = 'incertain', motif = 'resultat_inconnu' WHERE parent = 2;
         UPDATE envois SET remise = 'non_remis', remise_le = '2026-03-01T08:00:00.000000Z',
                           remise_code = '30005' WHERE parent = 4;
         UPDATE parents SET nom = '<b>N''Diaye' WHERE id = 4;",
    );
    id
}

fn whom_a_message_did_not_reach_is_listed_by_class_and_pupil(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let id = sent(database, &user);
    let list = user
        .get(&format!("/api/messages/{id}/non_atteints/"))
        .json();
    let told: Vec<[Value; 3]> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let classe = row["eleves"][0]["classe"].clone();
            [classe, row["parent"].clone(), row["raison"].clone()]
        })
        .collect();
    let row =
        |classe: &str, parent: i64, raison: &str| [json!(classe), json!(parent), json!(raison)];
    assert_eq!(
        told,
        [
            row("Classe 1", 2, "incertain (réponse perdue, à vérifier)"),
            row("Classe 1", 4, "n'est pas arrivé (30005)"),
            row("Classe 2", 1, "refusé définitivement : numéro inconnu"),
            row("Classe 2", 5, "sans adresse utilisable"),
        ]
    );
    assert_eq!(
        list[2],
        json!({
            "envoi": list[2]["envoi"], "parent": 1, "nom": "Tuteur1", "prenom": "Awa",
            "telephone": "+33612000001", "email": "tuteur1@courriel.example", "canal": "sms",
            "etat": "echec", "motif": "permanent",
            "raison": "refusé définitivement : numéro inconnu",
            "eleves": [{ "nom": "Pupille1", "prenom": "", "classe": "Classe 2" }],
        })
    );
}

fn the_list_is_written_for_a_spreadsheet_and_for_the_printer(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let id = sent(database, &user);
    let table = user
        .get(&format!("/api/messages/{id}/non_atteints.csv"))
        .text();
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap(),
        "\u{feff}\"classe\";\"eleves\";\"nom\";\"prenom\";\"telephone\";\"email\";\"raison\""
    );
    assert_eq!(
        lines.next().unwrap(),
        "\"Classe 1\";\"Pupille2 (Classe 1)\";\"Tuteur2\";\"Awa\";\"'+33612000002\";\
         \"tuteur2@courriel.example\";\"incertain (réponse perdue, à vérifier)\""
    );
    assert_eq!(lines.count(), 3);
    let page = user
        .with("Accept", "text/html")
        .get(&format!("/api/messages/{id}/non_atteints.html"));
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type").unwrap(),
        "text/html; charset=utf-8"
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    let text = page.text();
    assert!(
        text.contains(&format!("<h1>Familles à appeler : message n° {id}</h1>")),
        "{text}"
    );
    assert!(text.contains("<td>&lt;b&gt;N&#39;Diaye Awa</td>"), "{text}");
    assert!(text.contains("Sortie &lt;annulée&gt;"), "{text}");
    assert!(
        !text.contains("<script") && text.contains("@page{size:A4"),
        "{text}"
    );
    let nobody = user.write(&json!({ "type": "sms", "contenu": "x", "parent": 6 }));
    let page = user.get(&format!("/api/messages/{nobody}/non_atteints.html"));
    assert!(
        page.text()
            .contains("Tous les destinataires ont été atteints.")
    );
}

fn a_message_that_is_not_there_has_no_list(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    for ending in ["/", ".csv", ".html"] {
        let answer = user.get(&format!("/api/messages/99/non_atteints{ending}"));
        assert_eq!(answer.status, 404, "{ending}");
    }
}
