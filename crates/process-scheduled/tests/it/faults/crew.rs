//! Runs that are always at work, whatever happens to them.

use crate::program::{Ended, Program, To, message};
use messages_core::vocabulary::Canal;
use messages_testing::http::Gateway;
use std::process::Child;
use std::time::Duration;

/// What is not final yet.
pub(crate) const OPEN: &str =
    "SELECT CAST(count(*) AS TEXT) AS v FROM messages WHERE statut IN ('programme', 'en_attente')";

/// How a run that could not go on says so.
const AWAY: &str = "process-scheduled : base de données indisponible : ";

/// Some runs at once; the next ones are started as they end.
pub(crate) struct Crew<'p> {
    program: &'p Program<'p>,
    most: usize,
    runs: Vec<Child>,
    /// Runs that ended by themselves because there was nothing left to do.
    pub(crate) done: usize,
    /// Runs that ended by themselves because the database could not be used.
    pub(crate) gave_up: usize,
}

impl<'p> Crew<'p> {
    pub(crate) fn new(program: &'p Program<'p>, most: usize) -> Self {
        Self {
            program,
            most,
            runs: Vec::new(),
            done: 0,
            gave_up: 0,
        }
    }

    /// Takes the place of runs that ended, and gives them something to do.
    pub(crate) fn keep_busy(&mut self) {
        for mut run in std::mem::take(&mut self.runs) {
            if run.try_wait().unwrap().is_some() {
                self.bury(run);
            } else {
                self.runs.push(run);
            }
        }
        if self.program.database.number(OPEN) == 0 {
            programme_all(self.program);
        }
        while self.runs.len() < self.most {
            let mut command = self.program.command(&["--quiet"]);
            self.runs.push(command.spawn().unwrap());
        }
    }

    /// Keeps them busy until the gateway has accepted so many more.
    pub(crate) fn until_sent(&mut self, gateway: &Gateway, more: usize) {
        let goal = gateway.accepted_count() + more;
        for _ in 0..600 {
            self.keep_busy();
            if gateway.wait_accepted(goal, Duration::from_millis(100)) {
                return;
            }
        }
        panic!("nothing is sent any more");
    }

    /// Lets them end by themselves.
    pub(crate) fn join(&mut self) {
        for run in std::mem::take(&mut self.runs) {
            self.bury(run);
        }
    }

    fn bury(&mut self, run: Child) {
        let ended = Ended::from(run.wait_with_output().unwrap());
        if judge(&ended) {
            self.done += 1;
        } else {
            self.gave_up += 1;
        }
    }
}

impl Drop for Crew<'_> {
    fn drop(&mut self) {
        // After a failed assertion they would work on.
        for run in &mut self.runs {
            run.kill().ok();
        }
    }
}

/// What libpq itself writes when the server crashes in the milliseconds in which a connection is
/// made: diesel takes its notices over (and drops them) only once it is set up.
const LIBPQ: &str = "WARNING:  terminating connection";

/// A run ends well (true), or says in one line that it shall be tried later (false). What it could
/// not write beside the database costs one line more, and each incident one.
pub(crate) fn judge(ended: &Ended) -> bool {
    let is_aside = |line: &&str| line.contains("les envois continuent");
    let (aside, lines): (Vec<&str>, Vec<&str>) = ended
        .stderr
        .lines()
        .filter(|line| !line.starts_with(LIBPQ) && !line.contains("ALERTE"))
        .partition(is_aside);
    assert!(aside.len() <= 1, "{ended:?}");
    match (ended.code, lines.as_slice()) {
        (0, []) => true,
        (75, [line]) if line.starts_with(AWAY) => false,
        _ => panic!("{ended:?}"),
    }
}

/// A message to everybody on each channel; no two have the same text.
pub(crate) fn programme_all(program: &Program<'_>) {
    let count = "SELECT CAST(count(*) AS TEXT) AS v FROM messages";
    for canal in [Canal::Sms, Canal::Email] {
        let mut new = message(canal, To::All);
        new.contenu = format!("texte {}", program.database.number(count));
        program.insert(&new);
    }
}

/// What time does by itself: the leases of runs that are no more end.
pub(crate) fn end_leases(program: &Program<'_>) {
    program.database.execute(
        "UPDATE envois SET bail_jusqua = '2026-01-02T00:00:00Z' WHERE etat IN ('reserve', 'emission');
         UPDATE messages SET bail_jusqua = '2026-01-02T00:00:00Z'
          WHERE statut = 'en_attente' AND proprio IS NOT NULL;",
    );
}

/// Lets runs end undisturbed until nothing is open.
pub(crate) fn finish(program: &Program<'_>) {
    for _ in 0..20 {
        end_leases(program);
        program.wait_is_over();
        let ended = program.run(&["--quiet"]);
        // Uncertain SMS are what a kill costs, and need a person: nothing else may be told.
        let mut told = ended.stderr.lines();
        let is_cost =
            |line: &str| line.contains("envoi incertain") || line.contains("envois incertains");
        assert!(ended.code == 0 && told.all(is_cost), "{ended:?}");
        if program.database.number(OPEN) == 0 {
            return;
        }
    }
    let left =
        "SELECT canal || ' ' || etat || ' ' || count(*) AS v FROM envois GROUP BY canal, etat";
    panic!("messages are left: {:?}", program.database.texts(left));
}
