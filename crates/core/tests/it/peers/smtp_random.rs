//! Relays that say anything at any point: of no attempt more is said than is true.

use super::dice::{self, Dice};
use super::smtp_oracle::{Attempt, says_no, strays};
use super::{PATIENCE, delivery, mailbox, relay, spared};
use messages_core::channel::{Answer, Channel, Link};
use messages_core::vocabulary::Verdict;
use messages_testing::figures::{amount, figure};
use messages_testing::smtp::{Action, Script, Server, Stage};
use std::time::{Duration, Instant};

/// The time of an attempt. A relay that gives two replies and then waits for a message while the
/// next one is begun makes an attempt use it up.
const LIMIT: Duration = Duration::from_secs(4);

/// With a relay that falls silent.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn random_dialogues_are_judged_as_they_deserve() {
    let (seed, rounds) = (dice::seed(), amount(2_000, 50_000));
    let begun = Instant::now();
    let tallies = dice::play(seed, rounds, |number, dice| {
        Dialogue::new(dice).play(seed, number)
    });
    let mut sums = [0; 5];
    for (n, verdict) in VERDICTS.iter().enumerate() {
        sums[n] = tallies
            .iter()
            .flatten()
            .filter(|said| *said == verdict)
            .count();
    }
    figure(&format!(
        "S5 random SMTP: {rounds} dialogues, {} attempts: {} accepted, {} for later, {} refused, \
         {} our settings, {} in doubt; 0 wrong; {} s; seed {seed}",
        sums.iter().sum::<usize>(),
        sums[0],
        sums[1],
        sums[2],
        sums[3],
        sums[4],
        begun.elapsed().as_secs(),
    ));
    assert!(
        sums.iter().all(|sum| *sum > rounds / 100),
        "one-sided: {sums:?}"
    );
}

const VERDICTS: [Verdict; 5] = [
    Verdict::Accepte,
    Verdict::Temporaire,
    Verdict::Permanent,
    Verdict::Config,
    Verdict::Ambigu,
];

/// A relay's part, and how many messages it is brought.
struct Dialogue {
    script: Script,
    letters: usize,
    limit: Duration,
    told: String,
}

impl Dialogue {
    fn new(dice: &mut Dice) -> Self {
        let letters = 1 + dice.below(3);
        let silent = dice.one_in(25);
        let mut parts: Vec<(Stage, Action)> = Vec::new();
        for stage in [Stage::Banner, Stage::Ehlo] {
            if dice.one_in(25) {
                parts.push((stage, wrong(dice, stage)));
            }
        }
        for stage in [Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Body] {
            for _ in 0..=letters {
                let action = match dice.below(8) {
                    0 if silent => Action::Raw(dice.bytes(3)).then(Action::Hang),
                    0 | 1 => wrong(dice, stage),
                    _ => right(dice, stage),
                };
                parts.push((stage, action));
            }
        }
        let told = format!("{letters} letters, {parts:?}");
        let mut script = Script::default();
        if dice.one_in(2) {
            script = script.no_pipelining();
        }
        for (stage, action) in parts {
            script = script.on_first(1, stage, action);
        }
        Self {
            script,
            letters,
            limit: if silent { SHORT } else { LIMIT },
            told,
        }
    }

    /// Brings the messages one after the other, as a sender does.
    fn play(self, seed: u64, number: usize) -> Vec<Verdict> {
        let server = Server::start(self.script);
        let channel = relay(server.port(), &[]);
        let told = format!("FAULTS_SEED={seed} dialogue {number}: {}", self.told);
        let mut link: Option<Link<'_>> = None;
        let mut verdicts = Vec::new();
        for letter in 0..self.letters {
            let usable = link.take().filter(Link::is_open);
            let mut open = match usable.map_or_else(|| channel.open(), Ok) {
                Ok(open) => open,
                Err(answer) => {
                    let before = judge_opening(&server, &answer);
                    assert!(before, "{answer:?} while opening\n{told}");
                    verdicts.push(answer.verdict);
                    continue;
                }
            };
            let answer = attempt(&server, &mut open, letter, self.limit, &told);
            verdicts.push(answer.verdict);
            link = Some(open);
        }
        if let Some(link) = link {
            link.close();
        }
        verdicts
    }
}

/// A refusal before any message: ours only if the relay said 5xx.
fn judge_opening(server: &Server, answer: &Answer) -> bool {
    let refused = server.performed().iter().any(|done| says_no(&done.action));
    match answer.verdict {
        Verdict::Temporaire => spared(answer),
        Verdict::Config => refused,
        _ => false,
    }
}

fn attempt(
    server: &Server,
    link: &mut Link<'_>,
    letter: usize,
    limit: Duration,
    told: &str,
) -> Answer {
    let recipient = mailbox(letter);
    let before = server.performed().len();
    let begun = Instant::now();
    let answer = link.send(&delivery(recipient.clone(), limit));
    let took = begun.elapsed();
    let performed = server.performed();
    let copies = server.accepted();
    let copies: Vec<_> = copies
        .iter()
        .filter(|mail| mail.rcpt_to == [recipient.as_str()])
        .collect();
    let attempt = Attempt {
        accepted: !copies.is_empty(),
        strayed: performed.iter().any(|done| strays(&done.action)),
        late: took >= limit,
        window: performed[before..].to_vec(),
        recipient,
    };
    let told = format!("{answer:?}\n{attempt:?}\n{told}");
    assert!(attempt.permitted().contains(&answer.verdict), "{told}");
    assert!(
        answer.verdict != Verdict::Accepte || attempt.accepted || attempt.was_promised(),
        "not in the journal: {told}"
    );
    assert!(copies.len() <= 1, "two copies in one attempt: {told}");
    for mail in copies {
        assert!(
            mail.data
                .ends_with("\r\n\r\nBonjour,\r\n.\r\n..\r\n.fin\r\n"),
            "{:?}",
            mail.data
        );
    }
    // The dispatcher gives up by its own clock; a relay that is silent must not need it.
    assert!(
        took < 3 * limit + Duration::from_secs(5),
        "{took:?}: {told}"
    );
    answer
}

/// The answer hoped for, in its many shapes.
fn right(dice: &mut Dice, stage: Stage) -> Action {
    let code = match stage {
        Stage::Banner => "220",
        Stage::Data => "354",
        Stage::Rcpt if dice.one_in(4) => "251",
        _ => "250",
    };
    match dice.below(5) {
        0 => Action::reply(format!("{code}-one\n{code}-\n{code} three")),
        1 => {
            Action::Raw(code.as_bytes().to_vec()).then(Action::Raw(b" in two pieces\r\n".to_vec()))
        }
        2 => Action::Late(
            Duration::from_millis(2),
            Box::new(Action::reply(format!("{code} late"))),
        ),
        3 => Action::reply(format!("{code} 2.0.0 Ok: queued as {}", dice.below(9999))),
        _ => Action::reply(format!("{code} é ✓")),
    }
}

fn wrong(dice: &mut Dice, stage: Stage) -> Action {
    let code = dice.pick(&CODES);
    match dice.below(12) {
        0 | 1 => Action::reply(format!("{code} 5.1.1 no")),
        2 => Action::reply(format!("{code}-4.0.0 no\n{code} 4.0.0 not at all")),
        3 => Action::Close,
        4 => Action::Reset,
        5 => Action::Raw(garbage(dice)),
        6 => right(dice, stage).then(Action::Close),
        7 => right(dice, stage).then(Action::Reset),
        8 => right(dice, stage).then(Action::reply(format!("{code} and another thing"))),
        9 => Action::Raw(format!("{code} and ano").into_bytes()).then(Action::Close),
        10 => Action::Raw(format!("{code}-more\r\n").into_bytes()).then(Action::Reset),
        _ => Action::Raw([b"25".to_vec(), dice.bytes(20), b"\r\n".to_vec()].concat()),
    }
}

const CODES: [u16; 24] = [
    200, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 421, 450, 451, 452, 454, 500, 503, 530,
    550, 550, 552, 554, 571,
];

/// Whole lines, none of them an answer that every client reads.
fn garbage(dice: &mut Dice) -> Vec<u8> {
    let known: [&[u8]; 10] = [
        b"bonjour\r\n",
        b"250\r\n",
        b"550\r\n",
        b"250 re\xe7u\r\n",
        b"2500 Ok\r\n",
        b"999 what\r\n",
        b"250-a\r\n550 b\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\0\0\0\r\n",
        b"\r\n",
    ];
    match dice.below(8) {
        0 => [b"250 ".to_vec(), vec![b'x'; 1500], b"\r\n".to_vec()].concat(),
        1 => [dice.bytes(40), b"\r\n".to_vec()].concat(),
        _ => dice.pick(&known).to_vec(),
    }
}

/// What the oracle is worth: a channel that believes any positive answer is found out.
#[test]
fn a_dialogue_that_was_judged_too_kindly_is_found_out() {
    let action = Action::reply("354 go on");
    let server = Server::start(Script::default().on(Stage::Body, action));
    let channel: Channel = relay(server.port(), &[]);
    let answer = channel
        .open()
        .unwrap_or_else(|answer| panic!("{answer:?}"))
        .send(&delivery(mailbox(1), PATIENCE));
    let attempt = Attempt {
        recipient: mailbox(1),
        window: server.performed(),
        accepted: true,
        strayed: false,
        late: false,
    };
    assert_eq!(attempt.permitted(), [answer.verdict]);
    assert_eq!(answer.verdict, Verdict::Ambigu);
}
