//! Texts as they are compared: offices write one name in many ways.

/// Small letters and digits alone, without accents: `N° élève` is `neleve`, and `Jean-Paul` is
/// `JEAN PAUL`.
pub(super) fn name_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => key.push('a'),
            'ç' => key.push('c'),
            'è' | 'é' | 'ê' | 'ë' => key.push('e'),
            'ì' | 'í' | 'î' | 'ï' => key.push('i'),
            'ñ' => key.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => key.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => key.push('u'),
            'ý' | 'ÿ' => key.push('y'),
            'œ' => key.push_str("oe"),
            'æ' => key.push_str("ae"),
            'º' | 'ª' | '\u{300}'..='\u{36f}' => {}
            other if other.is_alphanumeric() => key.push(other),
            _ => {}
        }
    }
    key
}

/// The same of a class: « 5ème B » is « 5e B ».
pub(super) fn classe_key(nom: &str) -> String {
    let key = name_key(nom);
    let level = key.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = &key[..key.len() - level.len()];
    let rest = level
        .strip_prefix("eme")
        .or_else(|| level.strip_prefix("ieme"));
    match rest {
        Some(rest) if !digits.is_empty() => format!("{digits}e{rest}"),
        _ => key,
    }
}

/// Two names as they are compared, such as family and first name; one that is not said is empty.
pub(super) fn names_key(nom: Option<&str>, other: Option<&str>) -> String {
    let [nom, other] = [nom, other].map(|name| name_key(name.unwrap_or_default()));
    format!("{nom} {other}")
}

#[cfg(test)]
mod tests {
    use super::{classe_key, name_key};

    #[test]
    fn a_class_is_the_same_however_its_level_is_written() {
        for text in ["5e B", "5ème B", "5EME B", "5eB", "5 ième b"] {
            assert_eq!(classe_key(text), "5eb", "{text}");
        }
        assert_ne!(classe_key("CM2 ème"), classe_key("CM2 e"));
        assert_eq!(classe_key("ème"), "eme");
    }

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        for (text, key) in [
            ("N° élève", "neleve"),
            ("Téléphone portable", "telephoneportable"),
            ("E-mail 1 - Value", "email1value"),
            ("LECŒUR", "lecoeur"),
            ("Jean-Paul", "jeanpaul"),
            ("e\u{301}te\u{301}", "ete"),
            ("6e A", "6ea"),
        ] {
            assert_eq!(name_key(text), key);
        }
    }
}
