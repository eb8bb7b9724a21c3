//! Breadth first through every state that can be reached, with what must hold in each.

use crate::model::row::{Attempt, Row};
use crate::model::step::{Step, Steps};
use crate::model::worker::Worker;
use messages_core::vocabulary::{Canal, Etat, Statut, Verdict};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;

/// Most workers at once.
const CREW: usize = 4;

/// Numbers for things, so that a state is a few bytes.
struct Names<T> {
    numbers: HashMap<T, u16>,
    things: Vec<T>,
}

impl<T: Copy + Eq + Hash> Names<T> {
    fn new() -> Self {
        Self {
            numbers: HashMap::new(),
            things: Vec::new(),
        }
    }

    fn number(&mut self, thing: T) -> u16 {
        *self.numbers.entry(thing).or_insert_with(|| {
            self.things.push(thing);
            u16::try_from(self.things.len() - 1).unwrap()
        })
    }

    fn thing(&self, number: u16) -> T {
        self.things[usize::from(number)]
    }
}

/// Row, workers in the order of their numbers (they are alike), and what an onlooker counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    row: u16,
    workers: [u16; CREW],
    /// Copies that the peer accepted.
    copies: u8,
    /// Attempts of which the program did not know whether they arrived.
    ambiguous: u8,
}

/// A step in numbers.
#[derive(Clone, Copy)]
struct Move {
    step: Step,
    row: u16,
    worker: u16,
}

/// What came of an exploration.
#[derive(Debug)]
pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) rows: Vec<Row>,
    /// The way to a state that must not be.
    pub(crate) violation: Option<String>,
}

pub(crate) struct Explorer<'s> {
    steps: Steps<'s>,
    crew: usize,
    looked_for: Option<&'static str>,
    rows: Names<Row>,
    workers: Names<Worker>,
    of_row: HashMap<u16, Rc<[Move]>>,
    of_worker: HashMap<(u16, u16), Rc<[Move]>>,
    seen: HashSet<State>,
    /// Each state with the state and the step that led to it first.
    found: Vec<(State, u32, &'static str)>,
}

impl<'s> Explorer<'s> {
    pub(crate) fn new(steps: Steps<'s>, crew: usize) -> Self {
        assert!(crew <= CREW);
        Self {
            steps,
            crew,
            looked_for: None,
            rows: Names::new(),
            workers: Names::new(),
            of_row: HashMap::new(),
            of_worker: HashMap::new(),
            seen: HashSet::new(),
            found: Vec::new(),
        }
    }

    /// Whatever else goes wrong, goes on until this does.
    pub(crate) fn looking_for(self, wrong: &'static str) -> Self {
        Self {
            looked_for: Some(wrong),
            ..self
        }
    }

    /// Until nothing new is found, or something that must not be.
    pub(crate) fn run(mut self) -> Explored {
        let first = State {
            row: self.rows.number(Row::NEW),
            workers: [self.workers.number(Worker::NEW); CREW],
            copies: 0,
            ambiguous: 0,
        };
        let begin = Step::of_row("a new envoi", Row::NEW);
        let mut violation = self.visit(first, 0, &begin);
        let mut next = 0;
        while next < self.found.len() && violation.is_none() {
            violation = self.leave(next);
            next += 1;
        }
        Explored {
            states: self.found.len(),
            rows: self.rows.things,
            violation,
        }
    }

    /// Takes every step from a state; tells of the first that must not be.
    fn leave(&mut self, number: usize) -> Option<String> {
        let state = self.found[number].0;
        for taken in self.moves_of_row(state.row).iter() {
            let next = self.after(state, None, taken);
            let violation = self.visit(next, number, &taken.step);
            if violation.is_some() {
                return violation;
            }
        }
        for n in 0..self.crew {
            // Workers are alike: of two in the same situation one is enough.
            if n > 0 && state.workers[n] == state.workers[n - 1] {
                continue;
            }
            for taken in self.moves_of_worker(state.row, state.workers[n]).iter() {
                let next = self.after(state, Some(n), taken);
                let violation = self.visit(next, number, &taken.step);
                if violation.is_some() {
                    return violation;
                }
            }
        }
        None
    }

    fn moves_of_row(&mut self, row: u16) -> Rc<[Move]> {
        if let Some(moves) = self.of_row.get(&row) {
            return Rc::clone(moves);
        }
        let steps = self.steps.of_row(self.rows.thing(row));
        let moves = self.in_numbers(steps);
        self.of_row.insert(row, Rc::clone(&moves));
        moves
    }

    fn moves_of_worker(&mut self, row: u16, worker: u16) -> Rc<[Move]> {
        if let Some(moves) = self.of_worker.get(&(row, worker)) {
            return Rc::clone(moves);
        }
        let steps = self
            .steps
            .of_worker(self.rows.thing(row), self.workers.thing(worker));
        let moves = self.in_numbers(steps);
        self.of_worker.insert((row, worker), Rc::clone(&moves));
        moves
    }

    fn in_numbers(&mut self, steps: Vec<Step>) -> Rc<[Move]> {
        let moves = steps.into_iter().map(|step| Move {
            step,
            row: self.rows.number(step.row),
            worker: self.workers.number(step.worker.unwrap_or(Worker::NEW)),
        });
        moves.collect()
    }

    fn after(&mut self, state: State, actor: Option<usize>, taken: &Move) -> State {
        let mut next = State {
            row: taken.row,
            ..state
        };
        if let Some(actor) = actor {
            next.workers[actor] = taken.worker;
        }
        if taken.step.claimed {
            self.change_others(&mut next, actor, Worker::outdated);
        } else if !taken.step.row.owned {
            self.change_others(&mut next, None, Worker::disowned);
        }
        if taken.step.raised {
            self.change_others(&mut next, None, Worker::with_old_text);
        }
        if taken.step.copy {
            next.copies += 1;
        }
        if taken.step.ambiguous {
            next.ambiguous += 1;
        }
        next.workers[..self.crew].sort_unstable();
        next
    }

    fn change_others(
        &mut self,
        state: &mut State,
        actor: Option<usize>,
        change: impl Fn(Worker) -> Worker,
    ) {
        for n in (0..self.crew).filter(|n| Some(*n) != actor) {
            let changed = change(self.workers.thing(state.workers[n]));
            state.workers[n] = self.workers.number(changed);
        }
    }

    fn visit(&mut self, state: State, parent: usize, step: &Step) -> Option<String> {
        let mut wrongs = step.violation.into_iter().chain(self.wrongs(state));
        let wrong = wrongs.find(|wrong| self.looked_for.is_none_or(|text| wrong.contains(text)));
        if !self.seen.insert(state) && wrong.is_none() {
            return None;
        }
        let parent = u32::try_from(parent).unwrap();
        self.found.push((state, parent, step.name));
        wrong.map(|wrong| format!("{wrong}:\n{}", self.way(self.found.len() - 1)))
    }

    /// How a state is reached from the first.
    fn way(&self, number: usize) -> String {
        let mut way = Vec::new();
        let mut at = number;
        loop {
            let (state, parent, name) = self.found[at];
            let row = self.rows.thing(state.row);
            let hands: Vec<_> = state.workers[..self.crew]
                .iter()
                .map(|worker| self.workers.thing(*worker))
                .map(|worker| (worker.hand, worker.fresh))
                .collect();
            way.push(format!(
                "{name} -> {} {:?}, {} copies, {} ambiguous, {hands:?}",
                row.etat, row.motif, state.copies, state.ambiguous
            ));
            if at == 0 {
                break;
            }
            at = usize::try_from(parent).unwrap();
        }
        way.reverse();
        way.join("\n")
    }

    /// What must hold in every state.
    fn wrongs(&self, state: State) -> impl Iterator<Item = &'static str> + use<> {
        let row = self.rows.thing(state.row);
        let again = u8::try_from(row.wishes()).unwrap();
        let workers = || {
            state
                .workers
                .iter()
                .map(|worker| self.workers.thing(*worker))
        };
        let is_sms = self.steps.law.canal == Canal::Sms;
        let rules = [
            (
                is_sms && state.copies > 1 + again,
                "an SMS left twice, and nobody asked for it",
            ),
            (
                state.copies > 1 + state.ambiguous + again,
                "a second copy left, and nothing had been in doubt",
            ),
            (
                state.copies > 3 * (1 + again),
                "more than three copies of an e-mail left",
            ),
            (
                row.etat == Etat::Envoye && state.copies == 0,
                "it reads as sent, and no copy left",
            ),
            (
                row.ambigus > i64::from(state.ambiguous),
                "an answer counts as lost that was not",
            ),
            (
                workers().filter(|worker| worker.holds_the_intent()).count() > 1,
                "two workers hold the same intent",
            ),
            (
                workers().filter(|worker| worker.owner).count() > 1,
                "two runs own the same envoi",
            ),
            (
                matches!(row.statut, Statut::Envoye | Statut::Echec)
                    && (!row.etat.is_final()
                        || (row.statut == Statut::Envoye) != (row.etat == Etat::Envoye)),
                "a message is closed, and its sums are wrong",
            ),
            (!is_recorded(row), "an attempt is not recorded as it went"),
        ];
        rules
            .into_iter()
            .filter_map(|(wrong, what)| wrong.then_some(what))
    }
}

/// Every attempt has its line, with what came of it.
fn is_recorded(row: Row) -> bool {
    match row.etat {
        Etat::Emission => row.attempt == Attempt::Open,
        Etat::Envoye => row.attempt == Attempt::Ended(Verdict::Accepte),
        Etat::Incertain => row.attempt != Attempt::Open && row.ambigus > 0,
        _ => row.attempt != Attempt::Open,
    }
}
