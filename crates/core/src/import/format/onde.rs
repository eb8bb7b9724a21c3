//! ONDE (first degree): the extraction of `responsables`, with several children in one row, and that
//! of the pupils, joined by name and class.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::fold::{name_key, names_key};
use super::super::remark::{Genre, Remarks};
use super::super::source::{File, Source};
use super::super::table::Row;
use super::Table;

/// A pupil of the other extraction.
struct Pupil {
    key: String,
    ine: String,
    nom: String,
    prenom: String,
    classe_id: String,
    classe: String,
    niveau: String,
}

pub(super) fn entries(source: &Source, remarks: &mut Remarks) -> Result<Vec<Entry>, String> {
    let file = source
        .named("responsable")
        .or(source.files.first())
        .ok_or("aucun fichier")?;
    let table = Table::of(file)?;
    if table.places("nomresponsable").is_empty() {
        return Err("ce n'est pas l'extraction des responsables d'ONDE : la colonne « Nom responsable » manque".to_owned());
    }
    let is_other = |other: &&File| other.key != file.key && other.key.contains("eleve");
    let pupils = if let Some(file) = source.files.iter().find(is_other) {
        pupils(&Table::of(file)?)
    } else {
        let text = "l'extraction des élèves manque à côté : classes par leur nom, élèves sans INE";
        remarks.line(0, Genre::Manque, text);
        Vec::new()
    };
    let mut entries = Vec::new();
    for row in table
        .rows
        .iter()
        .filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()))
    {
        let parent = parent(&table, row, remarks);
        entries.extend(parent.with_each(children(&table, row), |entry, child| {
            say(entry, &child, &pupils, remarks);
        }));
    }
    Ok(entries)
}

fn parent(table: &Table, row: &Row, remarks: &mut Remarks) -> Entry {
    let mut entry = Entry::foreign(row.line);
    for (column, names) in [
        (
            Column::Nom,
            &[
                "nomresponsable",
                "nomdefamilleresponsable",
                "nomusageresponsable",
            ][..],
        ),
        (Column::Prenom, &["prenomresponsable"]),
        (
            Column::Telephone,
            &["telephoneportable", "telephonedomicile"],
        ),
        (Column::Email, &["courriel", "mail", "email"]),
    ] {
        entry.say(column, table.get(row, names), remarks);
    }
    entry
}

/// Name, first name and class of each child of a row.
fn children(table: &Table, row: &Row) -> Vec<[String; 3]> {
    let cell = |places: &[usize], n: usize| {
        let place = places.get(n).and_then(|place| row.cells.get(*place));
        place.map(|cell| cell.trim().to_owned()).unwrap_or_default()
    };
    let names = table.places("nomdefamilleenfant");
    let used = table.places("nomdusageenfant");
    let first_names = table.places("prenomenfant");
    let classes = table.places("classesenfants");
    let child = |n| {
        let family = cell(&names, n);
        let nom = if family.is_empty() {
            cell(&used, n)
        } else {
            family
        };
        [nom, cell(&first_names, n), cell(&classes, n)]
    };
    let children = (0..first_names.len()).map(child);
    children
        .filter(|[nom, prenom, _]| !nom.is_empty() || !prenom.is_empty())
        .collect()
}

fn pupils(table: &Table) -> Vec<Pupil> {
    let pupil = |row: &Row| {
        let get = |names: &[&str]| table.get(row, names).to_owned();
        let (nom, prenom) = (
            get(&["nomeleve", "nomdefamilleeleve", "nomdusageeleve", "nom"]),
            get(&["prenomeleve", "prenom"]),
        );
        Pupil {
            key: names_key(Some(&nom), Some(&prenom)),
            ine: get(&["ine"]),
            nom,
            prenom,
            classe_id: get(&["identifiantclasse"]),
            classe: get(&["libelleclasse"]),
            niveau: get(&["niveau"]),
        }
    };
    table.rows.iter().map(pupil).collect()
}

/// The pupil of that name; of several, the one whose class the other extraction names.
fn say(
    entry: &mut Entry,
    [nom, prenom, classe]: &[String; 3],
    pupils: &[Pupil],
    remarks: &mut Remarks,
) {
    let key = names_key(Some(nom), Some(prenom));
    let named: Vec<&Pupil> = pupils.iter().filter(|pupil| pupil.key == key).collect();
    let said = name_key(classe);
    let in_class = |pupil: &&&Pupil| {
        let label = name_key(&pupil.classe);
        let level = name_key(&pupil.niveau);
        !said.is_empty()
            && (label == said
                || said.contains(&label)
                || (!level.is_empty() && said.contains(&level)))
    };
    let found = match named.as_slice() {
        [one] => Some(one),
        several => several.iter().find(in_class),
    };
    if found.is_none() && !pupils.is_empty() {
        let text = "élève absent de l'extraction des élèves, ou plusieurs du même nom : classe par son nom";
        remarks.cell(entry.line, Column::EtudiantNom, Genre::Manque, text, nom);
    }
    let nothing = String::new();
    let [ine, nom, prenom, classe_id, classe] = match found {
        Some(pupil) => [
            &pupil.ine,
            &pupil.nom,
            &pupil.prenom,
            &pupil.classe_id,
            &pupil.classe,
        ],
        None => [&nothing, nom, prenom, &nothing, classe],
    };
    for (column, value) in [
        (Column::EtudiantId, ine),
        (Column::EtudiantNom, nom),
        (Column::EtudiantPrenom, prenom),
        (Column::ClasseId, classe_id),
        (Column::Classe, classe),
    ] {
        entry.say(column, value, remarks);
    }
}
