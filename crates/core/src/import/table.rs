//! Text to rows of cells, numbered as a spreadsheet numbers them: blank lines count, and a cell with
//! line breaks is in one row.

/// A row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    /// From 1.
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
    /// Whether a quotation mark in it is never closed: it was read as a sign.
    pub(super) open: bool,
}

/// A cell in quotes that is longer than this was never closed.
const QUOTED_MAX: usize = 10_000;

/// More cells than this are no row of a directory.
const CELLS_MAX: usize = 1000;

/// All rows; those without anything too.
pub(super) fn rows(text: &str) -> Vec<Row> {
    let (text, said) = separator_line(text);
    let mut splitter = Splitter {
        separator: said.unwrap_or_else(|| guessed(text)),
        rest: text,
        open: false,
    };
    let mut rows = Vec::new();
    let mut line = 0;
    while !splitter.rest.is_empty() {
        line += 1;
        let cells = splitter.row();
        let open = std::mem::take(&mut splitter.open);
        rows.push(Row { line, cells, open });
    }
    rows
}

/// Excel's own `sep=;` line, which it reads and does not show.
fn separator_line(text: &str) -> (&str, Option<char>) {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    let word = first.trim().trim_matches('"');
    let Some(said) = word
        .get(..4)
        .filter(|head| head.eq_ignore_ascii_case("sep="))
        .and_then(|_| word.get(4..))
    else {
        return (text, None);
    };
    // A tab may have been trimmed away.
    let separator = said.chars().next().unwrap_or('\t');
    let rest = rest.strip_prefix('\r').unwrap_or(rest);
    (rest.strip_prefix('\n').unwrap_or(rest), Some(separator))
}

/// What the first line that has something is cut with most often.
fn guessed(text: &str) -> char {
    let first = text
        .split(['\n', '\r'])
        .find(|line| !line.trim().is_empty());
    let mut quoted = false;
    let mut counts = [(';', 0), ('\t', 0), (',', 0), ('|', 0)];
    for letter in first.unwrap_or_default().chars() {
        quoted ^= letter == '"';
        for (separator, count) in &mut counts {
            *count += i32::from(!quoted && letter == *separator);
        }
    }
    // Of equal ones the first: `Nom, prénom;Classe`.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    best.map_or(';', |(separator, _)| *separator)
}

struct Splitter<'t> {
    separator: char,
    rest: &'t str,
    open: bool,
}

impl Splitter<'_> {
    fn row(&mut self) -> Vec<String> {
        let mut cells = Vec::new();
        loop {
            let cell = self.cell();
            if cells.len() < CELLS_MAX {
                cells.push(cell);
            }
            let mut rest = self.rest.chars();
            let end = rest.next();
            self.rest = rest.as_str();
            if end == Some('\r') {
                self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
            }
            if end != Some(self.separator) {
                return cells;
            }
        }
    }

    /// Up to what ends the cell, which stays.
    fn cell(&mut self) -> String {
        let quoted = self.rest.trim_start_matches(' ').strip_prefix('"');
        match quoted.map(unquoted) {
            Some(Some((mut cell, rest))) => {
                self.rest = rest;
                cell.push_str(self.plain());
                cell
            }
            Some(None) => {
                self.open = true;
                self.plain().to_owned()
            }
            None => self.plain().to_owned(),
        }
    }

    fn plain(&mut self) -> &str {
        let ends = |c: char| c == self.separator || c == '\n' || c == '\r';
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell
    }
}

/// What stands up to the closing quotation mark, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('"')?;
        cell.push_str(part);
        if cell.len() > QUOTED_MAX {
            return None;
        }
        match after.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None => return Some((cell, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u64, Vec<String>)> {
        rows(text)
            .into_iter()
            .map(|row| (row.line, row.cells))
            .collect()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn lines_are_numbered_as_a_spreadsheet_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "\"1\n2\";x", "", "3;\"y \"\"z\"\"\"", ""].join(end);
            let expected = [
                row(1, &["a", "b"]),
                row(2, &["1\n2", "x"]),
                row(3, &[""]),
                row(4, &["3", "y \"z\""]),
            ];
            assert_eq!(cells(&text), expected, "{end:?}");
        }
    }

    #[test]
    fn a_line_that_names_the_separator_is_passed_over() {
        for head in ["sep=;", "\"sep=;\"", "SEP=;"] {
            let text = format!("{head}\r\na,b;c\r\n");
            assert_eq!(cells(&text), [row(1, &["a,b", "c"])]);
        }
        assert_eq!(cells("sep=,\na;b,c"), [row(1, &["a;b", "c"])]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_a_sign() {
        let read = rows("a;b\n\"x;y\nz;t");
        assert_eq!(read.len(), 3);
        assert!(read[1].open && read[1].cells == ["\"x", "y"]);
        assert_eq!(cells("a;Jean \"Jo\" D"), [row(1, &["a", "Jean \"Jo\" D"])]);
    }
}
