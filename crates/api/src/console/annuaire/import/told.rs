//! What an import would do, or did, in words. (Remarks on cells are for the office, in French.)

use crate::console::words::Words;
use messages_core::import::{Imported, Remarque};
use messages_core::store::annuaire::Count;

/// Remarks that are shown; of more, the first tell what is wrong with the file.
const SHOWN: usize = 100;

/// Letters of a cell that are shown.
const CELL: usize = 60;

/// What a rehearsal told.
pub(super) struct Report {
    pub(super) rows: Vec<(&'static str, [String; 3])>,
    /// What else there is to know.
    pub(super) sentences: Vec<String>,
    /// Who leaves, or would if this were all.
    pub(super) absents: usize,
    pub(super) leaving: Option<String>,
    /// What has to be said to import it, if so many leave.
    pub(super) many: Option<String>,
    pub(super) remarks: Vec<Remark>,
    /// Remarks that are not shown.
    pub(super) more: usize,
    pub(super) empreinte: String,
}

/// Something to look at.
pub(super) struct Remark {
    pub(super) ligne: Option<u64>,
    pub(super) colonne: &'static str,
    pub(super) texte: String,
    pub(super) cellule: String,
}

impl From<Remarque> for Remark {
    fn from(one: Remarque) -> Self {
        Self {
            ligne: Some(one.ligne).filter(|ligne| *ligne > 0),
            colonne: one.colonne,
            texte: one.texte,
            cellule: one.cellule.chars().take(CELL).collect(),
        }
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn parents(words: Words, n: usize) -> String {
    words.n(number(n), "parent|parents", "parent|parents")
}

impl Report {
    pub(super) fn of(words: Words, imported: Imported, complet: bool, empreinte: String) -> Self {
        let all = imported.remarques.len() + imported.autres_remarques;
        Self {
            rows: rows(words, &imported),
            sentences: sentences(words, &imported),
            absents: imported.absents,
            leaving: leaving(words, &imported, complet),
            many: (complet && imported.plus_du_tiers).then(|| many(words, &imported)),
            more: all.saturating_sub(SHOWN),
            remarks: imported
                .remarques
                .into_iter()
                .take(SHOWN)
                .map(Remark::from)
                .collect(),
            empreinte,
        }
    }
}

/// What is added, changed and left as it is.
fn rows(words: Words, imported: &Imported) -> Vec<(&'static str, [String; 3])> {
    let numbers = |count: Count| {
        [count.ajoutes, count.modifies, count.inchanges].map(|n| words.number(number(n)))
    };
    let changes = imported.changements;
    vec![
        (words.t("Parents", "Parents"), numbers(changes.parents)),
        (words.t("Élèves", "Pupils"), numbers(changes.etudiants)),
        (words.t("Classes", "Classes"), numbers(changes.classes)),
        (
            words.t("Liens parent–élève", "Links of parents and pupils"),
            numbers(changes.liens),
        ),
    ]
}

fn sentences(words: Words, imported: &Imported) -> Vec<String> {
    let changes = imported.changements;
    let said = [
        (
            changes.liens_retires,
            "lien retiré : le fichier ne le donne plus.|liens retirés : le fichier ne les donne plus.",
            "link goes: the file has it no more.|links go: the file has them no more.",
        ),
        (
            changes.revenus,
            "parent revient : il avait quitté l’annuaire.|parents reviennent : ils avaient quitté l’annuaire.",
            "parent comes back, who had left the directory.|parents come back, who had left the directory.",
        ),
        (
            imported.sans_telephone,
            "parent sans numéro de téléphone utilisable.|parents sans numéro de téléphone utilisable.",
            "parent without a usable telephone number.|parents without a usable telephone number.",
        ),
        (
            imported.sans_email,
            "parent sans adresse e-mail utilisable.|parents sans adresse e-mail utilisable.",
            "parent without a usable email address.|parents without a usable email address.",
        ),
        (
            imported.sans_notifications_email,
            "parent ne recevra pas d’e-mails : ni le fichier ni l’annuaire ne disent qu’il les accepte.|parents ne recevront pas d’e-mails : ni le fichier ni l’annuaire ne disent qu’ils les acceptent.",
            "parent gets no emails: neither the file nor the directory says that they are wanted.|parents get no emails: neither the file nor the directory says that they are wanted.",
        ),
    ];
    let said = said.into_iter().filter(|(n, ..)| *n > 0);
    said.map(|(n, french, english)| words.n(number(n), french, english))
        .collect()
}

/// Who of the directory is not in the file.
fn leaving(words: Words, imported: &Imported, complet: bool) -> Option<String> {
    if imported.absents == 0 {
        return None;
    }
    let all = words.number(number(imported.presents));
    let who = words.n(
        number(imported.absents),
        "parent n’est pas dans ce fichier|parents ne sont pas dans ce fichier",
        "parent is not in this file|parents are not in this file",
    );
    let of = words.t("sur", "of");
    let then = match (complet, imported.absents) {
        (true, 1) => words.t(
            "plus rien ne lui sera envoyé ; son historique reste.",
            "nothing will be sent there any more; the history stays.",
        ),
        (true, _) => words.t(
            "plus rien ne leur sera envoyé ; leur historique reste.",
            "nothing will be sent to them any more; their history stays.",
        ),
        (false, _) => words.t(
            "rien ne change pour les absents. Si ce fichier est tout l’annuaire, cochez la case plus haut et refaites l’essai.",
            "nothing changes for the absent. If this file is the whole directory, tick the box above and rehearse again.",
        ),
    };
    Some(format!(
        "{who} ({of} {all}){} {then}",
        words.t("\u{a0}:", ":")
    ))
}

/// What a person has to say.
fn many(words: Words, imported: &Imported) -> String {
    let who = parents(words, imported.absents);
    let text = words.t(
        "Oui, c’est voulu : plus d’un tiers de l’annuaire s’en va,",
        "Yes, this is meant: more than a third of the directory leaves,",
    );
    format!("{text} {who}.")
}

/// Why it is rehearsed once more instead of imported.
pub(super) const fn again(words: Words) -> &'static str {
    words.t(
        "Rien n’est encore importé : le fichier, une case ou l’annuaire a changé depuis l’essai. Voici le nouvel essai.",
        "Nothing is imported yet: the file, a box or the directory has changed since the rehearsal. This is the new one.",
    )
}

/// What was done.
pub(super) fn done(words: Words, imported: &Imported) -> String {
    let changes = imported.changements;
    let mut parts = vec![
        words.n(
            number(imported.parents),
            "parent importé|parents importés",
            "parent imported|parents imported",
        ),
        words.n(
            number(changes.parents.ajoutes),
            "ajouté|ajoutés",
            "added|added",
        ),
        words.n(
            number(changes.parents.modifies),
            "modifié|modifiés",
            "changed|changed",
        ),
    ];
    if imported.partis > 0 {
        parts.push(words.n(
            number(imported.partis),
            "n’est plus destinataire|ne sont plus destinataires",
            "is no recipient any more|are no recipients any more",
        ));
    }
    let remarks = imported.remarques.len() + imported.autres_remarques;
    let mut told = format!("{}.", parts.join(", "));
    if remarks > 0 {
        let left = words.n(
            number(remarks),
            "remarque de l’essai reste à corriger dans le fichier.|remarques de l’essai restent à corriger dans le fichier.",
            "remark of the rehearsal is left to be mended in the file.|remarks of the rehearsal are left to be mended in the file.",
        );
        told.push(' ');
        told.push_str(&left);
    }
    told
}
