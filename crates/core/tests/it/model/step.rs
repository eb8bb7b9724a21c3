//! Everything that can happen next: to one worker, or to the row alone.

use crate::model::law::{Grant, Law, Outcome, Reply, Statement};
use crate::model::mutant::Mutant;
use crate::model::row::{Lease, Left, Recipient, Row};
use crate::model::worker::{AtHand, Hand, Worker};
use messages_core::vocabulary::{Etat, Statut};

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked by itself by what explores them"
)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) row: Row,
    /// The worker it happens to, afterwards; none when it happens to the row alone.
    pub(crate) worker: Option<Worker>,
    /// The row was claimed: every other worker's token is an old one.
    pub(crate) claimed: bool,
    /// The message's text has another version.
    pub(crate) raised: bool,
    /// The peer accepted a copy.
    pub(crate) copy: bool,
    /// The program gives up knowing whether the present attempt arrived.
    pub(crate) ambiguous: bool,
    /// What is wrong with it.
    pub(crate) violation: Option<&'static str>,
}

/// What takes part besides workers that crash, leases that end and answers that are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is asked by itself by what explores them"
)]
pub(crate) struct World {
    /// The peer asks to come back, or is away: there are attempts to count.
    pub(crate) retries: bool,
    /// The time of sending ends; answers to commits are lost.
    pub(crate) troubles: bool,
    /// Cancelling, opposition, erasure, sending again.
    pub(crate) people: bool,
    /// A failed message is corrected, programmed again, sent again.
    pub(crate) rewriting: bool,
}

pub(crate) struct Steps<'s> {
    pub(crate) law: &'s mut Law,
    /// The e-mail's law, for the mutant that recovers an SMS by it.
    pub(crate) email: Option<&'s mut Law>,
    pub(crate) world: World,
    pub(crate) mutant: Option<Mutant>,
}

impl Steps<'_> {
    /// What can happen to the row whatever the workers do: to its lease, its time, by a sweep, by
    /// people.
    pub(crate) fn of_row(&mut self, row: Row) -> Vec<Step> {
        let mut steps = Vec::new();
        if row.lease == Some(Lease::Running) {
            let over = Row {
                lease: Some(Lease::Over),
                ..row
            };
            steps.push(Step::of_row("the lease ends", over));
        }
        if !row.due {
            steps.push(Step::of_row("its time comes", Row { due: true, ..row }));
        }
        if self.world.troubles && row.left != Left::Nothing {
            let left = match row.left {
                Left::Plenty => Left::Little,
                Left::Little | Left::Nothing => Left::Nothing,
            };
            steps.push(Step::of_row("time passes", Row { left, ..row }));
        }
        let mut recovery = Step::of_row("a run recovers dead leases", self.recover(row));
        recovery.ambiguous = row.etat == Etat::Emission;
        if row.lease == Some(Lease::Running) && recovery.row != row {
            recovery.violation = Some("a lease was taken away before it was over");
        }
        steps.push(recovery);
        for (name, statement) in self.sweeps(row) {
            let outcome = self.law.of(row, statement);
            let mut step = Step::of_row(name, outcome.row);
            step.claimed = outcome.claimed;
            step.raised = outcome.raised;
            step.violation = hides_doubt(row, outcome.row);
            steps.push(step);
        }
        steps.retain(|step| step.row != row);
        steps
    }

    fn sweeps(&self, row: Row) -> Vec<(&'static str, Statement)> {
        let mut sweeps = vec![("a run closes messages", Statement::Close)];
        if self.world.troubles {
            sweeps.push(("a run ends what is too late", Statement::Expire));
        }
        if self.world.rewriting {
            Self::rewrites(row, &mut sweeps);
        }
        if self.world.people {
            sweeps.push(("a run drops what was cancelled", Statement::DropCancelled));
            sweeps.push(("a person cancels", Statement::Cancel));
            if row.renvois == 0 {
                sweeps.push(("a person sends again", Statement::Resend));
            }
            if row.recipient == Recipient::Willing {
                sweeps.push(("the parent opposes", Statement::Oppose));
            }
            if row.recipient != Recipient::Erased {
                sweeps.push(("the parent is erased", Statement::Erase));
            }
        }
        sweeps
    }

    /// A person corrects the text of what failed, once, and wants it sent once more.
    fn rewrites(row: Row, sweeps: &mut Vec<(&'static str, Statement)>) {
        let correct = |programme| Statement::Correct { programme };
        if row.text == 0 && row.statut == Statut::Echec {
            sweeps.push(("a person corrects the text", correct(false)));
        }
        if row.text == 0 && row.statut == Statut::Echec && row.renvois == 0 {
            sweeps.push(("a person corrects and programmes it", correct(true)));
        }
        if row.statut == Statut::Programme {
            sweeps.push(("a run takes what is due", Statement::Take));
        } else if row.wishes() == 0 {
            sweeps.push(("a person sends again", Statement::Resend));
        }
    }

    fn recover(&mut self, row: Row) -> Row {
        let law = match &mut self.email {
            Some(email) if self.mutant == Some(Mutant::SmsRecoveredLikeEmail) => &mut **email,
            _ => &mut *self.law,
        };
        let after = law.of(row, Statement::Recover).row;
        self.count(after)
    }

    /// The mutant that counts no lost answers forgets them here.
    fn count(&self, row: Row) -> Row {
        match self.mutant {
            Some(Mutant::LostAnswersNotCounted) => Row { ambigus: 0, ..row },
            _ => row,
        }
    }

    /// What a worker can do, and what can happen to it.
    pub(crate) fn of_worker(&mut self, row: Row, worker: Worker) -> Vec<Step> {
        let mut steps = Vec::new();
        match worker.hand {
            Hand::Nothing => self.claim(row, worker, &mut steps),
            Hand::Leased { again } => self.announce(row, worker, again, &mut steps),
            Hand::Granted(grant) => self.send(row, worker, grant, &mut steps),
            Hand::Sent { grant, accepted } => {
                self.answer(row, worker, (grant, accepted), &mut steps);
            }
            Hand::Answered {
                grant,
                reply,
                again,
            } => self.record(row, worker, (grant, reply, again), &mut steps),
        }
        if worker != Worker::NEW {
            steps.push(Step::of_worker("crashes", row, Worker::NEW));
        }
        steps
    }

    fn claim(&mut self, row: Row, worker: Worker, steps: &mut Vec<Step>) {
        if worker.owner {
            let outcome = self.law.of(row, Statement::GiveBack { mine: true });
            steps.push(Step::of_worker("gives back", outcome.row, worker));
        }
        let outcome = self.law.of(row, Statement::Claim);
        if !outcome.claimed {
            return;
        }
        let leased = Worker {
            hand: Hand::Leased { again: false },
            fresh: true,
            owner: true,
            ..worker
        };
        steps.push(Step::after("claims", outcome, leased));
        if self.world.troubles {
            let unaware = Worker {
                owner: true,
                text: worker.text,
                ..Worker::NEW
            };
            steps.push(Step::after(
                "claims and does not hear of it",
                outcome,
                unaware,
            ));
        }
    }

    fn announce(&mut self, row: Row, worker: Worker, again: bool, steps: &mut Vec<Step>) {
        if matches!(self.mutant, Some(Mutant::NoIntent | Mutant::OneWriteForAll)) {
            let grant = Grant {
                tentatives: row.tentatives + 1,
                ambigus: row.ambigus,
                left: row.left,
            };
            return self.send(row, worker, grant, steps);
        }
        let announce = Statement::Announce {
            mine: worker.owner,
            fresh: worker.fresh || self.mutant == Some(Mutant::NoToken),
            again,
        };
        let outcome = self.law.of(row, announce);
        let after = match outcome.granted {
            Some(grant) => self.reads(worker, outcome.row).with(Hand::Granted(grant)),
            None => worker.done(),
        };
        let mut step = Step::after("commits the intent", outcome, after);
        let stopped =
            row.cancelled || row.recipient != Recipient::Willing || row.left == Left::Nothing;
        if outcome.granted.is_some() && stopped {
            step.violation = Some("an intent was granted for what may not leave any more");
        }
        if outcome.granted.is_some() && after.text.is_some_and(|held| held.text != row.text) {
            step.violation = Some("a text leaves that was replaced");
        }
        step.violation = step.violation.or(hides_doubt(row, outcome.row));
        steps.push(step);
        if self.world.troubles && !again {
            let again = worker.with(Hand::Leased { again: true });
            steps.push(Step::after(
                "commits the intent and does not hear of it",
                outcome,
                again,
            ));
        }
        let outcome = self.law.of(row, Statement::GiveBack { mine: worker.owner });
        steps.push(Step::after("ends and gives back", outcome, Worker::NEW));
    }

    /// The run takes the text that it has at hand, or reads it.
    fn reads(&self, worker: Worker, row: Row) -> Worker {
        let at_hand = worker
            .text
            .filter(|held| held.current || self.mutant == Some(Mutant::TextsByNumber));
        let read = AtHand {
            text: row.text,
            current: true,
        };
        Worker {
            text: self.world.rewriting.then(|| at_hand.unwrap_or(read)),
            ..worker
        }
    }

    /// The bytes leave, and the peer accepts them or not; or none leaves, and it is known.
    fn send(&self, row: Row, worker: Worker, grant: Grant, steps: &mut Vec<Step>) {
        for (name, accepted) in [
            ("sends, the peer accepts", true),
            ("sends, the peer refuses", false),
        ] {
            let mut step = Step::of_worker(name, row, worker.with(Hand::Sent { grant, accepted }));
            step.copy = accepted;
            steps.push(step);
        }
        let replies: &[Reply] = if self.world.retries {
            &[Reply::Unreached, Reply::Misconfigured, Reply::Panicked]
        } else {
            &[Reply::Unreached]
        };
        for reply in replies {
            let answered = worker.answered(grant, *reply);
            steps.push(Step::of_worker("cannot send", row, answered));
        }
    }

    fn answer(
        &self,
        row: Row,
        worker: Worker,
        (grant, accepted): (Grant, bool),
        steps: &mut Vec<Step>,
    ) {
        let replies: &[Reply] = match accepted {
            true => &[Reply::Accepted],
            false if self.world.retries => &[Reply::Refused, Reply::Postponed],
            false => &[Reply::Refused],
        };
        for reply in replies {
            let answered = worker.answered(grant, *reply);
            steps.push(Step::of_worker("hears the answer", row, answered));
        }
        let answered = worker.answered(grant, Reply::Lost);
        steps.push(Step::of_worker("loses the answer", row, answered));
    }

    fn record(
        &mut self,
        row: Row,
        worker: Worker,
        (grant, reply, again): (Grant, Reply, bool),
        steps: &mut Vec<Step>,
    ) {
        let outcome = self.recorded(row, worker, (grant, reply, again));
        let in_doubt = reply == Reply::Lost && outcome.row != row;
        let mut step = Step::after("commits the result", outcome, worker.done());
        step.ambiguous = in_doubt;
        if worker.fresh && !is_kept(reply, outcome.row.etat) {
            step.violation =
                Some("an answer that was known was dropped while nobody else had tried");
        }
        if reply != Reply::Refused && reply != Reply::Panicked && row.ambigus == grant.ambigus {
            step.violation = step.violation.or(hides_doubt(row, outcome.row));
        }
        steps.push(step);
        if self.world.troubles && !again {
            let again = worker.with(Hand::Answered {
                grant,
                reply,
                again: true,
            });
            let mut step =
                Step::after("commits the result and does not hear of it", outcome, again);
            step.ambiguous = in_doubt;
            steps.push(step);
        }
    }

    fn recorded(
        &mut self,
        row: Row,
        worker: Worker,
        (grant, reply, again): (Grant, Reply, bool),
    ) -> Outcome {
        let mut row = row;
        if self.mutant == Some(Mutant::OneWriteForAll) && worker.fresh {
            let announce = Statement::Announce {
                mine: worker.owner,
                fresh: true,
                again,
            };
            row = self.law.of(row, announce).row;
        }
        let record = Statement::Record {
            grant,
            reply,
            fresh: worker.fresh || self.mutant == Some(Mutant::NoToken),
            again,
        };
        let mut outcome = self.law.of(row, record);
        if self.mutant == Some(Mutant::LateResultRefused) && row.etat != Etat::Emission {
            outcome.row = row;
        }
        outcome.row = self.count(outcome.row);
        outcome
    }
}

/// What may have arrived is not said to have failed, or never to have been tried.
fn hides_doubt(before: Row, after: Row) -> Option<&'static str> {
    let hidden = before.ambigus > 0
        && !before.etat.is_final()
        && matches!(after.etat, Etat::Echec | Etat::Ignore);
    hidden.then_some("a doubt was hidden")
}

/// What the peer says for sure stays said.
const fn is_kept(reply: Reply, etat: Etat) -> bool {
    match reply {
        Reply::Accepted => matches!(etat, Etat::Envoye),
        Reply::Refused | Reply::Panicked => matches!(etat, Etat::Echec | Etat::Envoye),
        _ => true,
    }
}

impl Worker {
    const fn answered(self, grant: Grant, reply: Reply) -> Self {
        self.with(Hand::Answered {
            grant,
            reply,
            again: false,
        })
    }
}

impl Step {
    pub(crate) const fn of_row(name: &'static str, row: Row) -> Self {
        Self {
            name,
            row,
            worker: None,
            claimed: false,
            raised: false,
            copy: false,
            ambiguous: false,
            violation: None,
        }
    }

    const fn of_worker(name: &'static str, row: Row, worker: Worker) -> Self {
        Self {
            worker: Some(worker),
            ..Self::of_row(name, row)
        }
    }

    const fn after(name: &'static str, outcome: Outcome, worker: Worker) -> Self {
        Self {
            claimed: outcome.claimed,
            raised: outcome.raised,
            ..Self::of_worker(name, outcome.row, worker)
        }
    }
}
