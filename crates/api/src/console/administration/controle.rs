//! Whether everything works, by a button: what `process-scheduled check` and `verify` look at.

use super::frame;
use crate::console::Page;
use crate::console::frame::{Frame, Section, page, shown};
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::drf::ApiError;
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::config::Config;
use messages_core::control::Line;
use messages_core::control::check::{Finding, findings};
use messages_core::control::verify::prove;
use messages_core::store::{Error, migrations};
use messages_core::vocabulary::Portee;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/controle/")
            .get(Portee::Supervision, || web::to(show))
            .post(Portee::Supervision, || web::to(look)),
    ]
}

#[derive(Template)]
#[template(path = "controle.html")]
struct Control {
    f: Frame,
    found: Option<Found>,
}

/// What was looked at, and how it is.
struct Found {
    title: &'static str,
    lines: Vec<Line>,
}

impl Found {
    /// Whether all is as it should be.
    fn all_holds(&self) -> bool {
        self.lines.iter().all(|line| line.holds != Some(false))
    }
}

fn titled(state: &State, request: &HttpRequest, visitor: &Visitor) -> Frame {
    let f = frame(state, request, visitor);
    let title = f.t("Contrôle", "Checks");
    f.titled(title)
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let f = titled(&state, &request, &visitor);
    shown(&Control { f, found: None })
}

async fn look(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let f = titled(&state, &request, &visitor);
    let config = state.config.clone();
    if sent.text("quoi") == "base" {
        let title = f.t("La base de données", "The database");
        return looked(&state, f, title, move || proven(&config)).await;
    }
    let title = f.t("Les réglages", "The settings");
    let check = move || Ok(findings(&config).iter().map(Finding::line).collect());
    looked(&state, f, title, check).await
}

/// On a connection of its own, which may take its time.
fn proven(config: &Config) -> Result<Vec<Line>, Error> {
    let mut conn = migrations::open_current(&config.database)?;
    let proof = prove(&mut conn, config)?;
    Ok(proof.lines(config.messages.lang))
}

async fn looked(
    state: &State,
    f: Frame,
    title: &'static str,
    look: impl FnOnce() -> Result<Vec<Line>, Error> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let busy = f.t(
        "Un contrôle est déjà en cours sur ce serveur : attendez qu’il finisse, une minute au plus, et recommencez.",
        "This server is being checked already: wait for the end, a minute at most, and try again.",
    );
    let late = f.t(
        "Pas de réponse après 50 secondes. Le contrôle se termine sans être montré ; « process-scheduled check » ou « verify » le montre sans limite de temps.",
        "No answer after 50 seconds. The check ends without being shown; \"process-scheduled check\" or \"verify\" shows it without a limit of time.",
    );
    let lines = match state.control(busy, look).await? {
        Some(looked) => {
            looked.map_err(|error| ApiError::from_store(error, state.texts.conflict()))?
        }
        None => vec![Line {
            holds: Some(false),
            text: late.to_owned(),
        }],
    };
    let found = Some(Found { title, lines });
    page(StatusCode::OK, &Control { f, found })
}
