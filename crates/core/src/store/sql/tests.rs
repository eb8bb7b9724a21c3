use super::{Sql, columns, sql};
use crate::config::Database;
use crate::store::{
    Conn, Error, adresses, annuaire, appels, boites, envois, expansion, messages, migrations,
    origine, oubli, sondages, verify,
};
use messages_testing::db;

/// Every statement that is written by hand. (One that is missing is told by the compiler: nobody
/// calls its `statements`.)
fn all(conn: &Conn) -> Vec<Sql> {
    let mut all = [
        adresses::statements(),
        adresses::mortes::statements(),
        annuaire::erase::statements(),
        annuaire::liens::statements(),
        annuaire::oppositions::statements(),
        annuaire::upsert::statements(),
        envois::address::statements(),
        envois::announce::statements(),
        envois::claim::statements(),
        envois::quiet::statements(),
        envois::record::statements(),
        envois::recover::statements(),
        envois::remise::statements(),
        envois::sent::statements(),
        expansion::statements(),
        boites::statements(),
        origine::statements(),
        sondages::statements(),
        messages::statements(),
        messages::agenda::statements(),
        messages::close::statements(),
        oubli::statements(),
        oubli::departs::statements(),
        oubli::messages::statements(),
        appels::statistiques::jours::statements(),
        appels::statistiques::source::statements(),
        verify::statements(),
    ]
    .concat();
    if conn.is_postgres() {
        all.extend(annuaire::on_postgres::statements());
        #[cfg(feature = "postgres")]
        all.extend(envois::settle::postgres::statements());
    } else {
        all.extend(annuaire::on_sqlite::statements());
    }
    all
}

fn open(database: &db::Database) -> Conn {
    let mut conn = Conn::create(&Database::from_url(database.url()).unwrap()).unwrap();
    migrations::migrate(&mut conn).unwrap();
    conn
}

fn explain(conn: &mut Conn, statement: &Sql) -> Result<(), Error> {
    let mut explained = statement.clone();
    explained.text.to_mut().insert_str(0, "EXPLAIN ");
    conn.execute(explained).map(drop)
}

#[test]
fn both_databases_understand_every_statement() {
    let postgres = db::Database::postgres();
    for database in [db::Database::sqlite()].into_iter().chain(postgres) {
        let mut conn = open(&database);
        for statement in all(&conn) {
            if let Err(error) = explain(&mut conn, &statement) {
                panic!("{}: {error}\n{}", database.kind(), statement.text);
            }
        }
    }
}

#[derive(serde::Serialize)]
struct Row {
    id: i64,
    nom: Option<String>,
}
columns!(Row: id, nom);

#[test]
fn marks_and_values_that_do_not_belong_together_are_errors() {
    let database = db::Database::sqlite();
    let mut conn = open(&database);
    let rows: &[Row] = &[];
    for good in [
        sql("SELECT {un}, {un}").set("un", 2),
        sql("SELECT r.id, r.nom FROM {rows}").set("rows", rows),
        sql("SELECT id FROM parents {for update}"),
        sql("SELECT id FROM parents {skip locked}"),
    ] {
        explain(&mut conn, &good).unwrap();
    }
    for bad in [
        sql("SELECT {un}"),
        sql("SELECT {un}").set("deux", 2),
        sql("SELECT 1").set("un", 1),
        sql("SELECT {un, 1").set("un", 1),
        sql("SELECT id FROM parents {skip loked}"),
        sql("SELECT r.prenom FROM {rows}").set("rows", rows),
    ] {
        explain(&mut conn, &bad).unwrap_err();
    }
}
