//! `?joignable=` of the parents: who can be written to, who cannot, and what is wrong with whom; as a list,
//! and as a table for the office.

use crate::answer::annuaire::ParentJson;
use crate::answer::csv;
use crate::answer::list::{self, Listed};
use crate::crud;
use crate::drf::{ApiError, Query};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::Answer;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::try_unfold;
use messages_core::audience::Rules;
use messages_core::config::{Lang, Messages as Settings};
use messages_core::joignable::{self, Contact};
use messages_core::model::Fiche;
use messages_core::store::annuaire::{Resource, eleves, parents as store};
use messages_core::store::{Conn, Error};
use messages_core::texts;
use messages_core::vocabulary::{Canal, Portee};
use serde::Serialize;
use std::str::FromStr;
use std::sync::Arc;

/// Whether a parent can be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Joignable(bool);

impl FromStr for Joignable {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "oui" | "true" | "1" => Ok(Self(true)),
            "non" | "false" | "0" => Ok(Self(false)),
            _ => Err(()),
        }
    }
}

pub(super) const JOIGNABLE: Parameter = Parameter {
    name: "joignable",
    description: "« non » : seulement ceux que ni SMS ni e-mail n'atteint, avec ce qui ne va pas ; « oui » : les autres. Qui a quitté l'annuaire n'est ni l'un ni l'autre",
    kind: Kind::Words(|| vec!["oui", "non", "true", "false", "1", "0"]),
};

pub(super) fn table() -> Endpoint {
    let operation = Operation::new(
        Method::GET,
        Portee::Lecture,
        "parents_csv",
        "Les parents pour un tableur, avec ce qui empêche de leur écrire",
        || web::to(write_table),
    );
    Endpoint {
        path: "/api/parents.csv",
        name: "Parents csv",
        tag: "annuaire",
        operations: vec![
            operation
                .query(<Fiche as super::resource::Resource>::WORDS.filters)
                .tells(Answer::Text("text/csv", TABLE))
                .refuses(&[400]),
        ],
    }
}

/// The parents, by these rules.
pub(crate) struct Among {
    pub(crate) parents: store::Filter,
    rules: Rules,
}

impl Listed for Contact {
    type Filter = Among;

    fn count(conn: &mut Conn, among: &Among) -> Result<i64, Error> {
        <Fiche as Resource>::count(conn, &among.parents)
    }

    fn page(conn: &mut Conn, among: &Among, offset: i64, limit: i64) -> Result<Vec<Self>, Error> {
        let fiches = <Fiche as Resource>::page(conn, &among.parents, offset, limit)?;
        joignable::contacts(conn, &among.rules, fiches)
    }

    fn ids(conn: &mut Conn, among: &Among) -> Result<Vec<i64>, Error> {
        <Fiche as Resource>::ids(conn, &among.parents)
    }

    fn by_ids(conn: &mut Conn, among: &Among, ids: &[i64]) -> Result<Vec<Self>, Error> {
        let fiches = <Fiche as Resource>::by_ids(conn, ids)?;
        joignable::contacts(conn, &among.rules, fiches)
    }

    fn json(&self, settings: &Settings) -> impl Serialize {
        ParentJson::of_contact(self, settings.lang, settings.zone)
    }
}

/// Those whom the query asks for.
pub(crate) async fn among(state: &State, query: &Query) -> Result<Among, ApiError> {
    let mut parents = <Fiche as crud::Resource>::filter(state, query).await?;
    let rules = Rules::new(&state.config);
    let asked = query.said("joignable").and_then(|word| word.parse().ok());
    if let Some(Joignable(wanted)) = asked {
        let rules = rules.clone();
        let ids = state.ask(move |conn| joignable::ids(conn, &rules, wanted));
        parents.parmi = Some(ids.await?);
    }
    Ok(Among { parents, rules })
}

/// `GET` of the list.
pub(super) async fn list(
    state: web::Data<State>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    if query.said("joignable").is_none() {
        return crud::list::<Fiche>(state, request, query).await;
    }
    let among = among(&state, &query).await?;
    list::answer::<Contact>(&state, &request, &query, among).await
}

/// Rows of one chunk of the table.
const ROWS: usize = 500;

/// One of its rows.
const TABLE: &str = "\"1\";\"Martin\";\"Zoé\";\"01 23 45 67 89\";\"\";\"Martin Lina (6e A)\";\"non\";\"numéro de téléphone invalide : ligne fixe\";\"pas d'adresse e-mail utilisable\"\r\n";

const HEAD: [&str; 9] = [
    "parent",
    "nom",
    "prenom",
    "telephone",
    "email",
    "eleves",
    "joignable",
    "obstacle_sms",
    "obstacle_email",
];

/// The parents as a table.
pub(crate) async fn write_table(
    state: web::Data<State>,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let among = among(&state, &query).await?;
    table_of(state, among).await
}

/// These parents as a table.
pub(crate) async fn table_of(
    state: web::Data<State>,
    among: Among,
) -> Result<HttpResponse, ApiError> {
    let among = Arc::new(among);
    let asked = Arc::clone(&among);
    let ids = state.ask(move |conn| Contact::ids(conn, &asked)).await?;
    let chunks: Vec<Vec<i64>> = ids.chunks(ROWS).map(<[i64]>::to_vec).collect();
    let (lang, zone) = (state.config.messages.lang, state.config.messages.zone);
    let lines = try_unfold(
        (Some(csv::head(HEAD)), chunks.into_iter()),
        move |(head, mut chunks)| {
            let (state, among) = (state.clone(), Arc::clone(&among));
            async move {
                if let Some(head) = head {
                    return Ok::<_, ApiError>(Some((web::Bytes::from(head), (None, chunks))));
                }
                let Some(ids) = chunks.next() else {
                    return Ok(None);
                };
                let lines = move |conn: &mut Conn| {
                    let contacts = Contact::by_ids(conn, &among, &ids)?;
                    let mut eleves = eleves::of(conn, &ids)?;
                    let lines = contacts.iter().map(|contact| {
                        let eleves = eleves.remove(&contact.fiche.parent.id);
                        line(contact, &eleves.unwrap_or_default(), lang, zone)
                    });
                    Ok(lines.collect::<String>())
                };
                let lines = state.ask(lines).await?;
                Ok(Some((web::Bytes::from(lines), (None, chunks))))
            }
        },
    );
    Ok(csv::answer("parents", lines))
}

fn line(contact: &Contact, of_it: &[eleves::Eleve], lang: Lang, zone: chrono_tz::Tz) -> String {
    let parent = &contact.fiche.parent;
    let obstacle = |canal: Canal| {
        let mut obstacles = contact.obstacles.iter();
        let found = obstacles.find(|one| one.canal == canal);
        found.map_or_else(String::new, |one| texts::obstacle(lang, one, zone))
    };
    csv::line([
        parent.id.to_string(),
        parent.nom.clone(),
        parent.prenom.clone(),
        parent.telephone.clone(),
        parent.email.clone(),
        eleves::named(of_it),
        if contact.joignable { "oui" } else { "non" }.to_owned(),
        obstacle(Canal::Sms),
        obstacle(Canal::Email),
    ])
}
