//! What an import says, in both languages. (Remarks on cells are for the office, in French.)

use crate::cli::Import;
use crate::output::{either, plural};
use messages_core::config::Lang;
use messages_core::import::Imported;

/// Remarks on the terminal; the report has them all.
const SHOWN: usize = 20;

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// `1 parent`, `2 parents`; English counts zero as many.
fn count(lang: Lang, n: usize, french: [&str; 2], english: [&str; 2]) -> String {
    let ([one, many], [single, several]) = (french, english);
    match (lang, n) {
        (Lang::Fr, _) => plural(number(n), one, many),
        (Lang::En, 0) => format!("0 {several}"),
        (Lang::En, _) => plural(number(n), single, several),
    }
}

fn parents(lang: Lang, n: usize) -> String {
    count(lang, n, ["parent", "parents"], ["parent", "parents"])
}

/// The whole answer.
pub(super) fn sentences(lang: Lang, asked: &Import, imported: &Imported) -> Vec<String> {
    let mut lines = Vec::new();
    if imported.essai {
        let trial = either(
            lang,
            "ESSAI : rien n'est écrit.",
            "TRIAL: nothing is written.",
        );
        lines.push(trial.to_owned());
    }
    lines.extend(left_out(lang, asked, imported));
    lines.push(taken(lang, imported));
    for (without, what) in [
        (
            imported.sans_telephone,
            either(lang, "numéro de téléphone", "telephone number"),
        ),
        (
            imported.sans_email,
            either(lang, "adresse e-mail", "email address"),
        ),
    ] {
        let who = parents(lang, without);
        match lang {
            _ if without == 0 => {}
            Lang::Fr => lines.push(format!("À savoir : {who} sans {what} utilisable.")),
            Lang::En => lines.push(format!("To know: {who} without a usable {what}.")),
        }
    }
    lines.extend(without_email(lang, imported.sans_notifications_email));
    lines.extend(remarks(lang, imported));
    lines
}

fn taken(lang: Lang, imported: &Imported) -> String {
    let begin = match (lang, imported.essai) {
        (Lang::Fr, true) => "Serait importé :",
        (Lang::Fr, false) => "Importé :",
        (Lang::En, true) => "Would be imported:",
        (Lang::En, false) => "Imported:",
    };
    format!(
        "{begin} {}, {}, {}.",
        parents(lang, imported.parents),
        count(
            lang,
            imported.etudiants,
            ["élève", "élèves"],
            ["pupil", "pupils"]
        ),
        count(
            lang,
            imported.classes,
            ["classe", "classes"],
            ["class", "classes"]
        ),
    )
}

fn without_email(lang: Lang, n: usize) -> Option<String> {
    let who = match (lang, n) {
        (_, 0) => return None,
        (Lang::Fr, 1) => "1 parent ne reçoit".to_owned(),
        (Lang::Fr, n) => format!("{n} parents ne reçoivent"),
        (Lang::En, 1) => "1 parent gets".to_owned(),
        (Lang::En, n) => format!("{n} parents get"),
    };
    Some(match lang {
        Lang::Fr => format!(
            "À savoir : {who} pas d'e-mail, car ni le fichier ni l'annuaire ne disent oui ; `--notifications-email oui` le dit pour tout le fichier."
        ),
        Lang::En => format!(
            "To know: {who} no email, for neither the file nor the directory says yes; `--notifications-email oui` says it for the whole file."
        ),
    })
}

/// Who of the directory is not in the file.
fn left_out(lang: Lang, asked: &Import, imported: &Imported) -> Option<String> {
    let n = imported.absents;
    if n == 0 {
        return None;
    }
    if !asked.complet {
        return Some(match (lang, n) {
            (Lang::Fr, 1) => "1 parent de l'annuaire n'est pas dans ce fichier : il reste destinataire ; `import --complet` le retire.".to_owned(),
            (Lang::Fr, _) => format!(
                "{n} parents de l'annuaire ne sont pas dans ce fichier : ils restent destinataires ; `import --complet` les retire."
            ),
            (Lang::En, _) => format!(
                "{} of the directory not in this file: still recipients; `import --complet` takes them out.",
                parents(lang, n)
            ),
        });
    }
    let warning = if imported.essai && imported.plus_du_tiers && !asked.oui {
        either(
            lang,
            " Plus d'un tiers : il faudra ajouter --oui.",
            " More than a third: --oui will have to be added.",
        )
    } else {
        ""
    };
    Some(gone(lang, n, imported.presents) + warning)
}

fn gone(lang: Lang, n: usize, presents: usize) -> String {
    let (who, all) = (
        parents(lang, n),
        count(
            lang,
            presents,
            ["destinataire", "destinataires"],
            ["recipient", "recipients"],
        ),
    );
    match (lang, n) {
        (Lang::Fr, 1) => format!(
            "{who} de l'annuaire (sur {all}) n'est pas dans ce fichier : plus rien ne lui est envoyé ; l'historique reste."
        ),
        (Lang::Fr, _) => format!(
            "{who} de l'annuaire (sur {all}) ne sont pas dans ce fichier : plus rien ne leur est envoyé ; l'historique reste."
        ),
        (Lang::En, _) => format!(
            "{who} of the directory (of {all}) not in this file: nothing is sent to them any more; the history stays."
        ),
    }
}

fn remarks(lang: Lang, imported: &Imported) -> Vec<String> {
    let all = imported.remarques.len() + imported.autres_remarques;
    if all == 0 {
        return Vec::new();
    }
    let head = count(lang, all, ["remarque", "remarques"], ["remark", "remarks"]);
    let mut lines = vec![match lang {
        Lang::Fr => format!("À regarder ({head}) :"),
        Lang::En => format!("To be looked at ({head}):"),
    }];
    let shown = imported.remarques.iter().take(SHOWN);
    lines.extend(shown.map(|remarque| format!("  {remarque}")));
    if all > SHOWN {
        let more = count(lang, all - SHOWN, ["autre", "autres"], ["more", "more"]);
        lines.push(match lang {
            Lang::Fr => {
                format!("  … et {more} ; --rapport FICHIER.csv les donne avec les cellules.")
            }
            Lang::En => format!("  … and {more}; --rapport FILE.csv has them with their cells."),
        });
    }
    lines
}
