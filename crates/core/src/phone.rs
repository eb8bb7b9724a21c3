//! Telephone numbers: what people type, made into E.164 (ITU-T recommendation: `+` and at most
//! fifteen digits), if an SMS can be sent there.
//!
//! A cell is first read for the digits that were dialled (`cell`), which are then looked up in
//! the numbering plans (`plan`).

mod cell;
mod plan;

pub use plan::Region;

/// A number that takes SMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Such as `+33612345678`.
    pub e164: String,
    /// The country it belongs to, where the plan tells.
    pub region: Option<Region>,
    /// Whether more than this one was typed: the first that takes SMS is taken.
    pub more: bool,
}

/// Why what was typed gets no SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not a number of any plan.
    Unreadable,
    /// A number with words beside it, which may change its meaning (`… poste 12`).
    Words,
    /// A number that has been too short since the country's plan changed.
    Old,
    /// What a spreadsheet made of a number (`3,36123E+10`, `#REF!`): digits are lost.
    Spreadsheet,
    /// A land line, or a telephone of the internet.
    FixedLine,
    /// A number whose calls cost more.
    Premium,
    /// Another number of a service, whose calls cost nothing, or more.
    Service,
}

/// Reads what was typed; numbers without a country are of `region`.
///
/// # Errors
/// Why no SMS can be sent there.
pub fn parse(typed: &str, region: Region) -> Result<Number, Fault> {
    cell::read(typed, region)
}

/// Whether a number looks like one that was typed to fill a cell (`0600000000`, `0606060606`), or
/// was rounded (`33612300000`).
#[must_use]
pub fn looks_invented(e164: &str) -> bool {
    let digits = e164.trim_start_matches('+').as_bytes();
    let Some(end) = digits.len().checked_sub(8).and_then(|n| digits.get(n..)) else {
        return false;
    };
    let repeated = end.chunks(2).all(|pair| end.starts_with(pair));
    repeated || end.ends_with(b"00000") || [&b"01020304"[..], b"02030405"].contains(&end)
}

#[cfg(test)]
mod tests;
