//! What was heard of a channel, and what becomes of it: of the envois, of the channel, and of what
//! the database knows of both.

use super::{Heard, Lane};
use crate::channel::Answer;
use crate::dispatch::breaker::Step;
use crate::store::canaux::Arret;
use crate::store::envois::Granted;
use crate::vocabulary::{Canal, Cause};
use std::time::{Duration, Instant as Moment};

/// A refusal whose meaning is open is kept in hand for so long: much less than its lease lasts after
/// the deadline of its attempt.
const HOLD: Duration = Duration::from_secs(25);

/// What the database is to know of a channel.
#[derive(Debug, Default)]
pub(in crate::dispatch) struct News {
    /// Somebody was accepted, for the first time in this run.
    pub(in crate::dispatch) accepted: bool,
    /// It was stopped.
    pub(in crate::dispatch) stopped: bool,
    /// For a reason that the database has already.
    pub(in crate::dispatch) known: bool,
    /// Envois that are to go behind the others, for they may be why it was stopped.
    pub(in crate::dispatch) behind: Vec<i64>,
}

impl Lane {
    /// An answer for an envoi. While nobody was accepted, a refusal for good may be meant for us:
    /// it is kept in hand until that is known.
    pub(super) fn take_in(&mut self, granted: Granted, answer: Answer) {
        let (id, said) = (granted.id, answer.clone());
        let undecided = self.breaker.is_undecided(&said);
        if undecided {
            let until = Moment::now() + HOLD;
            self.held.push(((granted, answer), until));
        } else {
            self.decided.push((granted, answer));
        }
        if self.judge(&said) && !undecided {
            self.news.behind.push(id);
        }
    }

    /// Answers whose meaning is known: of the refusals in hand all, once somebody was accepted,
    /// nobody is left to ask, or `ending`.
    pub(in crate::dispatch) fn take_decided(&mut self, ending: bool) -> Vec<Heard> {
        let all = ending || self.breaker.has_accepted() || self.is_idle();
        let now = Moment::now();
        let over = self.held.extract_if(.., |(_, until)| all || *until <= now);
        self.decided.extend(over.map(|(heard, _)| heard));
        std::mem::take(&mut self.decided)
    }

    /// Whether the channel can go on after this answer; true when it is what stopped it.
    pub(super) fn judge(&mut self, answer: &Answer) -> bool {
        let before = self.breaker.has_accepted();
        let step = self.breaker.hear(answer);
        self.news.accepted |= self.breaker.has_accepted() && !before;
        match step {
            Step::Slow => log::info!(
                "canal={} moins de connexions : {}",
                self.canal,
                self.connections()
            ),
            Step::Wait(wait) => {
                let until = Moment::now() + wait;
                self.rests_until = self.rests_until.max(Some(until));
            }
            Step::Stop(cause) if self.stopped.is_none() => {
                let (code, detail) = (answer.code.clone(), answer.detail.clone());
                self.stop(Arret::new(
                    self.canal,
                    cause,
                    code.as_deref().unwrap_or_default(),
                    detail.unwrap_or_default(),
                ));
                return true;
            }
            Step::Go | Step::Stop(_) => {}
        }
        false
    }

    /// Closes the channel for this run; the first reason is the one to tell.
    pub(in crate::dispatch) fn stop(&mut self, stop: Arret) {
        if self.stopped.is_none() {
            log::warn!(
                "canal={} arret cause={} verdict={} code={}",
                stop.canal,
                stop.cause,
                stop.cause.verdict(),
                stop.code
            );
            self.put_back(stop.cause);
            self.news.stopped = true;
            self.stopped = Some(stop);
        }
    }

    /// Closes the channel for this run because it is paused; why is known already.
    pub(in crate::dispatch) fn rest(&mut self, stop: Arret) {
        self.news.known = self.stopped.is_none();
        self.stop(stop);
    }

    /// What the database does not know yet, with why the channel is stopped.
    pub(in crate::dispatch) fn take_news(&mut self) -> Option<(Canal, News, Option<Arret>)> {
        let news = std::mem::take(&mut self.news);
        let any = news.accepted || news.stopped || !news.behind.is_empty();
        any.then(|| (self.canal, news, self.stopped.clone()))
    }

    /// The refusals in hand were meant for us: their envois wait behind the others, untouched.
    fn put_back(&mut self, cause: Cause) {
        // Refused they are, whatever stopped the channel: neither in doubt nor an attempt used.
        let cause = match cause {
            Cause::Reponses | Cause::Occupe => Cause::Refus,
            cause => cause,
        };
        for ((granted, answer), _) in self.held.drain(..) {
            self.news.behind.push(granted.id);
            self.decided.push((granted, answer.put_back(cause)));
        }
    }
}
