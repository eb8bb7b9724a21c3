//! One channel during one run: its senders, what it has leased, and whether it can go on.

mod heard;

use super::breaker::Breaker;
use super::journal::Journal;
use super::sender::{self, Event, Order};
use crate::channel::{Answer, Channel, Cutoff, Delivery, Stage};
use crate::config::Config;
use crate::store::canaux::Arret;
use crate::store::envois::{Granted, Reserved};
use crate::texts;
use crate::vocabulary::{Canal, Cause, Mode};
use heard::News;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::Sender as Outlet;
use std::time::{Duration, Instant as Moment};

/// Connecting, securing and logging in together.
const OPEN_LIMIT: Duration = Duration::from_secs(60);

/// The first envoi goes alone for so long at most.
const ALONE: Duration = Duration::from_secs(2);

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

/// An answer with what it is the answer to.
pub(super) type Heard = (Granted, Answer);

struct Hand {
    orders: Outlet<Order>,
    doing: Doing,
}

/// One channel during one run.
pub(super) struct Lane {
    pub(super) canal: Canal,
    way: Option<Arc<Channel>>,
    breaker: Breaker,
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
    /// When the last envoi was handed over.
    sent_at: Option<Moment>,
    /// Nothing is begun before this moment.
    rests_until: Option<Moment>,
    /// Refused for good while nobody was accepted, with the moment until which that may mean us.
    held: Vec<(Heard, Moment)>,
    /// Answers that can be written.
    decided: Vec<Heard>,
    pub(super) stopped: Option<Arret>,
    news: News,
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
            breaker: Breaker::new(usize::try_from(connections).unwrap_or(1)),
            per_minute,
            hands: BTreeMap::new(),
            next_hand: 0,
            journal: (config.messages.mode == Mode::Reel).then(|| Arc::clone(journal)),
            events,
            pool: VecDeque::new(),
            drained: false,
            next_slot: None,
            slots: 0,
            sent_at: None,
            rests_until: None,
            held: Vec::new(),
            decided: Vec::new(),
            stopped: None,
            news: News::default(),
        }
    }

    /// How many envois to lease now; none while there are enough.
    pub(super) fn wanted(&self) -> usize {
        let connections = self.connections();
        if self.stopped.is_some() || self.drained || self.pool.len() >= connections {
            return 0;
        }
        match self.per_minute {
            // What is leased and cannot leave soon is kept from other runs.
            Some(rate) => usize::try_from(rate)
                .unwrap_or(usize::MAX)
                .clamp(1, 4 * connections),
            None => (4 * connections).clamp(32, 400),
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
        if self.stopped.is_some() || self.rests() {
            return Vec::new();
        }
        self.let_go_of_too_many();
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

    /// Nothing more to send in this run.
    fn is_idle(&self) -> bool {
        let nothing_left = self.stopped.is_some() || (self.drained && self.pool.is_empty());
        nothing_left && self.in_flight() == 0
    }

    /// Nothing more to do in this run, and everything that was heard is told.
    pub(super) fn is_done(&self) -> bool {
        self.is_idle() && self.held.is_empty() && self.decided.is_empty()
    }

    /// How many connections there may be now.
    fn connections(&self) -> usize {
        let long = |sent| self.in_flight() > 0 && sent + ALONE <= Moment::now();
        self.breaker.connections(self.sent_at.is_some_and(long))
    }

    fn rests(&self) -> bool {
        self.rests_until.is_some_and(|until| until > Moment::now())
    }

    /// When something may be begun that cannot be begun now.
    pub(super) fn next_move(&self) -> Option<Moment> {
        if self.pool.is_empty() {
            return None;
        }
        self.next_slot.max(self.rests_until)
    }

    /// With more connections than the peer bears, the idle ones take their leave.
    fn let_go_of_too_many(&mut self) {
        let open = self.idle() + self.opening() + self.in_flight();
        let many = open.saturating_sub(self.connections());
        let idle = self.hands.iter();
        let idle = idle.filter(|(_, hand)| matches!(hand.doing, Doing::Idle));
        let idle: Vec<usize> = idle.map(|(number, _)| *number).take(many).collect();
        for number in idle {
            self.hands.remove(&number);
        }
    }

    /// Opens connections for the work at hand, as many as the breaker allows.
    pub(super) fn staff(&mut self, config: &Config) {
        if self.stopped.is_some() || self.pool.is_empty() || self.rests() {
            return;
        }
        let ready = self.idle() + self.opening();
        let open = ready + self.in_flight();
        let missing = self
            .pool
            .len()
            .saturating_sub(ready)
            .min(self.connections().saturating_sub(open));
        for _ in 0..missing {
            if let Err(stop) = self.open_one(config) {
                self.stop(stop);
                return;
            }
        }
    }

    fn open_one(&mut self, config: &Config) -> Result<(), Arret> {
        let closed = self
            .hands
            .iter()
            .find(|(_, hand)| matches!(hand.doing, Doing::Closed));
        let number = match closed.map(|(number, _)| *number) {
            Some(number) => number,
            None => self.hire(config)?,
        };
        let until = Moment::now() + OPEN_LIMIT;
        self.order(number, Order::Open, Doing::Opening(until));
        Ok(())
    }

    fn hire(&mut self, config: &Config) -> Result<usize, Arret> {
        let stop = |code: &str, detail| Arret::new(self.canal, Cause::Reglage, code, detail);
        let way =
            match &self.way {
                Some(way) => Arc::clone(way),
                None => Arc::new(Channel::new(config, self.canal).map_err(|fault| {
                    stop("réglage", texts::unready(config.messages.lang, &fault))
                })?),
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
            self.sent_at = Some(Moment::now());
            Ok(())
        } else {
            Err(granted)
        }
    }

    /// A sender connected.
    pub(super) fn opened(&mut self, number: usize) {
        self.set(number, Doing::Idle);
    }

    /// A sender could not connect.
    pub(super) fn not_opened(&mut self, number: usize, answer: &Answer) {
        self.set(number, Doing::Closed);
        self.judge(answer);
    }

    /// An answer came. False when it came for an envoi that was given up before.
    pub(super) fn answered(&mut self, number: usize, answer: Answer, usable: bool) -> bool {
        let Some(hand) = self.hands.get_mut(&number) else {
            return false;
        };
        let next = if usable { Doing::Idle } else { Doing::Closed };
        let Doing::Sending(granted, ..) = std::mem::replace(&mut hand.doing, next) else {
            return false;
        };
        self.take_in(*granted, answer);
        true
    }

    /// Gives up what takes too long, or everything with `all`. The senders concerned are let go:
    /// they end with the process, and what they may still say is not heard.
    pub(super) fn give_up(&mut self, all: bool) {
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
        for number in over {
            let Some(hand) = self.hands.remove(&number) else {
                continue;
            };
            match hand.doing {
                Doing::Sending(granted, cutoff, _) => {
                    self.take_in(*granted, Answer::given_up(cutoff.give_up()));
                }
                Doing::Opening(_) if !all => {
                    self.judge(&Answer::given_up(Stage::Envelope));
                }
                Doing::Opening(_) | Doing::Idle | Doing::Closed => {}
            }
        }
    }

    fn set(&mut self, number: usize, doing: Doing) {
        if let Some(hand) = self.hands.get_mut(&number) {
            hand.doing = doing;
        }
    }

    /// Lets all senders go; each says goodbye to its peer.
    pub(super) fn dismiss(&mut self) {
        self.hands.clear();
        // The senders' own ends remain: once all are gone, no event can come.
        self.events = std::sync::mpsc::channel().0;
    }
}
