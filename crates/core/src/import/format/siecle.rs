//! SIECLE (BEE): ResponsablesAvecAdresses.xml with ElevesAvecAdresses.xml.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::remark::{Genre, Remarks};
use super::super::source::Source;
use super::xml::{self, Node};
use std::collections::BTreeMap;

const NOT_SIECLE: &str = "c'est un fichier XML d'un autre programme que SIECLE, ou une autre extraction : il faut ResponsablesAvecAdresses.xml";

pub(super) fn entries(source: &Source, remarks: &mut Remarks) -> Result<Vec<Entry>, String> {
    let file = source
        .named("responsable")
        .or(source.files.first())
        .ok_or(NOT_SIECLE)?;
    let text = xml::decoded(&file.bytes);
    let nodes = xml::nodes(&text, &["PERSONNE", "RESPONSABLE_ELEVE"])?;
    let persons: Vec<&Node> = nodes
        .iter()
        .filter(|node| node.name == "PERSONNE")
        .collect();
    if persons.is_empty() {
        return Err(NOT_SIECLE.to_owned());
    }
    let pupils = match source.named("eleve") {
        Some(file) if !file.key.contains("responsable") => {
            Pupils::read(&xml::decoded(&file.bytes))?
        }
        _ => {
            let text =
                "ElevesAvecAdresses.xml manque à côté : les élèves sont repris sans nom ni classe";
            remarks.line(0, Genre::Manque, text);
            Pupils::default()
        }
    };
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for link in nodes.iter().filter(|node| node.name == "RESPONSABLE_ELEVE") {
        let of_it = children.entry(link.get(&["PERSONNE_ID"])).or_default();
        of_it.push(link.get(&["ELEVE_ID"]));
    }
    let mut entries = Vec::new();
    for node in persons {
        let person = person(node, remarks);
        let named = children.get(node.get(&["PERSONNE_ID"]));
        entries.extend(
            person.with_each(named.into_iter().flatten(), |entry, child| {
                pupils.say(entry, child, remarks);
            }),
        );
    }
    Ok(entries)
}

fn person(node: &Node, remarks: &mut Remarks) -> Entry {
    let mut entry = Entry::foreign(node.line);
    for (column, names) in [
        (Column::ParentId, &["PERSONNE_ID"][..]),
        (Column::Nom, &["NOM_DE_FAMILLE", "NOM_USAGE", "NOM"]),
        (Column::Prenom, &["PRENOM"]),
        (Column::Telephone, &["TEL_PORTABLE", "TEL_PERSONNEL"]),
        (Column::Email, &["MEL"]),
        (Column::NotificationsSms, &["ACCEPTE_SMS"]),
    ] {
        entry.say(column, node.get(names), remarks);
    }
    entry
}

#[derive(Default)]
struct Pupils {
    names: BTreeMap<String, (String, String)>,
    /// The division (`TYPE_STRUCTURE` D) of each pupil; groups (G) are none.
    divisions: BTreeMap<String, String>,
    year: String,
}

impl Pupils {
    fn read(text: &str) -> Result<Self, String> {
        let mut pupils = Self::default();
        for node in xml::nodes(
            text,
            &["ANNEE_SCOLAIRE", "ELEVE", "STRUCTURE", "PARAMETRES"],
        )? {
            let id = node.get(&["ELEVE_ID"]).to_owned();
            match node.name.as_str() {
                "ELEVE" => {
                    let nom = node.get(&["NOM_DE_FAMILLE", "NOM_USAGE", "NOM"]).to_owned();
                    pupils
                        .names
                        .insert(id, (nom, node.get(&["PRENOM"]).to_owned()));
                }
                "STRUCTURE" if node.get(&["TYPE_STRUCTURE"]) == "D" => {
                    let division = node.get(&["CODE_STRUCTURE"]).to_owned();
                    pupils.divisions.entry(id).or_insert(division);
                }
                "PARAMETRES" => {
                    // 2026 is the year that begins then.
                    let begin = node.get(&["ANNEE_SCOLAIRE"]).parse::<u16>();
                    pupils.year = begin
                        .map(|begin| format!("{begin}-{}", begin.saturating_add(1)))
                        .unwrap_or_default();
                }
                _ => {}
            }
        }
        Ok(pupils)
    }

    fn say(&self, entry: &mut Entry, id: &str, remarks: &mut Remarks) {
        entry.say(Column::EtudiantId, id, remarks);
        if let Some((nom, prenom)) = self.names.get(id) {
            entry.say(Column::EtudiantNom, nom, remarks);
            entry.say(Column::EtudiantPrenom, prenom, remarks);
        }
        if let Some(division) = self.divisions.get(id) {
            entry.say(Column::Classe, division, remarks);
            entry.say(Column::AnneeScolaire, &self.year, remarks);
        }
    }
}
