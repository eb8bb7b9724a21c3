//! What a relay offers, as it says to EHLO (RFC 5321, 4.1.1.1).

use super::response::Response;

/// The reply to EHLO. Nothing is offered by who knows only HELO.
#[derive(Debug, Clone, Default)]
pub(super) struct Extensions {
    /// How the relay calls itself.
    pub(super) name: String,
    /// Keyword and parameters of each line, in upper case.
    lines: Vec<Vec<String>>,
}

impl Extensions {
    pub(super) fn read(response: &Response) -> Self {
        let mut lines = response.lines.iter();
        let name = lines.next().and_then(|line| line.split_whitespace().next());
        Self {
            name: name.unwrap_or_default().to_owned(),
            lines: lines.map(|line| words(line)).collect(),
        }
    }

    /// A relay of this name that does not say what it offers.
    pub(super) fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            lines: Vec::new(),
        }
    }

    /// Whether this extension is offered.
    pub(super) fn offers(&self, keyword: &str) -> bool {
        self.of(keyword).next().is_some()
    }

    /// The largest message that is taken, where the relay says it (RFC 1870).
    pub(super) fn most(&self) -> Option<usize> {
        let mut said = self.of("SIZE").flatten();
        said.find_map(|most| most.parse().ok())
            .filter(|most| *most > 0)
    }

    /// The ways to log in, in the order of the relay; some relays say them twice, the second time
    /// for clients of long ago (`AUTH=LOGIN`).
    pub(super) fn mechanisms(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for mechanism in self.of("AUTH").flatten() {
            if !all.contains(&mechanism.as_str()) {
                all.push(mechanism);
            }
        }
        all
    }

    /// True when nothing is known of the relay, so nothing can be said to be missing.
    pub(super) const fn is_unknown(&self) -> bool {
        self.lines.is_empty()
    }

    /// The parameters of each line of this keyword.
    fn of<'e>(&'e self, keyword: &'e str) -> impl Iterator<Item = &'e [String]> {
        self.lines.iter().filter_map(move |line| {
            let (first, parameters) = line.split_first()?;
            (first == keyword).then_some(parameters)
        })
    }
}

fn words(line: &str) -> Vec<String> {
    let line = line.trim().to_ascii_uppercase();
    let line = match line.strip_prefix("AUTH=") {
        Some(mechanisms) => format!("AUTH {mechanisms}"),
        None => line,
    };
    line.split_whitespace().map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Extensions {
        Extensions::read(&Response {
            code: 250,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        })
    }

    #[test]
    fn offers_are_read_in_all_their_shapes() {
        let relay = told(&[
            "mx.exemple.fr at your service",
            "pipelining",
            "SIZE 35882577",
            "auth plain Login",
            "AUTH=LOGIN CRAM-MD5",
            "Auth\tXOAUTH2 ",
            "SMTPUTF8",
            "",
        ]);
        assert_eq!(relay.name, "mx.exemple.fr");
        for keyword in ["PIPELINING", "SIZE", "SMTPUTF8", "AUTH"] {
            assert!(relay.offers(keyword), "{keyword}");
        }
        assert_eq!(relay.most(), Some(35_882_577));
        for none in ["SIZE", "SIZE 0", "SIZE x", "HELP"] {
            assert_eq!(told(&["x", none]).most(), None);
        }
        assert!(!relay.offers("STARTTLS"));
        let mechanisms = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"];
        assert_eq!(relay.mechanisms(), mechanisms);
        assert_eq!(
            told(&["x", "AUTH=LOGIN PLAIN"]).mechanisms(),
            ["LOGIN", "PLAIN"]
        );
        assert_eq!(told(&["x", "AUTHENTICATE PLAIN"]).mechanisms(), [""; 0]);
    }

    #[test]
    fn a_relay_that_says_little_offers_nothing() {
        for lines in [&[][..], &[""], &["PIPELINING"]] {
            let relay = told(lines);
            assert!(!relay.offers("PIPELINING") && relay.mechanisms().is_empty());
            assert!(relay.is_unknown());
        }
    }
}
