//! A directory from a file of the office: first rehearsed, then taken over.
//!
//! Nothing of the file is kept between the two: it holds a whole school, and neither a folder of this server
//! nor a page of 60 KB is the place for it. It is sent again, and is taken over if it is the one that was
//! rehearsed, with the same answers (`empreinte`); anything else is rehearsed first. Where scripts run, only
//! the report is exchanged, and the file stays chosen: nobody has to choose it twice.

mod told;

use self::told::Report;
use super::list;
use crate::console::Page;
use crate::console::faults::sentences;
use crate::console::frame::{Frame, Notice, Section, page, see, shown};
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::console::words::Words;
use crate::drf::{ApiError, File};
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use askama::Template;
use messages_core::digest::sha256;
use messages_core::import::{self, Imported, Options, Source};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;
use std::fmt::Write;
use std::sync::Arc;

const PATH: &str = "/console/import/";

/// As much as the API takes of a directory: a town's, or what SIECLE writes of a large school.
const MOST: usize = 16 * 1024 * 1024;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new(PATH)
            .of_files(MOST)
            .get(Portee::Ecriture, || web::to(show))
            .post(Portee::Ecriture, || web::to(take)),
    ]
}

#[derive(Template)]
#[template(path = "import.html")]
struct Import {
    f: Frame,
    complet: bool,
    emails: bool,
    outcome: Outcome,
}

/// The part that scripts exchange.
#[derive(Template)]
#[template(path = "import-essai.html")]
struct Part {
    f: Frame,
    outcome: Outcome,
}

/// What came of what was sent.
#[derive(Default)]
struct Outcome {
    /// Why there is no report.
    fault: Option<String>,
    /// Why it is a rehearsal once more.
    again: Option<&'static str>,
    report: Option<Report>,
}

/// What somebody asks for.
#[derive(Clone)]
struct Asked {
    source: Arc<Source>,
    options: Options,
    /// Of the files and the answers: whether they are those that were rehearsed.
    empreinte: String,
}

impl Asked {
    /// None when no file was chosen.
    fn of(state: &State, sent: &Sent) -> Option<Self> {
        let files = sent.files("fichier");
        if files.is_empty() {
            return None;
        }
        let (complet, emails) = (sent.ticked("complet"), sent.ticked("emails"));
        let mut said = format!("{complet} {emails}");
        for File { name, content, .. } in &files {
            let name = name.as_deref().unwrap_or_default();
            // Into a text: nothing can fail.
            write!(said, " {} {name}", sha256(content)).ok();
        }
        let files = files
            .into_iter()
            .map(|file| (file.name.unwrap_or_default(), file.content.into()));
        Some(Self {
            source: Arc::new(Source::all(files)),
            options: Options {
                region: state.config.sms.region,
                complet,
                oui: sent.ticked("oui"),
                notifications_email: emails.then_some(true),
                ..Options::default()
            },
            empreinte: sha256(said.as_bytes()),
        })
    }
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    let title = f.t("Importer un fichier", "Import a file");
    shown(&Import {
        f: f.titled(title),
        complet: false,
        emails: false,
        outcome: Outcome::default(),
    })
}

async fn take(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    let Some(asked) = Asked::of(&state, &sent) else {
        let fault = f.t("Choisissez d’abord un fichier.", "Choose a file first.");
        let outcome = Outcome {
            fault: Some(fault.to_owned()),
            ..Outcome::default()
        };
        return answer(&request, f, &sent, outcome);
    };
    let mut again = None;
    if sent.said("importer").is_some() {
        let seen: Option<usize> = sent.text("absents").parse().ok();
        let is_rehearsed = sent.text("empreinte") == asked.empreinte;
        let done = match seen.filter(|_| is_rehearsed) {
            Some(seen) => carried_out(&state, &visitor, &asked, Some(seen)).await,
            None => Err(ApiError::Stale),
        };
        match done {
            Ok(Ok(imported)) => return Ok(lead_on(&request, &f, &imported)),
            Err(ApiError::Stale) => again = Some(told::again(*f)),
            // The rehearsal tells it as well.
            Ok(Err(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let outcome = rehearsed(&state, &visitor, asked, *f, again).await?;
    answer(&request, f, &sent, outcome)
}

/// What would come of it.
async fn rehearsed(
    state: &State,
    visitor: &Visitor,
    mut asked: Asked,
    words: Words,
    again: Option<&'static str>,
) -> Result<Outcome, ApiError> {
    asked.options.essai = true;
    let (fault, report) = match carried_out(state, visitor, &asked, None).await {
        Ok(Ok(imported)) => {
            let complet = asked.options.complet;
            let report = Report::of(words, imported, complet, asked.empreinte);
            (None, Some(report))
        }
        Ok(Err(why)) => (Some(why), None),
        Err(error) if error.status_code().is_client_error() => {
            (Some(sentences(&error, state.texts).join(" ")), None)
        }
        Err(error) => return Err(error),
    };
    Ok(Outcome {
        fault,
        again,
        report,
    })
}

/// Reads the file beside the database and takes it over, or with `essai` tells what that would do. `Ok(Err)`
/// when it is no directory; `Stale` when others leave than were `seen` to, or too many.
async fn carried_out(
    state: &State,
    visitor: &Visitor,
    asked: &Asked,
    seen: Option<usize>,
) -> Result<Result<Imported, String>, ApiError> {
    let (source, options) = (Arc::clone(&asked.source), asked.options);
    let read = move || import::read(&source, options.format, options.region);
    let reading = match state.read(read).await? {
        Ok(reading) => reading,
        Err(why) => return Ok(Err(why)),
    };
    let take = move |conn: &mut Conn| match import::take(conn, reading, &options) {
        Ok(imported) if seen.is_some_and(|seen| seen != imported.absents) => Err(Error::Stale),
        Ok(imported) => Ok(imported),
        Err(import::Error::Store(error)) => Err(error),
        Err(import::Error::Many { .. } | import::Error::File(_)) => Err(Error::Stale),
    };
    let taken = state.change(&visitor.caller, state.texts.conflict(), take);
    Ok(Ok(taken.await?))
}

/// Whether a script asks, which shows the answer in the page that is there.
fn by_script(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

fn answer(
    request: &HttpRequest,
    f: Frame,
    sent: &Sent,
    outcome: Outcome,
) -> Result<HttpResponse, ApiError> {
    if by_script(request) {
        return page(StatusCode::OK, &Part { f, outcome });
    }
    let status = match outcome.fault {
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let title = f.t("Importer un fichier", "Import a file");
    let import = Import {
        f: f.titled(title),
        complet: sent.ticked("complet"),
        emails: sent.ticked("emails"),
        outcome,
    };
    page(status, &import)
}

/// To the directory, as it is now.
fn lead_on(request: &HttpRequest, f: &Frame, imported: &Imported) -> HttpResponse {
    let notice = Notice::new(true, told::done(**f, imported));
    if by_script(request) {
        return HttpResponse::Ok()
            .insert_header(("HX-Redirect", list::PATH))
            .cookie(notice.cookie())
            .finish();
    }
    see(list::PATH, Some(&notice))
}
