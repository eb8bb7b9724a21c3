//! Parents who leave or do not want a channel any more: what waits is stopped, addresses are
//! forgotten.

use crate::client::{Client, mailbox, number};
use crate::harness::Server;
use crate::token::KEY;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    whoever_is_erased_is_forgotten_everywhere,
    whoever_refuses_a_channel_gets_nothing_more_on_it,
    a_table_for_a_spreadsheet_holds_no_formula,
);

fn start(database: &Database) -> Server {
    Server::start(database, &[("JWT_SIGNING_KEY", KEY)])
}

/// A message on its way, of which nothing has left.
fn waiting(database: &Database, user: &Client<'_>, canal: &str) -> i64 {
    let message = json!({ "type": canal, "contenu": "x", "est_message_groupe": true });
    let id = user.write(&message);
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    // A next attempt that is further off than the longest retry would count as come.
    let later = if database.is_postgres() {
        "clock_timestamp() + interval '10 hours'"
    } else {
        "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '+10 hours')"
    };
    database.execute(&format!(
        "UPDATE envois SET etat = 'a_envoyer', termine_le = NULL, emis_le = NULL, tentatives = 0,
                           prochaine = {later}, expire = '2091-01-01T00:00:00Z'
          WHERE message = {id};
         UPDATE messages SET statut = 'en_attente', date_envoi = NULL, nb_envoyes = 0 WHERE id = {id};"
    ));
    id
}

fn fates(user: &Client<'_>, id: i64) -> Vec<(Value, Value, Value)> {
    let envois = user.get(&format!("/api/messages/{id}/envois/")).json();
    let rows = envois.as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["parent"].clone(),
            row["etat"].clone(),
            row["motif"].clone(),
        )
    })
    .collect()
}

fn whoever_is_erased_is_forgotten_everywhere(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(2, 1);
    let sent = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    user.post(&format!("/api/messages/{sent}/send_now/"), &json!({}));
    let open = waiting(database, &user, "email");
    assert_eq!(user.delete("/api/parents/1/").status, 204);
    let (sms, erased) = (json!("envoye"), json!("efface"));
    assert_eq!(
        fates(&user, sent),
        [
            (Value::Null, sms.clone(), Value::Null),
            (json!(2), sms, Value::Null)
        ]
    );
    let [ignored, waits] = ["ignore", "a_envoyer"].map(Value::from);
    assert_eq!(
        fates(&user, open),
        [
            (Value::Null, ignored, erased),
            (json!(2), waits, Value::Null)
        ]
    );
    for id in [sent, open] {
        for path in ["envois/", "envois.csv", "preview/", ""] {
            let text = user.get(&format!("/api/messages/{id}/{path}")).text();
            for secret in [number(1), mailbox(1), "Tuteur1".to_owned()] {
                assert!(!text.contains(&secret), "{path}: {secret} in {text}");
            }
        }
    }
    assert!(!user.get("/api/parents/").text().contains(&number(1)));
    let kept = format!(
        "SELECT CAST(count(*) AS TEXT) AS v FROM envois WHERE adresse IN ('{}', '{}')",
        number(1),
        mailbox(1)
    );
    assert_eq!(database.number(&kept), 0);
    // The sums stay right.
    assert_eq!(user.message(sent)["nb_envoyes"], 2);
    // Nobody is erased while the network may have something for them.
    database.execute("UPDATE envois SET etat = 'emission' WHERE parent = 2 AND etat = 'a_envoyer'");
    let busy = user.delete("/api/parents/2/");
    let text = "Un envoi à ce parent est en cours. Réessayez dans quelques minutes.";
    assert_eq!((busy.status, busy.json()), (409, json!({ "detail": text })));
    assert_eq!(user.get("/api/parents/2/").status, 200);
}

fn whoever_refuses_a_channel_gets_nothing_more_on_it(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    user.school(4, 1);
    let [sms, email] = ["sms", "email"].map(|canal| waiting(database, &user, canal));
    let change = json!({ "notifications_sms": false });
    assert_eq!(user.patch("/api/parents/1/", &change).status, 200);
    let put = json!({ "nom": "x", "telephone": number(2), "notifications_email": false, "notifications_sms": true });
    assert_eq!(user.put("/api/parents/2/", &put).status, 200);
    let whole = json!({ "parents": [{ "id": 3, "nom": "x", "notifications_sms": false, "notifications_email": false }] });
    assert_eq!(user.put("/api/annuaire/", &whole).status, 200);
    let stopped = |id| {
        let fates = fates(&user, id);
        let stopped = fates.iter().filter(|(_, _, motif)| motif == "opposition");
        stopped
            .map(|(parent, ..)| parent.as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!((stopped(sms), stopped(email)), (vec![1, 3], vec![2, 3]));
}

fn a_table_for_a_spreadsheet_holds_no_formula(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let names = ["=1+1", "+33", "-2", "@SUM(A1)", "a\"b;c", "Été"];
    let parents: Vec<Value> = (1..).zip(names).map(|(id, nom)| {
        json!({ "id": id, "nom": nom, "prenom": "=HYPERLINK(\"http://x\")", "telephone": number(id) })
    }).collect();
    assert_eq!(
        user.put("/api/annuaire/", &json!({ "parents": parents }))
            .status,
        200
    );
    let id = user.write(&json!({ "type": "sms", "contenu": "x", "est_message_groupe": true }));
    user.post(&format!("/api/messages/{id}/send_now/"), &json!({}));
    let table = user.get(&format!("/api/messages/{id}/envois.csv"));
    assert_eq!(
        table.header("content-type").as_deref(),
        Some("text/csv; charset=utf-8")
    );
    let file = format!("attachment; filename=\"message-{id}-envois.csv\"");
    assert_eq!(table.header("content-disposition"), Some(file));
    let text = table.text();
    assert!(text.starts_with("\u{feff}\"envoi\";\"nom\";") && text.ends_with("\r\n"));
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 1 + names.len() + 1);
    for (line, nom) in
        lines
            .iter()
            .skip(1)
            .zip(["'=1+1", "'+33", "'-2", "'@SUM(A1)", "a\"\"b;c", "Été"])
    {
        assert!(
            line.contains(&format!(
                ";\"{nom}\";\"'=HYPERLINK(\"\"http://x\"\")\";\"sms\";\"'+336"
            )),
            "{line}"
        );
        let cells = line.replace("\"\"", "");
        for cell in cells.trim_matches('"').split("\";\"") {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
    let head = user.ask("HEAD", &format!("/api/messages/{id}/envois.csv"), None);
    assert_eq!((head.status, head.body.len()), (200, 0));
    for accept in [
        "text/csv",
        "text/*;q=0.5",
        "TEXT/CSV; charset=utf-8, image/png",
    ] {
        let asked = user.with("Accept", accept);
        let table = asked.get(&format!("/api/messages/{id}/envois.csv"));
        assert_eq!(table.status, 200, "{accept}");
        // Elsewhere there are no tables.
        assert_eq!(asked.get("/api/messages/").status, 406);
    }
    let monitoring = user.with("Accept", "text/plain");
    assert_eq!(monitoring.get("/metrics").status, 200);
}

/// Answers are kept for a day, for repetitions; they hold names and addresses.
#[test]
fn a_kept_answer_does_not_outlive_the_parent() {
    let database = Database::sqlite();
    let server = start(&database);
    let user = Client::user(&server);
    let once = user.with("Idempotency-Key", "clic");
    let parent = json!({ "nom": "Traoré", "telephone": number(1), "email": mailbox(1) });
    assert_eq!(once.post("/api/parents/", &parent).status, 201);
    assert_eq!(user.delete("/api/parents/1/").status, 204);
    let kept = format!(
        "SELECT CAST(count(*) AS TEXT) AS v FROM idempotences WHERE corps LIKE '%{}%'",
        mailbox(1)
    );
    assert_eq!(database.number(&kept), 0);
}
