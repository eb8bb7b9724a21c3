//! What may be said of an attempt, given what the relay did: worked out from the relay's side and
//! RFC 5321 alone.

use messages_core::vocabulary::Verdict;
use messages_testing::smtp::{Action, Performed, Stage};

/// What a relay said at one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// A reply, with words or without, in any script.
    Code(u16),
    /// Nothing that is a reply.
    Nothing,
}

/// One attempt as seen from the relay.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) recipient: String,
    /// What the relay did while the attempt was made.
    pub(super) window: Vec<Performed>,
    /// It has the message in its journal.
    pub(super) accepted: bool,
    /// Replies may be read as those to other commands.
    pub(super) strayed: bool,
    /// The attempt used up its time.
    pub(super) late: bool,
}

impl Attempt {
    /// What may be said of it.
    pub(super) fn permitted(&self) -> Vec<Verdict> {
        let mut permitted = match self.answer_to_body() {
            Some(said) => after_body(said),
            None => self.before_body(),
        };
        if self.strayed {
            permitted.extend([Verdict::Temporaire, Verdict::Permanent, Verdict::Config]);
        }
        if self.was_promised() {
            permitted.push(Verdict::Accepte);
        }
        if self.strayed || self.late {
            permitted.extend([Verdict::Temporaire, Verdict::Ambigu]);
        }
        permitted
    }

    /// The relay said 250 to DATA, where more than one reply makes it read as the answer to the
    /// content: it said so itself, and nobody could tell.
    pub(super) fn was_promised(&self) -> bool {
        let to_data = self.mine().filter(|done| done.stage == Stage::Data);
        let mut bytes = to_data.map(|done| written(&done.action));
        let says_yes = |bytes: Vec<u8>| {
            bytes.starts_with(b"250") || bytes.windows(4).any(|four| four == b"\n250")
        };
        self.strayed && bytes.any(says_yes)
    }

    /// What was said once the whole message had come; nothing if it did not.
    fn answer_to_body(&self) -> Option<(Said, bool)> {
        let scripted = self.mine().rfind(|done| done.stage == Stage::Body);
        let normal = self.accepted.then_some((Said::Code(250), false));
        scripted
            .map(|done| (said(&done.action), ends_in(&done.action, is_reset)))
            .or(normal)
    }

    /// What concerns this attempt: what was done for its recipient, or before one was named.
    fn mine(&self) -> impl DoubleEndedIterator<Item = &Performed> {
        self.window.iter().filter(|done| {
            done.recipients.contains(&self.recipient)
                || matches!(done.stage, Stage::Banner | Stage::Ehlo | Stage::Mail)
        })
    }

    /// The whole message never came: something must have been in the way.
    fn before_body(&self) -> Vec<Verdict> {
        // The newest: what the relay still does on one that was left says nothing.
        let last = self.mine().map(|done| done.connection).max();
        let mut mine = self.mine().filter(|done| Some(done.connection) == last);
        let Some(wrong) = mine.find(|done| !is_right(done) || breaks(&done.action)) else {
            return Vec::new();
        };
        match (wrong.stage, said(&wrong.action)) {
            (Stage::Data, Said::Code(354)) => vec![Verdict::Ambigu, Verdict::Temporaire],
            (stage, Said::Code(code @ 500..)) => vec![refused(stage, code)],
            _ => vec![Verdict::Temporaire],
        }
    }
}

/// Who is refused for good by a 5xx here; asking for a login (RFC 4954) is always said to us.
pub(super) fn refused(stage: Stage, code: u16) -> Verdict {
    match stage {
        Stage::Rcpt | Stage::Data | Stage::Body if !matches!(code, 530 | 535) => Verdict::Permanent,
        _ => Verdict::Config,
    }
}

fn after_body((said, reset): (Said, bool)) -> Vec<Verdict> {
    let understood = |code: u16| match code {
        250 => Verdict::Accepte,
        400..500 => Verdict::Temporaire,
        500.. => refused(Stage::Body, code),
        _ => Verdict::Ambigu,
    };
    match said {
        // A reset may overtake the words before it.
        Said::Code(code) if reset => vec![understood(code), Verdict::Ambigu],
        Said::Code(code) => vec![understood(code)],
        Said::Nothing => vec![Verdict::Ambigu],
    }
}

fn is_right(done: &Performed) -> bool {
    let hoped: &[u16] = match done.stage {
        Stage::Banner => &[220],
        Stage::Rcpt => &[250, 251],
        Stage::Data => &[354],
        _ => &[250],
    };
    matches!(said(&done.action), Said::Code(code) if hoped.contains(&code))
}

/// Whether the connection is over afterwards.
fn breaks(action: &Action) -> bool {
    ends_in(action, |end| matches!(end, Action::Close | Action::Hang)) || ends_in(action, is_reset)
}

fn is_reset(action: &Action) -> bool {
    matches!(action, Action::Reset)
}

fn ends_in(action: &Action, is: fn(&Action) -> bool) -> bool {
    match action {
        Action::Both(_, last) | Action::Late(_, last) | Action::AcceptThen(last) => {
            ends_in(last, is)
        }
        other => is(other),
    }
}

/// More than one reply, or bytes left over after the first.
pub(super) fn strays(action: &Action) -> bool {
    let bytes = written(action);
    first_reply(&bytes).is_some_and(|(_, rest)| !rest.is_empty())
}

/// Whether one of the lines says 5xx.
pub(super) fn says_no(action: &Action) -> bool {
    let bytes = written(action);
    bytes.starts_with(b"5") || bytes.windows(2).any(|two| two == b"\n5")
}

/// The first reply that an action gives.
pub(super) fn said(action: &Action) -> Said {
    let bytes = written(action);
    first_reply(&bytes).map_or(Said::Nothing, |(said, _)| said)
}

fn written(action: &Action) -> Vec<u8> {
    match action {
        Action::Reply(text) => text
            .lines()
            .flat_map(|line| [line.as_bytes(), b"\r\n"].concat())
            .collect(),
        Action::Raw(bytes) => bytes.clone(),
        Action::Both(one, two) => [written(one), written(two)].concat(),
        Action::Late(_, action) | Action::AcceptThen(action) => written(action),
        Action::Drip(_) | Action::Close | Action::Reset | Action::Hang | Action::Endless(_) => {
            Vec::new()
        }
    }
}

/// `Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF`, and as
/// relays of the world have it: a bare line feed ends a line, codes differ that mean the same.
fn first_reply(bytes: &[u8]) -> Option<(Said, &[u8])> {
    let (mut rest, mut first) = (bytes, None);
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, after) = (unended(&rest[..end]), &rest[end + 1..]);
        rest = after;
        let code = code(line.get(..3)?)?;
        let begun: u16 = *first.get_or_insert(code);
        if begun / 100 != code / 100 && begun.min(code) < 400 {
            return None;
        }
        first = Some(code);
        match line.get(3) {
            Some(b'-') => {}
            Some(b' ' | b'\t') | None => return Some((Said::Code(code), rest)),
            Some(_) => return None,
        }
    }
}

fn unended(line: &[u8]) -> &[u8] {
    let kept = line.iter().rposition(|byte| *byte != b'\r');
    &line[..kept.map_or(0, |last| last + 1)]
}

fn code(digits: &[u8]) -> Option<u16> {
    let code: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (200..600).contains(&code).then_some(code)
}

#[test]
fn replies_are_read_as_the_standard_writes_them() {
    for (bytes, expected) in [
        (&b"250 Ok\r\n"[..], Said::Code(250)),
        (b"250-a\r\n250 b\r\n", Said::Code(250)),
        (b"250 \r\n", Said::Code(250)),
        (b"250\r\n", Said::Code(250)),
        (b"571 no\r\n", Said::Code(571)),
        (b"550 refus\xe9\r\n", Said::Code(550)),
        (b"250 Ok\n", Said::Code(250)),
        (b"450-a\r\n550 b\r\n", Said::Code(550)),
        (b"250-a\r\n550 b\r\n", Said::Nothing),
        (b"250-a\r\n354 b\r\n", Said::Nothing),
        (b"250-a\r\n", Said::Nothing),
        (b"2500 Ok\r\n", Said::Nothing),
        (b"150 Ok\r\n", Said::Nothing),
        (b"bonjour\r\n", Said::Nothing),
    ] {
        assert_eq!(said(&Action::Raw(bytes.to_vec())), expected, "{bytes:?}");
    }
    assert!(strays(&Action::reply("250 a\n250 b")));
    assert!(!strays(&Action::reply("250-a\n250 b")));
}
