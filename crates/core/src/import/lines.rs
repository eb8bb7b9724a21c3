//! The lines of the file, checked one by one and against each other.

use super::Fault;
use crate::model::{Classe, Etudiant, Parent};
use crate::store::annuaire::{Annuaire, ID_MAX, Lien};
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: [&str; 12] = [
    "parent_id",
    "nom",
    "prenom",
    "telephone",
    "email",
    "notifications_sms",
    "notifications_email",
    "etudiant_id",
    "etudiant_nom",
    "etudiant_prenom",
    "classe_id",
    "classe",
];

/// Columns that a file may do without.
const OPTIONAL: [&str; 6] = [
    "prenom",
    "telephone",
    "email",
    "notifications_sms",
    "notifications_email",
    "etudiant_prenom",
];

/// More faults than these help nobody.
const FAULTS_MAX: usize = 50;

/// Longest value of a column.
const VALUE_MAX: usize = 255;

/// What was read so far, with the line that said it first.
pub(super) struct Lines<'k> {
    known_classes: &'k BTreeSet<i64>,
    known_parents: &'k BTreeSet<i64>,
    classes: BTreeMap<i64, (u64, Classe)>,
    etudiants: BTreeMap<i64, (u64, Etudiant)>,
    parents: BTreeMap<i64, (u64, Parent)>,
    liens: BTreeSet<(i64, i64)>,
    ordered: Vec<Lien>,
    faults: Vec<Fault>,
}

/// One line, by the names of its columns.
struct Line<'l> {
    number: u64,
    values: BTreeMap<&'static str, &'l str>,
}

impl Line<'_> {
    fn get(&self, column: &str) -> &str {
        self.values.get(column).copied().unwrap_or_default()
    }
}

impl<'k> Lines<'k> {
    pub(super) const fn new(
        known_classes: &'k BTreeSet<i64>,
        known_parents: &'k BTreeSet<i64>,
    ) -> Self {
        Self {
            known_classes,
            known_parents,
            classes: BTreeMap::new(),
            etudiants: BTreeMap::new(),
            parents: BTreeMap::new(),
            liens: BTreeSet::new(),
            ordered: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn read(mut self, text: &str) -> Result<Annuaire, Vec<Fault>> {
        let first = text.lines().next().unwrap_or_default();
        let semicolons = first.matches(';').count() > first.matches(',').count();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if semicolons { b';' } else { b',' })
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let names = reader.headers().cloned().unwrap_or_default();
        let Some(places) = self.places(&names) else {
            return Err(self.faults);
        };
        for record in reader.records() {
            match record {
                Ok(record) => self.record(&record, &places, names.len()),
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.fault(line, "", "ligne illisible");
                }
            }
            if self.faults.len() >= FAULTS_MAX {
                self.fault(0, "", "trop de fautes, la suite n'est pas lue");
                break;
            }
        }
        if self.parents.is_empty() && self.faults.is_empty() {
            self.fault(1, "", "le fichier n'a pas de ligne");
        }
        if !self.faults.is_empty() {
            return Err(self.faults);
        }
        Ok(Annuaire {
            classes: self
                .classes
                .into_values()
                .map(|(_, classe)| classe)
                .collect(),
            etudiants: self
                .etudiants
                .into_values()
                .map(|(_, etudiant)| etudiant)
                .collect(),
            parents: self
                .parents
                .into_values()
                .map(|(_, parent)| parent)
                .collect(),
            liens: self.ordered,
        })
    }

    fn places(&mut self, names: &csv::StringRecord) -> Option<Vec<(usize, &'static str)>> {
        let mut places = Vec::new();
        for (place, name) in names.iter().enumerate() {
            match COLUMNS
                .iter()
                .find(|column| name.eq_ignore_ascii_case(column))
            {
                Some(column) if places.iter().any(|(_, c)| c == column) => {
                    self.fault(1, column, "colonne en double");
                }
                Some(column) => places.push((place, *column)),
                None => self.fault(1, name, "colonne inconnue"),
            }
        }
        for column in COLUMNS {
            if !OPTIONAL.contains(&column) && !places.iter().any(|(_, c)| *c == column) {
                self.fault(1, column, "colonne absente");
            }
        }
        self.faults.is_empty().then_some(places)
    }

    fn record(
        &mut self,
        record: &csv::StringRecord,
        places: &[(usize, &'static str)],
        width: usize,
    ) {
        let number = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            return;
        }
        if record.len() != width {
            let text = format!("{} valeurs au lieu de {width}", record.len());
            self.fault(number, "", &text);
            return;
        }
        let before = self.faults.len();
        let values: BTreeMap<&'static str, &str> = places
            .iter()
            .map(|(place, column)| (*column, record.get(*place).unwrap_or_default()))
            .collect();
        for (column, value) in &values {
            if value.chars().any(char::is_control) {
                self.fault(
                    number,
                    column,
                    "caractère interdit (retour à la ligne, tabulation…)",
                );
            } else if value.chars().count() > VALUE_MAX {
                self.fault(number, column, "plus de 255 caractères");
            }
        }
        if self.faults.len() == before {
            self.line(&Line { number, values });
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        let parent = self.parent(line);
        let classe = self.classe(line);
        let etudiant = self.etudiant(line, classe);
        if let (Some(parent), Some(etudiant)) = (parent, etudiant)
            && self.liens.insert((parent, etudiant))
        {
            let before = self
                .liens
                .range((parent, i64::MIN)..=(parent, i64::MAX))
                .count();
            let rang = i64::try_from(before).unwrap_or(i64::MAX) - 1;
            self.ordered.push(Lien {
                parent,
                etudiant,
                rang,
            });
        }
    }

    fn parent(&mut self, line: &Line<'_>) -> Option<i64> {
        let id = self.id(line, "parent_id")?;
        let sms = self.switch(line, "notifications_sms")?;
        let email = self.switch(line, "notifications_email")?;
        let parent = Parent {
            id,
            nom: line.get("nom").to_owned(),
            prenom: line.get("prenom").to_owned(),
            telephone: line.get("telephone").to_owned(),
            email: line.get("email").to_owned(),
            notifications_sms: sms,
            notifications_email: email,
        };
        if parent.nom.is_empty() {
            let known = self.known_parents.contains(&id) || self.parents.contains_key(&id);
            let text = if known {
                "manque"
            } else {
                "manque, et le parent est inconnu"
            };
            self.fault(line.number, "nom", text);
            return None;
        }
        match self.parents.get(&id) {
            Some((_, same)) if *same == parent => {}
            Some((first, other)) => {
                let column = different_column(other, &parent);
                let text = format!("différent de la ligne {first} pour le même parent {id}");
                self.fault(line.number, column, &text);
            }
            None => drop(self.parents.insert(id, (line.number, parent))),
        }
        Some(id)
    }

    fn classe(&mut self, line: &Line<'_>) -> Option<i64> {
        let id = self.id(line, "classe_id")?;
        let nom = line.get("classe");
        match self.classes.get(&id) {
            Some((first, classe)) if !nom.is_empty() && classe.nom != nom => {
                let text = format!("différent de la ligne {first} pour la même classe {id}");
                self.fault(line.number, "classe", &text);
            }
            Some(_) => {}
            None if nom.is_empty() && self.known_classes.contains(&id) => {}
            None if nom.is_empty() => {
                self.fault(
                    line.number,
                    "classe_id",
                    &format!("classe {id} inconnue, et sans nom"),
                );
                return None;
            }
            None => {
                let classe = Classe {
                    id,
                    nom: nom.to_owned(),
                    niveau: String::new(),
                    annee_scolaire: String::new(),
                };
                self.classes.insert(id, (line.number, classe));
            }
        }
        Some(id)
    }

    fn etudiant(&mut self, line: &Line<'_>, classe: Option<i64>) -> Option<i64> {
        let id = self.id(line, "etudiant_id")?;
        let etudiant = Etudiant {
            id,
            nom: line.get("etudiant_nom").to_owned(),
            prenom: line.get("etudiant_prenom").to_owned(),
            classe,
        };
        if etudiant.nom.is_empty() {
            self.fault(line.number, "etudiant_nom", "manque");
            return None;
        }
        match self.etudiants.get(&id) {
            Some((_, same)) if *same == etudiant => {}
            Some((first, other)) => {
                let column = if other.classe == etudiant.classe {
                    "etudiant_nom"
                } else {
                    "classe_id"
                };
                let text = format!("différent de la ligne {first} pour le même élève {id}");
                self.fault(line.number, column, &text);
            }
            None => drop(self.etudiants.insert(id, (line.number, etudiant))),
        }
        Some(id)
    }

    fn id(&mut self, line: &Line<'_>, column: &str) -> Option<i64> {
        let value = line.get(column);
        let id = value.parse().ok().filter(|id| (1..=ID_MAX).contains(id));
        if id.is_none() {
            let text = if value.is_empty() {
                "manque"
            } else {
                "il faut un numéro"
            };
            self.fault(line.number, column, text);
        }
        id
    }

    fn switch(&mut self, line: &Line<'_>, column: &str) -> Option<bool> {
        let value = match line.get(column).to_lowercase().as_str() {
            "" | "true" | "1" | "oui" | "o" | "vrai" | "yes" => Some(true),
            "false" | "0" | "non" | "n" | "faux" | "no" => Some(false),
            _ => None,
        };
        if value.is_none() {
            self.fault(line.number, column, "il faut oui ou non");
        }
        value
    }

    fn fault(&mut self, line: u64, column: &str, text: &str) {
        self.faults.push(Fault {
            line,
            column: column.to_owned(),
            text: text.to_owned(),
        });
    }
}

fn different_column(one: &Parent, other: &Parent) -> &'static str {
    let same = [
        ("nom", one.nom == other.nom),
        ("prenom", one.prenom == other.prenom),
        ("telephone", one.telephone == other.telephone),
        ("email", one.email == other.email),
        (
            "notifications_sms",
            one.notifications_sms == other.notifications_sms,
        ),
    ];
    same.iter()
        .find(|(_, same)| !same)
        .map_or("notifications_email", |(column, _)| column)
}
