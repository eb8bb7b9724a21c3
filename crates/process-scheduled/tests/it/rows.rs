//! What a run left in the database, envoi by envoi.

use crate::program::Program;
use messages_core::vocabulary::Canal;

/// One envoi and its last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) parent: i64,
    pub(crate) etat: String,
    pub(crate) motif: String,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) reference: String,
    pub(crate) tentatives: i64,
    pub(crate) ambigus: i64,
    /// Of the last attempt; empty when the last lease led to none.
    pub(crate) verdict: String,
    /// Seconds from the end of the last attempt to the next one.
    pub(crate) wait: i64,
}

impl Row {
    /// `etat motif`, as [`Program::states`] has it.
    pub(crate) fn state(&self) -> String {
        format!("{} {}", self.etat, self.motif).trim().to_owned()
    }

    /// Waits for its turn, and no attempt was used up.
    pub(crate) fn is_untouched(&self) -> bool {
        (self.etat.as_str(), self.tentatives, self.ambigus) == ("a_envoyer", 0, 0)
    }
}

/// Every envoi of a message, in the order of the recipients.
pub(crate) fn rows(program: &Program<'_>, message: i64) -> Vec<Row> {
    let wait = if program.database.is_postgres() {
        "CAST(round(EXTRACT(EPOCH FROM e.prochaine - t.fin)) AS BIGINT)"
    } else {
        "CAST(round((julianday(e.prochaine) - julianday(t.fin)) * 86400) AS INTEGER)"
    };
    let question = format!(
        "SELECT concat_ws('\u{1f}', e.parent, e.etat, COALESCE(e.motif, ''), COALESCE(e.code, ''),
                          COALESCE(e.detail, ''), COALESCE(e.reference, ''), e.tentatives,
                          e.ambigus, COALESCE(t.verdict, ''), COALESCE({wait}, 0)) AS v
           FROM envois e LEFT JOIN tentatives t ON t.envoi = e.id AND t.jeton = e.jeton
          WHERE e.message = {message} ORDER BY e.parent"
    );
    program
        .database
        .texts(&question)
        .iter()
        .map(|line| row(line))
        .collect()
}

fn row(line: &str) -> Row {
    let fields: Vec<&str> = line.split('\u{1f}').collect();
    let text = |n: usize| fields[n].to_owned();
    let number = |n: usize| fields[n].parse().unwrap();
    Row {
        parent: number(0),
        etat: text(1),
        motif: text(2),
        code: text(3),
        detail: text(4),
        reference: text(5),
        tentatives: number(6),
        ambigus: number(7),
        verdict: text(8),
        wait: number(9),
    }
}

/// How many envois of a message are in a state.
pub(crate) fn count(program: &Program<'_>, message: i64, etat: &str) -> usize {
    rows(program, message)
        .iter()
        .filter(|row| row.etat == etat)
        .count()
}

/// `verdict code` of a channel that the report says was stopped.
pub(crate) fn stopped(report: &serde_json::Value, canal: Canal) -> Option<String> {
    let stops = report["canaux_arretes"].as_array().unwrap();
    let stop = stops.iter().find(|stop| stop["canal"] == canal.as_str())?;
    Some(format!(
        "{} {}",
        stop["verdict"].as_str().unwrap(),
        stop["code"].as_str().unwrap()
    ))
}

/// A port of 127.0.0.1 that nobody listens on.
pub(crate) fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
