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

/// Two names as they are compared, such as family and first name; one that is not said is empty.
pub(super) fn names_key(nom: Option<&str>, other: Option<&str>) -> String {
    let [nom, other] = [nom, other].map(|name| name_key(name.unwrap_or_default()));
    format!("{nom} {other}")
}

#[cfg(test)]
mod tests {
    use super::name_key;

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
