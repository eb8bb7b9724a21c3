//! What is heard, and what becomes of the channel: one story a line.

use super::*;
use crate::channel::Stage;

/// An answer of one letter.
fn heard(letter: char) -> Answer {
    let of = |verdict| Answer {
        verdict,
        ..Answer::accepted(None)
    };
    let channel = |cause: Cause| Answer::accepted(None).put_back(cause);
    match letter {
        'A' => of(Verdict::Accepte),
        'R' => of(Verdict::Permanent),
        'S' => Answer {
            about: About::Content,
            ..of(Verdict::Permanent)
        },
        'P' => Answer::panicked(),
        'T' => of(Verdict::Temporaire),
        '?' => of(Verdict::Ambigu),
        'U' => channel(Cause::Expediteur),
        'L' => channel(Cause::Limite),
        'V' => channel(Cause::Verrou),
        'H' => channel(Cause::Cadence),
        'h' => Answer {
            pause: Some(Duration::from_secs(7)),
            ..channel(Cause::Cadence)
        },
        'O' => channel(Cause::Occupe),
        'X' => channel(Cause::Injoignable),
        'M' => Answer::given_up(Stage::Envelope),
        'Z' => channel(Cause::Pause),
        other => panic!("{other}"),
    }
}

/// The steps in words: `go`, `slow`, milliseconds of waiting, or the cause of the stop.
fn told(step: Step) -> String {
    match step {
        Step::Go => "go".to_owned(),
        Step::Slow => "slow".to_owned(),
        Step::Wait(wait) => wait.as_millis().to_string(),
        Step::Stop(cause) => cause.to_string(),
    }
}

/// What was heard, the last step, and how many connections are left of four.
const TABLE: &[(&str, &str, usize)] = &[
    // One connection until somebody is accepted.
    ("T", "go", 1),
    ("A", "go", 4),
    ("RA", "go", 4),
    // What is said of us stops at once, whoever was accepted before.
    ("U", "expediteur", 1),
    ("AU", "expediteur", 4),
    ("L", "limite", 1),
    ("AAL", "limite", 4),
    ("V", "verrou", 1),
    ("Z", "pause", 1),
    // Refusals for good are the envois' own once somebody was accepted.
    ("ARRRRRRRRRR", "go", 4),
    ("RRRRARRRRRR", "go", 4),
    // In a row and nobody accepted, they are about us.
    ("RRRR", "go", 1),
    ("RRRRR", "refus", 1),
    ("SSSS", "go", 1),
    ("SSSSS", "indesirable", 1),
    ("SSRSS", "refus", 1),
    // What comes between them and accepts nobody changes nothing.
    ("RTRTRTRTR", "refus", 1),
    // Nobody was asked: this says nothing of the peer.
    ("PPPPPPPPPP", "go", 1),
    ("RPRPRPRPPP", "go", 1),
    // What is for later is for later, be it for everybody: greylisting.
    ("TTTTTTTTTT", "go", 1),
    // Failures in a row, with growing waits.
    ("X", "200", 1),
    ("XX", "400", 1),
    ("XXX", "800", 1),
    ("XXXX", "1600", 1),
    ("XXXXX", "injoignable", 1),
    ("XXXXAXXXX", "1600", 4),
    ("XXXXRXXXX", "1600", 1),
    ("XXXXTX", "injoignable", 1),
    ("OOOOO", "occupe", 1),
    ("?????", "reponses", 1),
    ("A????", "1600", 4),
    ("MM", "1600", 1),
    ("MMM", "muet", 1),
    ("XXMM", "muet", 1),
    // Too fast: fewer connections first, then waits.
    ("AH", "slow", 3),
    ("AHHH", "slow", 1),
    ("AHHHH", "1000", 1),
    ("AHHHHH", "2000", 1),
    ("AHHHHHHHHHH", "15000", 1),
    ("AHHHHHHHHHHAH", "1000", 1),
    // 1 + 2 + 4 + 8 + 15 × 5 s are 90.
    ("AHHHHHHHHHHHHH", "cadence", 1),
    ("H", "1000", 1),
    ("HHHH", "8000", 1),
    ("HHHHH", "cadence", 1),
    ("HHHHA", "go", 4),
    // As long as the peer says.
    ("Ah", "7000", 4),
    ("hhAh", "7000", 4),
    ("hhhhh", "cadence", 1),
];

#[test]
fn a_channel_goes_on_slows_down_waits_or_stops() {
    for (story, last, connections) in TABLE {
        let mut breaker = Breaker::new(4);
        let mut step = Step::Go;
        for (n, letter) in story.chars().enumerate() {
            assert!(!matches!(step, Step::Stop(_)), "{story}: {n}: {step:?}");
            step = breaker.hear(&heard(letter));
        }
        assert_eq!(
            (told(step).as_str(), breaker.connections(false)),
            (*last, *connections),
            "{story}"
        );
    }
}

#[test]
fn a_refusal_is_undecided_until_somebody_is_accepted() {
    let mut breaker = Breaker::new(4);
    let undecided = |breaker: &Breaker| {
        ['R', 'S', 'T', 'P', 'U', 'A'].map(|letter| breaker.is_undecided(&heard(letter)))
    };
    assert_eq!(
        undecided(&breaker),
        [true, true, false, false, false, false]
    );
    breaker.hear(&heard('A'));
    assert_eq!(undecided(&breaker), [false; 6]);
}

#[test]
fn the_others_do_not_wait_for_a_first_answer_that_is_long_in_coming() {
    let mut breaker = Breaker::new(4);
    assert_eq!(
        (breaker.connections(false), breaker.connections(true)),
        (1, 4)
    );
    for letter in ['A', 'H'] {
        breaker.hear(&heard(letter));
    }
    assert_eq!(
        (breaker.connections(false), breaker.connections(true)),
        (3, 3)
    );
}
