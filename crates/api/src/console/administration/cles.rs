//! The keys of programs and people: made, shown once, revoked.

use super::frame;
use crate::answer;
use crate::auth::{Refusal, Who};
use crate::console::Page;
use crate::console::acts::Ask;
use crate::console::frame::{Frame, Notice, Section, page, see, shown};
use crate::console::sent::Sent;
use crate::console::visitor::Visitor;
use crate::drf::{ApiError, Id};
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::store::appels::cles::{self, Cle};
use messages_core::vocabulary::Portee;
use std::borrow::Borrow;

const PATH: &str = "/console/cles/";

/// Letters of a name.
const NAME_MAX: usize = 100;

/// Revoked keys that are shown, the latest.
const REVOKED: usize = 50;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new(PATH)
            .get(Portee::Supervision, || web::to(show))
            .post(Portee::Supervision, || web::to(create)),
        Page::new("/console/cles/{id}/revoquer/")
            .get(Portee::Supervision, || web::to(ask_revoke))
            .post(Portee::Supervision, || web::to(revoke)),
    ]
}

#[derive(Template)]
#[template(path = "cles.html")]
struct Keys {
    f: Frame,
    valid: Vec<Line>,
    revoked: Vec<Cle>,
    /// What whoever looks at it can give away.
    may_give: Vec<Portee>,
    form: Form,
    /// The key that was just made.
    made: Option<Made>,
}

/// A key that is good.
struct Line {
    cle: Cle,
    /// Whether it may be revoked by whoever looks.
    mine_to_revoke: bool,
}

struct Made {
    nom: String,
    key: String,
}

/// What the form for a new key holds.
#[derive(Default)]
struct Form {
    nom: String,
    portees: Vec<Portee>,
    /// The field that is wrong, and why.
    fault: Option<(&'static str, String)>,
}

impl Form {
    fn of(sent: &Sent) -> Self {
        let all = Portee::ALL.iter().copied();
        Self {
            nom: sent.text("nom").replace('\0', ""),
            portees: all
                .filter(|portee| sent.said(portee.as_str()).is_some())
                .collect(),
            fault: None,
        }
    }

    fn holds(&self, portee: impl Borrow<Portee>) -> bool {
        self.portees.contains(portee.borrow())
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.fault
            .as_ref()
            .is_some_and(|(wrong, _)| *wrong == field)
    }

    /// What is wrong with it.
    fn looked_at(&self, f: &Frame) -> Option<(&'static str, String)> {
        let told = if self.nom.is_empty() {
            ("nom", f.t("Donnez-lui un nom.", "Give it a name."))
        } else if self.nom.chars().count() > NAME_MAX {
            (
                "nom",
                f.t(
                    "Ce nom est trop long : 100 lettres au plus.",
                    "This name is too long: 100 letters at most.",
                ),
            )
        } else if self.portees.is_empty() {
            (
                "portees",
                f.t(
                    "Choisissez au moins une chose qu’elle permet.",
                    "Choose at least one thing that it allows.",
                ),
            )
        } else {
            return None;
        };
        Some((told.0, told.1.to_owned()))
    }
}

/// Whoever holds all that a key allows may give it away, and take it back.
fn may_all(visitor: &Visitor, portees: &[Portee]) -> bool {
    portees.iter().all(|portee| visitor.may(*portee))
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
) -> Result<HttpResponse, ApiError> {
    let f = frame(&state, &request, &visitor);
    shown(&looked(&state, f, &visitor, Form::default(), None).await?)
}

async fn looked(
    state: &State,
    f: Frame,
    visitor: &Visitor,
    form: Form,
    made: Option<Made>,
) -> Result<Keys, ApiError> {
    let keys = state.ask(cles::list).await?;
    let (mut revoked, valid): (Vec<Cle>, Vec<Cle>) =
        keys.into_iter().partition(|cle| cle.revoquee_le.is_some());
    revoked.sort_by_key(|cle| std::cmp::Reverse(cle.revoquee_le));
    revoked.truncate(REVOKED);
    let line = |cle: Cle| Line {
        mine_to_revoke: may_all(visitor, &cle.portees),
        cle,
    };
    let all = Portee::ALL.iter().copied();
    let title = f.t("Clés d’accès", "Access keys");
    Ok(Keys {
        f: f.titled(title),
        valid: valid.into_iter().map(line).collect(),
        revoked,
        may_give: all.filter(|portee| visitor.may(*portee)).collect(),
        form,
        made,
    })
}

async fn create(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    sent: Sent,
) -> Result<HttpResponse, ApiError> {
    let f = frame(&state, &request, &visitor);
    let mut form = Form::of(&sent);
    form.fault = form.looked_at(&f);
    if form.fault.is_some() {
        let keys = looked(&state, f, &visitor, form, None).await?;
        return page(StatusCode::BAD_REQUEST, &keys);
    }
    if !may_all(&visitor, &form.portees) {
        return Err(ApiError::Refused(Refusal::Forbidden));
    }
    let Form { nom, portees, .. } = form;
    let asked = nom.clone();
    let create = move |conn: &mut _| cles::create(conn, &asked, &portees);
    let by = &visitor.caller;
    // What is kept of the answer does not hold the key.
    let create = move |conn: &mut _| Ok((create(conn)?, answer::written(StatusCode::CREATED, &"")));
    let made = state.carry_out(by, state.texts.conflict(), create).await;
    let (key, cle) = match made {
        Ok((made, _)) => made,
        Err(ApiError::Repeated(_)) => {
            let text = f.t(
                "Cette clé est déjà créée, et ne se montre qu’une fois. Si vous ne l’avez pas notée, révoquez-la et créez-en une autre.",
                "This key is made already, and shown only once. If you did not note it, revoke it and make another.",
            );
            return Ok(see(PATH, Some(&Notice::new(false, text.to_owned()))));
        }
        Err(error) => return Err(error),
    };
    log::info!("key={} creee par={}", cle.id, by.name());
    let made = Made {
        nom,
        key: key.expose().to_owned(),
    };
    // It is nowhere else, and no answer is kept by a browser or a proxy (`Cache-Control: no-store`).
    let keys = looked(&state, f, &visitor, Form::default(), Some(made)).await?;
    page(StatusCode::CREATED, &keys)
}

/// The key, if it may be revoked by whoever asks.
async fn revocable(state: &State, visitor: &Visitor, id: i64) -> Result<Cle, ApiError> {
    let keys = state.ask(cles::list).await?;
    let found = keys.into_iter().find(|cle| cle.id == id);
    let cle = found.ok_or(ApiError::NotFound)?;
    if !may_all(visitor, &cle.portees) {
        return Err(ApiError::Refused(Refusal::Forbidden));
    }
    Ok(cle)
}

async fn ask_revoke(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let cle = revocable(&state, &visitor, id).await?;
    let f = frame(&state, &request, &visitor);
    let title = f.t("Révoquer cette clé ?", "Revoke this key?");
    let mut lines = vec![
        format!("{} (msg_{}…)", cle.nom, cle.prefixe),
        f.t(
            "Qui s’en sert n’entre plus, tout de suite et pour toujours. Ce qui est programmé reste programmé.",
            "Whoever uses it gets in no more, at once and for ever. What is programmed stays programmed.",
        )
        .to_owned(),
    ];
    if visitor.caller.principal.who == Who::Key(id) {
        let own = f.t(
            "C’est la clé avec laquelle vous êtes connecté.",
            "It is the key by which you are signed in.",
        );
        lines.push(own.to_owned());
    }
    let button = f.t("Révoquer", "Revoke").to_owned();
    shown(&Ask {
        f: f.titled(title),
        back: PATH.to_owned(),
        lines,
        button,
        grave: true,
        count: None,
        tag: None,
    })
}

async fn revoke(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let cle = revocable(&state, &visitor, id).await?;
    let f = frame(&state, &request, &visitor);
    let already = f.t(
        "Cette clé était déjà révoquée.",
        "This key was revoked already.",
    );
    let change = move |conn: &mut _| cles::revoke(conn, id);
    let notice = match state.change(&visitor.once_more(), already, change).await {
        Ok(()) => {
            log::info!("key={id} revoquee");
            let done = f.t("est révoquée.", "is revoked.");
            Notice::new(
                true,
                format!("{} « {} » {done}", f.t("La clé", "The key"), cle.nom),
            )
        }
        Err(error) => Notice::refused(&error, state.texts),
    };
    Ok(see(PATH, Some(&notice)))
}
