//! `JWT_SCOPES`: what the web app's tokens may, by what they say of their user.

use super::Vars;
use crate::vocabulary::Portee;

/// What a token may whose claim has this value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The claim and its value; none: every token.
    pub claim: Option<(String, String)>,
    /// What it may.
    pub portees: Vec<Portee>,
}

const NAME: &str = "JWT_SCOPES";

/// Rules such as `role=direction:lecture,ecriture,envoi; *:lecture`; none when there is no such setting.
pub(super) fn read(vars: &mut Vars) -> Option<Vec<Right>> {
    let text = vars.text(NAME)?;
    let rules = text
        .split(';')
        .map(str::trim)
        .filter(|rule| !rule.is_empty());
    let read: Result<Vec<Right>, String> = rules.map(right).collect();
    match read {
        Ok(rights) => Some(rights),
        Err(fault) => {
            vars.fault(NAME, fault);
            None
        }
    }
}

fn right(rule: &str) -> Result<Right, String> {
    let wrong = || {
        format!(
            "« {rule} » ne convient pas, il faut des règles comme role=direction:lecture,ecriture,envoi séparées par des points-virgules (« * » pour tout jeton)"
        )
    };
    let (whose, words) = rule.rsplit_once(':').ok_or_else(wrong)?;
    let claim = match whose.trim() {
        "*" => None,
        whose => {
            let (name, value) = whose.split_once('=').ok_or_else(wrong)?;
            let (name, value) = (name.trim(), value.trim());
            if name.is_empty() || value.is_empty() {
                return Err(wrong());
            }
            Some((name.to_owned(), value.to_owned()))
        }
    };
    let portees = words.split(',').map(|word| portee(word.trim()));
    Ok(Right {
        claim,
        portees: portees.collect::<Result<_, _>>()?,
    })
}

fn portee(word: &str) -> Result<Portee, String> {
    word.parse().map_err(|_unknown| {
        let known: Vec<&str> = Portee::ALL.iter().map(|portee| portee.as_str()).collect();
        format!("« {word} » n'est pas une portée : {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_of(text: &str) -> (Option<Vec<Right>>, String) {
        let mut vars = Vars::from_pairs([(NAME.to_owned(), text.to_owned())]);
        let rights = read(&mut vars);
        let faults = vars.finish(&[NAME]).err();
        (
            rights,
            faults.map_or_else(String::new, |faults| faults.to_string()),
        )
    }

    #[test]
    fn rules_name_a_claim_its_value_and_scopes() {
        let (rights, faults) = read_of(
            " role=direction : lecture, ecriture,envoi; role = enseignant:lecture;*:supervision ;",
        );
        assert_eq!(faults, "");
        let of = |name: &str, value: &str| Some((name.to_owned(), value.to_owned()));
        let expected = [
            (
                of("role", "direction"),
                vec![Portee::Lecture, Portee::Ecriture, Portee::Envoi],
            ),
            (of("role", "enseignant"), vec![Portee::Lecture]),
            (None, vec![Portee::Supervision]),
        ];
        let expected = expected.map(|(claim, portees)| Right { claim, portees });
        assert_eq!(rights.unwrap(), expected);
    }

    #[test]
    fn a_wrong_rule_is_named() {
        for (text, part) in [
            ("role=direction", "« role=direction » ne convient pas"),
            ("direction:lecture", "« direction:lecture » ne convient pas"),
            ("=x:lecture", "ne convient pas"),
            (
                "role=a:lecture,tout",
                "« tout » n'est pas une portée : lecture, ecriture",
            ),
            ("role=a:", "n'est pas une portée"),
        ] {
            let (rights, faults) = read_of(text);
            assert_eq!(rights, None);
            assert!(
                faults.starts_with("JWT_SCOPES : ") && faults.contains(part),
                "{faults}"
            );
        }
    }
}
