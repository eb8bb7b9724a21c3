//! What this process counts (Prometheus).

use actix_web::http::Method;
use prometheus::{
    Gauge, HistogramVec, IntCounterVec, IntGaugeVec, Registry, histogram_opts,
    register_gauge_with_registry, register_histogram_vec_with_registry,
    register_int_counter_vec_with_registry, register_int_gauge_vec_with_registry,
};
use std::time::Duration;

/// What this process counts.
pub(crate) struct Counters {
    pub(crate) registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    pub(crate) envois: IntGaugeVec,
    pub(crate) oldest: Gauge,
    pub(crate) last_run: Gauge,
    pub(crate) incidents: IntGaugeVec,
    pub(crate) receipts: IntCounterVec,
    pub(crate) sms: IntGaugeVec,
    pub(crate) sms_max: IntGaugeVec,
}

/// From a lookup to the longest wait for a run, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 25.0,
];

impl Counters {
    /// Nothing counted yet.
    #[expect(
        clippy::expect_used,
        reason = "the names are constants, and each is used once"
    )]
    pub(crate) fn new() -> Self {
        Self::registered(Registry::new()).expect("valid names")
    }

    fn registered(registry: Registry) -> prometheus::Result<Self> {
        let durations = histogram_opts!(
            "messages_http_request_duration_seconds",
            "Time to the head of the answer.",
            BUCKETS.to_vec()
        );
        Ok(Self {
            requests: register_int_counter_vec_with_registry!(
                "messages_http_requests_total",
                "HTTP requests answered.",
                &["method", "path", "status"],
                registry
            )?,
            durations: register_histogram_vec_with_registry!(
                durations,
                &["method", "path"],
                registry
            )?,
            envois: register_int_gauge_vec_with_registry!(
                "messages_envois",
                "Envois by channel and state.",
                &["canal", "etat"],
                registry
            )?,
            oldest: register_gauge_with_registry!(
                "messages_due_oldest_seconds",
                "Age of the oldest message or envoi that is due and has not left; 0 when there is none.",
                registry
            )?,
            last_run: register_gauge_with_registry!(
                "messages_last_passage_timestamp_seconds",
                "Begin of the last run of the dispatcher, in Unix time; 0 when there was none.",
                registry
            )?,
            incidents: register_int_gauge_vec_with_registry!(
                "messages_incidents",
                "What needs a person, by kind.",
                &["genre"],
                registry
            )?,
            receipts: register_int_counter_vec_with_registry!(
                "messages_receipts_total",
                "Receipts of gateways: what they tell of an SMS, and what came of it.",
                &["passerelle", "remise", "suite"],
                registry
            )?,
            sms: register_int_gauge_vec_with_registry!(
                "messages_sms_segments",
                "SMS counted against the limits of the settings, by setting.",
                &["reglage"],
                registry
            )?,
            sms_max: register_int_gauge_vec_with_registry!(
                "messages_sms_segments_max",
                "SMS that the settings allow, by setting.",
                &["reglage"],
                registry
            )?,
            registry,
        })
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
