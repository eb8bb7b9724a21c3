//! `messages-api`: the HTTP interface.

use clap::Parser;
use std::process::ExitCode;

/// Serveur HTTP des messages programmés.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Adresse et port d'écoute
    #[arg(long, env = "API_BIND", default_value = "127.0.0.1:8000")]
    bind: std::net::SocketAddr,
}

#[actix_web::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match messages_api::serve(cli.bind).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write;
            writeln!(std::io::stderr(), "messages-api : {} : {error}", cli.bind).ok();
            ExitCode::from(75)
        }
    }
}
