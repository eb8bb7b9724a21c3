//! What was heard of a channel, and what becomes of it: of the envois, of the channel, and of what
//! the database knows of both.

use crate::channel::Answer;
use crate::dispatch::breaker::{Breaker, Step};
use crate::store::canaux::Arret;
use crate::store::envois::Announced;
use crate::vocabulary::{Canal, Cause};
use std::time::{Duration, Instant as Moment};

/// A refusal whose meaning is open is kept in hand for so long: much less than its lease lasts after
/// the deadline of its attempt.
const HOLD: Duration = Duration::from_secs(25);

/// An answer with what it is the answer to.
pub(in crate::dispatch) struct Heard {
    pub(in crate::dispatch) envoi: Announced,
    pub(in crate::dispatch) answer: Answer,
}

/// What the database is to know of a channel.
pub(in crate::dispatch) struct News {
    pub(in crate::dispatch) canal: Canal,
    /// Somebody was accepted, for the first time in this run.
    pub(in crate::dispatch) accepted: bool,
    /// It was stopped.
    pub(in crate::dispatch) stopped: Option<Stopped>,
    /// Envois that are to go behind the others, for they may be why it was stopped.
    pub(in crate::dispatch) behind: Vec<i64>,
}

/// Why a channel was stopped.
pub(in crate::dispatch) struct Stopped {
    pub(in crate::dispatch) arret: Arret,
    /// The database has it already.
    pub(in crate::dispatch) known: bool,
}

impl News {
    const fn none(canal: Canal) -> Self {
        Self {
            canal,
            accepted: false,
            stopped: None,
            behind: Vec::new(),
        }
    }
}

pub(super) struct Hearing {
    canal: Canal,
    breaker: Breaker,
    /// Nothing is begun before this moment.
    rests_until: Option<Moment>,
    stopped: Option<Arret>,
    /// Answers that are not recorded yet. While nobody was accepted, a refusal for good may be meant
    /// for us: until the moment beside it that is open.
    answers: Vec<(Heard, Option<Moment>)>,
    /// What the database does not know yet.
    news: News,
}

impl Hearing {
    pub(super) const fn new(canal: Canal, connections: usize) -> Self {
        Self {
            canal,
            breaker: Breaker::new(connections),
            rests_until: None,
            stopped: None,
            answers: Vec::new(),
            news: News::none(canal),
        }
    }

    pub(super) const fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    pub(super) const fn rests_until(&self) -> Option<Moment> {
        self.rests_until
    }

    pub(super) fn rests(&self) -> bool {
        self.rests_until.is_some_and(|until| until > Moment::now())
    }

    /// How many connections there may be; see [`Breaker::connections`].
    pub(super) const fn connections(&self, long: bool) -> usize {
        self.breaker.connections(long)
    }

    /// An answer for an envoi.
    pub(super) fn take_in(&mut self, heard: Heard) {
        let (id, answer) = (heard.envoi.id, heard.answer.clone());
        let is_open = self.breaker.is_undecided(&answer);
        self.answers
            .push((heard, is_open.then(|| Moment::now() + HOLD)));
        if self.judge(&answer) && !is_open {
            self.news.behind.push(id);
        }
    }

    /// An answer that says nothing of the channel.
    pub(super) fn decide(&mut self, heard: Heard) {
        self.answers.push((heard, None));
    }

    /// Answers whose meaning is known: once somebody was accepted, or nobody is left to ask, `all`.
    pub(super) fn take_decided(&mut self, all: bool) -> Vec<Heard> {
        let is_decided = self.decided(all);
        let decided = self.answers.extract_if(.., |(_, open)| is_decided(*open));
        decided.map(|(heard, _)| heard).collect()
    }

    /// Whether there are such.
    pub(super) fn has_decided(&self, all: bool) -> bool {
        let is_decided = self.decided(all);
        self.answers.iter().any(|(_, open)| is_decided(*open))
    }

    fn decided(&self, all: bool) -> impl Fn(Option<Moment>) -> bool + use<> {
        let (all, now) = (all || self.breaker.has_accepted(), Moment::now());
        move |open| all || open.is_none_or(|until| until <= now)
    }

    /// Whether anything heard is not recorded yet.
    pub(super) const fn has_any(&self) -> bool {
        !self.answers.is_empty()
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
                self.connections(false)
            ),
            Step::Wait(wait) => {
                let until = Moment::now() + wait;
                self.rests_until = self.rests_until.max(Some(until));
            }
            Step::Stop(cause) if !self.is_stopped() => {
                let code = answer.code.clone().unwrap_or_default();
                let detail = answer.detail.clone().unwrap_or_default();
                self.stop(Arret::new(self.canal, cause, &code, detail), false);
                return true;
            }
            Step::Go | Step::Stop(_) => {}
        }
        false
    }

    /// Closes the channel for this run; the first reason is the one to tell. `known`: the database has
    /// it already, as that of a pause.
    pub(super) fn stop(&mut self, arret: Arret, known: bool) {
        if self.is_stopped() {
            return;
        }
        log::warn!(
            "canal={} arret cause={} verdict={} code={}",
            arret.canal,
            arret.cause,
            arret.cause.verdict(),
            arret.code
        );
        self.put_back(arret.cause);
        self.stopped = Some(arret.clone());
        self.news.stopped = Some(Stopped { arret, known });
    }

    pub(super) fn why_stopped(&mut self) -> Option<Arret> {
        self.stopped.take()
    }

    pub(super) fn take_news(&mut self) -> Option<News> {
        let news = std::mem::replace(&mut self.news, News::none(self.canal));
        let any = news.accepted || news.stopped.is_some() || !news.behind.is_empty();
        any.then_some(news)
    }

    /// The refusals in hand were meant for us: their envois wait behind the others, untouched.
    fn put_back(&mut self, cause: Cause) {
        // Refused they are, whatever stopped the channel: neither in doubt nor an attempt used.
        let cause = match cause {
            Cause::Reponses | Cause::Occupe => Cause::Refus,
            cause => cause,
        };
        for (heard, open) in &mut self.answers {
            if open.take().is_some() {
                self.news.behind.push(heard.envoi.id);
                heard.answer = heard.answer.clone().put_back(cause);
            }
        }
    }
}
