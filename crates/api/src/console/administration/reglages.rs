//! The settings as this server read them. No secret is among them.

use super::frame;
use crate::console::Page;
use crate::console::frame::{Frame, Section, shown};
use crate::console::visitor::Visitor;
use crate::drf::ApiError;
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::config::{Origin, Setting, Shown};
use messages_core::vocabulary::Portee;

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new("/console/reglages/").get(Portee::Supervision, || web::to(show))]
}

#[derive(Template)]
#[template(path = "reglages.html")]
struct Settings {
    f: Frame,
    /// Those that are set, with what is no secret.
    set: Vec<(Setting, Option<String>)>,
    /// The names of the others.
    unset: Vec<&'static str>,
    /// The file that was read.
    file: Option<String>,
    warnings: Vec<String>,
    version: &'static str,
}

impl Settings {
    fn origin(&self, setting: &Setting) -> &'static str {
        match setting.origin {
            Origin::Environment => self.f.t("environnement", "environment"),
            Origin::File => self.f.t("fichier", "file"),
            Origin::Flag => self.f.t("ligne de commande", "command line"),
        }
    }
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let f = frame(&state, &request, &visitor);
    let title = f.t("Réglages", "Settings");
    let config = &state.config;
    let (mut set, mut unset) = (Vec::new(), Vec::new());
    for setting in config.settings.iter() {
        match &setting.value {
            Shown::Unset => unset.push(setting.name),
            Shown::Hidden => set.push((setting.clone(), None)),
            Shown::Value(value) => set.push((setting.clone(), Some(value.clone()))),
        }
    }
    shown(&Settings {
        f: f.titled(title),
        set,
        unset,
        file: config.file.as_ref().map(|file| file.display().to_string()),
        warnings: config.warnings.clone(),
        version: env!("CARGO_PKG_VERSION"),
    })
}
