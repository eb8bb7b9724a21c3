//! Whether the process lives, and whether it can work. No numbers, no versions, no inner texts:
//! who looks is not asked who they are.

use crate::endpoint::{Access, Endpoint, Operation};
use crate::openapi::Shape;
use crate::state::State;
use actix_web::http::Method;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use messages_core::store::canaux::{self, Stopped};
use messages_core::store::{Conn, migrations, passages};
use serde_json::json;

/// Both questions.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let question = |path, name, operation| Endpoint {
        path,
        name,
        tag: "exploitation",
        operations: vec![operation],
    };
    let read = |id, summary, shape, route| {
        Operation::new(Method::GET, Access::Public, id, summary, shape, route)
    };
    let ready = read(
        "health_ready",
        "Si le service peut travailler",
        Shape::Ready,
        || web::to(ready),
    );
    vec![
        question(
            "/health/live",
            "Live",
            read("health_live", "Si le processus vit", Shape::Alive, || {
                web::to(live)
            }),
        ),
        question("/health/ready", "Ready", ready.refuses(&[503])),
    ]
}

/// The process runs; touches nothing else.
async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "status": "ok" }))
}

/// The database answers and has the tables of this program.
async fn ready(state: web::Data<State>) -> HttpResponse {
    let zone = state.config.messages.zone;
    let question = move |conn: &mut Conn| {
        let pending = migrations::pending(conn)?;
        let last = passages::last(conn, 1)?;
        let last = last.first().map(|passage| passage.debut);
        // Older tables may not tell it.
        let stopped = if pending == 0 {
            canaux::stopped(conn)?
        } else {
            Vec::new()
        };
        Ok((pending == 0, last, stopped))
    };
    match state.ask(question).await {
        Ok((current, last, stopped)) => {
            let stopped: Vec<_> = stopped.iter().map(|s| told(s, zone)).collect();
            let body = json!({
                "status": if current { "ok" } else { "indisponible" },
                "database": "ok",
                "schema": if current { "ok" } else { "a_migrer" },
                "dernier_passage": last.map(|at| at.in_zone(zone).to_rfc3339()),
                "canaux_arretes": stopped,
            });
            if current {
                HttpResponse::Ok().json(body)
            } else {
                HttpResponse::ServiceUnavailable().json(body)
            }
        }
        Err(_) => HttpResponse::ServiceUnavailable().json(json!({
            "status": "indisponible",
            "database": "indisponible",
        })),
    }
}

/// A channel that is stopped, without the peer's words and codes. The service is ready all the
/// same: it writes down what shall leave, and it leaves once the cause is mended.
fn told(stopped: &Stopped, zone: chrono_tz::Tz) -> serde_json::Value {
    json!({
        "canal": stopped.arret.canal,
        "cause": stopped.arret.cause,
        "depuis": stopped.depuis.in_zone(zone).to_rfc3339(),
    })
}
