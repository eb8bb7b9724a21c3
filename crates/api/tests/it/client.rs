//! A caller of the server: what it shows for itself, and what it asks for.

use crate::harness::{Server, conn};
use crate::token;
use crate::wire::{Answer, Request};
use messages_core::store::appels::cles;
use messages_core::vocabulary::Portee;
use messages_testing::db::Database;
use serde_json::{Value, json};

/// Somebody with these headers.
#[derive(Clone)]
pub(crate) struct Client<'s> {
    server: &'s Server,
    headers: Vec<(String, String)>,
}

impl<'s> Client<'s> {
    /// Somebody unknown.
    pub(crate) const fn nobody(server: &'s Server) -> Self {
        Self {
            server,
            headers: Vec::new(),
        }
    }

    /// The web app's user 1.
    pub(crate) fn user(server: &'s Server) -> Self {
        Self::nobody(server).bearer(&token::mint("access"))
    }

    /// With a token or a key.
    pub(crate) fn bearer(&self, token: &str) -> Self {
        self.with("Authorization", &format!("Bearer {token}"))
    }

    /// With one more header.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", path, Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask("PATCH", path, Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path, None)
    }

    /// Asks, with a body in JSON or none.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(|body| ("application/json", body.to_string()));
        let body = body.as_ref().map(|(media, text)| (*media, text.as_bytes()));
        self.try_send(method, path, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}\n{}", self.server.said()))
    }

    /// Sends a file.
    pub(crate) fn attach(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        let form = form(name, content, "");
        self.try_send("POST", path, Some((FORM, &form))).unwrap()
    }

    /// Asks, with a body of any kind.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Answer, String> {
        let mut headers = self.headers.clone();
        if let Some((media, _)) = body {
            headers.push(("Content-Type".to_owned(), media.to_owned()));
        }
        self.server.exchange(&Request {
            method,
            path,
            headers: &headers,
            body: body.map(|(_, bytes)| bytes),
        })
    }

    /// Takes a school over: `parents` parents with one pupil each, in `classes` classes. Parent
    /// `n` has [`number`]`(n)` and [`mailbox`]`(n)`, and is in class `n % classes + 1`.
    pub(crate) fn school(&self, parents: i64, classes: i64) -> &Self {
        let answer = self.put(
            "/api/annuaire/",
            &json!({
                "classes": (1..=classes)
                    .map(|n| json!({ "id": n, "nom": format!("Classe {n}") }))
                    .collect::<Vec<_>>(),
                "etudiants": (1..=parents)
                    .map(|n| json!({ "id": n, "nom": format!("Pupille{n}"), "classe": n % classes + 1 }))
                    .collect::<Vec<_>>(),
                "parents": (1..=parents).map(parent).collect::<Vec<_>>(),
            }),
        );
        assert_eq!(answer.status, 200, "{}", answer.text());
        self
    }

    /// Writes a message and returns its number.
    pub(crate) fn write(&self, message: &Value) -> i64 {
        let answer = self.post("/api/messages/", message);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["id"].as_i64().unwrap()
    }

    /// A message as it is now.
    pub(crate) fn message(&self, id: i64) -> Value {
        self.get(&format!("/api/messages/{id}/")).json()
    }
}

/// Of [`form`].
pub(crate) const FORM: &str = "multipart/form-data; boundary=b";

/// A file as the web app's form sends it, and more parts.
pub(crate) fn form(name: &str, content: &[u8], more: &str) -> Vec<u8> {
    let mut form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"message_id\"\r\n\r\n1\r\n{more}\
         --b\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    )
    .into_bytes();
    form.extend(content);
    form.extend(b"\r\n--b--\r\n");
    form
}

fn parent(n: i64) -> Value {
    json!({
        "id": n,
        "nom": format!("Tuteur{n}"),
        "prenom": "Awa",
        "telephone": number(n),
        "email": mailbox(n),
        "notifications_email": true,
        "etudiants": [n],
    })
}

/// A valid French mobile number, in E.164.
pub(crate) fn number(n: i64) -> String {
    format!("+336{:08}", 12_000_000 + n)
}

pub(crate) fn mailbox(n: i64) -> String {
    format!("tuteur{n}@courriel.example")
}

/// A new key of a program, and its number.
pub(crate) fn key(database: &Database, portees: &[Portee]) -> (String, i64) {
    let (key, cle) = cles::create(&mut conn(database), "essai", portees).unwrap();
    (key.expose().to_owned(), cle.id)
}
