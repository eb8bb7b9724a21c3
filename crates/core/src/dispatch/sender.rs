//! A sender: one thread, one connection to the peer, one envoi at a time.

use super::journal::Journal;
use crate::channel::{Answer, Channel, Delivery};
use crate::failpoint::reach;
use crate::vocabulary::Canal;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender as Outlet, channel};

/// What the dispatcher tells a sender.
pub(super) enum Order {
    /// Connect.
    Open,
    /// Send this one; it is committed that it is announced.
    Send(Box<Delivery>),
}

/// What a sender tells the dispatcher.
pub(super) struct Event {
    pub(super) canal: Canal,
    pub(super) sender: usize,
    pub(super) what: What,
}

pub(super) enum What {
    /// Connected.
    Open,
    /// Could not connect.
    NotOpen(Answer),
    /// The answer for the envoi in hand, and whether the connection can go on.
    Answered(Answer, bool),
}

/// Starts a sender and returns its ear. It ends when the ear is dropped, taking leave of the peer.
///
/// # Errors
/// When the machine has no thread to spare.
pub(super) fn start(
    canal: Canal,
    number: usize,
    way: Arc<Channel>,
    journal: Option<Arc<Journal>>,
    events: Outlet<Event>,
) -> std::io::Result<Outlet<Order>> {
    let (outlet, orders) = channel();
    std::thread::Builder::new()
        .name(format!("{canal}-{number}"))
        // The default of 2 MiB is address space only, but 200 senders are a setting away.
        .stack_size(512 * 1024)
        .spawn(move || {
            work(&way, journal.as_deref(), &orders, |what| {
                let event = Event {
                    canal,
                    sender: number,
                    what,
                };
                // The dispatcher may have ended without waiting for this sender.
                events.send(event).is_ok()
            });
        })?;
    Ok(outlet)
}

fn work(
    way: &Channel,
    journal: Option<&Journal>,
    orders: &Receiver<Order>,
    tell: impl Fn(What) -> bool,
) {
    let mut link = None;
    for order in orders {
        let what = match order {
            Order::Open => {
                reach("connect");
                match way.open() {
                    Ok(open) => {
                        reach("connected");
                        link = Some(open);
                        What::Open
                    }
                    Err(answer) => What::NotOpen(answer),
                }
            }
            Order::Send(delivery) => {
                let Some(open) = link.as_mut() else {
                    return;
                };
                // A delivery that makes a library panic must fail alone.
                let answer = catch_unwind(AssertUnwindSafe(|| open.send(&delivery)));
                let usable = answer.is_ok() && open.is_open();
                if !usable {
                    link = None;
                }
                let answer = answer.unwrap_or_else(|_| Answer::panicked());
                reach("answered");
                // Before anybody hears of it: once it is written, a crash of this program cannot lose it.
                if let Some(journal) = journal {
                    journal.append(&delivery, &answer);
                }
                reach("journaled");
                What::Answered(answer, usable)
            }
        };
        if !tell(what) {
            return;
        }
    }
    if let Some(open) = link {
        reach("goodbye");
        open.close();
    }
}
