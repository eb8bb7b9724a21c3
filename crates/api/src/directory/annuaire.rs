//! `PUT /api/annuaire/`: the whole directory in one request, all or nothing.

use super::{classes, etudiants, parents};
use crate::answer;
use crate::endpoint::{Endpoint, Operation};
use crate::error::ApiError;
use crate::input::body::{self, Body};
use crate::input::fields::Fields;
use crate::input::json;
use crate::input::value::Value;
use crate::openapi::Shape;
use crate::state::State;
use crate::texts::Texts;
use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use messages_core::model::Fiche;
use messages_core::store::annuaire::{self, Annuaire, Changes, Lien};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};

/// A town's directory: some 60,000 parents.
const MAX: usize = 16 * 1024 * 1024;

/// Faults that are told at once.
const FAULTS_MAX: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let operation = Operation::new(
        Method::PUT,
        Portee::Ecriture,
        "annuaire_update",
        "Reprend tout l'annuaire",
        Shape::Changes,
        || web::to(put),
    );
    vec![Endpoint {
        path: "/api/annuaire/",
        name: "Annuaire",
        tag: "annuaire",
        operations: vec![
            operation
                .details("Ajoute ou modifie ce qui est donné, en une fois : tout, ou rien. Ce qui n'est pas donné reste ; la liste « etudiants » d'un parent donné remplace la sienne.")
                .body(Shape::AnnuaireBody)
                .refuses(&[409]),
        ],
    }]
}

async fn put(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let bytes = body::take(payload, MAX).await?;
    // Nothing else can say a list of objects.
    let media = request.content_type();
    if !bytes.is_empty() && !media.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::MediaType(media.to_owned()));
    }
    let texts = state.texts;
    let changes = state
        .ask(move |conn| match read(&bytes, texts) {
            Ok(school) => {
                drop(bytes);
                take_over(conn, &school, texts)
            }
            Err(error) => Ok(Err(error)),
        })
        .await??;
    Ok(answer::ok(&changes))
}

/// What was read so far.
struct Read {
    annuaire: Annuaire,
    /// The numbers of each list, and how many rows it has.
    seen: BTreeMap<String, (BTreeSet<i64>, usize)>,
    faults: Map<String, serde_json::Value>,
    texts: Texts,
}

const LISTS: [&str; 3] = ["classes", "etudiants", "parents"];

/// Row by row, so that a long directory is never in memory as JSON values too.
fn read(bytes: &Bytes, texts: Texts) -> Result<Annuaire, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_unreadable| ApiError::Malformed)?;
    let mut read = Read {
        annuaire: Annuaire::default(),
        seen: BTreeMap::new(),
        faults: Map::new(),
        texts,
    };
    let parsed = json::parse_rows(text, &mut |list, item| {
        if LISTS.contains(&list) {
            read.item(list, item);
        }
    });
    let members = match parsed.map_err(ApiError::Json)? {
        Value::Dict(members) => members,
        other => return Err(ApiError::NotADict(other.python_type())),
    };
    for (name, value) in members {
        if LISTS.contains(&name.as_str()) && !matches!(value, Value::List(_)) {
            read.fault(name, json!([texts.not_a_list()]));
        }
    }
    if read.faults.is_empty() {
        Ok(read.annuaire)
    } else {
        Err(ApiError::Invalid(read.faults.into()))
    }
}

impl Read {
    fn fault(&mut self, path: String, texts: serde_json::Value) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.insert(path, texts);
        }
    }

    fn item(&mut self, list: &str, item: Value) {
        let texts = self.texts;
        let (seen, rows) = self.seen.entry(list.to_owned()).or_default();
        let place = *rows;
        *rows += 1;
        let Value::Dict(members) = item else {
            let text = texts.not_a_dict(item.python_type());
            return self.fault(format!("{list}[{place}]"), json!([text]));
        };
        let body = Body::of(members);
        let mut fields = Fields::new(&body, false, texts);
        let id = fields.needed_number("id");
        if id.is_some_and(|id| !seen.insert(id)) {
            fields.fault("id", texts.taken());
        }
        self.row(list, &mut fields, id.unwrap_or_default());
        for (name, wrong) in fields.into_faults() {
            self.fault(format!("{list}[{place}].{name}"), wrong);
        }
    }

    fn row(&mut self, list: &str, fields: &mut Fields<'_>, id: i64) {
        let annuaire = &mut self.annuaire;
        match list {
            "classes" => annuaire.classes.push(classes::read(fields, None, id)),
            "etudiants" => annuaire.etudiants.push(etudiants::read(fields, None, id)),
            _ => {
                let Fiche { parent, etudiants } = parents::read(fields, None, id);
                let links = (0..).zip(etudiants).map(|(rang, etudiant)| Lien {
                    parent: id,
                    etudiant,
                    rang,
                });
                annuaire.liens.extend(links);
                annuaire.parents.push(parent);
            }
        }
    }
}

/// Checks that everything that is named is there, and takes the directory over.
fn take_over(
    conn: &mut Conn,
    school: &Annuaire,
    texts: Texts,
) -> Result<Result<Changes, ApiError>, Error> {
    let faults = unknown(conn, school, texts)?;
    if !faults.is_empty() {
        return Ok(Err(ApiError::Invalid(faults.into())));
    }
    annuaire::replace(conn, school).map(Ok)
}

fn unknown(
    conn: &mut Conn,
    school: &Annuaire,
    texts: Texts,
) -> Result<Map<String, serde_json::Value>, Error> {
    let given: BTreeSet<i64> = school.classes.iter().map(|row| row.id).collect();
    let named = school.etudiants.iter().filter_map(|row| row.classe);
    let missing: BTreeSet<i64> = named.filter(|id| !given.contains(id)).collect();
    let missing: Vec<i64> = missing.into_iter().collect();
    let known: BTreeSet<i64> = annuaire::classes::existing(conn, &missing)?
        .into_iter()
        .collect();
    let mut faults = Map::new();
    for (place, row) in school.etudiants.iter().enumerate() {
        if let Some(id) = row.classe
            && !given.contains(&id)
            && !known.contains(&id)
            && faults.len() < FAULTS_MAX
        {
            let text = texts.no_object(&id.to_string());
            faults.insert(format!("etudiants[{place}].classe"), json!([text]));
        }
    }
    let given: BTreeSet<i64> = school.etudiants.iter().map(|row| row.id).collect();
    let named = school.liens.iter().map(|lien| lien.etudiant);
    let missing: BTreeSet<i64> = named.filter(|id| !given.contains(id)).collect();
    let missing: Vec<i64> = missing.into_iter().collect();
    let known = annuaire::etudiants::existing(conn, &missing)?;
    let known: BTreeSet<i64> = known.into_iter().collect();
    for lien in &school.liens {
        let id = lien.etudiant;
        if !given.contains(&id) && !known.contains(&id) && faults.len() < FAULTS_MAX {
            let place = school.parents.iter().position(|row| row.id == lien.parent);
            let path = format!("parents[{}].etudiants", place.unwrap_or_default());
            faults.insert(path, json!([texts.no_object(&id.to_string())]));
        }
    }
    Ok(faults)
}
