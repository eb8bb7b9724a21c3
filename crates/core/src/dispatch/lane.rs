//! One channel during one run: its senders, what it has leased, and whether it can go on.

use super::journal::Journal;
use super::report::ChannelStop;
use super::sender::{self, Event, Order};
use crate::channel::{Answer, Channel, Cutoff, Delivery};
use crate::config::Config;
use crate::store::envois::{Granted, Reserved};
use crate::vocabulary::{Canal, Mode, Verdict};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::Sender as Outlet;
use std::time::{Duration, Instant as Moment};

/// So many failures in a row, none of them a refusal of one envoi, close the channel for this run:
/// a peer that is away is not asked ten thousand times, and one that swallows requests does not
/// make ten thousand SMS uncertain.
const FAILURES_MAX: u32 = 5;

/// Connecting, securing and logging in together.
const OPEN_LIMIT: Duration = Duration::from_secs(60);

/// After its deadline an attempt gets this long to say so itself.
const OVERTIME: Duration = Duration::from_secs(2);

/// What a sender is doing.
enum Doing {
    /// Connecting, at most until then.
    Opening(Moment),
    /// Connected, without work.
    Idle,
    /// Sending, at most until then.
    Sending(Box<Granted>, Cutoff, Moment),
    /// Not connected, without work.
    Closed,
}

struct Hand {
    orders: Outlet<Order>,
    doing: Doing,
}

/// One channel during one run.
pub(super) struct Lane {
    pub(super) canal: Canal,
    way: Option<Arc<Channel>>,
    connections: usize,
    pub(super) per_minute: Option<u32>,
    hands: BTreeMap<usize, Hand>,
    next_hand: usize,
    /// Where senders write answers down; none when nothing really leaves.
    journal: Option<Arc<Journal>>,
    events: Outlet<Event>,
    /// Leased, not announced yet.
    pub(super) pool: VecDeque<Reserved>,
    /// The last claim found nothing more.
    pub(super) drained: bool,
    /// With a rate: when the next envoi may leave.
    pub(super) next_slot: Option<Moment>,
    /// With a rate: envois that may leave now.
    pub(super) slots: usize,
    failures: u32,
    /// Somebody connected in this run: the others may follow.
    proven: bool,
    /// Somebody was accepted in this run: what is refused is not the channel's fault.
    accepted: bool,
    pub(super) stopped: Option<ChannelStop>,
}

impl Lane {
    pub(super) fn new(
        config: &Config,
        canal: Canal,
        journal: &Arc<Journal>,
        events: Outlet<Event>,
    ) -> Self {
        let (connections, per_minute) = match canal {
            Canal::Email => (config.email.connections, config.email.per_minute),
            Canal::Sms => (config.sms.connections, config.sms.per_minute),
        };
        Self {
            canal,
            way: None,
            connections: usize::try_from(connections).unwrap_or(1),
            per_minute,
            hands: BTreeMap::new(),
            next_hand: 0,
            journal: (config.messages.mode == Mode::Reel).then(|| Arc::clone(journal)),
            events,
            pool: VecDeque::new(),
            drained: false,
            next_slot: None,
            slots: 0,
            failures: 0,
            proven: false,
            accepted: false,
            stopped: None,
        }
    }

    /// How many envois to lease now; none while there are enough.
    pub(super) fn wanted(&self) -> usize {
        if self.stopped.is_some() || self.drained || self.pool.len() >= self.connections {
            return 0;
        }
        match self.per_minute {
            // What is leased and cannot leave soon is kept from other runs.
            Some(rate) => usize::try_from(rate)
                .unwrap_or(usize::MAX)
                .clamp(1, 4 * self.connections),
            None => (4 * self.connections).clamp(32, 400),
        }
    }

    /// With a rate: for how many places it is time to ask.
    pub(super) fn wants_slots(&self) -> usize {
        let is_time = self.next_slot.is_none_or(|slot| slot <= Moment::now());
        if self.per_minute.is_none() || self.stopped.is_some() || !is_time {
            return 0;
        }
        self.pool.len().min(self.idle()).saturating_sub(self.slots)
    }

    /// Takes as many envois from the pool as there are idle senders (and places, with a rate).
    pub(super) fn take_ready(&mut self) -> Vec<Reserved> {
        if self.stopped.is_some() {
            return Vec::new();
        }
        let mut ready = self.idle().min(self.pool.len());
        if self.per_minute.is_some() {
            ready = ready.min(self.slots);
            self.slots -= ready;
        }
        self.pool.drain(..ready).collect()
    }

    /// Senders that could take an envoi now.
    fn idle(&self) -> usize {
        self.hands
            .values()
            .filter(|hand| matches!(hand.doing, Doing::Idle))
            .count()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.hands
            .values()
            .filter(|hand| matches!(hand.doing, Doing::Sending(..)))
            .count()
    }

    fn opening(&self) -> usize {
        self.hands
            .values()
            .filter(|hand| matches!(hand.doing, Doing::Opening(_)))
            .count()
    }

    /// Nothing more to do in this run.
    pub(super) fn is_done(&self) -> bool {
        let nothing_left = self.stopped.is_some() || (self.drained && self.pool.is_empty());
        nothing_left && self.in_flight() == 0
    }

    /// Opens connections for the work at hand. The first one goes alone: if the peer is away or
    /// refuses the login, that is found out once and not by every sender.
    pub(super) fn staff(&mut self, config: &Config) {
        if self.stopped.is_some() || self.pool.is_empty() {
            return;
        }
        let ready = self.idle() + self.opening();
        let open = ready + self.in_flight();
        let limit = if self.proven { self.connections } else { 1 };
        let missing = self
            .pool
            .len()
            .saturating_sub(ready)
            .min(limit.saturating_sub(open));
        for _ in 0..missing {
            if let Err(stop) = self.open_one(config) {
                self.stop(stop);
                return;
            }
        }
    }

    fn open_one(&mut self, config: &Config) -> Result<(), ChannelStop> {
        let closed = self
            .hands
            .iter()
            .find(|(_, hand)| matches!(hand.doing, Doing::Closed));
        let number = match closed.map(|(number, _)| *number) {
            Some(number) => number,
            None => self.hire(config)?,
        };
        let pause = Duration::from_millis(100 << self.failures.min(4)) * self.failures.min(1);
        let until = Moment::now() + pause + OPEN_LIMIT;
        self.order(number, Order::Open(pause), Doing::Opening(until));
        Ok(())
    }

    fn hire(&mut self, config: &Config) -> Result<usize, ChannelStop> {
        let stop = |code: &str, detail| ChannelStop {
            canal: self.canal,
            verdict: Verdict::Config,
            code: code.to_owned(),
            detail,
        };
        let way = match &self.way {
            Some(way) => Arc::clone(way),
            None => {
                Arc::new(Channel::new(config, self.canal).map_err(|text| stop("réglage", text))?)
            }
        };
        let number = self.next_hand;
        let (journal, events) = (self.journal.clone(), self.events.clone());
        let orders = sender::start(self.canal, number, Arc::clone(&way), journal, events)
            .map_err(|error| stop("système", error.to_string()))?;
        self.way = Some(way);
        self.next_hand += 1;
        let doing = Doing::Closed;
        self.hands.insert(number, Hand { orders, doing });
        Ok(number)
    }

    /// False when the sender is gone.
    fn order(&mut self, number: usize, order: Order, doing: Doing) -> bool {
        let Some(hand) = self.hands.get_mut(&number) else {
            return false;
        };
        if hand.orders.send(order).is_err() {
            self.hands.remove(&number);
            return false;
        }
        hand.doing = doing;
        true
    }

    /// Hands an announced envoi to an idle sender; gives it back when there is none.
    pub(super) fn send(
        &mut self,
        granted: Granted,
        mut delivery: Delivery,
    ) -> Result<(), Box<Granted>> {
        let granted = Box::new(granted);
        let idle = self
            .hands
            .iter()
            .find(|(_, hand)| matches!(hand.doing, Doing::Idle));
        let Some(number) = idle.map(|(number, _)| *number) else {
            return Err(granted);
        };
        let until = delivery.deadline + OVERTIME;
        let cutoff = Cutoff::default();
        delivery.cutoff = cutoff.clone();
        let doing = Doing::Sending(granted.clone(), cutoff, until);
        let order = Order::Send(Box::new(delivery));
        if self.order(number, order, doing) {
            Ok(())
        } else {
            Err(granted)
        }
    }

    /// A sender connected.
    pub(super) fn opened(&mut self, number: usize) {
        self.proven = true;
        self.set(number, Doing::Idle);
    }

    /// A sender could not connect.
    pub(super) fn not_opened(&mut self, number: usize, answer: &Answer) {
        self.set(number, Doing::Closed);
        self.judge(answer);
    }

    /// An answer came; returns the envoi it is for, unless it was given up before.
    pub(super) fn answered(
        &mut self,
        number: usize,
        answer: &Answer,
        usable: bool,
    ) -> Option<Granted> {
        let hand = self.hands.get_mut(&number)?;
        let next = if usable { Doing::Idle } else { Doing::Closed };
        let Doing::Sending(granted, ..) = std::mem::replace(&mut hand.doing, next) else {
            return None;
        };
        self.judge(answer);
        Some(*granted)
    }

    /// Gives up what takes too long, or everything with `all`. The senders concerned are let go:
    /// they end with the process, and what they may still say is not heard.
    pub(super) fn give_up(&mut self, all: bool) -> Vec<(Granted, Answer)> {
        let now = Moment::now();
        let is_over = |hand: &Hand| match &hand.doing {
            Doing::Sending(_, _, until) | Doing::Opening(until) => all || *until <= now,
            Doing::Idle | Doing::Closed => false,
        };
        let over: Vec<usize> = self
            .hands
            .iter()
            .filter(|(_, hand)| is_over(hand))
            .map(|(number, _)| *number)
            .collect();
        let mut given_up = Vec::new();
        for number in over {
            let Some(hand) = self.hands.remove(&number) else {
                continue;
            };
            match hand.doing {
                Doing::Sending(granted, cutoff, _) => {
                    let answer = Answer::given_up(cutoff.give_up());
                    self.judge(&answer);
                    given_up.push((*granted, answer));
                }
                Doing::Opening(_) if !all => {
                    self.judge(&Answer::given_up(crate::channel::Stage::Envelope));
                }
                Doing::Opening(_) | Doing::Idle | Doing::Closed => {}
            }
        }
        given_up
    }

    fn set(&mut self, number: usize, doing: Doing) {
        if let Some(hand) = self.hands.get_mut(&number) {
            hand.doing = doing;
        }
    }

    /// Counts a failure; true when it was one too many.
    const fn fail(&mut self, weight: u32) -> bool {
        self.failures += weight;
        self.failures >= FAILURES_MAX
    }

    /// Whether the channel can go on after this answer.
    fn judge(&mut self, answer: &Answer) {
        let failed = match answer.verdict {
            Verdict::Config => true,
            Verdict::Permanent if answer.unreached && !self.accepted => self.fail(1),
            Verdict::Accepte | Verdict::Permanent => {
                self.accepted |= answer.verdict == Verdict::Accepte;
                self.failures = 0;
                false
            }
            Verdict::Temporaire if answer.pause.is_some() => true,
            Verdict::Temporaire if !answer.unreached => false,
            Verdict::Temporaire | Verdict::Ambigu => self.fail(if answer.slow { 2 } else { 1 }),
        };
        if failed {
            self.stop(ChannelStop {
                canal: self.canal,
                verdict: answer.verdict,
                code: answer.code.clone().unwrap_or_default(),
                detail: answer.detail.clone().unwrap_or_default(),
            });
        }
    }

    /// Lets all senders go; each says goodbye to its peer.
    pub(super) fn dismiss(&mut self) {
        self.hands.clear();
        // The senders' own ends remain: once all are gone, no event can come.
        self.events = std::sync::mpsc::channel().0;
    }

    /// Closes the channel for this run; the first reason is the one to tell.
    pub(super) fn stop(&mut self, stop: ChannelStop) {
        if self.stopped.is_none() {
            log::warn!(
                "canal={} arret verdict={} code={}",
                stop.canal,
                stop.verdict,
                stop.code
            );
            self.stopped = Some(stop);
        }
    }
}
