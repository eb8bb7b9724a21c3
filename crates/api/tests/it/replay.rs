//! Every recorded request again, on both databases.

use crate::compare::differences;
use crate::fixture::{Fixture, RECORDED};
use crate::harness::Server;
use crate::recordings::{self, Case};
use crate::token::KEY;
use crate::wire::{Answer, Request};
use chrono::{DateTime, Days, NaiveDate};
use chrono_tz::Europe::Paris;
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};
use std::time::SystemTime;

stories!(
    french_answers_are_as_recorded,
    english_answers_are_as_recorded,
    numbered_pages_are_as_recorded,
    limits_and_offsets_are_as_recorded,
);

/// A recorded answer that is not wanted any more.
struct LeftOut {
    id: &'static str,
    /// What is wanted instead.
    status: u16,
    reason: &'static str,
}

const LEFT_OUT: &[LeftOut] = &[
    LeftOut {
        id: "default/patch-null-date",
        status: 400,
        reason: "a programmed message has a date: without one it would never leave",
    },
    LeftOut {
        id: "en/create-parent-object",
        status: 201,
        reason: "the web app's form sends the objects of a detail back",
    },
];

/// In French an object that is not there is « Pas trouvé. », as the old server itself says it: these
/// were recorded with a later framework, which tells them in English or in other words.
const NOT_FOUND: &[&str] = &[
    "default/format-suffix-unknown",
    "default/get-404",
    "default/get-404-word",
    "default/get-404-zero",
    "default/delete-404",
    "default/mark-as-read-404",
    "default/cors-404",
];

/// Counts the messages of the days before now.
const STATS: &str = "/api/messages/message_stats/";

fn french_answers_are_as_recorded(database: &Database) {
    replay(database, "default", &[("LANGUAGE_CODE", "fr-fr")]);
}

fn english_answers_are_as_recorded(database: &Database) {
    replay(database, "en", &[("LANGUAGE_CODE", "en-us")]);
}

fn numbered_pages_are_as_recorded(database: &Database) {
    let pages = [("API_PAGE_SIZE", "2"), ("API_PAGINATION", "page")];
    replay(database, "page", &pages);
}

fn limits_and_offsets_are_as_recorded(database: &Database) {
    let pages = [("API_PAGE_SIZE", "2"), ("API_PAGINATION", "limit")];
    replay(database, "limit", &pages);
}

#[test]
fn every_case_that_is_left_out_was_recorded() {
    let all = recordings::all();
    let changed = LEFT_OUT.iter().map(|left| left.id);
    for id in changed.chain(NOT_FOUND.iter().copied()) {
        assert!(all.iter().any(|case| case.id == id), "{id}");
    }
}

fn replay(database: &Database, profile: &str, settings: &[(&str, &str)]) {
    let mut all = vec![
        ("JWT_SIGNING_KEY", KEY),
        ("CORS_ALLOWED_ORIGINS", "http://localhost:5173"),
        ("TIME_ZONE", "Europe/Paris"),
    ];
    all.extend(settings);
    let replayer = Replayer {
        database,
        fixture: Fixture::read(),
        server: Server::start(database, &all),
    };
    let mut cases = recordings::cases(profile);
    for case in &mut cases {
        if NOT_FOUND.contains(&case.id.as_str()) {
            let wanted = Some(json!({ "detail": "Pas trouvé." }));
            let recorded = std::mem::replace(&mut case.json, wanted.clone());
            assert_ne!(recorded, wanted, "{}", case.id);
        }
    }
    let faults: Vec<String> = cases
        .iter()
        .filter_map(|case| replayer.fault(case))
        .collect();
    assert!(
        faults.is_empty(),
        "{} of {} cases of profile {profile}:\n\n{}\n\nstderr:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n\n"),
        replayer.server.said()
    );
}

struct Replayer<'d> {
    database: &'d Database,
    fixture: Fixture,
    server: Server,
}

impl Replayer<'_> {
    /// What is wrong with the answer to a case.
    fn fault(&self, case: &Case) -> Option<String> {
        let lines = match self.answer(case) {
            Ok(answer) => self.verdict(case, &answer),
            Err(error) => vec![format!("no answer: {error}")],
        };
        (!lines.is_empty()).then(|| format!("{}\n    {}", case.summary(), lines.join("\n    ")))
    }

    fn verdict(&self, case: &Case, answer: &Answer) -> Vec<String> {
        let found = differences(case, answer, &self.server.host());
        match LEFT_OUT.iter().find(|left| left.id == case.id) {
            None => found,
            Some(left) if found.is_empty() => {
                vec![format!("left out ({}), but it is as recorded", left.reason)]
            }
            Some(left) if left.status != answer.status => vec![format!(
                "{} wanted ({}), {} answered",
                left.status, left.reason, answer.status
            )],
            Some(_) => Vec::new(),
        }
    }

    /// Puts the fixture back, unless the case goes on after another, and asks.
    fn answer(&self, case: &Case) -> Result<Answer, String> {
        if !case.path.starts_with(STATS) {
            if !case.continues {
                self.fixture.restore(self.database, Days::new(0));
            }
            return self.ask(case);
        }
        // The days that are counted end today: so do the fixture's, and what comes back is told
        // as of the recorded day. Should midnight pass meanwhile, once more.
        loop {
            let before = today();
            let moved = before.signed_duration_since(RECORDED).num_days();
            let moved = Days::new(moved.unsigned_abs());
            self.fixture.restore(self.database, moved);
            let mut answer = self.ask(case)?;
            if today() == before {
                answer.body = as_of_then(&answer.body, moved);
                return Ok(answer);
            }
        }
    }

    fn ask(&self, case: &Case) -> Result<Answer, String> {
        self.server.exchange(&Request {
            method: &case.method,
            path: &case.path,
            headers: &case.headers(),
            body: case.body.as_deref(),
        })
    }
}

/// The date on the school's calendar.
fn today() -> NaiveDate {
    let now: DateTime<chrono::Utc> = SystemTime::now().into();
    now.with_timezone(&Paris).date_naive()
}

/// Moves the dates of a body back.
fn as_of_then(body: &[u8], moved: Days) -> Vec<u8> {
    let Ok(mut body) = serde_json::from_slice::<Value>(body) else {
        return body.to_vec();
    };
    if let Some(days) = body["messages_by_day"].as_array_mut() {
        for day in days {
            let date = day["date"].as_str().and_then(|text| text.parse().ok());
            if let Some(then) = date.and_then(|date: NaiveDate| date.checked_sub_days(moved)) {
                day["date"] = then.to_string().into();
            }
        }
    }
    body.to_string().into_bytes()
}
