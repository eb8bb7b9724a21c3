//! One channel during one run: what it has claimed, its senders, and what was heard of it.
//!
//! Each of the three keeps its state to itself; the lane puts their answers together, and the engine
//! asks the lane.

mod crew;
mod heard;
mod stock;

use self::crew::{Crew, Doing};
use self::heard::Hearing;
pub(super) use self::heard::{Heard, News, Stopped};
use self::stock::Stock;
use super::journal::Journal;
use super::sender::{Event, What};
use crate::channel::{Answer, Channel, Delivery, Stage};
use crate::config::Config;
use crate::store::LEASE_MAX;
use crate::store::canaux::Arret;
use crate::store::envois::{Announced, Claimed, Ready};
use crate::vocabulary::Canal;
use std::sync::Arc;
use std::sync::mpsc::Sender as Outlet;
use std::time::{Duration, Instant as Moment};

/// After the deadline of an attempt its lease lasts this long.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// A lease that is longer than any may be is void, and the attempt would be another run's at once.
const _: () = assert!(
    Channel::deadline(Canal::Email).as_secs() + LEASE_MARGIN.as_secs() < LEASE_MAX.as_secs()
        && Channel::deadline(Canal::Sms).as_secs() + LEASE_MARGIN.as_secs() < LEASE_MAX.as_secs()
);

/// What a lane needs of the database before it can go on.
pub(super) struct Need {
    pub(super) canal: Canal,
    /// Envois to claim.
    pub(super) envois: usize,
    /// With a rate a minute: places in it.
    pub(super) places: Option<(u32, usize)>,
}

/// What it was given.
pub(super) struct Supply {
    pub(super) canal: Canal,
    /// What was claimed; none if nothing was asked for.
    pub(super) claimed: Option<Vec<Claimed>>,
    /// Why nothing could be: the channel is paused.
    pub(super) paused: Option<Arret>,
    /// Why nothing may be: a limit of the settings is reached.
    pub(super) spent: Option<Arret>,
    /// Places had now, and the wait for the next one.
    pub(super) places: Option<(usize, Duration)>,
}

impl Supply {
    /// Nothing.
    pub(super) const fn none(canal: Canal) -> Self {
        Self {
            canal,
            claimed: None,
            paused: None,
            spent: None,
            places: None,
        }
    }

    /// Nothing, because a limit is reached.
    pub(super) fn spent(arret: Arret) -> Self {
        Self {
            spent: Some(arret),
            ..Self::none(Canal::Sms)
        }
    }
}

/// One channel during one run.
pub(super) struct Lane {
    canal: Canal,
    stock: Stock,
    crew: Crew,
    hearing: Hearing,
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
            stock: Stock::new(per_minute),
            crew: Crew::new(config, canal, journal, events),
            hearing: Hearing::new(canal, usize::try_from(connections).unwrap_or(1)),
        }
    }

    /// What has to be had from the database now, if anything.
    pub(super) fn need(&self) -> Option<Need> {
        if self.hearing.is_stopped() {
            return None;
        }
        let need = Need {
            canal: self.canal,
            envois: self.stock.envois_to_claim(self.connections()),
            places: self.stock.places_to_take(self.crew.idle()),
        };
        (need.envois > 0 || need.places.is_some()).then_some(need)
    }

    /// Takes in what was had.
    pub(super) fn supplied(&mut self, supply: Supply) {
        if let Some(claimed) = supply.claimed {
            self.stock.put(claimed);
        }
        if let Some(paused) = supply.paused {
            self.hearing.stop(paused, true);
        }
        if let Some(spent) = supply.spent {
            self.stop(spent);
        }
        if let Some((had, wait)) = supply.places {
            self.stock.put_places(had, wait);
        }
    }

    /// Begins nothing more in this run.
    pub(super) fn stop(&mut self, arret: Arret) {
        self.hearing.stop(arret, false);
    }

    /// Its channel, unless nothing of it leaves any more in this run.
    pub(super) fn going(&self) -> Option<Canal> {
        (!self.hearing.is_stopped()).then_some(self.canal)
    }

    /// Envois were made ready that may be claimed.
    pub(super) fn more_waits(&mut self) {
        self.stock.more_waits();
    }

    /// As many claimed envois as can leave now, one for each idle sender.
    pub(super) fn next(&mut self) -> Vec<Ready> {
        if self.hearing.is_stopped() || self.hearing.rests() {
            return Vec::new();
        }
        self.crew.let_go_of_idle(self.connections());
        let lease = Channel::deadline(self.canal) + LEASE_MARGIN;
        let next = self.stock.take(self.crew.idle());
        next.map(|envoi| Ready { envoi, lease }).collect()
    }

    /// Opens connections for the work at hand, as many as the peer allows.
    pub(super) fn staff(&mut self, config: &Config) {
        if self.hearing.is_stopped() || self.hearing.rests() {
            return;
        }
        let (work, most) = (self.stock.len(), self.connections());
        if let Err(stop) = self.crew.open(config, work, most) {
            self.hearing.stop(stop, false);
        }
    }

    /// Hands an announced envoi to an idle sender. When there is none, nothing of it left: that has
    /// to be recorded, or it would read as "perhaps sent".
    pub(super) fn send(&mut self, envoi: Announced, delivery: Delivery) {
        if let Err(envoi) = self.crew.send(envoi, delivery) {
            self.keep_back(*envoi);
        }
    }

    /// The envoi is announced, but cannot be handed over.
    pub(super) fn keep_back(&mut self, envoi: Announced) {
        let answer = Answer::given_up(Stage::Envelope);
        self.hearing.decide(Heard { envoi, answer });
    }

    /// A sender's word. True when it is the answer for an envoi that was not given up before.
    pub(super) fn hear(&mut self, sender: usize, what: What) -> bool {
        match what {
            What::Open => drop(self.crew.set(sender, Doing::Idle)),
            What::NotOpen(answer) => {
                self.crew.set(sender, Doing::Closed);
                self.hearing.judge(&answer);
            }
            What::Answered(answer, usable) => {
                let envoi = self.crew.answered(sender, usable);
                if let Some(envoi) = envoi {
                    self.hearing.take_in(Heard { envoi, answer });
                    return true;
                }
            }
        }
        false
    }

    /// Gives up what takes too long, or everything with `all`. The senders concerned are let go:
    /// they end with the process, and what they may still say is not heard.
    pub(super) fn give_up(&mut self, all: bool) {
        for doing in self.crew.let_go_of_late(all) {
            match doing {
                Doing::Sending(envoi, cutoff, _) => {
                    let answer = Answer::given_up(cutoff.give_up());
                    self.hearing.take_in(Heard {
                        envoi: *envoi,
                        answer,
                    });
                }
                Doing::Opening(_) if !all => {
                    self.hearing.judge(&Answer::given_up(Stage::Envelope));
                }
                Doing::Opening(_) | Doing::Idle | Doing::Closed => {}
            }
        }
    }

    /// The answers whose meaning is known; with `ending`, all.
    pub(super) fn answers(&mut self, ending: bool) -> Vec<Heard> {
        let all = ending || self.is_idle();
        self.hearing.take_decided(all)
    }

    /// Whether there are such.
    pub(super) fn has_answers(&self) -> bool {
        self.hearing.has_decided(self.is_idle())
    }

    /// What the database does not know of the channel yet.
    pub(super) fn news(&mut self) -> Option<News> {
        self.hearing.take_news()
    }

    /// How many envois are with senders.
    pub(super) fn in_flight(&self) -> usize {
        self.crew.in_flight()
    }

    /// Nothing more to do in this run, and everything that was heard is told.
    pub(super) fn is_done(&self) -> bool {
        self.is_idle() && !self.hearing.has_any()
    }

    /// When something may be begun that cannot be begun now.
    pub(super) fn next_move(&self) -> Option<Moment> {
        let next = self.stock.next_place().max(self.hearing.rests_until());
        next.filter(|_| self.stock.len() > 0)
    }

    /// Lets all senders go; each says goodbye to its peer. Tells why the channel was stopped, if it
    /// was.
    pub(super) fn dismiss(&mut self) -> Option<Arret> {
        self.crew.dismiss();
        self.hearing.why_stopped()
    }

    /// Nothing more to send in this run.
    fn is_idle(&self) -> bool {
        let nothing_left = self.hearing.is_stopped() || self.stock.is_exhausted();
        nothing_left && self.in_flight() == 0
    }

    /// How many connections there may be now.
    fn connections(&self) -> usize {
        self.hearing.connections(self.crew.is_long_alone())
    }
}
