//! The server: starts, listens, and ends without breaking anything off.

use crate::auth::Authenticator;
use crate::cli::Cli;
use crate::edge::{self, bounds, cors, headers, journal};
use crate::endpoint::Endpoint;
use crate::messages::track;
use crate::state::{State, THREADS};
use crate::{
    console, desinscription, directory, gate, health, historique, messages, metrics, openapi,
    receipts, start,
};
use actix_web::dev::{Extensions, ServerHandle};
use actix_web::middleware::{NormalizePath, TrailingSlash, from_fn};
use actix_web::{App, HttpServer, rt, web};
use messages_core::config::{Config, Lang};
use messages_core::dispatch;
use messages_core::exit::{Exit, Failure};
use messages_core::store::appels::{cles, idempotence};
use messages_core::store::{Error as StoreError, migrations};
use messages_core::vocabulary::Mode;
use std::any::Any;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Every endpoint.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = messages::endpoints();
    endpoints.extend(directory::endpoints());
    endpoints.extend(historique::endpoints());
    endpoints.extend(metrics::endpoints());
    endpoints.extend(health::endpoints());
    endpoints.extend(openapi::endpoints());
    endpoints.extend(track::endpoints());
    endpoints.extend(desinscription::endpoints());
    endpoints.extend(receipts::endpoints());
    endpoints
}

/// Every route of the application.
fn routes(config: &mut web::ServiceConfig, read_tracking: bool) {
    let endpoints = endpoints();
    openapi::keep(config, &endpoints);
    let routed = endpoints.iter();
    for endpoint in routed.filter(|endpoint| read_tracking || endpoint.path != track::PATH) {
        gate::register(config, endpoint);
    }
    console::register(config);
    config.default_service(web::to(edge::nowhere));
}

/// Serves until the process is told to stop (SIGTERM, Ctrl-C).
///
/// # Errors
/// Wrong settings, a database that is away, an address that cannot be listened on.
pub fn serve(cli: &Cli) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let mut conn =
        migrations::open(&config.database).map_err(|error| error.with_origin(&config))?;
    if let Err(StoreError::Config(text)) = dispatch::permit(&mut conn, &config) {
        log::warn!("{text}");
    }
    let keys = cles::list(&mut conn)?;
    drop(conn);
    let keys_exist = keys.iter().any(|cle| cle.revoquee_le.is_none());
    let (auth, warnings) = Authenticator::new(&config.api, cli.no_auth, keys_exist)?;
    for warning in &warnings {
        log::warn!("{warning}");
    }
    let listener = TcpListener::bind(config.api.bind).map_err(|error| {
        let text = format!("API_BIND : {} : {error}", config.api.bind);
        Failure::new(Exit::TryLater, text)
    })?;
    announce(&config, &listener);
    // Inside, because what counts requests tidies up in a task of its own.
    rt::System::new().block_on(async {
        let state = web::Data::new(State::new(config, auth)?);
        run(listener, state)
            .await
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))
    })?;
    Ok(Exit::Done)
}

/// What an administrator wants to see first.
fn announce(config: &Config, listener: &TcpListener) {
    let address = listener
        .local_addr()
        .map_or_else(|_| config.api.bind.to_string(), |at| at.to_string());
    let mode = match (config.messages.mode, config.messages.lang) {
        (Mode::Simulation, Lang::Fr) => "SIMULATION : rien ne sera envoyé (MESSAGES_MODE)\n",
        (Mode::Simulation, Lang::En) => "SIMULATION: nothing will be sent (MESSAGES_MODE)\n",
        _ => "",
    };
    let text = match config.messages.lang {
        Lang::Fr => format!(
            "{mode}messages-api écoute sur http://{address} (documentation : http://{address}/api/docs/)\n"
        ),
        Lang::En => format!(
            "{mode}messages-api listens on http://{address} (documentation: http://{address}/api/docs/)\n"
        ),
    };
    std::io::stderr().write_all(text.as_bytes()).ok();
    log::info!(
        "ecoute adresse={address} base={} mode={}",
        config.database.kind(),
        config.messages.mode
    );
}

/// Time to send the head of a request, and to take the answer to the last.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// Requests under way may take so long once the server is told to stop.
const SHUTDOWN_SECONDS: u64 = 27;

/// Longer than proxies keep a connection that nobody uses (nginx: 60 seconds): they are to end it, for
/// what they send while it is ended here is lost.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Connections of all clients together.
const CLIENTS: usize = 256;

/// A client that takes nothing of its answer for so long is gone.
const TAKE_TIMEOUT: Duration = Duration::from_secs(30);

/// Has the system end a connection whose client takes nothing, where it can.
fn cut_off(connection: &dyn Any, _: &mut Extensions) {
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection.downcast_ref::<rt::net::TcpStream>() {
        let socket = socket2::SockRef::from(stream);
        socket.set_tcp_user_timeout(Some(TAKE_TIMEOUT)).ok();
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (connection, TAKE_TIMEOUT);
}

async fn run(listener: TcpListener, state: web::Data<State>) -> std::io::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in messages_core::command_line::STOPS {
        signal_hook::flag::register(signal, Arc::clone(&stop))?;
    }
    let read_tracking = state.config.api.read_tracking;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = workers.min(CLIENTS);
    let shared = state.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .configure(|config| routes(config, read_tracking))
            .wrap(from_fn(bounds::bounds))
            .wrap(from_fn(cors::cors))
            .wrap(from_fn(journal::journal))
            .wrap(headers::security())
            .wrap(from_fn(edge::to_the_end))
            .wrap(NormalizePath::new(TrailingSlash::Always))
    })
    .listen(listener)?
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .workers(workers)
    .max_connections(CLIENTS / workers)
    .on_connect(cut_off)
    .worker_max_blocking_threads(THREADS)
    .run();
    rt::spawn(watch(stop, server.handle(), state.clone()));
    rt::spawn(forget(state.clone()));
    server.await?;
    state.dispatcher.stop();
    log::info!("arret");
    Ok(())
}

/// Ends the server gracefully once the flag is raised: a dispatcher under way is told at once, so
/// that requests that wait for it get their answer.
async fn watch(stop: Arc<AtomicBool>, server: ServerHandle, state: web::Data<State>) {
    while !stop.load(Ordering::Acquire) {
        rt::time::sleep(Duration::from_millis(100)).await;
    }
    log::info!("arret demande");
    state.dispatcher.raise_stop();
    server.stop(true).await;
}

/// Kept answers hold what was written: they go when their day is over, whoever calls or not.
async fn forget(state: web::Data<State>) {
    loop {
        // What failed was logged, and is tried again.
        state.ask(idempotence::purge).await.ok();
        rt::time::sleep(Duration::from_secs(3600)).await;
    }
}
