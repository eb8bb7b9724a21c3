//! What this process counts (Prometheus).

use actix_web::http::Method;
use prometheus::{Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry};
use std::time::Duration;

/// What this process counts.
pub(crate) struct Counters {
    pub(crate) registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    pub(crate) envois: IntGaugeVec,
    pub(crate) oldest: Gauge,
    pub(crate) last_run: Gauge,
}

/// From a lookup to the longest wait for a run, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 25.0,
];

impl Counters {
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
        let method = name_of(method);
        let status = status.to_string();
        self.requests
            .with_label_values(&[method, path, &status])
            .inc();
        self.durations
            .with_label_values(&[method, path])
            .observe(took.as_secs_f64());
    }
}

/// A method's name; one that nobody knows is not repeated.
pub(crate) fn name_of(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS
        | Method::TRACE => method.as_str(),
        _ => "AUTRE",
    }
}
