//! What is wrong with a preset, for the administrator who wrote it.

use std::fmt;

/// One fault, with the line where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// Counted from 1; none where it concerns the whole file.
    pub line: Option<usize>,
    /// In French.
    pub text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "ligne {line} : {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// What no reader of TOML notices: a word of the file, and what is wrong with it.
pub(super) struct Found {
    pub(super) word: String,
    pub(super) text: String,
}

impl Found {
    pub(super) fn new(word: &str, text: impl Into<String>) -> Self {
        Self {
            word: word.to_owned(),
            text: text.into(),
        }
    }
}

impl Fault {
    pub(super) fn of(text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start));
        Self {
            line: before.map(line_after),
            text: french(error.message()),
        }
    }

    pub(super) fn at(text: &str, found: &Found) -> Self {
        let before = text.find(&found.word).and_then(|place| text.get(..place));
        Self {
            line: before.map(line_after),
            text: found.text.clone(),
        }
    }
}

fn line_after(before: &str) -> usize {
    before.matches('\n').count() + 1
}

/// What serde says most, in French; the rest as it is, for it names the place.
fn french(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (
        message.split(' ').take(2).collect::<Vec<_>>().as_slice(),
        quoted.as_slice(),
    ) {
        (["unknown", "field" | "variant"], [word, known @ ..]) => {
            format!(
                "« {word} » n'est pas connu ici, il faut l'un de : {}",
                known.join(", ")
            )
        }
        (["missing", "field"], [word]) => format!("« {word} » manque"),
        (["duplicate", "key"], _) => "ce nom s'y trouve déjà".to_owned(),
        (["invalid", "type:"], _) => {
            let expected = message.rsplit("expected ").next().unwrap_or_default();
            format!("la valeur n'est pas de la bonne sorte ({expected})")
        }
        _ => message.to_owned(),
    }
}
