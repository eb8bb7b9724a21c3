//! What is asked at each run, whatever the history, is answered by the partial index made for it. SQLite
//! chooses one only when the statement says the index's own condition, word by word.

use crate::harness::{School, place};
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use diesel::{Connection, RunQueryDsl, SqliteConnection, sql_query};
use messages_core::store::adresses::mortes;
use messages_core::store::envois::{self, News, address};
use messages_core::store::oubli::{self, Cours};
use messages_core::store::sondages::{self, Claim};
use messages_core::store::{Conn, Error, canaux, messages, overview, upcoming};
use messages_core::vocabulary::{Canal, Remise};
use messages_testing::db::Database;
use std::cell::RefCell;

thread_local! {
    static ASKED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

/// How SQLite answers what `ask` asks.
fn plan(database: &Database, ask: impl FnOnce(&mut Conn) -> Result<(), Error>) -> String {
    let mut conn = Conn::open(&place(database)).unwrap();
    ASKED.take();
    ask(&mut conn).unwrap();
    let asked = ASKED.take();
    let file = database.url().trim_start_matches("sqlite://");
    let mut console = SqliteConnection::establish(file).unwrap();
    let steps = asked.iter().flat_map(|question| {
        let explain = format!("EXPLAIN QUERY PLAN {question}");
        let steps: Vec<Step> = sql_query(explain).load(&mut console).unwrap();
        steps
    });
    steps.map(|step| step.detail + "\n").collect()
}

#[test]
fn what_is_asked_at_each_run_is_answered_by_its_partial_index() {
    let database = Database::sqlite();
    School::new(&database);
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let question = text.split(" -- binds").next().unwrap_or_default();
                ASKED.with_borrow_mut(|asked| asked.push(question.to_owned()));
            }
        }))
    })
    .unwrap();
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    let uses = |index: &str, plan: String| {
        assert!(plan.contains(&format!(" INDEX {index}")), "{plan}");
    };
    let ask = |ask: fn(&mut Conn, _) -> Result<(), Error>| plan(&database, |conn| ask(conn, now));
    uses(
        "messages_du",
        ask(|conn, now| messages::due(conn, now).map(drop)),
    );
    uses(
        "messages_du",
        ask(|conn, now| upcoming::upcoming(conn, 5, now).map(drop)),
    );
    let idle = ask(|conn, now| overview::is_idle(conn, now).map(drop));
    uses("messages_du", idle.clone());
    uses("messages_statut", idle);
    let waiting = ask(|conn, _| overview::waiting(conn).map(drop));
    uses("envois_du", waiting.clone());
    uses("envois_bail", waiting);
    let ended = ask(|conn, _| messages::close(conn, 5, |_| None).map(drop));
    uses("messages_statut", ended.clone());
    uses("envois_ouverts", ended);
    let outdated = ask(|conn, _| address::hold_outdated(conn, &[1]).map(drop));
    uses("envois_ouverts", outdated);
    uses(
        "messages_statut",
        ask(|conn, _| canaux::tell(conn, Canal::Sms, Some("panne"))),
    );
    uses(
        "messages_incertains",
        ask(|conn, _| overview::uncertain(conn, 5).map(drop)),
    );
    let news = News {
        passerelle: Some("ovh".to_owned()),
        references: vec!["1".to_owned()],
        remise: Remise::Remis,
        code: None,
    };
    let noting = plan(&database, |conn| envois::note(conn, &news).map(drop));
    uses("envois_reference", noting);
    let waiting = ask(|conn, _| envois::catch_up(conn).map(drop));
    uses("envois_reference", waiting.clone());
    assert!(!waiting.contains("SCAN e"), "{waiting}");
    let asked = Claim {
        passerelle: "ovh",
        unnumbered: true,
        limit: 10,
    };
    let followed = plan(&database, |conn| sondages::claim(conn, &asked).map(drop));
    uses("envois_a_suivre", followed.clone());
    uses("sondages_prochain", followed);
    let one = || ["x@exemple.example".to_owned()].into();
    let dead = plan(&database, |conn| mortes::dead(conn, &one()).map(drop));
    uses("envois_non_remis", dead);
    let all = ask(|conn, _| mortes::all_dead(conn).map(drop));
    uses("envois_non_remis", all);
    let told = plan(&database, |conn| mortes::constats(conn, &one()).map(drop));
    uses("envois_non_remis", told.clone());
    uses("envois_refuses", told);
    let forgetting = plan(&database, |conn| {
        let mut cours = Cours::new(now);
        conn.write(|conn| oubli::step(conn, &mut cours)).map(drop)
    });
    for index in ["messages_a_oublier", "historique_fait_le", "parents_partis"] {
        uses(index, forgetting.clone());
    }
}
