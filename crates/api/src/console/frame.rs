//! What all pages have around what they show: title, navigation, what was done before, and the page on which
//! an error is told.

use super::faults::sentences;
use super::visitor::Visitor;
use super::words::Words;
use crate::drf::{ApiError, Texts};
use crate::state::State;
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use messages_core::vocabulary::{Mode, Portee};
use std::ops::Deref;

/// The field of a form that no other site knows.
pub(super) const SEAL: &str = "sceau";

/// The field of a form that is carried out once, however often it is sent.
pub(super) const ONCE: &str = "demande";

/// Where a page stands in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    None,
    Today,
    Messages,
    Calendar,
    Administration,
    Directory,
}

/// What every page has; it also says its texts, see [`Words`].
pub(super) struct Frame {
    words: Words,
    pub(super) section: Section,
    pub(super) title: String,
    /// None for whoever is not signed in.
    visitor: Option<Visitor>,
    /// Nothing really leaves.
    pub(super) pretends: bool,
    pub(super) notice: Option<Notice>,
    /// Brings itself up to date after so many seconds, where no script does.
    pub(super) refresh: Option<u32>,
}

impl Deref for Frame {
    type Target = Words;

    fn deref(&self) -> &Words {
        &self.words
    }
}

impl Frame {
    /// Of a page for whoever is signed in.
    pub(super) fn new(
        state: &State,
        request: &HttpRequest,
        visitor: &Visitor,
        section: Section,
    ) -> Self {
        Self {
            visitor: Some(visitor.clone()),
            notice: Notice::of(request),
            ..Self::outside(state, section)
        }
    }

    /// Of a page for everybody.
    pub(super) fn outside(state: &State, section: Section) -> Self {
        let settings = &state.config.messages;
        Self {
            words: Words::of(settings),
            section,
            title: String::new(),
            visitor: None,
            pretends: settings.mode != Mode::Reel,
            notice: None,
            refresh: None,
        }
    }

    pub(super) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Whether the navigation is shown.
    pub(super) fn inside(&self) -> bool {
        self.visitor.is_some()
    }

    /// Whether somebody signed in, and can sign out.
    pub(super) fn signed_in(&self) -> bool {
        let visitor = self.visitor.as_ref();
        visitor.is_some_and(|visitor| visitor.token.is_some())
    }

    pub(super) fn at(&self, section: Section) -> bool {
        self.section == section
    }

    pub(super) fn seal(&self) -> String {
        self.visitor
            .as_ref()
            .map_or_else(String::new, Visitor::seal)
    }

    /// A number that no form had before.
    #[expect(clippy::unused_self, reason = "so that templates have it")]
    pub(super) fn once(&self) -> String {
        uuid::Uuid::new_v4().to_string()
    }

    fn may(&self, portee: Portee) -> bool {
        self.visitor
            .as_ref()
            .is_some_and(|visitor| visitor.may(portee))
    }

    pub(super) fn reads(&self) -> bool {
        self.may(Portee::Lecture)
    }

    pub(super) fn writes(&self) -> bool {
        self.may(Portee::Ecriture)
    }

    pub(super) fn sends(&self) -> bool {
        self.may(Portee::Envoi)
    }

    pub(super) fn supervises(&self) -> bool {
        self.may(Portee::Supervision)
    }

    pub(super) fn sees_deeds(&self) -> bool {
        self.may(Portee::Historique)
    }
}

/// What was done, told on the page that is shown next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// Whether it was done.
    pub(super) good: bool,
    pub(super) text: String,
}

const NOTICE: &str = "annonce";

impl Notice {
    /// A sentence, which ends as one.
    pub(super) fn new(good: bool, mut text: String) -> Self {
        if text.ends_with(char::is_alphanumeric) {
            text.push('.');
        }
        Self { good, text }
    }

    /// Why it was not done.
    pub(super) fn refused(error: &ApiError, texts: Texts) -> Self {
        Self::new(false, sentences(error, texts).join(" "))
    }

    fn of(request: &HttpRequest) -> Option<Self> {
        let cookie = request.cookie(NOTICE)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(cookie.value()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (good, text) = text.split_at_checked(1)?;
        Some(Self::new(good == "+", text.to_owned()))
    }

    /// The cookie in which it travels to the next page.
    pub(super) fn cookie(&self) -> Cookie<'static> {
        let sign = if self.good { "+" } else { "-" };
        let text = BASE64_URL_SAFE_NO_PAD.encode(format!("{sign}{}", self.text));
        travels(text, time::Duration::minutes(1))
    }
}

fn travels(text: String, lasts: time::Duration) -> Cookie<'static> {
    Cookie::build(NOTICE, text)
        .path("/console/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(lasts)
        .finish()
}

/// A page, or a part of one.
///
/// # Errors
/// 500.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<HttpResponse, ApiError> {
    let html = template.render().map_err(|error| {
        log::error!("page : {error}");
        ApiError::Internal
    })?;
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8");
    Ok(response.body(html))
}

/// A page that is looked at: what it tells of before is told once.
///
/// # Errors
/// 500.
pub(super) fn shown(template: &impl Template) -> Result<HttpResponse, ApiError> {
    let mut response = page(StatusCode::OK, template)?;
    let told = travels(String::new(), time::Duration::ZERO);
    response.add_cookie(&told).ok();
    Ok(response)
}

/// Leads to a page of ours, which begins by telling what was done.
pub(super) fn see(path: &str, notice: Option<&Notice>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, path));
    if let Some(notice) = notice {
        response.cookie(notice.cookie());
    }
    response.finish()
}

#[derive(Template)]
#[template(path = "erreur.html")]
struct Wrong {
    f: Frame,
    text: String,
}

fn wrong(f: Frame, status: StatusCode, title: &str, text: String) -> HttpResponse {
    let f = f.titled(title);
    page(status, &Wrong { f, text }).unwrap_or_else(|error| error.error_response())
}

/// The page on which an error is told.
pub(super) fn error(state: &State, visitor: Option<&Visitor>, error: &ApiError) -> HttpResponse {
    let f = Frame {
        visitor: visitor.cloned(),
        ..Frame::outside(state, Section::None)
    };
    let status = error.status_code();
    let title = match status.as_u16() {
        403 => f.t("Ce n’est pas permis", "Not allowed"),
        404 => f.t("Introuvable", "Not found"),
        429 => f.t("Trop de demandes", "Too many requests"),
        503 => f.t("Indisponible pour le moment", "Not available now"),
        _ => f.t("Cela n’a pas marché", "This did not work"),
    };
    let text = sentences(error, state.texts).join(" ");
    wrong(f, status, title, text)
}

/// What is told to somebody who sent a form after the session had ended.
pub(super) fn late(state: &State) -> HttpResponse {
    let f = Frame::outside(state, Section::None);
    let title = f.t("Votre session est terminée", "Your session has ended");
    let text = f.t(
        "Rien n’a été fait. Pour ne pas perdre ce que vous avez écrit : ouvrez la console dans un autre onglet, \
         connectez-vous, revenez ici et rechargez cette page (le navigateur renverra le formulaire).",
        "Nothing was done. So as not to lose what you wrote: open the console in another tab, sign in, come \
         back here and reload this page (the browser sends the form again).",
    );
    let text = text.to_owned();
    wrong(f, StatusCode::UNAUTHORIZED, title, text)
}

/// What is told to somebody whose form is none of this session.
pub(super) fn stale(state: &State) -> HttpResponse {
    let f = Frame::outside(state, Section::None);
    let title = f.t("Cette page est ancienne", "This page is old");
    let text = f.t(
        "Rien n’a été fait : cette page est d’une session qui est terminée. Rechargez la page d’où vous venez, puis recommencez.",
        "Nothing was done: this page is of a session that has ended. Reload the page where you come from, and try again.",
    );
    let text = text.to_owned();
    wrong(f, StatusCode::CONFLICT, title, text)
}
