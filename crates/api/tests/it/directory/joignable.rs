//! Parents that can be written to, and those that cannot.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    who_cannot_be_written_to_is_listed_with_what_is_wrong,
    the_list_comes_in_pages_and_as_a_table,
    a_long_list_is_told_whole,
    another_word_is_refused,
);

/// Parents 1 and 3 cannot be written to, 2 can, 4 has left.
fn school(user: &Client<'_>) {
    user.school(4, 2);
    let fixed = json!({ "telephone": "01 23 45 67 89", "email": "" });
    assert_eq!(user.patch("/api/parents/1/", &fixed).status, 200);
    let opposed = json!({ "notifications_sms": false, "notifications_email": false });
    assert_eq!(user.patch("/api/parents/3/", &opposed).status, 200);
}

fn ids(list: &Value) -> Vec<i64> {
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}

fn who_cannot_be_written_to_is_listed_with_what_is_wrong(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    school(&user);
    database.execute("UPDATE parents SET parti_le = '2026-01-02T00:00:00.000000Z' WHERE id = 4");
    let list = user.get("/api/parents/?joignable=non").json();
    assert_eq!(ids(&list), [1, 3]);
    assert_eq!(list[0]["joignable"], false);
    assert_eq!(
        list[0]["obstacles"],
        json!([
            { "canal": "sms", "motif": "numero_invalide",
              "raison": "numéro de téléphone invalide : ligne fixe" },
            { "canal": "email", "motif": "sans_adresse", "raison": "pas d'adresse e-mail utilisable" },
        ])
    );
    let reached = user.get("/api/parents/?joignable=oui").json();
    assert_eq!(ids(&reached), [2]);
    assert_eq!(reached[0]["obstacles"], json!([]));
    let of_class = user.get("/api/parents/?joignable=non&classe=1").json();
    assert_eq!(ids(&of_class), Vec::<i64>::new());
    let all = user.get("/api/parents/").json();
    assert_eq!(ids(&all).len(), 4);
    assert!(all[0].get("joignable").is_none(), "{all}");
    // A number that the gateway calls wrong.
    let sms = user.write(&json!({ "type": "sms", "contenu": "x", "parent": 2 }));
    user.post(&format!("/api/messages/{sms}/send_now/"), &json!({}));
    database.execute(
        "UPDATE envois SET etat = 'echec', motif = 'permanent', code = '21211',
                           termine_le = '2026-11-12T08:00:00.000000Z' WHERE parent = 2",
    );
    let told = user.get("/api/parents/?joignable=oui").json();
    assert_eq!(
        told[0]["obstacles"][0]["raison"],
        "numéro refusé par la passerelle le 12/11/2026 (21211)"
    );
}

fn the_list_comes_in_pages_and_as_a_table(database: &Database) {
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_PAGE_SIZE", "1")];
    let server = Server::start(database, &settings);
    let user = Client::user(&server);
    school(&user);
    let page = user.get("/api/parents/?joignable=non&page=2").json();
    assert_eq!(
        (&page["count"], ids(&page["results"])),
        (&json!(2), vec![3])
    );
    let table = user.get("/api/parents.csv?joignable=non");
    assert_eq!(table.status, 200);
    let expected = "\u{feff}\"parent\";\"nom\";\"prenom\";\"telephone\";\"email\";\"eleves\";\"joignable\";\
        \"obstacle_sms\";\"obstacle_email\"\r\n\
        \"1\";\"Tuteur1\";\"Awa\";\"01 23 45 67 89\";\"\";\"Pupille1 (Classe 2)\";\"non\";\
        \"numéro de téléphone invalide : ligne fixe\";\"pas d'adresse e-mail utilisable\"\r\n\
        \"3\";\"Tuteur3\";\"Awa\";\"'+33612000003\";\"tuteur3@courriel.example\";\"Pupille3 (Classe 2)\";\
        \"non\";\"ne souhaite pas ce canal\";\"ne souhaite pas ce canal\"\r\n";
    assert_eq!(table.text(), expected);
    assert_eq!(user.get("/api/parents.csv").text().lines().count(), 5);
}

fn a_long_list_is_told_whole(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1201, 1);
    database.execute("UPDATE parents SET email = '', telephone = '' WHERE id > 1");
    let list = user.get("/api/parents/?joignable=non").json();
    assert_eq!(ids(&list).len(), 1200);
    assert_eq!(
        list[1199]["obstacles"][0]["raison"],
        "pas de numéro de téléphone"
    );
    let table = user.get("/api/parents.csv?joignable=non").text();
    assert_eq!(table.lines().count(), 1201);
}

fn another_word_is_refused(database: &Database) {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    user.school(1, 1);
    for path in ["/api/parents/", "/api/parents.csv"] {
        let answer = user.get(&format!("{path}?joignable=peut-etre"));
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.json()["joignable"].is_array());
    }
}
