//! The tables: the same on both databases, as the program believes them, with the words of the
//! vocabularies and no others.

use crate::harness::School;
use messages_core::vocabulary::{
    Action, Canal, Cause, Etat, Genre, Mode, Motif, Objet, Relation, Remise, Retour, Scolarite,
    Statut, Verdict,
};
use messages_testing::db::Database;
use messages_testing::stories;
use std::path::{Path, PathBuf};

stories!(
    stored_words_are_those_of_the_vocabularies,
    every_migration_can_be_undone,
);

/// What is searched is kept by each database in its own way.
fn is_of_search(name: &str) -> bool {
    name.starts_with("recherche")
}

/// `table.column`, with ` not null`.
fn columns(database: &Database) -> Vec<String> {
    let mut columns = database.texts(if database.is_postgres() {
        "SELECT CAST(table_name AS TEXT) || '.' || CAST(column_name AS TEXT)
                || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS v
           FROM information_schema.columns WHERE table_schema = current_schema()"
    } else {
        "SELECT t.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END AS v
           FROM sqlite_master t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
    });
    columns.retain(|column| !column.starts_with("__diesel") && !is_of_search(column));
    columns.sort_unstable();
    columns
}

/// `table.column -> table what happens`.
fn foreign_keys(database: &Database) -> Vec<String> {
    let mut keys = database.texts(if database.is_postgres() {
        "SELECT conrelid::regclass::text || '.' || a.attname || ' -> ' || confrelid::regclass::text
                || CASE confdeltype WHEN 'r' THEN ' RESTRICT' WHEN 'c' THEN ' CASCADE'
                                    WHEN 'n' THEN ' SET NULL' ELSE ' ?' END AS v
           FROM pg_constraint
           JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
          WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    } else {
        "SELECT t.name || '.' || k.\"from\" || ' -> ' || k.\"table\" || ' ' || k.on_delete AS v
           FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) k WHERE t.type = 'table'"
    });
    keys.retain(|key| !is_of_search(key));
    keys.sort_unstable();
    keys
}

/// Names of the indexes that the migrations make.
fn indexes(database: &Database) -> Vec<String> {
    let mut indexes = database.texts(if database.is_postgres() {
        "SELECT indexname::text AS v FROM pg_indexes
          WHERE schemaname = current_schema() AND indexname !~ '_(pkey|key)$'"
    } else {
        "SELECT name AS v FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    });
    indexes.retain(|index| !is_of_search(index));
    indexes.sort_unstable();
    indexes
}

/// `table(columns)` of what is unique, primary keys apart.
fn unique(database: &Database) -> Vec<String> {
    let mut unique = database.texts(if database.is_postgres() {
        "SELECT conrelid::regclass::text || '('
                || (SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a
                     WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey)) || ')' AS v
           FROM pg_constraint
          WHERE contype = 'u' AND connamespace = current_schema()::regnamespace"
    } else {
        "SELECT t.name || '(' || (SELECT group_concat(name, ',' ORDER BY name) FROM pragma_index_info(i.name)) || ')' AS v
           FROM sqlite_master t JOIN pragma_index_list(t.name) i
          WHERE t.type = 'table' AND i.origin = 'u'"
    });
    unique.sort_unstable();
    unique
}

#[test]
fn both_databases_have_the_same_tables() {
    let Some(postgres) = Database::postgres() else {
        return;
    };
    let sqlite = Database::sqlite();
    School::new(&sqlite);
    School::new(&postgres);
    assert_eq!(columns(&sqlite), columns(&postgres));
    assert_eq!(foreign_keys(&sqlite), foreign_keys(&postgres));
    assert_eq!(indexes(&sqlite), indexes(&postgres));
    assert_eq!(unique(&sqlite), unique(&postgres));
    assert_eq!(columns(&sqlite).len(), 216, "all tables were looked at");
    assert_eq!(
        unique(&sqlite),
        [
            "cles_api(prefixe)",
            "envois(message,parent)",
            "sessions(empreinte)"
        ]
    );
    assert!(indexes(&sqlite).contains(&"envois_adresse".to_owned()));
    assert!(foreign_keys(&sqlite).contains(&"messages.classe -> classes RESTRICT".to_owned()));
    assert!(indexes(&sqlite).contains(&"envois_bail".to_owned()));
}

/// A column as `src/schema.rs` declares it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Declared {
    name: String,
    kind: String,
    nullable: bool,
}

fn declared() -> Vec<Declared> {
    let mut table = String::new();
    let mut sql_name = None;
    let mut found = Vec::new();
    let text = [
        include_str!("../../src/schema.rs"),
        include_str!("../../src/schema/appels.rs"),
    ];
    let lines = text.into_iter().flat_map(str::lines).map(str::trim);
    for line in lines.filter(|line| !line.starts_with("diesel::joinable!")) {
        if let Some(name) = line.strip_prefix("#[sql_name = \"") {
            sql_name = name.strip_suffix("\"]").map(str::to_owned);
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let inner = kind
                .strip_prefix("Nullable<")
                .and_then(|kind| kind.strip_suffix('>'));
            let column = sql_name.take().unwrap_or_else(|| column.to_owned());
            found.push(Declared {
                name: format!("{table}.{column}"),
                kind: inner.unwrap_or(kind).to_owned(),
                nullable: inner.is_some(),
            });
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn the_program_believes_the_tables_to_be_as_they_are() {
    let sqlite = Database::sqlite();
    School::new(&sqlite);
    let mut believed: Vec<String> = declared()
        .into_iter()
        .map(|column| {
            format!(
                "{}{}",
                column.name,
                if column.nullable { "" } else { " not null" }
            )
        })
        .collect();
    believed.sort_unstable();
    assert_eq!(believed, columns(&sqlite));
}

#[test]
fn the_program_believes_the_columns_to_be_of_their_types() {
    let Some(postgres) = Database::postgres() else {
        return;
    };
    School::new(&postgres);
    let types = postgres.texts(
        "SELECT table_name || '.' || column_name || ' ' || data_type AS v FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY 1",
    );
    let mut believed: Vec<String> = declared()
        .into_iter()
        .map(|column| {
            let kind = match column.kind.as_str() {
                "BigInt" => "bigint",
                "Text" => "text",
                "Bool" => "boolean",
                "InstantSql" => "timestamp with time zone",
                "Binary" => "bytea",
                other => panic!("{other}"),
            };
            format!("{} {kind}", column.name)
        })
        .collect();
    believed.sort_unstable();
    let mut types = types;
    types.retain(|column| !is_of_search(column));
    types.sort_unstable();
    assert_eq!(believed, types);
}

/// The words that a column's `CHECK` allows.
fn words(database: &Database, table: &str, column: &str) -> Vec<String> {
    let (question, begin, end) = if database.is_postgres() {
        let question = format!(
            "SELECT pg_get_constraintdef(oid) AS v FROM pg_constraint
              WHERE contype = 'c' AND conrelid = '{table}'::regclass"
        );
        (question, format!("CHECK (({column} = ANY (ARRAY["), ']')
    } else {
        let question = format!("SELECT sql AS v FROM sqlite_master WHERE name = '{table}'");
        (question, format!("CHECK ({column} IN ("), ')')
    };
    let text = database.texts(&question).join("\n");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, list) = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("{table}.{column}: {text}"));
    let (list, _) = list.split_once(end).unwrap();
    // Between two quotes, not between two pairs of them.
    list.split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn stored_words_are_those_of_the_vocabularies(database: &Database) {
    School::new(database);
    macro_rules! assert_words {
        ($($table:literal . $column:literal = $vocabulary:ident;)+) => {
            $(assert_eq!(
                words(database, $table, $column),
                $vocabulary::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
                "{}.{}", $table, $column
            );)+
        };
    }
    assert_words!(
        "parents"."relation" = Relation;
        "etudiants"."statut" = Scolarite;
        "messages"."type" = Canal;
        "messages"."statut" = Statut;
        "envois"."canal" = Canal;
        "envois"."etat" = Etat;
        "envois"."motif" = Motif;
        "envois"."remise" = Remise;
        "nouvelles"."remise" = Remise;
        "tentatives"."verdict" = Verdict;
        "passages"."mode" = Mode;
        "canaux"."canal" = Canal;
        "canaux"."cause" = Cause;
        "historique"."action" = Action;
        "historique"."objet" = Objet;
        "incidents"."genre" = Genre;
        "origine"."cause" = Retour;
    );
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../migrations")
        .join(name)
}

/// Folders of the migrations of one database, in their order.
fn migrations(name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(name)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort_unstable();
    folders
}

/// Every table, index, trigger and function with its text.
fn objects(database: &Database) -> Vec<String> {
    let question = if database.is_postgres() {
        "SELECT c.relkind::text || ' ' || c.relname || ' '
                || COALESCE((SELECT string_agg(a.attname || ':' || a.atttypid::regtype::text, ',' ORDER BY a.attnum)
                               FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '') AS v
           FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
         UNION ALL
         SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
          WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
         UNION ALL
         SELECT p.proname || ' ' || p.prosrc FROM pg_proc p
          WHERE p.pronamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') ORDER BY 1"
    } else {
        "SELECT name || ' ' || COALESCE(sql, '') AS v FROM sqlite_master
          WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    };
    database.texts(question)
}

fn every_migration_can_be_undone(database: &Database) {
    database.empty();
    let name = if database.is_postgres() {
        "postgres"
    } else {
        "sqlite"
    };
    let run = |folder: &Path, file: &str| {
        database.execute(&std::fs::read_to_string(folder.join(file)).unwrap());
    };
    for folder in migrations(name) {
        let before = objects(database);
        run(&folder, "up.sql");
        let after = objects(database);
        assert_ne!(after, before, "{}", folder.display());
        run(&folder, "down.sql");
        assert_eq!(objects(database), before, "{}", folder.display());
        run(&folder, "up.sql");
        assert_eq!(objects(database), after, "{}", folder.display());
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |name| -> Vec<_> {
        migrations(name)
            .iter()
            .map(|folder| folder.file_name().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

/// Of two migrations with one version, one is never carried out.
#[test]
fn every_migration_has_a_version_of_its_own_on_both_databases() {
    let [sqlite, postgres] = ["sqlite", "postgres"].map(|database| {
        let folder = Path::new("../../migrations").join(database);
        let entries = std::fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    });
    assert_eq!(sqlite, postgres);
    let versions = sqlite.iter().map(|name| name.split('_').next().unwrap());
    let versions: std::collections::BTreeSet<&str> = versions.collect();
    assert_eq!(versions.len(), sqlite.len(), "{sqlite:?}");
}
