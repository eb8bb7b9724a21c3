//! OneRoster in CSV (1EdTech, OneRoster 1.1 and 1.2 CSV tables): users with their agents, classes, and
//! who is in which.

use super::super::columns::Column;
use super::super::entry::Entry;
use super::super::remark::{Genre, Remarks};
use super::super::source::Source;
use super::super::table::Row;
use super::Table;
use std::collections::{BTreeMap, BTreeSet};

/// Roles of those who are written to.
const PARENTS: [&str; 4] = ["parent", "guardian", "relative", "agent"];

/// A pupil's class.
#[derive(Clone)]
struct Classe {
    id: String,
    title: String,
    /// A class of its own rather than a course.
    home: bool,
}

struct School<'t> {
    users: &'t Table,
    roles: BTreeMap<String, String>,
    classes: BTreeMap<String, Classe>,
}

pub(super) fn entries(source: &Source, remarks: &mut Remarks) -> Result<Vec<Entry>, String> {
    let table = |part: &str| source.named(part).map(Table::of).transpose();
    let users = match table("users")? {
        Some(users) => users,
        None => source
            .files
            .first()
            .map(Table::of)
            .transpose()?
            .ok_or("users.csv manque")?,
    };
    let school = School {
        roles: roles(table("roles")?.as_ref()),
        classes: classes(table("classes")?.as_ref(), table("enrollments")?.as_ref()),
        users: &users,
    };
    if school.classes.is_empty() {
        let text = "classes.csv ou enrollments.csv manque : les élèves sont repris sans classe";
        remarks.line(0, Genre::Manque, text);
    }
    Ok(school.entries(remarks))
}

/// The rows that are not to be deleted.
fn present(table: &Table) -> impl Iterator<Item = &Row> {
    table.rows.iter().filter(move |row| {
        let status = table.get(row, &["status"]);
        !status.eq_ignore_ascii_case("tobedeleted")
    })
}

/// Roles by user, where they have a table of their own (1.2).
fn roles(table: Option<&Table>) -> BTreeMap<String, String> {
    let mut roles = BTreeMap::new();
    let Some(table) = table else {
        return roles;
    };
    for row in present(table) {
        let user = table.get(row, &["usersourcedid"]).to_owned();
        roles
            .entry(user)
            .or_insert_with(|| table.get(row, &["role"]).to_lowercase());
    }
    roles
}

/// The class of each pupil: of several the one that is no course, else the first.
fn classes(classes: Option<&Table>, enrollments: Option<&Table>) -> BTreeMap<String, Classe> {
    let (Some(classes), Some(enrollments)) = (classes, enrollments) else {
        return BTreeMap::new();
    };
    let mut known = BTreeMap::new();
    for row in present(classes) {
        let id = classes.get(row, &["sourcedid"]).to_owned();
        let kind = classes.get(row, &["classtype"]);
        let classe = Classe {
            id: id.clone(),
            title: classes.get(row, &["title", "classcode"]).to_owned(),
            home: kind.eq_ignore_ascii_case("homeroom"),
        };
        known.insert(id, classe);
    }
    let mut of_pupils: BTreeMap<String, Classe> = BTreeMap::new();
    for row in present(enrollments) {
        let role = enrollments.get(row, &["role"]);
        let classe = known.get(enrollments.get(row, &["classsourcedid"]));
        let (true, Some(classe)) = (role.eq_ignore_ascii_case("student"), classe) else {
            continue;
        };
        let user = enrollments.get(row, &["usersourcedid"]).to_owned();
        let other = of_pupils.get(&user);
        if other.is_none_or(|other| classe.home && !other.home) {
            of_pupils.insert(user, classe.clone());
        }
    }
    of_pupils
}

impl School<'_> {
    fn entries(&self, remarks: &mut Remarks) -> Vec<Entry> {
        let rows = || present(self.users);
        let id = |row| self.users.get(row, &["sourcedid"]);
        let pupils: BTreeMap<&str, &Row> = rows()
            .filter(|row| self.role(row) == "student")
            .map(|row| (id(row), row))
            .collect();
        // Either side may name the other.
        let mut of_parent: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in rows() {
            let agents = self.users.get(row, &["agentsourcedids"]);
            for agent in agents.split(',').map(str::trim) {
                let (parent, pupil) = if pupils.contains_key(id(row)) {
                    (agent, id(row))
                } else {
                    (id(row), agent)
                };
                of_parent.entry(parent).or_default().insert(pupil);
            }
        }
        let mut entries = Vec::new();
        for row in rows().filter(|row| PARENTS.contains(&self.role(row).as_str())) {
            let parent = self.parent(row, remarks);
            let named = of_parent.get(id(row)).into_iter().flatten();
            let children = named.filter_map(|id| pupils.get(id));
            entries.extend(parent.with_each(children, |entry, child| {
                self.pupil(entry, child, remarks);
            }));
        }
        entries
    }

    fn role(&self, row: &Row) -> String {
        let role = self.users.get(row, &["role"]).to_lowercase();
        let id = self.users.get(row, &["sourcedid"]);
        if role.is_empty() {
            self.roles.get(id).cloned().unwrap_or_default()
        } else {
            role
        }
    }

    fn parent(&self, row: &Row, remarks: &mut Remarks) -> Entry {
        let mut entry = Entry::foreign(row.line);
        for (column, names) in [
            (Column::ParentId, &["sourcedid"][..]),
            (Column::Nom, &["familyname", "preferredlastname"]),
            (Column::Prenom, &["givenname", "preferredfirstname"]),
            (Column::Telephone, &["sms", "phone"]),
            (Column::Email, &["email"]),
        ] {
            entry.say(column, self.users.get(row, names), remarks);
        }
        entry
    }

    fn pupil(&self, entry: &mut Entry, row: &Row, remarks: &mut Remarks) {
        let get = |name| self.users.get(row, &[name]);
        let id = get("sourcedid");
        entry.say(Column::EtudiantId, id, remarks);
        entry.say(Column::EtudiantNom, get("familyname"), remarks);
        entry.say(Column::EtudiantPrenom, get("givenname"), remarks);
        if let Some(classe) = self.classes.get(id) {
            entry.say(Column::ClasseId, &classe.id, remarks);
            entry.say(Column::Classe, &classe.title, remarks);
        }
    }
}
