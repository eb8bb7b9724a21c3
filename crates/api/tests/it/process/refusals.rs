//! What the server will not start with: it says which setting, and its exit code says whether to
//! try again.

use crate::client::{Client, key};
use crate::harness::{Server, conn, migrate, refusal};
use crate::token::KEY;
use messages_core::store::appels::cles;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::json;
use std::net::TcpListener;

stories!(
    without_any_key_it_does_not_start,
    a_revoked_key_is_none,
    a_key_of_a_program_is_enough,
    older_tables_are_not_served_on_postgresql,
);

const TRY_LATER: Option<i32> = Some(75);
const CONFIG: Option<i32> = Some(78);

fn without_any_key_it_does_not_start(database: &Database) {
    migrate(database);
    let (code, said) = refusal(database, &[], &[]);
    assert_eq!(code, CONFIG, "{said}");
    assert!(
        said.contains("JWT_SIGNING_KEY") && said.contains("key create"),
        "{said}"
    );
}

fn a_revoked_key_is_none(database: &Database) {
    migrate(database);
    let (_, id) = key(database, Portee::ALL);
    cles::revoke(&mut conn(database), id).unwrap();
    assert_eq!(refusal(database, &[], &[]).0, CONFIG);
}

fn a_key_of_a_program_is_enough(database: &Database) {
    migrate(database);
    key(database, &[Portee::Lecture]);
    let server = Server::start(database, &[]);
    assert!(
        !server.said().contains("AUTHENTIFICATION"),
        "{}",
        server.said()
    );
}

fn older_tables_are_not_served_on_postgresql(database: &Database) {
    if database.is_postgres() {
        database.empty();
        let (code, said) = refusal(database, &[], &[("JWT_SIGNING_KEY", KEY)]);
        assert_eq!(code, CONFIG, "{said}");
        assert!(said.contains("process-scheduled migrate"), "{said}");
    } else {
        let settings = [("JWT_SIGNING_KEY", KEY), ("API_BIND", "192.0.2.1:1")];
        // The tables are made before the address is tried.
        assert_eq!(refusal(database, &[], &settings).0, TRY_LATER);
        assert_eq!(database.texts("SELECT nom AS v FROM classes"), [""; 0]);
    }
}

#[test]
fn no_auth_is_for_this_machine_alone() {
    let database = Database::sqlite();
    for bind in ["0.0.0.0:0", "192.0.2.1:8000", "[::]:0"] {
        let (code, said) = refusal(&database, &["--no-auth"], &[("API_BIND", bind)]);
        assert_eq!(code, CONFIG, "{bind}: {said}");
        assert!(said.contains("API_BIND"), "{said}");
    }
    let server = Server::start_with(&database, &["--no-auth"], &[]);
    assert!(
        server.said().contains("AUCUNE AUTHENTIFICATION"),
        "{}",
        server.said()
    );
}

#[test]
fn an_occupied_port_is_tried_again_later() {
    let database = Database::sqlite();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let settings = [("JWT_SIGNING_KEY", KEY), ("API_BIND", address.as_str())];
    let (code, said) = refusal(&database, &[], &settings);
    assert_eq!(code, TRY_LATER, "{said}");
    assert!(
        said.contains("API_BIND") && said.contains(&address),
        "{said}"
    );
}

#[test]
fn a_database_that_is_away_is_tried_again_later() {
    let database = Database::sqlite();
    let file = database.folder().join("file");
    std::fs::write(&file, "").unwrap();
    let below_a_file = format!("sqlite://{}/messages.sqlite3", file.display());
    let mut urls = vec![below_a_file];
    if cfg!(feature = "postgres") {
        urls.push("postgres://127.0.0.1:1/ecole?user=u&password=tres-secret".to_owned());
    }
    for url in urls {
        let settings = [("JWT_SIGNING_KEY", KEY), ("DATABASE_URL", url.as_str())];
        let (code, said) = refusal(&database, &[], &settings);
        assert!(matches!(code, Some(75 | 78)), "{code:?}: {said}");
        assert!(url.starts_with("sqlite") || code == TRY_LATER, "{said}");
        assert!(!said.contains("tres-secret"), "{said}");
    }
}

#[test]
fn all_wrong_settings_are_told_at_once_and_no_secret_is() {
    let database = Database::sqlite();
    let settings = [
        ("JWT_SIGNING_KEY", "secret-trop-court"),
        ("API_BIND", "partout"),
        ("API_PAGE_SIZE", "0"),
        ("API_PAGINATION", "curseur"),
        ("API_REQUESTS_PER_MINUTE", "-1"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("TIME_ZONE", "Paris"),
        ("MESSAGES_MODE", "vrai"),
    ];
    let (code, said) = refusal(&database, &[], &settings);
    assert_eq!(code, CONFIG, "{said}");
    // The key is judged once the rest is right.
    for (name, _) in settings.iter().skip(1) {
        assert!(said.contains(name), "{name} is not told of: {said}");
    }
    assert!(!said.contains("secret-trop-court"), "{said}");
    let (code, said) = refusal(&database, &[], &settings[..1]);
    assert_eq!(code, CONFIG, "{said}");
    assert!(
        said.contains("JWT_SIGNING_KEY") && !said.contains("secret-trop-court"),
        "{said}"
    );
}

#[test]
fn what_an_administrator_must_know_is_said_at_the_start() {
    let database = Database::sqlite();
    let server = Server::start(&database, &[("SECRET_KEY", KEY), ("MESSAGES_TYPO", "1")]);
    let said = server.said();
    assert!(said.contains("SIMULATION"), "{said}");
    assert!(
        said.contains("SECRET_KEY") && said.contains("MESSAGES_TYPO"),
        "{said}"
    );
    assert!(!said.contains(KEY) && !server.log().contains(KEY));
    drop(server);
    let settings = [
        ("JWT_SIGNING_KEY", KEY),
        ("SECRET_KEY", KEY),
        ("MESSAGES_MODE", "fichier"),
    ];
    let server = Server::start(&database, &settings);
    let said = server.said();
    assert!(
        !said.contains("SIMULATION") && !said.contains("SECRET_KEY"),
        "{said}"
    );
}

/// A page that is open in a browser of this machine can send forms to the server, and could send
/// SMS to everybody.
#[test]
fn without_keys_no_page_of_another_site_may_call() {
    let database = Database::sqlite();
    let known = ("CORS_ALLOWED_ORIGINS", "http://localhost:5173");
    let server = Server::start_with(&database, &["--no-auth"], &[known]);
    let nobody = Client::nobody(&server);
    let own = format!("http://{}", server.host());
    let status = |origin: &str| {
        let page = nobody.with("Origin", origin);
        page.post("/api/classes/", &json!({ "nom": origin })).status
    };
    assert_eq!(nobody.get("/api/messages/").status, 200);
    assert_eq!(status(&own), 201);
    assert_eq!(status("http://localhost:5173"), 201);
    assert_eq!(status("https://evil.example"), 403);
    assert_eq!(status("null"), 403);
    assert_eq!(
        nobody.get("/api/classes/").json().as_array().unwrap().len(),
        2
    );
}

#[test]
fn keys_are_not_looked_for_in_a_database_that_is_not_there() {
    let database = Database::sqlite();
    let file = database.folder().join("messages.sqlite3");
    for arguments in [&["key", "list"][..], &["key", "revoke", "1"]] {
        let (code, said) = refusal(&database, arguments, &[]);
        assert_eq!(code, Some(78), "{said}");
        let told = format!(
            "pas de base à {} (« process-scheduled migrate » la crée)",
            file.display()
        );
        assert!(said.contains(&told), "{said}");
        assert!(!file.exists());
    }
    // The first key comes before the first start.
    let (code, said) = refusal(&database, &["key", "create", "--name", "Cantine"], &[]);
    assert_eq!(code, Some(0), "{said}");
}
