//! `/metrics`: what a monitoring system wants to know (Prometheus text format 0.0.4).

use crate::endpoint::{Endpoint, Operation};
use crate::error::ApiError;
use crate::gate::edge;
use crate::openapi::Shape;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::store::appels::statistiques;
use messages_core::store::{Conn, passages};
use messages_core::vocabulary::Portee;
use prometheus::{
    Encoder, Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry,
    TextEncoder,
};
use std::time::Duration;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint {
        path: "/metrics",
        name: "Metrics",
        tag: "exploitation",
        operations: vec![Operation::new(
            Method::GET,
            Portee::Supervision,
            "metrics",
            "Mesures pour Prometheus",
            Shape::Metrics,
            || web::to(show),
        )],
    }]
}

/// What this process counts.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    envois: IntGaugeVec,
    oldest: Gauge,
    last_run: Gauge,
}

/// From a lookup to the longest wait for a run, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 25.0,
];

impl Metrics {
    /// Nothing counted yet.
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("messages_http_requests_total", "HTTP requests answered."),
            &["method", "path", "status"],
        );
        let durations = HistogramVec::new(
            HistogramOpts::new(
                "messages_http_request_duration_seconds",
                "Time to the head of the answer.",
            )
            .buckets(BUCKETS.to_vec()),
            &["method", "path"],
        );
        let envois = IntGaugeVec::new(
            Opts::new("messages_envois_total", "Envois by channel and state."),
            &["canal", "etat"],
        );
        let oldest = Gauge::new(
            "messages_due_oldest_seconds",
            "Age of the oldest message or envoi that is due and has not left; 0 when there is none.",
        );
        let last_run = Gauge::new(
            "messages_last_passage_timestamp_seconds",
            "Begin of the last run of the dispatcher, in Unix time; 0 when there was none.",
        );
        Self::registered(registry, requests, durations, envois, oldest, last_run)
    }

    #[expect(
        clippy::expect_used,
        reason = "the names are constants, and each is used once"
    )]
    fn registered(
        registry: Registry,
        requests: prometheus::Result<IntCounterVec>,
        durations: prometheus::Result<HistogramVec>,
        envois: prometheus::Result<IntGaugeVec>,
        oldest: prometheus::Result<Gauge>,
        last_run: prometheus::Result<Gauge>,
    ) -> Self {
        let metrics = Self {
            registry,
            requests: requests.expect("a valid name"),
            durations: durations.expect("a valid name"),
            envois: envois.expect("a valid name"),
            oldest: oldest.expect("a valid name"),
            last_run: last_run.expect("a valid name"),
        };
        let collectors: [Box<dyn prometheus::core::Collector>; 5] = [
            Box::new(metrics.requests.clone()),
            Box::new(metrics.durations.clone()),
            Box::new(metrics.envois.clone()),
            Box::new(metrics.oldest.clone()),
            Box::new(metrics.last_run.clone()),
        ];
        for collector in collectors {
            metrics.registry.register(collector).expect("a new name");
        }
        metrics
    }

    /// Counts a request.
    pub(crate) fn observe(&self, method: &Method, path: &str, status: u16, took: Duration) {
        let method = edge::method(method);
        let status = status.to_string();
        self.requests
            .with_label_values(&[method, path, &status])
            .inc();
        self.durations
            .with_label_values(&[method, path])
            .observe(took.as_secs_f64());
    }
}

async fn show(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let question = |conn: &mut Conn| {
        let now = conn.now()?;
        let oldest = statistiques::oldest_due(conn, now)?;
        let last = passages::last(conn, 1)?;
        Ok((
            statistiques::envois_by_state(conn)?,
            oldest.map(|at| now.since(at).as_secs_f64()),
            last.first().map(|passage| passage.debut),
        ))
    };
    let (envois, oldest, last) = state.ask(question).await?;
    let metrics = &state.metrics;
    for ((canal, etat), count) in envois {
        metrics
            .envois
            .with_label_values(&[canal.as_str(), etat.as_str()])
            .set(count);
    }
    metrics.oldest.set(oldest.unwrap_or_default());
    let epoch = messages_core::instant::Instant::from(std::time::UNIX_EPOCH);
    let last = last.map_or(0.0, |at| at.since(epoch).as_secs_f64());
    metrics.last_run.set(last);
    let mut text = Vec::new();
    let encoder = TextEncoder::new();
    encoder
        .encode(&metrics.registry.gather(), &mut text)
        .map_err(|error| {
            log::error!("/metrics : {error}");
            ApiError::Internal
        })?;
    Ok(HttpResponse::Ok()
        .content_type(encoder.format_type().to_owned())
        .body(text))
}
