//! PostgreSQL behind PgBouncer in transaction mode: each transaction may meet another session.

use crate::program::{Program, To};
use messages_core::vocabulary::Canal;
use messages_testing::cluster::Cluster;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::pgbouncer::PgBouncer;
use messages_testing::smtp::{Script, Server};
use std::time::Duration;

const PARENTS: usize = 60;

/// A school whose program knows the pool only; the test reads beside it.
fn day(cluster: &Cluster, ignored: &str) {
    let Some(pool) = PgBouncer::start(cluster.port(), ignored) else {
        return;
    };
    let (gateway, relay) = (
        Gateway::start(GatewayScript::default()),
        Server::start(Script::default()),
    );
    let database = Database::in_server(&cluster.url());
    let program = Program::new(&database)
        .gateway(&gateway)
        .relay(&relay)
        .set("DATABASE_URL", &pool.url());
    let check = program.run(&["check"]);
    assert!(
        check.code == 0 && check.stdout.contains("PgBouncer"),
        "{check:?}"
    );
    program.school(i64::try_from(PARENTS).unwrap(), 3);
    for _ in 0..3 {
        program.programme(Canal::Sms, To::All);
        program.programme(Canal::Email, To::All);
        let runs = [0; 3].map(|_| program.command(&[]).spawn().unwrap());
        for run in runs {
            let ended = run.wait_with_output().unwrap();
            assert_eq!(ended.status.code(), Some(0), "{ended:?}");
        }
        let ended = program.run(&["--json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        program.verify();
    }
    let sent = (gateway.accepted_count(), relay.accepted_count());
    assert_eq!(sent, (3 * PARENTS, 3 * PARENTS));
    assert_eq!(program.run(&["status"]).code, 0);
    assert_eq!(program.run(&["migrate"]).code, 0);
    assert_eq!(program.run(&["--dry-run"]).code, 0);
    // The server goes away behind the pool, and comes back.
    cluster.crash();
    let ended = program.run(&[]);
    assert_eq!(ended.code, 75, "{ended:?}");
    cluster.resume();
    // The pool remembers a while that it was away.
    let back = (0..10).any(|_| {
        std::thread::sleep(Duration::from_secs(1));
        program.run(&[]).code == 0
    });
    assert!(back);
    // Nothing that a session was told stays with the next client.
    let left = "SELECT DISTINCT current_setting('enable_seqscan') AS v";
    assert_eq!(pool.texts(left), ["on"]);
}

#[test]
fn a_pool_by_transactions_is_served_without_preparing() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    // As Debian ships it, and as it is set up for clients that name their schema.
    for ignored in ["", "extra_float_digits, options"] {
        day(&cluster, ignored);
    }
}
