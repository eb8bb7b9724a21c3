//! What relays were heard to say.

use super::*;
use proptest::prelude::*;

/// A case a line: phase, reply (`\n` between its lines), class.
const TABLES: [&str; 2] = [include_str!("said.tsv"), include_str!("others.tsv")];

const PHASES: [(&str, Phase); 8] = [
    ("greeting", Phase::Greeting),
    ("ehlo", Phase::Ehlo),
    ("starttls", Phase::StartTls),
    ("auth", Phase::Auth),
    ("mail", Phase::Mail),
    ("rcpt", Phase::Rcpt),
    ("data", Phase::Data),
    ("dot", Phase::Dot),
];

const fn said(class: Class) -> &'static str {
    match class {
        Class::Recipient => "recipient",
        Class::Later => "later",
        Class::Us(_) => "us",
        Class::Limit(_) => "limit",
        Class::Slow => "slow",
        Class::Spam => "spam",
        Class::TooLarge => "large",
    }
}

/// Code and words of a reply, without the codes of its further lines.
fn read(reply: &str) -> (u16, String) {
    let lines = reply.split("\\n").map(|line| line.split_at(4).1);
    let code = reply.split_at(3).0.parse().unwrap();
    (code, lines.collect::<Vec<_>>().join(" "))
}

#[test]
fn every_reply_of_the_tables_is_sorted_as_it_deserves() {
    let (mut looked_at, mut wrong) = (0, Vec::new());
    for line in TABLES.into_iter().flat_map(str::lines) {
        let mut fields = line.split('\t');
        let word = fields.next();
        let Some((_, phase)) = PHASES.into_iter().find(|(name, _)| Some(*name) == word) else {
            continue;
        };
        let (reply, right) = (fields.next().unwrap(), fields.next().unwrap());
        if right == "accepted" {
            continue;
        }
        let (code, text) = read(reply);
        let class = sort(phase, code, &text);
        // A cause may be asked for too: `us expediteur`.
        let told = match class {
            Class::Us(cause) | Class::Limit(cause) => format!("{} {cause}", said(class)),
            _ => said(class).to_owned(),
        };
        looked_at += 1;
        if right != said(class) && right != told {
            wrong.push(format!("{phase:?} {reply}: {told} instead of {right}"));
        }
    }
    assert!(looked_at > 150, "{looked_at}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_enhanced_code_is_found() {
    assert_eq!(full_code(550, "5.1.1 <x@y.z> unknown"), "550 5.1.1");
    assert_eq!(full_code(550, "unknown user"), "550");
    assert_eq!(full_code(450, "4.2.0 Greylisted, 5.5"), "450 4.2.0");
}

#[test]
fn what_an_address_or_a_machine_is_called_says_nothing() {
    for name in [
        "<spam@exemple.fr>",
        "quota@exemple.fr",
        "mx.relay-denied.example",
        "https://limit.example/",
    ] {
        let text = format!("5.1.1 {name}: user unknown");
        assert_eq!(sort(Phase::Dot, 550, &text), Class::Recipient, "{text}");
        assert_eq!(lists::plain(&text), " 5 1 1 user unknown ", "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_full_code_is_the_code_and_one_enhanced_code_at_most(code in 400_u16..600, text in "(4|5|6|[.]|[0-9]|[a-z]| ){0,40}") {
        let full = full_code(code, &text);
        let (plain, enhanced) = full.split_once(' ').unwrap_or((&full, "5.0.0"));
        prop_assert_eq!(plain, code.to_string());
        let parts: Vec<&str> = enhanced.split('.').collect();
        prop_assert!(parts.len() == 3 && ["4", "5"].contains(&parts[0]), "{full}");
        prop_assert!(parts.iter().all(|part| part.parse::<u16>().is_ok()), "{full}");
    }

    #[test]
    fn whatever_is_said_a_refusal_for_now_fails_nobody(text in "\\PC{0,200}", n in 0_usize..8) {
        let (_, phase) = PHASES[n];
        let class = sort(phase, 450, &text);
        prop_assert!(!matches!(class, Class::Recipient | Class::Spam | Class::TooLarge), "{class:?}");
        // Before a recipient is named, nothing concerns one but its message's size.
        let class = sort(phase, 550, &text);
        prop_assert!(n >= 5 || !matches!(class, Class::Spam), "{class:?}");
    }
}
