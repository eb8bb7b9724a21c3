//! `/metrics`: what a monitoring system wants to know (Prometheus text format 0.0.4).

use crate::drf::ApiError;
use crate::endpoint::{Endpoint, Operation};
use crate::schema::Answer;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::incidents;
use messages_core::store::appels::statistiques;
use messages_core::store::incidents::Incident;
use messages_core::store::{Conn, depenses, passages};
use messages_core::vocabulary::{Genre, Portee};
use prometheus::{Encoder, IntGaugeVec, TextEncoder};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint {
        path: "/metrics",
        name: "Metrics",
        tag: "exploitation",
        operations: vec![
            Operation::new(
                Method::GET,
                Portee::Supervision,
                "metrics",
                "Mesures pour Prometheus",
                || web::to(show),
            )
            .tells(Answer::Text("text/plain", EXAMPLE)),
        ],
    }]
}

/// Some of it, for the documentation.
const EXAMPLE: &str = "# HELP messages_envois Envois by channel and state.\n# TYPE messages_envois gauge\nmessages_envois{canal=\"sms\",etat=\"envoye\"} 128\n";

/// Every kind, so that a rule finds a zero where all is well.
fn count(gauge: &IntGaugeVec, open: &[Incident]) {
    for genre in Genre::ALL {
        let of_it = open.iter().filter(|incident| incident.genre == *genre);
        let number = i64::try_from(of_it.count()).unwrap_or(i64::MAX);
        gauge.with_label_values(&[genre.as_str()]).set(number);
    }
}

async fn show(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let config = state.config.clone();
    let question = move |conn: &mut Conn| {
        let now = conn.now()?;
        let oldest = statistiques::oldest_due(conn, now)?;
        let last = passages::last(conn, 1)?;
        Ok((
            statistiques::envois_by_state(conn)?,
            oldest.map(|at| now.since(at).as_secs_f64()),
            last.first().map(|passage| passage.debut),
            incidents::open(conn)?,
            depenses::of_settings(conn, &config)?,
        ))
    };
    let (envois, oldest, last, open, comptes) = state.ask(question).await?;
    let counters = &state.counters;
    count(&counters.incidents, &open);
    for ((canal, etat), count) in envois {
        counters
            .envois
            .with_label_values(&[canal.as_str(), etat.as_str()])
            .set(count);
    }
    for compte in comptes {
        let setting = [compte.duree.setting()];
        counters
            .sms
            .with_label_values(&setting)
            .set(compte.segments);
        counters
            .sms_max
            .with_label_values(&setting)
            .set(compte.most);
    }
    counters.oldest.set(oldest.unwrap_or_default());
    let epoch = messages_core::instant::Instant::from(std::time::UNIX_EPOCH);
    let last = last.map_or(0.0, |at| at.since(epoch).as_secs_f64());
    counters.last_run.set(last);
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    encoder
        .encode(&counters.registry.gather(), &mut text)
        .map_err(|error| {
            log::error!("/metrics : {error}");
            ApiError::Internal
        })?;
    Ok(HttpResponse::Ok()
        .content_type(encoder.format_type().to_owned())
        .body(text))
}
