//! The numbers of the web app's dashboard, and some more.

use crate::answer;
use crate::drf::{ApiError, Filters, Query};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::kit::{self, Part};
use crate::schema::words;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use chrono::{Days, NaiveDate};
use messages_core::store::Conn;
use messages_core::store::appels::statistiques::{self, Selection, Statistics};
use messages_core::vocabulary::{Canal, Etat, Portee, Statut};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Days before today that are shown.
const DAYS: u64 = 30;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let operation = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_message_stats",
        "Les chiffres de tous les messages, ou d'une période et d'une classe",
        || web::to(show),
    );
    vec![Endpoint {
        path: "/api/messages/message_stats/",
        name: "Message stats",
        tag: "messages",
        operations: vec![
            operation
                .query(&[
                    Parameter {
                        name: "depuis",
                        description: "Messages écrits à partir de ce moment",
                        kind: Kind::DateTime,
                    },
                    Parameter {
                        name: "jusqua",
                        description: "Messages écrits avant ce moment",
                        kind: Kind::DateTime,
                    },
                    Parameter {
                        name: "classe",
                        description: "Messages à cette classe",
                        kind: Kind::Integer,
                    },
                ])
                .answers::<StatisticsJson>()
                .refuses(&[400]),
        ],
    }]
}

#[derive(Serialize, ToSchema)]
#[schema(as = Statistiques, examples(json!({
    "total_messages": 12,
    "total_sms": 8,
    "total_email": 4,
    "status_counts": { "brouillon": 1, "programme": 2, "en_attente": 0, "envoye": 8, "echec": 1 },
    "read_rate": 75.0,
    "messages_by_class": [{ "classe": "6e A", "count": 3 }],
    "messages_by_day": [{ "date": "2036-09-14", "count": 5 }],
    "envois": {
        "sms": { "a_envoyer": 0, "reserve": 0, "emission": 0, "envoye": 128, "echec": 2, "incertain": 0, "ignore": 1 },
        "email": { "a_envoyer": 0, "reserve": 0, "emission": 0, "envoye": 60, "echec": 2, "incertain": 0, "ignore": 1 },
    },
    "emails_envoyes": 60,
    "emails_lus": 45,
})))]
struct StatisticsJson {
    /// Messages en tout.
    total_messages: i64,
    /// Ceux par SMS.
    total_sms: i64,
    /// Ceux par e-mail.
    total_email: i64,
    #[schema(schema_with = by_statut)]
    status_counts: BTreeMap<&'static str, i64>,
    /// E-mails lus, en pour cent.
    #[schema(minimum = 0, maximum = 100)]
    read_rate: f64,
    /// Les messages de chaque classe.
    messages_by_class: Vec<OfClasse>,
    /// Les 31 derniers jours.
    messages_by_day: Vec<OfDay>,
    #[schema(schema_with = by_canal)]
    envois: BTreeMap<&'static str, BTreeMap<&'static str, i64>>,
    /// E-mails acceptés, par destinataire.
    emails_envoyes: i64,
    /// Ceux d'entre eux qui ont été lus.
    emails_lus: i64,
}

fn by_statut() -> Part {
    kit::each(words::statuts(), &kit::count(), "Messages par état.")
}

fn by_canal() -> Part {
    let by_etat = kit::each(words::etats(), &kit::count(), "Par état.");
    kit::each(words::canaux(), &by_etat, "Envois par canal et état.")
}

#[derive(Serialize, ToSchema)]
#[schema(as = MessagesDeClasse)]
struct OfClasse {
    /// Nom de la classe.
    classe: String,
    /// Ses messages.
    count: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MessagesDuJour)]
struct OfDay {
    /// Le jour.
    #[schema(format = Date)]
    date: String,
    /// Ses messages.
    count: i64,
}

async fn show(state: web::Data<State>, query: Query) -> Result<HttpResponse, ApiError> {
    let selection = selection(&state, &query)?;
    let zone = state.config.messages.zone;
    let question = move |conn: &mut Conn| {
        let statistics = statistiques::messages(conn, &selection)?;
        let today = conn.now()?.in_zone(zone).date_naive();
        let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
        let days = statistiques::by_day(conn, zone, first, today, selection.classe)?;
        Ok((statistics, days))
    };
    let (statistics, days) = state.ask(question).await?;
    Ok(answer::ok(&json_of(statistics, &days)))
}

/// `?depuis= ?jusqua= ?classe=`, all faults at once.
fn selection(state: &State, query: &Query) -> Result<Selection, ApiError> {
    let mut filters = Filters::new(query, state.texts);
    let zone = state.config.messages.zone;
    let selection = Selection {
        depuis: filters.date("depuis", zone),
        jusqua: filters.date("jusqua", zone),
        classe: filters.number("classe"),
    };
    filters.check()?;
    Ok(selection)
}

fn json_of(statistics: Statistics, days: &[(NaiveDate, i64)]) -> StatisticsJson {
    let of_type = |canal| statistics.types.get(&canal).copied().unwrap_or_default();
    let envois = Canal::ALL.iter().map(|canal| {
        let states = Etat::ALL.iter().map(|etat| {
            let count = statistics.envois.get(&(*canal, *etat));
            (etat.as_str(), count.copied().unwrap_or_default())
        });
        (canal.as_str(), states.collect())
    });
    let statut = |statut: &Statut| {
        let count = statistics.statuts.get(statut);
        (statut.as_str(), count.copied().unwrap_or_default())
    };
    StatisticsJson {
        total_messages: statistics.total(),
        total_sms: of_type(Canal::Sms),
        total_email: of_type(Canal::Email),
        status_counts: Statut::ALL.iter().map(statut).collect(),
        read_rate: statistics.read_rate(),
        envois: envois.collect(),
        emails_envoyes: statistics.emails_envoyes,
        emails_lus: statistics.emails_lus,
        messages_by_class: statistics
            .classes
            .into_iter()
            .map(|of| OfClasse {
                classe: of.nom,
                count: of.nombre,
            })
            .collect(),
        messages_by_day: days
            .iter()
            .map(|(day, count)| OfDay {
                date: day.format("%Y-%m-%d").to_string(),
                count: *count,
            })
            .collect(),
    }
}
