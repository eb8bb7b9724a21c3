//! Whether the process lives, and whether it can work. No numbers, no versions, no inner texts:
//! who looks is not asked who they are.

use crate::endpoint::{Access, Endpoint, Operation};
use crate::schema::words::{CauseEnum, GenreEnum, TypeEnum};
use crate::state::State;
use actix_web::http::Method;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use messages_core::incidents;
use messages_core::store::canaux::{self, Stopped};
use messages_core::store::incidents::Incident;
use messages_core::store::{Conn, migrations, passages};
use messages_core::vocabulary::{Canal, Cause, Genre};
use serde::Serialize;
use utoipa::ToSchema;

/// Both questions.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let question = |path, name, operation| Endpoint {
        path,
        name,
        tag: "exploitation",
        operations: vec![operation],
    };
    let read = |id, summary, route| Operation::new(Method::GET, Access::Public, id, summary, route);
    let live = read("health_live", "Si le processus vit", || web::to(live)).answers::<Alive>();
    let ready = read("health_ready", "Si le service peut travailler", || {
        web::to(ready)
    })
    .answers::<Ready>()
    .refuses(&[503]);
    vec![
        question("/health/live", "Live", live),
        question("/health/ready", "Ready", ready),
    ]
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SanteEnum)]
enum Health {
    Ok,
    Indisponible,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SchemaEnum)]
enum Tables {
    Ok,
    AMigrer,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SanteVive, examples(json!({ "status": "ok" })))]
struct Alive {
    /// Si le processus vit.
    status: Health,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SantePrete, examples(json!({
    "status": "ok",
    "database": "ok",
    "schema": "ok",
    "dernier_passage": "2026-09-14T07:55:00+02:00",
    "canaux_arretes": [
        { "canal": "email", "cause": "identification", "depuis": "2026-09-14T07:50:01+02:00" },
    ],
    "incidents": [{ "genre": "canal_arrete", "depuis": "2026-09-14T07:50:01+02:00" }],
})))]
struct Ready {
    /// Si le service peut travailler.
    status: Health,
    /// Si la base de données répond ; sinon rien de plus n'est dit.
    database: Health,
    /// Si ses tables sont à jour.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    schema: Option<Tables>,
    /// Début du dernier traitement.
    #[schema(format = DateTime)]
    dernier_passage: Option<String>,
    /// Ce qui ne part pas pour le moment, et pourquoi ; le service peut travailler.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    canaux_arretes: Option<Vec<StoppedJson>>,
    /// Ce qui demande quelqu'un.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    incidents: Option<Vec<IncidentJson>>,
}

/// Un canal arrêté.
#[derive(Serialize, ToSchema)]
#[schema(as = CanalArrete)]
struct StoppedJson {
    /// Le canal.
    #[schema(value_type = TypeEnum)]
    canal: Canal,
    /// Pourquoi, en un mot.
    #[schema(value_type = CauseEnum)]
    cause: Cause,
    /// Depuis quand.
    #[schema(format = DateTime)]
    depuis: String,
}

/// Ce qui demande quelqu'un.
#[derive(Serialize, ToSchema)]
#[schema(as = Incident)]
struct IncidentJson {
    /// De quoi il s'agit, en un mot.
    #[schema(value_type = GenreEnum)]
    genre: Genre,
    /// Depuis quand.
    #[schema(format = DateTime)]
    depuis: String,
}

/// The process runs; touches nothing else.
async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(Alive { status: Health::Ok })
}

/// The database answers and has the tables of this program.
async fn ready(state: web::Data<State>) -> HttpResponse {
    let zone = state.config.messages.zone;
    let question = move |conn: &mut Conn| {
        let pending = migrations::pending(conn)?;
        let last = passages::last(conn, 1)?;
        let last = last.first().map(|passage| passage.debut);
        // Older tables may not tell it.
        let (stopped, open) = if pending == 0 {
            (canaux::stopped(conn)?, incidents::open(conn)?)
        } else {
            (Vec::new(), Vec::new())
        };
        Ok((pending == 0, last, stopped, open))
    };
    match state.look(question).await {
        Ok((current, last, stopped, open)) => {
            let (status, schema) = if current {
                (Health::Ok, Tables::Ok)
            } else {
                (Health::Indisponible, Tables::AMigrer)
            };
            let body = Ready {
                status,
                database: Health::Ok,
                schema: Some(schema),
                dernier_passage: last.map(|at| at.in_zone(zone).to_rfc3339()),
                canaux_arretes: Some(stopped.iter().map(|stopped| told(stopped, zone)).collect()),
                incidents: Some(open.iter().map(|incident| named(incident, zone)).collect()),
            };
            if current {
                HttpResponse::Ok().json(body)
            } else {
                HttpResponse::ServiceUnavailable().json(body)
            }
        }
        Err(_) => HttpResponse::ServiceUnavailable().json(Ready {
            status: Health::Indisponible,
            database: Health::Indisponible,
            schema: None,
            dernier_passage: None,
            canaux_arretes: None,
            incidents: None,
        }),
    }
}

/// Without the peer's words and codes. The service is ready all the same: it writes down what shall
/// leave, and it leaves once the cause is mended.
fn told(stopped: &Stopped, zone: chrono_tz::Tz) -> StoppedJson {
    StoppedJson {
        canal: stopped.arret.canal,
        cause: stopped.arret.cause,
        depuis: stopped.depuis.in_zone(zone).to_rfc3339(),
    }
}

/// By its kind only: which message it is about is for whoever may read messages.
fn named(incident: &Incident, zone: chrono_tz::Tz) -> IncidentJson {
    IncidentJson {
        genre: incident.genre,
        depuis: incident.debut.in_zone(zone).to_rfc3339(),
    }
}
