//! `backup` and `restore` of a SQLite file.

use super::{beside, done, due, file, gateway, held, mode, name, school};
use crate::program::{Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use std::time::Duration;

#[test]
fn a_backup_that_is_put_back_sends_nothing_twice() {
    let database = Database::sqlite();
    let gateway = gateway();
    let program = school(&database, &gateway);
    let id = due(&program);
    let ended = done(&program, &["backup", "jeudi.sqlite3"]);
    assert!(
        ended.stdout.contains("1 message, 0 envoi, 2 parents"),
        "{ended:?}"
    );
    assert_eq!(mode(&database.folder().join("jeudi.sqlite3")), 0o600);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    let ended = done(&program, &["restore", "jeudi.sqlite3"]);
    let kept = beside(&database, "avant-restauration");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(ended.stdout.contains(&name(&kept[0])), "{ended:?}");
    assert_eq!(program.statut(id), "programme");
    let said = held(&program);
    assert!(
        said.contains("1 message pourrait repartir : n° 1 (") && said.contains("2 destinataires"),
        "{said}"
    );
    done(&program, &["resume", "--none"]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2, "sent twice");
    program.verify();
    // The old one went back in time no less.
    let old = name(&kept[0]);
    done(&program, &["restore", &old]);
    assert_eq!(program.statut(id), "envoye");
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 2);
    program.verify();
}

#[test]
fn a_backup_is_whole_whatever_runs_write_meanwhile() {
    let database = Database::sqlite();
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_millis(4)));
    let program = Program::new(&database).gateway(&gateway);
    program.school(400, 4);
    due(&program);
    let run = program.command(&["--quiet"]).spawn().unwrap();
    let mut backups = 0;
    while gateway.accepted_count() < 300 {
        let name = format!("{backups}.sqlite3");
        done(&program, &["backup", &name, "--quiet"]);
        let copy = format!("sqlite://{}", database.folder().join(&name).display());
        program.clone().set("DATABASE_URL", &copy).verify();
        backups += 1;
    }
    assert!(backups > 0);
    assert!(run.wait_with_output().unwrap().status.success());
    assert_eq!(gateway.accepted_count(), 400);
}

#[test]
fn nothing_is_overwritten_and_any_name_will_do() {
    let database = Database::sqlite();
    let program = school(&database, &gateway());
    let name = "l'été à l'école – 50 % 'x'.sqlite3";
    done(&program, &["backup", name]);
    let before = std::fs::read(database.folder().join(name)).unwrap();
    let ended = program.run(&["backup", name]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("existe déjà"), "{ended:?}");
    assert_eq!(std::fs::read(database.folder().join(name)).unwrap(), before);
    assert_eq!(
        beside(&database, "partiel"),
        [""; 0].map(std::path::PathBuf::from)
    );
    done(&program, &["restore", name]);
    program.verify();
    let ended = program.run(&["backup", "absent/x.sqlite3"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("ce dossier n'existe pas"),
        "{ended:?}"
    );
}

#[test]
fn what_is_no_whole_backup_of_this_program_is_refused() {
    let database = Database::sqlite();
    let program = school(&database, &gateway());
    let id = due(&program);
    done(&program, &["backup", "bon.sqlite3"]);
    let at = |name: &str| database.folder().join(name);
    let good = std::fs::read(at("bon.sqlite3")).unwrap();
    for share in [2, 3, 10] {
        std::fs::write(at("tronquee"), &good[..good.len() / share]).unwrap();
        refuse(&program, "tronquee", "ne convient pas");
    }
    // A page that was never written.
    let mut holed = good.clone();
    let middle = holed.len() / 2 / 4096 * 4096;
    holed[middle..middle + 4096].fill(0);
    std::fs::write(at("trouee"), holed).unwrap();
    refuse(&program, "trouee", "ne convient pas");
    std::fs::write(at("texte"), "bonjour").unwrap();
    refuse(&program, "texte", "ne convient pas");
    std::fs::write(at("vide"), "").unwrap();
    refuse(&program, "vide", "ce n'est pas une base de ce programme");
    refuse(&program, "absente", "ne convient pas");
    refuse(
        &program,
        file(&database).to_str().unwrap(),
        "la base elle-même",
    );
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959')";
    let other = Database::sqlite();
    let elsewhere = Program::new(&other);
    other.execute(newer);
    drop(elsewhere);
    refuse(&program, file(&other).to_str().unwrap(), "plus récente");
    assert_eq!(program.statut(id), "programme");
    program.verify();
}

fn refuse(program: &Program<'_>, name: &str, why: &str) {
    let ended = program.run(&["restore", name]);
    assert_eq!(ended.code, 1, "{name} {ended:?}");
    assert!(ended.stderr.contains(why), "{name} {ended:?}");
    let left = beside(program.database, "restauration");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_database_that_is_used_is_not_replaced() {
    let database = Database::sqlite();
    let gateway = Gateway::start(GatewayScript::default().latency(Duration::from_secs(9)));
    let program = school(&database, &gateway);
    done(&program, &["backup", "avant.sqlite3"]);
    due(&program);
    let run = program.command(&[]).spawn().unwrap();
    assert!(gateway.wait_received(1, Duration::from_secs(60)));
    let ended = program.run(&["restore", "avant.sqlite3"]);
    assert_eq!(ended.code, 75, "{ended:?}");
    assert!(
        ended.stderr.contains("est utilisée") && ended.stderr.contains("arrêtez messages-api"),
        "{ended:?}"
    );
    assert!(run.wait_with_output().unwrap().status.success());
    program.verify();
    // A server that does nothing just now has it open all the same.
    let mut idle = program.conn();
    idle.now().unwrap();
    assert_eq!(program.run(&["restore", "avant.sqlite3"]).code, 75);
    drop(idle);
    done(&program, &["restore", "avant.sqlite3"]);
    program.verify();
}

/// A database that nobody can open any more is why one puts a backup back.
#[test]
fn a_damaged_database_is_replaced_and_kept() {
    let database = Database::sqlite();
    let gateway = gateway();
    let program = school(&database, &gateway);
    let id = due(&program);
    done(&program, &["backup", "bon.sqlite3"]);
    std::fs::write(file(&database), "plus rien ici").unwrap();
    let log = format!("{}-wal", file(&database).display());
    std::fs::write(&log, "un vieux journal").unwrap();
    done(&program, &["restore", "bon.sqlite3"]);
    assert_eq!(program.statut(id), "programme");
    let kept = beside(&database, "avant-restauration");
    assert_eq!(kept.len(), 2, "with its log: {kept:?}");
    assert_eq!(std::fs::read(&kept[0]).unwrap(), b"plus rien ici");
    program.verify();
    // Before any run has noticed.
    done(&program, &["resume", "--none"]);
    done(&program, &[]);
    assert_eq!(gateway.accepted_count(), 0);
}

/// There is none yet, as on a new machine; the message of later leaves there only when it is said.
#[test]
fn a_backup_moves_to_another_machine() {
    let first = Database::sqlite();
    let gateway = gateway();
    let program = school(&first, &gateway);
    let mut later = message(Canal::Sms, To::All);
    later.date_programmee = Some(program.conn().now().unwrap() + Duration::from_secs(3600));
    let id = program.insert(&later);
    done(&program, &[]);
    let backup = first.folder().join("copie.sqlite3");
    done(&program, &["backup", backup.to_str().unwrap()]);
    let second = Database::sqlite();
    let moved = Program::without_settings(&second)
        .set("DATABASE_URL", second.url())
        .set("MESSAGES_MODE", "reel")
        .set("SMS_QUIET_HOURS", "non")
        .gateway(&gateway);
    done(&moved, &["restore", backup.to_str().unwrap()]);
    let said = held(&moved);
    assert!(
        said.contains("une copie") && said.contains("n° 1 ("),
        "{said}"
    );
    done(&moved, &["resume", "--none"]);
    assert_eq!(moved.statut(id), "programme", "it is not due");
    done(&moved, &[]);
    assert_eq!(gateway.accepted_count(), 0);
    // The first machine goes on as before.
    done(&program, &[]);
}

/// Both are worked with on one machine from then on, with one folder of answers.
#[test]
fn a_copy_that_goes_its_own_way_does_not_hold_the_original_back() {
    let first = Database::sqlite();
    let gateway = gateway();
    let answers = first.folder().join("reponses");
    let program = school(&first, &gateway).set("MESSAGES_JOURNAL", answers.to_str().unwrap());
    done(&program, &[]);
    due(&program);
    let backup = first.folder().join("copie.sqlite3");
    done(&program, &["backup", backup.to_str().unwrap()]);
    let second = Database::sqlite();
    let copy = program.clone().set("DATABASE_URL", second.url());
    done(&copy, &["restore", backup.to_str().unwrap()]);
    held(&copy);
    done(&copy, &["resume", "--none"]);
    for _ in 0..2 {
        done(&copy, &[]);
        done(&program, &[]);
    }
    assert_eq!(gateway.accepted_count(), 2);
}
