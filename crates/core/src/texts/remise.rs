//! What is said of an envoi that left and did not arrive.

use crate::config::Lang;
use crate::vocabulary::Canal;

/// Why it did not arrive, such as `n'est pas arrivé : boîte pleine (5.2.2)`. Of codes those of RFC 3463 say
/// something to people.
#[must_use]
pub fn undelivered(lang: Lang, canal: Canal, code: Option<&str>) -> String {
    let begin = match lang {
        Lang::Fr => "n'est pas arrivé",
        Lang::En => "did not arrive",
    };
    let why = code.filter(|_| canal == Canal::Email).and_then(reason);
    let why = why.map(|(fr, en)| match lang {
        Lang::Fr => format!(" : {fr}"),
        Lang::En => format!(": {en}"),
    });
    let code = code.map(|code| format!(" ({code})"));
    [Some(begin.to_owned()), why, code]
        .into_iter()
        .flatten()
        .collect()
}

/// In French and in English.
fn reason(code: &str) -> Option<(&'static str, &'static str)> {
    let (_, detail) = code.split_once('.')?;
    Some(match detail {
        "1.1" | "1.6" | "1.10" => ("cette adresse n'existe pas", "there is no such address"),
        "1.2" | "1.8" | "4.4" => ("ce domaine n'existe pas", "there is no such domain"),
        "1.3" => ("cette adresse n'en est pas une", "this is no address"),
        "2.1" => ("cette boîte est fermée", "this mailbox is closed"),
        "2.2" => ("boîte pleine", "mailbox full"),
        "2.3" | "3.4" => ("message trop grand", "message too large"),
        "4.1" | "4.2" | "4.7" => (
            "la messagerie ne répond pas",
            "the mail server does not answer",
        ),
        _ if detail.starts_with("7.") => (
            "refusé par la messagerie du destinataire",
            "refused by the recipient's mail server",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_said() {
        for (canal, code, said) in [
            (Canal::Email, None, "n'est pas arrivé"),
            (
                Canal::Email,
                Some("5.2.2"),
                "n'est pas arrivé : boîte pleine (5.2.2)",
            ),
            (Canal::Email, Some("5.9.9"), "n'est pas arrivé (5.9.9)"),
            (
                Canal::Email,
                Some("5.7.26"),
                "n'est pas arrivé : refusé par la messagerie du destinataire (5.7.26)",
            ),
            (Canal::Sms, Some("30005"), "n'est pas arrivé (30005)"),
        ] {
            assert_eq!(undelivered(Lang::Fr, canal, code), said);
        }
        assert_eq!(
            undelivered(Lang::En, Canal::Email, Some("4.4.7")),
            "did not arrive: the mail server does not answer (4.4.7)"
        );
    }
}
