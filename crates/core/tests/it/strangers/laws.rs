//! What holds of every text, whoever wrote it. Tried with proptest beside, and by `scripts/fuzz.sh`.

use messages_core::import::{self, Source};
use messages_core::instant::Instant;
use messages_core::phone::Region;
use messages_core::segments::{self, Plain};
use messages_core::{mailbox, phone, tracking};
use std::time::Duration;

/// A number is E.164, and reads as itself.
pub(crate) fn number(typed: &str) {
    let Ok(number) = phone::parse(typed, Region::default()) else {
        return;
    };
    let digits = number.e164.strip_prefix('+').unwrap();
    assert!((4..=15).contains(&digits.len()), "{}", number.e164);
    assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
    let again = phone::parse(&number.e164, Region::default()).unwrap();
    assert_eq!(again.e164, number.e164);
    assert!(!again.more);
}

/// An address is one plain line, and reads as itself.
pub(crate) fn address(typed: &str) {
    let Ok(mailbox) = mailbox::parse(typed) else {
        return;
    };
    let kept = mailbox.address;
    assert!(kept.len() <= 254 && kept.is_ascii());
    assert_eq!(kept.matches('@').count(), 1);
    let strange = |c: char| c.is_whitespace() || c.is_control() || ",;<>\"".contains(c);
    assert!(!kept.contains(strange), "{kept}");
    assert_eq!(mailbox::parse(&kept).unwrap().address, kept);
}

/// An SMS costs what its letters take; a longer one costs no less, whatever letters are replaced.
pub(crate) fn sms(text: &str) {
    let counted = segments::count(text, Plain::Never);
    let (whole, part) = if counted.encodage == "gsm7" {
        (160, 153)
    } else {
        (70, 67)
    };
    assert_eq!(counted.segments == 1, counted.caracteres <= whole);
    assert!(counted.segments == 1 || counted.segments * part >= counted.caracteres);
    // What takes two places is not cut: at most one place a part is lost.
    assert!(counted.segments <= counted.caracteres.div_ceil(part - 1).max(1));
    let mut shorter = text.to_owned();
    shorter.pop();
    let plain = [text, &shorter].map(|text| segments::count(text, Plain::Auto).segments);
    assert!(plain[1] <= plain[0] && plain[0] <= counted.segments);
    let shorter = segments::count(&shorter, Plain::Never);
    assert!(shorter.segments <= counted.segments);
    assert!(shorter.encodage == counted.encodage || counted.encodage == "ucs2");
}

/// An instant that was read is written and read again, and can be counted from.
pub(crate) fn instant(text: &str) {
    let Ok(instant) = text.parse::<Instant>() else {
        return;
    };
    for seconds in [0, 1, 3_600_000, u64::MAX] {
        let duration = Duration::from_secs(seconds);
        assert!(instant + duration >= instant && instant - duration <= instant);
    }
    let written = instant.to_string();
    // Years that have four digits in UTC too: no others are stored.
    if written.len() == "2026-03-29T01:30:00.000000Z".len() {
        assert_eq!(written.parse::<Instant>().unwrap(), instant);
    }
}

/// The picture is all that is added to an HTML.
pub(crate) fn picture(html: &str) {
    const BASE: &str = "https://ecole.example";
    let with = tracking::with_picture(html, BASE, "1-00");
    let alone = tracking::with_picture("", BASE, "1-00");
    let begin = with.rfind(&alone).unwrap();
    let (before, after) = (&with[..begin], &with[begin + alone.len()..]);
    assert_eq!(format!("{before}{after}"), html);
}

/// A directory file is read, or what it is instead is told; remarks have nothing of the cells that a
/// terminal would obey.
pub(crate) fn file(bytes: &[u8]) {
    match import::read(&Source::of("annuaire.csv", bytes), None, Region::default()) {
        Ok(reading) => {
            assert!(reading.lines() > 0);
            for remarque in reading.remarques() {
                assert!(!remarque.to_string().contains(char::is_control));
            }
        }
        Err(text) => assert!(!text.is_empty() && !text.contains(char::is_control)),
    }
}
