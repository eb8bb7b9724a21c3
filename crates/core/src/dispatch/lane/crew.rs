//! The senders of a lane: who is connected, who has work, and who is late.

use crate::channel::{Channel, Cutoff, Delivery};
use crate::config::Config;
use crate::dispatch::journal::Journal;
use crate::dispatch::sender::{self, Event, Order};
use crate::store::canaux::Arret;
use crate::store::envois::Announced;
use crate::texts;
use crate::vocabulary::{Canal, Cause, Mode};
use std::collections::BTreeMap;
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
pub(super) enum Doing {
    /// Connecting, at most until then.
    Opening(Moment),
    /// Connected, without work.
    Idle,
    /// Sending, at most until then.
    Sending(Box<Announced>, Cutoff, Moment),
    /// Not connected, without work.
    Closed,
}

struct Hand {
    orders: Outlet<Order>,
    doing: Doing,
}

pub(super) struct Crew {
    canal: Canal,
    /// The way to the peer, once the first sender was hired.
    way: Option<Arc<Channel>>,
    hands: BTreeMap<usize, Hand>,
    next_hand: usize,
    /// When the last envoi was handed over.
    sent_at: Option<Moment>,
    /// Where senders write answers down; none when nothing really leaves.
    journal: Option<Arc<Journal>>,
    events: Outlet<Event>,
}

impl Crew {
    pub(super) fn new(
        config: &Config,
        canal: Canal,
        journal: &Arc<Journal>,
        events: Outlet<Event>,
    ) -> Self {
        Self {
            canal,
            way: None,
            hands: BTreeMap::new(),
            next_hand: 0,
            sent_at: None,
            journal: (config.messages.mode == Mode::Reel).then(|| Arc::clone(journal)),
            events,
        }
    }

    fn count(&self, is: impl Fn(&Doing) -> bool) -> usize {
        self.hands.values().filter(|hand| is(&hand.doing)).count()
    }

    /// The number of a sender that is doing this.
    fn one(&self, is: impl Fn(&Doing) -> bool) -> Option<usize> {
        let mut hands = self.hands.iter();
        hands
            .find(|(_, hand)| is(&hand.doing))
            .map(|(number, _)| *number)
    }

    /// Senders that could take an envoi now.
    pub(super) fn idle(&self) -> usize {
        self.count(|doing| matches!(doing, Doing::Idle))
    }

    pub(super) fn in_flight(&self) -> usize {
        self.count(|doing| matches!(doing, Doing::Sending(..)))
    }

    fn opening(&self) -> usize {
        self.count(|doing| matches!(doing, Doing::Opening(_)))
    }

    /// Whether the answer for what was handed over last is long in coming.
    pub(super) fn is_long_alone(&self) -> bool {
        let long = |sent| self.in_flight() > 0 && sent + ALONE <= Moment::now();
        self.sent_at.is_some_and(long)
    }

    /// With more connections than the peer bears, the idle ones take their leave.
    pub(super) fn let_go_of_idle(&mut self, most: usize) {
        let open = self.idle() + self.opening() + self.in_flight();
        for _ in most..open {
            if let Some(number) = self.one(|doing| matches!(doing, Doing::Idle)) {
                self.hands.remove(&number);
            }
        }
    }

    /// Opens connections for so many envois, at most so many in all.
    pub(super) fn open(&mut self, config: &Config, work: usize, most: usize) -> Result<(), Arret> {
        let ready = self.idle() + self.opening();
        let open = ready + self.in_flight();
        let missing = work.saturating_sub(ready).min(most.saturating_sub(open));
        for _ in 0..missing {
            let number = match self.one(|doing| matches!(doing, Doing::Closed)) {
                Some(number) => number,
                None => self.hire(config)?,
            };
            let until = Moment::now() + OPEN_LIMIT;
            self.order(number, Order::Open, Doing::Opening(until));
        }
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

    /// Hands an envoi to an idle sender; gives it back when there is none.
    pub(super) fn send(
        &mut self,
        envoi: Announced,
        mut delivery: Delivery,
    ) -> Result<(), Box<Announced>> {
        let envoi = Box::new(envoi);
        let Some(number) = self.one(|doing| matches!(doing, Doing::Idle)) else {
            return Err(envoi);
        };
        let until = delivery.deadline + OVERTIME;
        let cutoff = Cutoff::default();
        delivery.cutoff = cutoff.clone();
        let doing = Doing::Sending(envoi.clone(), cutoff, until);
        if !self.order(number, Order::Send(Box::new(delivery)), doing) {
            return Err(envoi);
        }
        self.sent_at = Some(Moment::now());
        Ok(())
    }

    /// What the sender had in hand, unless it was given up before.
    pub(super) fn answered(&mut self, number: usize, usable: bool) -> Option<Announced> {
        let next = if usable { Doing::Idle } else { Doing::Closed };
        match self.set(number, next)? {
            Doing::Sending(envoi, ..) => Some(*envoi),
            Doing::Opening(_) | Doing::Idle | Doing::Closed => None,
        }
    }

    /// Notes what a sender does now, and returns what it did before.
    pub(super) fn set(&mut self, number: usize, doing: Doing) -> Option<Doing> {
        let hand = self.hands.get_mut(&number)?;
        Some(std::mem::replace(&mut hand.doing, doing))
    }

    /// Lets those go who take too long, or with `all` everybody who is at work, and tells what they
    /// were doing.
    pub(super) fn let_go_of_late(&mut self, all: bool) -> Vec<Doing> {
        let now = Moment::now();
        let is_late = |hand: &Hand| match &hand.doing {
            Doing::Sending(_, _, until) | Doing::Opening(until) => all || *until <= now,
            Doing::Idle | Doing::Closed => false,
        };
        let late = self.hands.iter().filter(|(_, hand)| is_late(hand));
        let late: Vec<usize> = late.map(|(number, _)| *number).collect();
        let gone = late.iter().filter_map(|number| self.hands.remove(number));
        gone.map(|hand| hand.doing).collect()
    }

    /// Lets everybody go.
    pub(super) fn dismiss(&mut self) {
        self.hands.clear();
        // The senders' own ends remain: once all are gone, no event can come.
        self.events = std::sync::mpsc::channel().0;
    }
}
