//! What people type, paste and export: the letters that can be seen, in their plain form.

/// Without what cannot be seen (byte order marks, marks of direction, joiners), with one kind of
/// blank and of line break, and full-width letters (U+FF01 to U+FF5E) as the ASCII ones they mean.
/// The ends are trimmed.
pub(crate) fn visible(typed: &str) -> String {
    let seen: String = typed
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(plain)
        .collect();
    seen.trim().to_owned()
}

fn plain(letter: char) -> char {
    match letter {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        letter if letter.is_whitespace() => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - 0xff01 + 0x21).unwrap_or(letter)
        }
        letter => letter,
    }
}

/// Unicode's format characters, variation selectors and fillers (general category Cf, and what is
/// drawn as nothing).
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\0'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_cannot_be_seen_is_not_there() {
        for (typed, seen) in [
            ("\u{feff}awa@exemple.fr\u{200b}", "awa@exemple.fr"),
            ("\u{202d}06 12\u{202c}", "06 12"),
            (
                "06\u{a0}12\u{202f}34\u{2009}56\u{3000}78\t",
                "06 12 34 56 78",
            ),
            ("０６＠．", "06@."),
            ("un\r\ndeux", "un\n\ndeux"),
        ] {
            assert_eq!(visible(typed), seen, "{typed:?}");
        }
    }
}
