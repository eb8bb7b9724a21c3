//! Directories as offices have them, taken over whole.

mod files;
mod formats;
mod leaving;
mod silence;

use crate::harness::School;
use messages_core::import::{self, Error, Imported, Options, Source};

/// The columns of the project's own table.
pub(crate) const HEAD: &str = "parent_id;nom;prenom;telephone;email;notifications_sms;notifications_email;etudiant_id;etudiant_nom;etudiant_prenom;classe_id;classe\n";

fn try_import(school: &School<'_>, source: &Source, options: Options) -> Result<Imported, Error> {
    import::import(&mut school.conn(), source, &options)
}

fn import_bytes(school: &School<'_>, bytes: impl Into<Vec<u8>>) -> Imported {
    try_import(
        school,
        &Source::of("annuaire.csv", bytes),
        Options::default(),
    )
    .unwrap()
}

/// Lines below [`HEAD`].
fn import_lines(school: &School<'_>, lines: &str) -> Imported {
    import_bytes(school, format!("{HEAD}{lines}"))
}

/// `line column kind` of each remark.
fn told(imported: &Imported) -> Vec<String> {
    let word = |remarque: &import::Remarque| {
        let genre = remarque.genre.as_str();
        format!("{} {} {genre}", remarque.ligne, remarque.colonne)
    };
    imported.remarques.iter().map(word).collect()
}

/// `id nom prenom telephone email sms email` of the parents.
fn parents(school: &School<'_>) -> Vec<String> {
    school.database.texts(
        "SELECT id || '|' || nom || '|' || prenom || '|' || telephone || '|' || email || '|'
                || CASE WHEN notifications_sms THEN 'oui' ELSE 'non' END || '|'
                || CASE WHEN notifications_email THEN 'oui' ELSE 'non' END AS v
           FROM parents ORDER BY id",
    )
}

/// Names of the parents who get messages of a class.
fn class(school: &School<'_>, nom: &str) -> Vec<String> {
    school.database.texts(&format!(
        "SELECT DISTINCT p.nom AS v FROM parents p
           JOIN parents_etudiants pe ON pe.parent = p.id
           JOIN etudiants e ON e.id = pe.etudiant JOIN classes c ON c.id = e.classe
          WHERE c.nom = '{nom}' ORDER BY 1"
    ))
}
