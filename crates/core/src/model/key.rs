//! What names a delivery outside of the database.

use std::fmt;
use std::str::FromStr;

/// Letters of a message's key.
const CLE: usize = 32;

/// Those of them that stand in a short name: 64 bits, which nobody guesses.
const SHORT: usize = 16;

/// Names a delivery in what leaves: in an e-mail's Message-ID, in the number that a gateway is given. It
/// cannot be guessed, because a message's key is random.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey {
    /// The message's random key; only its beginning where a short name was read.
    pub cle: String,
    /// Number of the envoi.
    pub envoi: i64,
    /// Times that a person sent it again.
    pub renvois: i64,
}

impl DeliveryKey {
    /// The short name: at most 36 letters, as telephones' gateways take them, for every envoi below 10^16.
    #[must_use]
    pub fn short(&self) -> String {
        let Self {
            cle,
            envoi,
            renvois,
        } = self;
        let cle = cle.get(..SHORT).unwrap_or(cle);
        match renvois {
            0 => format!("{cle}-{envoi}"),
            n => format!("{cle}-{envoi}-{n}"),
        }
    }
}

impl fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.cle, self.envoi)?;
        match self.renvois {
            0 => Ok(()),
            n => write!(f, ".{n}"),
        }
    }
}

impl FromStr for DeliveryKey {
    type Err = ();

    /// Reads either name back, whatever case a mail system made of it.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (mark, letters) = if text.contains('.') {
            ('.', CLE)
        } else {
            ('-', SHORT)
        };
        let mut parts = text.split(mark);
        let cle = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let number = |part: &str| {
            let is_one = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            is_one.then(|| part.parse::<i64>().ok()).flatten().ok_or(())
        };
        let envoi = number(parts.next().unwrap_or_default())?;
        let renvois = parts.next().map_or(Ok(0), number)?;
        let fits = cle.len() == letters && cle.bytes().all(is_hex) && parts.next().is_none();
        fits.then_some(Self {
            cle,
            envoi,
            renvois,
        })
        .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read_back(cle in "[0-9a-f]{32}", envoi in 0..i64::MAX, renvois in 0..9_i64) {
            let key = DeliveryKey { cle, envoi, renvois };
            let text = key.to_string();
            prop_assert_eq!(text.parse(), Ok(key.clone()));
            prop_assert_eq!(text.to_uppercase().parse(), Ok(key.clone()));
            let short = key.short();
            prop_assert!(short.len() <= 39, "{}", short);
            let (cle, ..) = key.cle.split_at(SHORT);
            prop_assert_eq!(short.parse(), Ok(DeliveryKey { cle: cle.to_owned(), ..key }));
        }

        #[test]
        fn nothing_else_is_one(text in ".{0,60}") {
            prop_assume!(!text.is_char_boundary(SHORT) || !text[..SHORT].bytes().all(|b| b.is_ascii_hexdigit()));
            prop_assert_eq!(text.parse::<DeliveryKey>(), Err(()));
        }
    }

    #[test]
    fn a_number_too_many_or_too_few_is_none() {
        let cle = "0123456789abcdef".repeat(2);
        for text in [
            "",
            ".",
            ".1.",
            ".1.2.3",
            ".-1",
            ".+1",
            ". 1",
            ".99999999999999999999",
        ] {
            assert_eq!(
                format!("{cle}{text}").parse::<DeliveryKey>(),
                Err(()),
                "{text}"
            );
        }
    }
}
