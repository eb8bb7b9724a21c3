//! The settings of a start: the environment, over the file.

use super::{Config, Origin, Vars, dotenv, file};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// The file that is read when no other is named, in the folder where the program runs.
pub const FILE: &str = ".env";

/// Where a package puts it: read where that folder has none.
const PACKAGED: &str = "/etc/messages-programmes/env";

impl Vars {
    /// The environment, over the file `path`. A missing [`FILE`] is no fault, unless another stands beside
    /// it that was meant; where there is a package's, that one is read.
    #[must_use]
    pub fn from_environment(path: &Path) -> Self {
        let default = path == Path::new(FILE);
        let there = |path: &Path| path.try_exists().unwrap_or(true);
        let packaged = Path::new(PACKAGED);
        let (path, asked) = if default && !there(path) && cfg!(unix) && there(packaged) {
            (packaged, true)
        } else {
            (path, !default)
        };
        let mut environment = BTreeMap::new();
        let mut unreadable = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(environment.insert(name, value)),
                Err(_) => unreadable.push(name),
            }
        }
        let mut vars = Self::from_file(path, asked, environment);
        vars.unreadable = unreadable;
        vars
    }

    /// As [`Self::from_environment`], with these variables as the environment; whether the file was `asked` for.
    pub(super) fn from_file(
        path: &Path,
        asked: bool,
        environment: BTreeMap<String, String>,
    ) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mistaken = file::mistaken(&path).map(|other| other.display().to_string());
        match std::fs::read(&path) {
            Ok(bytes) => {
                let mut vars = Self::from_text(&bytes, &path, environment);
                vars.warnings
                    .extend(mistaken.map(|other| format!("{other} : n'est pas lu")));
                vars.file = Some(path);
                vars
            }
            Err(error) => {
                let mut vars = Self::from_pairs(environment);
                vars.without_file(&path.display().to_string(), asked, mistaken, &error);
                vars
            }
        }
    }

    fn without_file(&mut self, name: &str, asked: bool, mistaken: Option<String>, error: &Error) {
        if error.kind() != ErrorKind::NotFound {
            self.fault(name, format!("fichier illisible ({error})"));
            return;
        }
        match mistaken {
            Some(other) if asked || self.text("MESSAGES_MODE").is_none() => {
                self.fault(&other, format!("n'est pas lu : renommez-le en {name}"));
            }
            // Whoever sets everything in the environment wants no file.
            Some(other) => self.warnings.push(format!("{other} : n'est pas lu")),
            None if asked => self.fault(name, "fichier introuvable"),
            None => {}
        }
    }

    fn from_text(bytes: &[u8], path: &Path, environment: BTreeMap<String, String>) -> Self {
        let name = path.display().to_string();
        let read = match file::text(bytes) {
            Ok(read) => read,
            Err(reason) => {
                let mut vars = Self::from_pairs(environment);
                vars.fault(&name, reason);
                return vars;
            }
        };
        let lookup = |name: &str| environment.get(name).cloned();
        let (pairs, unreadable) = dotenv::parse(&read.text, lookup);
        let says_nothing = pairs.is_empty() && read.text.lines().any(is_content);
        let mut vars = Self::from_pairs(pairs);
        let names = vars.values.keys().cloned();
        let in_file = names.filter(|name| !environment.contains_key(name));
        vars.origins = in_file.map(|name| (name, Origin::File)).collect();
        vars.values.extend(environment);
        vars.warnings
            .extend(read.warning.map(|warning| format!("{name} : {warning}")));
        for line in unreadable {
            let text = read.text.lines().nth(line.saturating_sub(1));
            if let Some(setting) = text.and_then(meant) {
                let expected = format!("ligne {line} illisible, il faut {setting}=valeur");
                vars.fault(&name, expected);
            } else {
                vars.warnings
                    .push(format!("{name} : ligne {line} illisible, ignorée"));
            }
        }
        if says_nothing {
            vars.fault(
                &name,
                "aucun réglage n'y est lisible : il faut un fichier texte en UTF-8, avec une \
                 ligne NOM=valeur par réglage",
            );
        }
        vars
    }
}

fn is_content(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

/// The setting that a line begins with, such as `MESSAGES_MODE: reel`: without it the default would
/// go.
fn meant(line: &str) -> Option<&'static str> {
    let line = line.trim_start();
    let end = line.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
    let word = line.get(..end.unwrap_or(line.len()))?;
    Config::names().find(|name| *name == word)
}
