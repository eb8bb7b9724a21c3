//! `parent N --export`.

use super::school;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use serde_json::json;

stories!(
    all_that_is_kept_about_a_parent_is_told,
    the_file_is_new_and_private,
);

fn all_that_is_kept_about_a_parent_is_told(database: &Database) {
    let program = school(database, &Gateway::start(GatewayScript::default()));
    database.execute(
        "UPDATE parents SET adresse = '3 rue des Lilas', notifications_email = false WHERE id = 2",
    );
    let ended = program.run(&["parent", "2", "--export"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let told = ended.json();
    let parent = &told["parent"];
    assert_eq!(
        (&parent["nom"], &parent["adresse"]),
        (&json!("Nom2"), &json!("3 rue des Lilas"))
    );
    assert_eq!(parent["telephone_e164"], "+33612000002");
    assert_eq!(
        (&parent["notifications_sms"], &parent["notifications_email"]),
        (&json!(true), &json!(false))
    );
    let child = &told["etudiants"][0];
    assert_eq!(
        (&child["nom"], &child["classe_nommee"]["nom"]),
        (&json!("Élève2"), &json!("Classe 1"))
    );
    let messages = told["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 5);
    for message in messages {
        assert!(
            message["contenu"]
                .as_str()
                .unwrap()
                .starts_with("Léo Zorglubine")
        );
        let envoi = &message["envoi"];
        assert_eq!(
            (&envoi["etat"], &envoi["adresse"]),
            (&json!("envoye"), &json!("+33612000002"))
        );
        assert!(envoi["termine_le"].is_string() && message["date_envoi"].is_string());
        assert_eq!(envoi["essais"][0]["verdict"], "accepte");
    }
    assert!(
        !ended.stdout.contains("+33612000001") && !ended.stdout.contains("Nom3"),
        "of nobody else"
    );
    let unknown = program.run(&["parent", "77", "--export"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (1, ""));
    assert!(
        unknown.stderr.contains("parent 77 introuvable"),
        "{unknown:?}"
    );
    assert_eq!(
        program.run(&["parent", "2"]).code,
        2,
        "what for must be said"
    );
    assert!(!program.log().contains("Nom2"));
}

fn the_file_is_new_and_private(database: &Database) {
    let program = school(database, &Gateway::start(GatewayScript::default()));
    let file = database.folder().join("parent.json");
    let export = || program.run(&["parent", "1", "--export", "--output", "parent.json"]);
    let ended = export();
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["parent"]["id"], 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let again = export();
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.stderr.contains("existe déjà"), "{again:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}
