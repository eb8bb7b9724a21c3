//! `/console/`: what staff and administrators look at, as pages.
//!
//! `gate` lets through who is signed in (`session`) and what was sent by a form of ours (`sent`); a page
//! asks the store what it shows, and is written by a template of `pages/` inside one `frame`, in the
//! words of `words`. What is done is done by the handlers of the API (`told` reads their answers), so
//! that a button of a page and a request of a program are one thing with one set of rules.
//!
//! Every task works without JavaScript; `assets/` has the one style sheet, htmx, which brings parts of
//! a page up to date, and a script of some lines.
//!
//! # How to add a page
//!
//! A struct with `#[derive(Template)]`, its first member `f: Frame`; the template in `pages/`, which begins
//! with `{% extends "frame.html" %}` and says each text as `f.t("…", "…")`, in French and in English; a
//! handler `async fn(web::Data<State>, Visitor, …) -> Result<HttpResponse, ApiError>` that ends with
//! [`frame::page`]; a [`Page`] in the room's `pages()` with who may; a step in `scripts/console/day.mjs`.

mod acts;
mod administration;
mod annuaire;
mod assets;
mod calendrier;
mod chart;
mod compose;
mod essai;
mod faults;
mod files;
mod frame;
mod gate;
mod lines;
mod list;
mod missed;
mod names;
mod one;
mod pager;
mod sent;
mod session;
mod today;
mod told;
mod visitor;
mod words;

use crate::drf::{ApiError, MAX_BODY};
use crate::edge;
use crate::endpoint::Access;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Route, web};

/// A page: its path, and who may look at it or send its form.
struct Page {
    path: &'static str,
    /// Whether what was typed is shown again when it came too late.
    keeps: bool,
    ways: Vec<Way>,
    /// Most bytes of its form.
    most: usize,
}

/// One method of a page.
struct Way {
    method: Method,
    access: Access,
    route: fn() -> Route,
}

impl Page {
    const fn new(path: &'static str) -> Self {
        Self {
            path,
            keeps: false,
            ways: Vec::new(),
            most: MAX_BODY,
        }
    }

    /// Shows what was typed again when it came too late, by its own handler.
    const fn keeping(mut self) -> Self {
        self.keeps = true;
        self
    }

    /// Its form may have as many bytes, for it has files.
    const fn of_files(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// Looked at by those who may.
    fn get(self, access: impl Into<Access>, route: fn() -> Route) -> Self {
        self.with(Method::GET, access.into(), route)
    }

    /// Sent by those who may.
    fn post(self, access: impl Into<Access>, route: fn() -> Route) -> Self {
        self.with(Method::POST, access.into(), route)
    }

    fn with(mut self, method: Method, access: Access, route: fn() -> Route) -> Self {
        self.ways.push(Way {
            method,
            access,
            route,
        });
        self
    }
}

/// Every page, those of fixed words before those with a number in the same place.
fn pages() -> Vec<Page> {
    let rooms = [
        assets::pages(),
        session::pages(),
        today::pages(),
        list::pages(),
        compose::pages(),
        one::pages(),
        missed::pages(),
        acts::pages(),
        essai::pages(),
        files::pages(),
        administration::pages(),
        calendrier::pages(),
        annuaire::pages(),
        vec![Page::new("/console/{reste}*").get(Access::Known, || web::to(nowhere))],
    ];
    rooms.into_iter().flatten().collect()
}

async fn not_here(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::Method(request.method().to_string()))
}

async fn nowhere() -> Result<HttpResponse, ApiError> {
    Err(ApiError::NotFound)
}

/// Routes every page.
pub(crate) fn register(config: &mut web::ServiceConfig) {
    for page in pages() {
        let plain = page.path.replace("{id}", "{id:[0-9]+}");
        let mut resource = web::resource(plain).name(page.path);
        for way in &page.ways {
            resource = resource.route((way.route)().method(way.method.clone()));
            if way.method == Method::GET {
                resource = resource.route((way.route)().method(Method::HEAD));
            }
        }
        let resource = resource.default_service(web::to(not_here));
        let spec = gate::Spec::of(&page);
        config.service(resource.wrap(from_fn(edge::caught)).wrap(from_fn(
            move |state, request, next| gate::pass(spec.clone(), state, request, next),
        )));
    }
}
