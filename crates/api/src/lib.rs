//! The HTTP interface. For now it says that it is alive.

pub mod auth;
pub mod cli;
pub mod commands;
pub mod start;

use actix_web::{App, HttpServer, Responder, get, web};
use std::net::SocketAddr;

/// Every route of the application.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(live);
}

/// Says that the process runs; touches nothing else.
#[get("/health/live")]
async fn live() -> impl Responder {
    web::Json(serde_json::json!({ "status": "ok" }))
}

/// Serves until the process is told to stop.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(bind: SocketAddr) -> std::io::Result<()> {
    HttpServer::new(|| App::new().configure(routes))
        .bind(bind)?
        .run()
        .await
}
