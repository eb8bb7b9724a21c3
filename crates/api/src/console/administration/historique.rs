//! Who did what, the latest first.

use super::frame;
use crate::console::Page;
use crate::console::frame::{Frame, Section, shown};
use crate::console::visitor::Visitor;
use crate::console::{names, one};
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use messages_core::instant::Instant;
use messages_core::store::historique::{self, Fait, Filter};
use messages_core::store::{Conn, Error, messages};
use messages_core::vocabulary::{Action, Objet, Portee};
use serde_json::Value;
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

const PATH: &str = "/console/historique/";

/// Deeds of one page.
const SIZE: i64 = 50;

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new(PATH).get(Portee::Historique, || web::to(show))]
}

/// What the fields of the filter hold.
struct Asked {
    acteur: String,
    action: Option<Action>,
    objet: Option<Objet>,
    numero: Option<i64>,
    depuis: String,
}

impl Asked {
    fn is_action(&self, action: impl Borrow<Action>) -> bool {
        self.action == Some(*action.borrow())
    }

    fn is_objet(&self, objet: impl Borrow<Objet>) -> bool {
        self.objet == Some(*objet.borrow())
    }
}

/// A deed, in words.
struct Line {
    fait: Fait,
    /// The name of the key by which it was done.
    nom: Option<String>,
    /// Where its object is looked at.
    link: Option<String>,
    /// How many of what.
    bilan: Vec<String>,
}

#[derive(Template)]
#[template(path = "historique.html")]
struct Deeds {
    f: Frame,
    asked: Asked,
    lines: Vec<Line>,
    page: i64,
    before: Option<String>,
    after: Option<String>,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let f = frame(&state, &request, &visitor);
    let number = |name| query.said(name).and_then(|text| text.parse::<i64>().ok());
    let depuis = query
        .said("depuis")
        .and_then(|text| text.parse::<NaiveDate>().ok());
    let filter = Filter {
        acteur: query
            .said("acteur")
            .map(|text| text.trim().replace('\0', "")),
        action: query.said("action").and_then(|word| word.parse().ok()),
        objet: query.said("objet").and_then(|word| word.parse().ok()),
        numero: number("numero"),
        depuis: depuis.map(|day| Instant::begin_of(day, f.zone)),
    };
    let asked = Asked {
        acteur: filter.acteur.clone().unwrap_or_default(),
        action: filter.action,
        objet: filter.objet,
        numero: filter.numero,
        depuis: depuis.map_or_else(String::new, |day| day.to_string()),
    };
    let page = number("page").unwrap_or(1).clamp(1, i64::MAX / SIZE);
    // One more than is shown tells whether there is another page: they need not be counted.
    let find = move |conn: &mut Conn| find(conn, filter, (page - 1) * SIZE, SIZE + 1);
    let (faits, known) = state.ask(find).await?;
    let more = i64::try_from(faits.len()).is_ok_and(|found| found > SIZE);
    let reads = visitor.may(Portee::Lecture);
    let shown_now = faits
        .into_iter()
        .take(usize::try_from(SIZE).unwrap_or_default());
    let lines = shown_now.map(|fait| line(fait, &known, reads)).collect();
    let link = |page: i64| format!("{PATH}?{}", query.with(&[("page", Some(page.to_string()))]));
    let title = f.t("Qui a fait quoi", "Who did what");
    shown(&Deeds {
        f: f.titled(title),
        asked,
        lines,
        page,
        before: (page > 1).then(|| link(page - 1)),
        after: more.then(|| link(page + 1)),
    })
}

/// What is said of deeds besides.
struct Known {
    /// The names of keys, by who is noted.
    keys: BTreeMap<String, String>,
    /// The messages that are still there.
    messages: BTreeSet<i64>,
}

fn find(
    conn: &mut Conn,
    mut filter: Filter,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Fait>, Known), Error> {
    let keys = names::keys(conn)?;
    filter.acteur = filter.acteur.map(|typed| holder(&keys, typed));
    let faits = historique::page(conn, &filter, offset, limit)?;
    let of_messages = faits.iter().filter(|fait| fait.objet == Objet::Message);
    let numbers: Vec<i64> = of_messages.filter_map(|fait| fait.numero).collect();
    let messages = messages::by_ids(conn, &numbers)?.into_iter();
    let known = Known {
        keys,
        messages: messages.map(|message| message.id).collect(),
    };
    Ok((faits, known))
}

/// What the history calls the holder of the key of this name; whatever else was typed as it is.
fn holder(keys: &BTreeMap<String, String>, typed: String) -> String {
    let name = typed.to_lowercase();
    let mut named = keys.iter().filter(|(_, nom)| nom.to_lowercase() == name);
    named.next().map_or(typed, |(acteur, _)| acteur.clone())
}

fn line(fait: Fait, known: &Known, reads: bool) -> Line {
    let is_message = reads && fait.objet == Objet::Message;
    let there = fait.numero.filter(|id| known.messages.contains(id));
    Line {
        nom: known.keys.get(&fait.acteur).cloned(),
        link: there.filter(|_| is_message).map(one::path),
        bilan: bilan(fait.bilan.as_deref()),
        fait,
    }
}

/// How many of what, without what there is none of.
fn bilan(kept: Option<&str>) -> Vec<String> {
    let counts = kept.and_then(|kept| serde_json::from_str(kept).ok());
    let mut told = Vec::new();
    tell("", &counts.unwrap_or_default(), &mut told);
    told
}

/// Names of counts, as they are read.
const ACCENTED: &[(&str, &str)] = &[
    ("ajoutes", "ajoutés"),
    ("modifies", "modifiés"),
    ("inchanges", "inchangés"),
    ("etudiants", "élèves"),
    ("liens_retires", "liens retirés"),
    ("piece_ajoutee", "pièce jointe, numéro"),
    ("piece_retiree", "pièce retirée, numéro"),
    ("octets", "taille en octets"),
];

fn accented(name: &str) -> String {
    let words = name.split(' ').map(|word| {
        let mut known = ACCENTED.iter().filter(|known| known.0 == word);
        known.next().map_or(word, |known| known.1)
    });
    words.collect::<Vec<_>>().join(" ")
}

fn tell(name: &str, count: &Value, told: &mut Vec<String>) {
    match count {
        Value::Object(members) => {
            for (member, count) in members {
                tell(format!("{name} {member}").trim(), count, told);
            }
        }
        Value::Null | Value::Bool(false) => {}
        Value::Number(number) if number.as_i64() == Some(0) => {}
        Value::String(text) => told.push(format!("{} : {text}", accented(name))),
        other => told.push(format!("{} : {other}", accented(name))),
    }
}
