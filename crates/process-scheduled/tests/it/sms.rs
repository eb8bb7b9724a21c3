//! SMS over a scripted HTTP gateway.

mod answers;
mod bodies;
mod breaks;
mod delivery;
mod depense;
mod gateways;
#[cfg(target_os = "linux")]
mod kannel;
mod ours;
mod pause;
mod rate;
mod settings;
mod slow;
mod suivi;

use crate::program::number;
use messages_testing::http::{Gateway, Received};

/// The numbers of these parents, in order.
fn numbers(parents: impl IntoIterator<Item = i64>) -> Vec<String> {
    let mut all: Vec<String> = parents.into_iter().map(number).collect();
    all.sort();
    all
}

fn to(posts: &[Received]) -> Vec<String> {
    let mut all: Vec<String> = posts
        .iter()
        .map(|post| post.body["to"].as_str().unwrap().to_owned())
        .collect();
    all.sort();
    all
}

/// The numbers that the gateway accepted an SMS for, in order.
fn reached(gateway: &Gateway) -> Vec<String> {
    to(&gateway.accepted())
}

/// The numbers that the gateway was asked for, whatever became of it.
fn asked(gateway: &Gateway) -> Vec<String> {
    to(&gateway.received())
}
