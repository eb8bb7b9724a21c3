//! The school of the recordings, put back before every case.

use crate::recordings;
use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};
use messages_testing::db::Database;
use serde_json::Value;
use std::fmt::Write;

/// The case that lists every message.
const LIST: &str = "default/list-anything-accept";

/// The day on which the recorded server's clock stood still.
pub(crate) const RECORDED: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();

/// Everything that the recorded server had in its tables.
pub(crate) struct Fixture {
    meta: Value,
    messages: Vec<Value>,
}

impl Fixture {
    pub(crate) fn read() -> Self {
        let mut all = recordings::all().into_iter();
        let list = all.find(|case| case.id == LIST).unwrap().json.unwrap();
        Self {
            meta: recordings::meta()["fixture"].clone(),
            messages: list.as_array().unwrap().clone(),
        }
    }

    /// Empties the tables and fills them again, every date moved by some days.
    pub(crate) fn restore(&self, database: &Database, moved: Days) {
        database.execute(&format!(
            "BEGIN;{}{}{}{}COMMIT;",
            emptied(),
            self.directory(),
            self.messages(moved),
            numbered(database, &["messages", "parents", "etudiants", "classes"])
        ));
    }

    fn directory(&self) -> String {
        let mut sql = String::new();
        for row in rows(&self.meta["classes"]) {
            let columns = ["id", "nom", "niveau", "annee_scolaire"];
            insert(&mut sql, "classes", &columns, row);
        }
        for row in rows(&self.meta["etudiants"]) {
            let columns = ["id", "nom", "prenom", "classe"];
            insert(&mut sql, "etudiants", &columns, row);
        }
        for row in rows(&self.meta["parents"]) {
            let columns = ["id", "nom", "prenom", "telephone", "email"];
            insert(&mut sql, "parents", &columns, row);
            let (id, etudiant) = (&row["id"], &row["etudiant"]);
            // All of them had agreed when the answers were recorded.
            writeln!(
                sql,
                "UPDATE parents SET notifications_email = true WHERE id = {id};"
            )
            .unwrap();
            writeln!(
                sql,
                "INSERT INTO parents_etudiants (parent, etudiant) VALUES ({id}, {etudiant});"
            )
            .unwrap();
        }
        sql
    }

    fn messages(&self, moved: Days) -> String {
        let mut sql = String::new();
        for message in &self.messages {
            let mut row = message.clone();
            for name in ["date_programmee", "date_envoi", "date_lecture"] {
                if let Some(text) = row[name].as_str() {
                    row[name] = moved_by(text, moved).into();
                }
            }
            let columns: Vec<&str> = message
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            insert(&mut sql, "messages", &columns, &row);
        }
        // Its audience was worked out long ago, as the statut says.
        sql + "UPDATE messages SET nb_destinataires = 1 WHERE statut IN ('envoye', 'echec');
               UPDATE messages SET nb_envoyes = 1 WHERE statut = 'envoye';
               UPDATE messages SET nb_echecs = 1 WHERE statut = 'echec';
               UPDATE messages SET programme_le = date_creation WHERE statut = 'programme';\n"
    }
}

/// In UTC, as the tables hold it.
fn moved_by(text: &str, moved: Days) -> String {
    let instant = DateTime::parse_from_rfc3339(text)
        .unwrap()
        .with_timezone(&Utc);
    (instant + moved).to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// What refers to other rows goes first.
fn emptied() -> &'static str {
    "DELETE FROM messages; DELETE FROM parents; DELETE FROM etudiants; DELETE FROM classes;\n"
}

/// The next row gets the number after the last one, whatever was inserted before.
fn numbered(database: &Database, tables: &[&str]) -> String {
    let mut sql = String::new();
    for table in tables {
        if database.is_postgres() {
            writeln!(
                sql,
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}));"
            )
        } else {
            writeln!(
                sql,
                "UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM {table}) WHERE name = '{table}';"
            )
        }
        .unwrap();
    }
    sql
}

fn rows(list: &Value) -> &Vec<Value> {
    list.as_array().unwrap()
}

fn insert(sql: &mut String, table: &str, columns: &[&str], row: &Value) {
    let values: Vec<String> = columns.iter().map(|name| literal(&row[*name])).collect();
    writeln!(
        sql,
        "INSERT INTO {table} ({}) VALUES ({});",
        columns.join(", "),
        values.join(", ")
    )
    .unwrap();
}

fn literal(value: &Value) -> String {
    value.as_str().map_or_else(
        || value.to_string(),
        |text| format!("'{}'", text.replace('\'', "''")),
    )
}
