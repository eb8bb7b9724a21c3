//! `PUT /api/annuaire/`: the whole directory in one request, all or nothing.

use super::bodies::AnnuaireRequest;
use super::{classes, etudiants, parents};
use crate::answer;
use crate::caller::Caller;
use crate::drf::{ApiError, Body, Fields, Filters, Query, Texts, Value, parse_rows, take};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::state::State;
use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use messages_core::model::{Classe, ClassePatch, Etudiant, EtudiantPatch, Fiche};
use messages_core::phone::Region;
use messages_core::store::annuaire::known::{self, Names};
use messages_core::store::annuaire::{self, Annuaire, Count, Lien, Resource, departs};
use messages_core::store::{Conn, Error, adresses};
use messages_core::vocabulary::Portee;
use serde::Serialize;
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

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
        || web::to(put),
    );
    vec![Endpoint {
        path: "/api/annuaire/",
        name: "Annuaire",
        tag: "annuaire",
        operations: vec![
            operation
                .details("Ajoute ou modifie ce qui est donné, en une fois : tout, ou rien. Ce qui n'est pas donné reste, champ par champ ; la liste « etudiants » d'un parent, si elle est donnée, remplace la sienne. Un nouveau parent reçoit des SMS, et des e-mails seulement si « notifications_email » le dit.")
                .query(QUERY)
                .body::<AnnuaireRequest>()
                .answers::<Taken>()
                .refuses(&[409]),
        ],
    }]
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "complet",
        description: "Vrai : c'est tout l'annuaire ; qui n'y est pas n'est plus destinataire, son historique reste",
        kind: Kind::Boolean,
    },
    Parameter {
        name: "oui",
        description: "Avec « complet », vrai : même si plus d'un tiers des parents s'en vont",
        kind: Kind::Boolean,
    },
    Parameter {
        name: "essai",
        description: "Vrai : dit ce qui changerait et n'écrit rien",
        kind: Kind::Boolean,
    },
];

async fn put(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    query: Query,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let bytes = take(payload.into_inner(), MAX).await?;
    // Nothing else can say a list of objects.
    let media = request.content_type();
    if !bytes.is_empty() && !media.eq_ignore_ascii_case("application/json") {
        return Err(ApiError::MediaType(media.to_owned()));
    }
    let texts = state.texts;
    let filters = Filters::new(&query, texts);
    let said = |name| filters.switch(name).unwrap_or_default();
    let how = How {
        complet: said("complet"),
        oui: said("oui"),
        essai: said("essai"),
        region: state.config.sms.region,
    };
    // Before anybody has to wait for the database.
    let school = state.read(move || read(&bytes, texts)).await??;
    let take_over = move |conn: &mut Conn| take_over(conn, &school, how, texts);
    let taken = state.change(&caller, texts.conflict(), take_over);
    let taken = taken.await??;
    Ok(answer::ok(&taken))
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
    let parsed = parse_rows(text, &mut |list, item| {
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
        let mut fields = Fields::new(&body, true, texts);
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
            "classes" => annuaire.classes.push(classes::said(fields, id)),
            "etudiants" => annuaire.etudiants.push(etudiants::said(fields, id)),
            _ => {
                let said = parents::said(fields, id);
                let lien = |(rang, etudiant)| Lien {
                    parent: id,
                    etudiant,
                    rang,
                };
                if let Some(all) = said.etudiants {
                    annuaire.familles.push(id);
                    annuaire.liens.extend((0..).zip(all).map(lien));
                } else if let Some(first) = said.etudiant.flatten() {
                    annuaire.liens.push(lien((-1, first)));
                }
                annuaire.parents.push(said.patch);
            }
        }
    }
}

/// What the query says of the whole.
#[derive(Clone, Copy)]
struct How {
    /// Who is not given leaves.
    complet: bool,
    /// Even if they are more than a third.
    oui: bool,
    /// Only tells.
    essai: bool,
    /// Of numbers without a country.
    region: Region,
}

#[derive(Serialize, ToSchema)]
struct Compte {
    /// Nouveaux.
    ajoutes: usize,
    /// Changés.
    modifies: usize,
    /// Restés comme ils étaient.
    inchanges: usize,
}

impl From<Count> for Compte {
    fn from(count: Count) -> Self {
        Self {
            ajoutes: count.ajoutes,
            modifies: count.modifies,
            inchanges: count.inchanges,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AnnuaireChangements, examples(json!({
    "classes": { "ajoutes": 0, "modifies": 0, "inchanges": 1 },
    "etudiants": { "ajoutes": 1, "modifies": 0, "inchanges": 0 },
    "parents": { "ajoutes": 1, "modifies": 0, "inchanges": 0 },
    "liens": { "ajoutes": 1, "modifies": 0, "inchanges": 0 },
    "liens_retires": 0,
    "revenus": 0,
    "essai": false,
    "absents": 0,
    "partis": 0,
})))]
struct Taken {
    /// Classes.
    classes: Compte,
    /// Élèves.
    etudiants: Compte,
    /// Parents.
    parents: Compte,
    /// Liens entre parents et élèves.
    liens: Compte,
    /// Liens qui n'étaient plus donnés.
    liens_retires: usize,
    /// Parents partis qui sont de nouveau donnés.
    revenus: usize,
    /// Vrai : rien n'est écrit.
    essai: bool,
    /// Destinataires de l'annuaire qui ne sont pas donnés.
    absents: usize,
    /// Ceux d'entre eux qui ne sont plus destinataires, avec « complet ».
    partis: usize,
}

/// Checks that everything that is named is there, and takes the directory over.
fn take_over(
    conn: &mut Conn,
    school: &Annuaire,
    how: How,
    texts: Texts,
) -> Result<Result<Taken, ApiError>, Error> {
    let faults = unknown(conn, school, texts)?;
    if !faults.is_empty() {
        return Ok(Err(ApiError::Invalid(faults.into())));
    }
    if how.essai {
        annuaire::rehearse(conn, |conn| write(conn, school, how))
    } else {
        annuaire::take_over(conn, |conn| {
            let taken = write(conn, school, how)?;
            // Or the next run would have to, before anything leaves.
            adresses::refresh_all(conn, how.region)?;
            Ok(taken)
        })
    }
}

fn write(conn: &mut Conn, school: &Annuaire, how: How) -> Result<Result<Taken, ApiError>, Error> {
    let named: Vec<i64> = school.parents.iter().map(|row| row.id).collect();
    let left_out = departs::absents(conn, &named)?;
    let absents = left_out.absents.len();
    if how.complet && !how.oui && left_out.is_many() {
        let presents = left_out.presents;
        return Ok(Err(ApiError::Leaving { absents, presents }));
    }
    let partants = if how.complet {
        left_out.absents.as_slice()
    } else {
        &[]
    };
    let (changes, partis) = annuaire::put(conn, school, partants)?;
    Ok(Ok(Taken {
        classes: changes.classes.into(),
        etudiants: changes.etudiants.into(),
        parents: changes.parents.into(),
        liens: changes.liens.into(),
        liens_retires: changes.liens_retires,
        revenus: changes.revenus,
        essai: how.essai,
        absents,
        partis,
    }))
}

/// Numbers that are neither given nor known.
fn missing<R: Resource>(
    conn: &mut Conn,
    named: impl Iterator<Item = i64>,
    given: &BTreeSet<i64>,
) -> Result<BTreeSet<i64>, Error> {
    let asked: BTreeSet<i64> = named.filter(|id| !given.contains(id)).collect();
    let asked: Vec<i64> = asked.into_iter().collect();
    let known: BTreeSet<i64> = R::existing(conn, &asked)?.into_iter().collect();
    Ok(asked.into_iter().filter(|id| !known.contains(id)).collect())
}

fn unknown(
    conn: &mut Conn,
    school: &Annuaire,
    texts: Texts,
) -> Result<Map<String, serde_json::Value>, Error> {
    let mut faults = Vec::new();
    let given = school.classes.iter().map(|row| row.id).collect();
    let named = |row: &EtudiantPatch| row.classe.flatten();
    let classes = school.etudiants.iter().filter_map(named);
    let gone = missing::<Classe>(conn, classes, &given)?;
    for (place, row) in school.etudiants.iter().enumerate() {
        if let Some(id) = named(row).filter(|id| gone.contains(id)) {
            let text = texts.no_object(&id.to_string());
            faults.push((format!("etudiants[{place}].classe"), text));
        }
    }
    let given = school.etudiants.iter().map(|row| row.id).collect();
    let named = school.liens.iter().map(|lien| lien.etudiant);
    let gone = missing::<Etudiant>(conn, named, &given)?;
    for lien in school
        .liens
        .iter()
        .filter(|lien| gone.contains(&lien.etudiant))
        .take(FAULTS_MAX)
    {
        let place = school.parents.iter().position(|row| row.id == lien.parent);
        let path = format!("parents[{}].etudiants", place.unwrap_or_default());
        faults.push((path, texts.no_object(&lien.etudiant.to_string())));
    }
    faults.extend(twins(conn, &school.classes, texts)?);
    let row = |id, nom: &Option<String>| (id, nom.is_some());
    let classes = school.classes.iter().map(|said| row(said.id, &said.nom));
    faults.extend(nameless::<Classe>(conn, "classes", classes, texts)?);
    let etudiants = school.etudiants.iter().map(|said| row(said.id, &said.nom));
    faults.extend(nameless::<Etudiant>(conn, "etudiants", etudiants, texts)?);
    let parents = school.parents.iter().map(|said| row(said.id, &said.nom));
    faults.extend(nameless::<Fiche>(conn, "parents", parents, texts)?);
    let faults = faults.into_iter().take(FAULTS_MAX);
    Ok(faults.map(|(path, text)| (path, json!([text]))).collect())
}

/// Classes that would have the name and the school year of another one.
fn twins(
    conn: &mut Conn,
    said: &[ClassePatch],
    texts: Texts,
) -> Result<Vec<(String, String)>, Error> {
    if said.is_empty() {
        return Ok(Vec::new());
    }
    let known = known::classes(conn)?;
    let mut names = Names::new(&known, said);
    let mut faults = Vec::new();
    for (place, patch) in said.iter().enumerate() {
        let (nom, annee) = names.of(patch);
        if !names.take(&nom, &annee) {
            let text = texts.same_class().to_owned();
            faults.push((format!("classes[{place}].nom"), text));
        }
    }
    Ok(faults)
}

/// A new row needs a name: of each row the number, and whether its name is said.
fn nameless<R: Resource>(
    conn: &mut Conn,
    list: &str,
    rows: impl Iterator<Item = (i64, bool)>,
    texts: Texts,
) -> Result<Vec<(String, String)>, Error> {
    let silent: Vec<(usize, i64)> = rows
        .enumerate()
        .filter_map(|(place, (id, named))| (!named).then_some((place, id)))
        .collect();
    let new = missing::<R>(conn, silent.iter().map(|(_, id)| *id), &BTreeSet::new())?;
    let places = silent.iter().filter(|(_, id)| new.contains(id));
    let fault =
        |(place, _): &(usize, i64)| (format!("{list}[{place}].nom"), texts.required().to_owned());
    Ok(places.map(fault).collect())
}
