//! What actix-web alone costs, for `scripts/bench-api.sh`: one handler that answers a JSON object,
//! or at `/30000` so many bytes out of memory, with as many workers as the server has.
//! `empty ADDRESS:PORT` says where it listens.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt, web};
use std::io::Write;
use std::net::TcpListener;

fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:0"))?;
    writeln!(std::io::stderr(), "http://{}", listener.local_addr()?)?;
    rt::System::new().block_on(
        HttpServer::new(|| App::new().default_service(web::to(hello)))
            .listen(listener)?
            .run(),
    )
}

async fn hello(request: HttpRequest) -> HttpResponse {
    match request.path().trim_start_matches('/').parse() {
        Ok(bytes) => HttpResponse::Ok()
            .content_type("application/json")
            .body(vec![b'1'; bytes]),
        Err(_) => HttpResponse::Ok().json(serde_json::json!({ "success": true })),
    }
}
