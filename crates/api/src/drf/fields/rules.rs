//! What may be left out, and how a text may look.

/// How a text may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One line, of letters that are seen.
    Line,
    /// Anything.
    Lines,
}

/// What may be left out or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// It must be there.
    pub(crate) required: bool,
    /// It may be `null`.
    pub(crate) null: bool,
    /// It may be an empty text.
    pub(crate) blank: bool,
    /// Most characters.
    pub(crate) max: Option<usize>,
    /// What may stand in it.
    pub(crate) form: Form,
}

/// Must be there and say something; may have several lines.
pub(crate) const REQUIRED: Rule = Rule {
    required: true,
    null: false,
    blank: false,
    max: None,
    form: Form::Lines,
};

/// May be left out, be `null` or empty; several lines.
pub(crate) const OPTIONAL: Rule = Rule {
    required: false,
    null: true,
    blank: true,
    max: None,
    form: Form::Lines,
};

impl Rule {
    /// Lines that may be left out, `null` or empty.
    pub(crate) const fn lines(max: usize) -> Self {
        Self {
            max: Some(max),
            ..OPTIONAL
        }
    }

    /// A line that may be left out, `null` or empty.
    pub(crate) const fn line(max: usize) -> Self {
        Self {
            max: Some(max),
            form: Form::Line,
            ..OPTIONAL
        }
    }
}

/// Longest name, in characters.
pub(crate) const NAME_MAX: usize = 150;

/// A name: one line that says something.
pub(crate) const NAME: Rule = Rule {
    max: Some(NAME_MAX),
    form: Form::Line,
    ..REQUIRED
};
