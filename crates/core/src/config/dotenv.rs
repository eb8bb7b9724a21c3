//! Reads a `.env` file as python-dotenv reads it, so that the old application's file keeps its
//! meaning: `pa$$word#1` stays what it is, ` # text` after a space is a comment, quoted values may
//! span lines, `${NAME}` and `${NAME:-default}` are replaced.
//!
//! (The Rust readers on offer change unquoted values that hold `$` or `#`.)

/// Names and values in the order of the file (the last of equal names wins), and the numbers, from
/// 1, of the lines that are no assignment. `outer` answers for `${NAME}`: the environment goes
/// before the file.
pub fn parse(
    text: &str,
    outer: impl Fn(&str) -> Option<String>,
) -> (Vec<(String, String)>, Vec<usize>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut unreadable = Vec::new();
    let mut rest = text;
    while !rest.trim_start().is_empty() {
        let trimmed = rest.trim_start();
        match binding(trimmed) {
            Some((Some((name, value)), after)) => {
                let value = interpolate(&value, |name| {
                    outer(name).or_else(|| {
                        pairs
                            .iter()
                            .rev()
                            .find(|(n, _)| n == name)
                            .map(|(_, v)| v.clone())
                    })
                });
                pairs.push((name, value));
                rest = after;
            }
            Some((None, after)) => rest = after,
            None => {
                let before = text.strip_suffix(trimmed).unwrap_or_default();
                unreadable.push(1 + before.matches('\n').count());
                rest = trimmed.split_once('\n').map_or("", |(_, after)| after);
            }
        }
    }
    (pairs, unreadable)
}

type Binding<'t> = (Option<(String, String)>, &'t str);

/// One assignment or comment at the start of `text`, and what follows it.
fn binding(text: &str) -> Option<Binding<'_>> {
    if text.starts_with('#') {
        return Some((None, text.split_once('\n').map_or("", |(_, after)| after)));
    }
    let text = match text.strip_prefix("export") {
        Some(after) if after.starts_with(is_blank) => after.trim_start_matches(is_blank),
        _ => text,
    };
    let (name, after) = key(text)?;
    let after = after.trim_start_matches(is_blank);
    let Some(after) = after.strip_prefix('=') else {
        // A name alone sets nothing.
        return end_of_line(after).map(|rest| (None, rest));
    };
    let (value, after) = value(after.trim_start_matches(is_blank))?;
    end_of_line(after).map(|rest| (Some((name, value)), rest))
}

/// Python's `[^\S\r\n]`: a no-break space too, as web pages have them.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\r' | '\n')
}

fn key(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (name, after) = quoted.split_once('\'')?;
        return (!name.is_empty()).then(|| (name.to_owned(), after));
    }
    let end = text
        .find(|c: char| c == '=' || c == '#' || c.is_whitespace())
        .unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    (!name.is_empty()).then(|| (name.to_owned(), after))
}

fn value(text: &str) -> Option<(String, &str)> {
    match text.chars().next() {
        Some(quote @ ('\'' | '"')) => quoted(text, quote),
        _ => Some(unquoted(text)),
    }
}

fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return text
                .get(at + quote.len_utf8()..)
                .map(|after| (value, after));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let (_, escaped) = chars.next()?;
        match (quote, escaped) {
            (_, '\\' | '\'') | ('"', '"') => value.push(escaped),
            ('"', 'n') => value.push('\n'),
            ('"', 'r') => value.push('\r'),
            ('"', 't') => value.push('\t'),
            ('"', 'a') => value.push('\u{7}'),
            ('"', 'b') => value.push('\u{8}'),
            ('"', 'f') => value.push('\u{c}'),
            ('"', 'v') => value.push('\u{b}'),
            _ => value.extend(['\\', escaped]),
        }
    }
    None
}

fn unquoted(text: &str) -> (String, &str) {
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    let (line, after) = text.split_at(end);
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| {
        line.get(..*at)
            .is_some_and(|head| head.ends_with(char::is_whitespace))
    });
    let value = comment.and_then(|at| line.get(..at)).unwrap_or(line);
    (value.trim_end().to_owned(), after)
}

/// Blanks, perhaps a comment, then the end of the line.
fn end_of_line(text: &str) -> Option<&str> {
    let text = text.trim_start_matches(is_blank);
    let end = text.find('\n').unwrap_or(text.len());
    let (line, after) = text.split_at(end);
    let line = line.trim_end_matches('\r');
    (line.is_empty() || line.starts_with('#')).then(|| after.strip_prefix('\n').unwrap_or(after))
}

/// Replaces `${NAME}` and `${NAME:-default}`; a name that is not known becomes the default, or
/// nothing.
fn interpolate(value: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = value;
    while let Some((head, after)) = rest.split_once("${") {
        let Some((inside, tail)) = after.split_once('}') else {
            break;
        };
        let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
        out.push_str(head);
        out.push_str(&lookup(name).unwrap_or_else(|| default.to_owned()));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_quoted_value_reads_back_as_itself(value in prop_oneof![any::<String>(), "[a-z\\\\'\"#\r\n =]{0,20}"]) {
            prop_assume!(!value.contains("${"));
            for (quote, escaped) in [('\'', "\\'"), ('"', "\\\"")] {
                let inside = value.replace('\\', "\\\\").replace(quote, escaped);
                let text = format!("A=1\nP={quote}{inside}{quote} # end\nB=2\n");
                let expected = [("A", "1"), ("P", value.as_str()), ("B", "2")];
                let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
                prop_assert_eq!(parse(&text, |_| None), (expected.to_vec(), Vec::new()));
            }
        }

        #[test]
        fn any_file_is_read_line_by_line(text in prop_oneof![any::<String>(), "[A-C='\"#${}:\\\\ \n\r-]{0,80}"]) {
            let (pairs, unreadable) = parse(&text, |name| Some(name.to_owned()));
            let lines = text.lines().count() + 1;
            prop_assert!(pairs.len() + unreadable.len() <= lines);
            prop_assert!(unreadable.iter().all(|line| (1..=lines).contains(line)));
        }
    }

    fn read(text: &str) -> Vec<(String, String)> {
        parse(text, |name| (name == "HOME").then(|| "/home/x".to_owned())).0
    }

    fn one(text: &str) -> String {
        read(text).pop().map(|(_, value)| value).unwrap()
    }

    /// Every right-hand side is what python-dotenv 1.2.2 returned for the same text.
    #[test]
    fn values_are_what_python_dotenv_returns() {
        for (text, expected) in [
            ("P=pa$$word#1", "pa$$word#1"),
            ("P=$2y$10$abc", "$2y$10$abc"),
            ("P=abc def", "abc def"),
            ("P=abc # comment", "abc"),
            ("P=abc#no comment", "abc#no comment"),
            ("P = spaced ", "spaced"),
            ("export P=x", "x"),
            ("P='a # b'", "a # b"),
            ("P='it\\'s'", "it's"),
            ("P='a\\nb'", "a\\nb"),
            ("P=\"a\\nb\"", "a\nb"),
            ("P=\"a\nb\" # c", "a\nb"),
            ("P=C:\\school\\new", "C:\\school\\new"),
            ("P=", ""),
            ("P=${HOME}/x", "/home/x/x"),
            ("P=${NONE:-d}", "d"),
            ("P=${NONE}", ""),
            ("A=1\nP=${A}2", "12"),
            ("P=x\r\n", "x"),
            ("P=école", "école"),
            ("P='${HOME}'", "/home/x"),
            ("P\u{a0}=\u{a0}x\u{a0}", "x"),
        ] {
            assert_eq!(one(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_told_by_its_line() {
        let (pairs, unreadable) = parse("A=1\n\n'x\nB=2\nC='open\n", |_| None);
        assert_eq!(pairs, [("A".into(), "1".into()), ("B".into(), "2".into())]);
        assert_eq!(unreadable, [3, 5]);
    }
}
