//! The other kinds: settings, lateness, the disk, the clock, the scheduler.

use super::{a_day_passes, alert, checked, ok, told};
use crate::program::{Program, To};
use messages_core::config::{Config, Vars};
use messages_core::incidents;
use messages_core::vocabulary::{Canal, Mode};
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::stories;
use std::time::Duration;

stories!(
    wrong_settings_are_told_once_a_day_and_their_end,
    a_simulation_where_it_was_sent_for_real_is_told_once_a_day_and_its_end,
    what_is_late_is_told,
    a_journal_that_cannot_be_written_is_told,
    a_clock_that_cannot_be_right_is_told,
    that_no_run_is_made_is_told_by_whoever_looks,
);

/// One line that begins an incident, with these words.
fn begins(lines: &[String], words: &str) {
    assert!(lines.len() == 1 && lines[0].contains(words), "{lines:?}");
}

fn ends(lines: &[String], words: &str) {
    begins(lines, &format!("FIN D'ALERTE. {words}"));
}

fn wrong_settings_are_told_once_a_day_and_their_end(database: &Database) {
    let program = Program::new(database);
    let wrong = program
        .clone()
        .set("EMAIL_PORT", "99999")
        .set("TIME_ZONE", "Paris");
    let first = wrong.run(&["--quiet"]);
    assert_eq!(first.code, 78);
    assert!(first.stderr.contains("EMAIL_PORT") && first.stderr.contains("TIME_ZONE"));
    assert_eq!(told(&wrong, 78), [""; 0]);
    assert_eq!(checked(&program), alert("1 incident"));
    let status = program.run(&["status"]).stdout;
    assert!(
        status.contains("réglages à corriger (TIME_ZONE, EMAIL_PORT)"),
        "{status}"
    );
    a_day_passes(&program);
    let again = wrong.run(&["--quiet"]).stderr;
    assert!(again.contains("EMAIL_PORT"), "{again}");
    assert_eq!(told(&wrong, 78), [""; 0]);
    ends(&told(&program, 0), "Machine ");
    assert_eq!(checked(&program), ok());
}

fn a_simulation_where_it_was_sent_for_real_is_told_once_a_day_and_its_end(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1).programme(Canal::Sms, To::All);
    assert_eq!(told(&program, 0), [""; 0]);
    let pretends = program.clone().set("MESSAGES_MODE", "simulation");
    begins(&told(&pretends, 78), "SIMULATION refusé");
    assert_eq!(told(&pretends, 78), [""; 0]);
    assert_eq!(checked(&program), alert("1 incident"));
    a_day_passes(&program);
    begins(&told(&pretends, 78), "SIMULATION refusé");
    assert_eq!(told(&pretends, 78), [""; 0]);
    ends(&told(&program, 0), "Machine ");
    assert_eq!(checked(&program), ok());
}

fn what_is_late_is_told(database: &Database) {
    let gateway = Gateway::start(GatewayScript::default());
    let program = Program::new(database).gateway(&gateway);
    program.school(1, 1);
    program.programme(Canal::Sms, To::All);
    program.programme(Canal::Sms, To::Classe(1));
    let then = program.conn().now().unwrap() - Duration::from_secs(20 * 60);
    database.execute(&format!(
        "UPDATE messages SET date_programmee = '{then}', programme_le = '{then}'"
    ));
    let slow = program.run(&["--quiet", "--limit", "1"]);
    assert_eq!(slow.code, 0);
    begins(
        &[slow.stderr.trim().to_owned()],
        "plus de 15 minutes de retard",
    );
    ends(&told(&program, 0), "Plus aucun message n'est en retard.");
    assert_eq!(gateway.accepted_count(), 2);
}

fn a_journal_that_cannot_be_written_is_told(database: &Database) {
    let program = Program::new(database);
    let file = database.folder().join("un-fichier");
    std::fs::write(&file, "").unwrap();
    let inside = program
        .clone()
        .set("MESSAGES_JOURNAL", file.join("x").to_str().unwrap());
    begins(&told(&inside, 0), "écriture impossible (MESSAGES_JOURNAL)");
    assert_eq!(told(&inside, 0), [""; 0]);
    ends(&told(&program, 0), "Machine ");
    // What another machine saw, it alone sees the end of; unless it is gone.
    database.execute(
        "INSERT INTO incidents (genre, objet, debut, vu_le, dit_le)
         VALUES ('disque', 'ailleurs', '2100-01-01T00:00:00Z', '2100-01-01T00:00:00Z', '2026-11-28T00:00:00Z')",
    );
    assert!(
        !told(&program, 0)
            .iter()
            .any(|line| line.contains("FIN D'ALERTE"))
    );
    database.execute("UPDATE incidents SET vu_le = '2026-11-01T00:00:00Z' WHERE fin IS NULL");
    ends(
        &told(&program, 0),
        "Machine ailleurs : l'écriture est de nouveau possible.",
    );
}

fn a_clock_that_cannot_be_right_is_told(database: &Database) {
    let program = Program::new(database);
    assert_eq!(told(&program, 0), [""; 0]);
    // Seen from there, now is more than a year later.
    database.execute(
        "UPDATE passages SET debut = '2024-03-01T08:00:00Z', battement = '2024-03-01T08:00:00Z'",
    );
    begins(&told(&program, 75), "l'horloge indique");
    assert_eq!(told(&program, 75), [""; 0]);
    assert_eq!(checked(&program), alert("1 incident"));
    database.execute("DELETE FROM passages");
    ends(&told(&program, 0), "L'horloge est de nouveau à l'heure.");
}

fn that_no_run_is_made_is_told_by_whoever_looks(database: &Database) {
    let program = Program::new(database);
    assert_eq!(told(&program, 0), [""; 0]);
    database.execute(
        "UPDATE passages SET debut = '2026-11-01T08:00:00Z', battement = '2026-11-01T08:00:00Z'",
    );
    // By status, though nobody wrote it down.
    assert_eq!(checked(&program), alert("1 incident"));
    // By the server, which writes it down.
    let url = [("DATABASE_URL".to_owned(), database.url().to_owned())];
    let config = Config::load(Vars::from_pairs(url)).unwrap();
    assert_eq!(config.messages.mode, Mode::Simulation);
    let look = || incidents::watch(&config, &mut program.conn()).unwrap().told;
    let first = look();
    assert!(
        first.len() == 1 && first[0].text.contains("Aucun traitement depuis"),
        "{first:?}"
    );
    assert_eq!(look(), []);
    assert_eq!(checked(&program), alert("1 incident"));
    ends(&told(&program, 0), "Les traitements ont repris.");
    assert_eq!(checked(&program), ok());
}
