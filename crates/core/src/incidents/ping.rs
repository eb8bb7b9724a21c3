//! To whatever watches over the runs: healthchecks.io (start, success, failure, each with a text), or
//! a push monitor of Uptime Kuma (success, failure).
//!
//! Five seconds at most in all, and never a reason for a run to fail.

use super::{News, State};
use crate::channel::agent;
use crate::config::Alarms;
use crate::secret::Secret;
use std::thread::JoinHandle;
use std::time::Duration;

/// For the start, which is told while the run goes on.
const START: Duration = Duration::from_secs(2);

/// For the end.
const END: Duration = Duration::from_secs(3);

/// More is not read there.
const TEXT_MAX: usize = 10_000;

/// What Uptime Kuma keeps of a text.
const KUMA_MAX: usize = 250;

/// One run, as its watcher is told of it.
pub struct Ping {
    watcher: Option<Watcher>,
    start: Option<JoinHandle<()>>,
}

impl Ping {
    /// Tells that a run begins, without waiting.
    #[must_use]
    pub fn start(alarms: &Alarms) -> Self {
        let watcher = alarms.ping.clone().map(Watcher);
        let start = watcher.clone().filter(|watcher| !watcher.is_kuma());
        let start =
            start.map(|watcher| std::thread::spawn(move || watcher.call("/start", "", START)));
        Self { watcher, start }
    }

    /// Tells how it ended: as a failure while something holds messages up, and once for a message that
    /// nobody got, or perhaps not; the text has all that is open.
    pub fn end(self, state: &State) {
        let begins = |id| {
            let mut told = state.told.iter();
            told.any(|told| told.incident.id == id && told.news == News::Begins)
        };
        let mut open = state.open.iter().map(|(incident, _)| incident);
        let fails = open.any(|incident| !incident.genre.is_of_message() || begins(incident.id));
        let lines: Vec<&str> = state.open.iter().map(|(_, text)| text.as_str()).collect();
        self.tell(fails, &lines.join("\n"));
    }

    /// Tells that it failed.
    pub fn fail(self, text: &str) {
        self.tell(true, text);
    }

    fn tell(self, fails: bool, text: &str) {
        let Some(watcher) = self.watcher else {
            return;
        };
        // Not before the start is told; it has its own time-out.
        if let Some(start) = self.start {
            start.join().ok();
        }
        if watcher.is_kuma() {
            watcher.push(fails, text);
        } else {
            watcher.call(if fails { "/fail" } else { "" }, text, END);
        }
    }
}

#[derive(Clone)]
struct Watcher(Secret);

impl Watcher {
    fn is_kuma(&self) -> bool {
        self.0.expose().contains("/api/push/")
    }

    /// Address and query.
    fn parts(&self) -> (&str, Option<&str>) {
        let url = self.0.expose();
        url.split_once('?')
            .map_or((url, None), |(url, query)| (url, Some(query)))
    }

    fn call(&self, event: &str, text: &str, within: Duration) {
        let (url, query) = self.parts();
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        let url = format!("{}{event}{query}", url.trim_end_matches('/'));
        let text = shortened(text, TEXT_MAX);
        told(&agent(within).post(&url).send(text));
    }

    fn push(&self, fails: bool, text: &str) {
        let status = if fails { "down" } else { "up" };
        let text = if text.is_empty() { "OK" } else { text };
        let request = agent(END)
            .get(self.parts().0)
            .query("status", status)
            .query("msg", shortened(text, KUMA_MAX));
        told(&request.call());
    }
}

fn agent(within: Duration) -> ureq::Agent {
    agent::settings()
        .timeout_global(Some(within))
        .build()
        .into()
}

/// ureq's errors may name the address, which is a secret.
fn told(outcome: &Result<ureq::http::Response<ureq::Body>, ureq::Error>) {
    let why = match outcome {
        Ok(_) => return,
        Err(ureq::Error::StatusCode(code)) => format!("réponse {code}"),
        Err(ureq::Error::Timeout(_)) => "pas de réponse à temps".to_owned(),
        Err(_) => "injoignable".to_owned(),
    };
    log::warn!("MESSAGES_PING_URL : {why} ; les envois n'en dépendent pas");
}

fn shortened(text: &str, most: usize) -> &str {
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| *end <= most).last().unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
