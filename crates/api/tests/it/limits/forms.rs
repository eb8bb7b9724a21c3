//! Forms: what cannot be read is refused as a whole, because a part that is lost could be the class
//! of a message.

use crate::client::Client;
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;

fn part(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

#[test]
fn a_form_with_a_broken_part_is_refused_as_a_whole() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    let good = [
        part("contenu", "Texte"),
        part("type", "sms"),
        part("est_message_groupe", "true"),
    ]
    .concat();
    let post = |form: &str| {
        let body = Some((MULTIPART, form.as_bytes()));
        user.try_send("POST", "/api/messages/", body)
            .unwrap()
            .status
    };
    for broken in [
        part("a\u{1}b", "x") + &part("classe", "999999") + "--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"classe\"\r\n\r\n1".to_owned(),
        "--b\r\n[]--b--".to_owned(),
    ] {
        assert_eq!(post(&(good.clone() + &broken)), 400, "{broken:?}");
    }
    assert_eq!(user.get("/api/messages/").json(), serde_json::json!([]));
    assert_eq!(post(&(good + "--b--\r\n")), 201);
}

#[test]
fn a_form_says_a_list_by_saying_a_name_again() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("JWT_SIGNING_KEY", KEY)]);
    let user = Client::user(&server);
    for n in 1..=2 {
        user.post(
            "/api/etudiants/",
            &serde_json::json!({ "nom": format!("E{n}") }),
        );
    }
    let form = "nom=Traor%C3%A9&etudiants=2&etudiants=1";
    let body = Some(("application/x-www-form-urlencoded", form.as_bytes()));
    let answer = user.try_send("POST", "/api/parents/", body).unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["etudiants"], serde_json::json!([2, 1]));
}
