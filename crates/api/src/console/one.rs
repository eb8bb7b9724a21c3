//! One message: what it says, whom it is to or what became of it for each, what was done with it.

use super::Page;
use super::frame::{Frame, Section, page, shown};
use super::names::{self, Names};
use super::visitor::Visitor;
use super::words::Words;
use crate::answer::message::begin;
use crate::crud;
use crate::drf::{ApiError, Id, Query};
use crate::messages::envois::reason;
use crate::state::State;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::config::Config;
use messages_core::html;
use messages_core::instant::Instant;
use messages_core::model::{Message, PieceJointe};
use messages_core::preview::{self, Recipient};
use messages_core::segments::{self, Price};
use messages_core::store::envois::missed;
use messages_core::store::envois::recipients::{self, Destinataire};
use messages_core::store::historique::{self, Fait};
use messages_core::store::sondages::UNTRACED;
use messages_core::store::{Conn, Error, pieces};
use messages_core::vocabulary::{Canal, Etat, Motif, Objet, Portee, Remise, Statut};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// Recipients of one page.
const SIZE: i64 = 100;

/// Deeds that are shown.
const DEEDS: i64 = 20;

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::new("/console/messages/{id}/").get(Portee::Lecture, || web::to(show)),
        Page::new("/console/messages/{id}/suivi/").get(Portee::Lecture, || web::to(follow)),
        Page::new("/console/messages/{id}/apercu.html/").get(Portee::Lecture, || web::to(mail)),
    ]
}

/// Where a message has its page.
pub(super) fn path(id: i64) -> String {
    format!("/console/messages/{id}/")
}

#[derive(Template)]
#[template(path = "message.html")]
struct One {
    f: Frame,
    m: Sight,
    begin: String,
    price: Option<Price>,
    html: bool,
    /// What travels with it.
    files: Vec<PieceJointe>,
    deeds: Vec<Fait>,
    /// The names of keys, by which the history calls their holders.
    keys: BTreeMap<String, String>,
}

impl One {
    /// Who did something: a key by its name.
    fn named<'n>(&'n self, acteur: &'n str) -> &'n str {
        self.keys.get(acteur).map_or(acteur, String::as_str)
    }

    fn who<'n>(&'n self, deed: &'n Fait) -> &'n str {
        self.named(&deed.acteur)
    }
}

/// The part that changes while it leaves.
#[derive(Template)]
#[template(path = "suivi.html")]
struct Follow {
    f: Frame,
    m: Sight,
}

/// A message and its recipients.
struct Sight {
    message: Message,
    to: String,
    /// Whom it would reach, of one that has not left.
    before: Option<Before>,
    /// What became of it for each, of one that has.
    after: Option<After>,
}

impl Sight {
    /// Whether there is still something to wait for.
    fn leaves(&self) -> bool {
        self.message.statut == Statut::EnAttente
    }

    fn is_draft(&self) -> bool {
        self.message.statut == Statut::Brouillon
    }

    fn is_programmed(&self) -> bool {
        self.message.statut == Statut::Programme
    }

    /// Whether it has left, whatever became of it.
    fn is_over(&self) -> bool {
        matches!(self.message.statut, Statut::Envoye | Statut::Echec)
    }

    /// Whether files can still be added to it, or taken away.
    fn takes_files(&self) -> bool {
        self.message.r#type == Canal::Email && (self.is_draft() || self.is_programmed())
    }

    /// Whether there is anybody to send it to again.
    fn has_missed(&self) -> bool {
        self.after.as_ref().is_some_and(|after| after.to_call > 0)
    }

    /// Those of whom it is known what became of them, in percent.
    fn done(&self) -> i64 {
        let m = &self.message;
        let done = m.nb_envoyes + m.nb_echecs + m.nb_incertains + m.nb_ignores;
        (done * 100)
            .checked_div(m.nb_destinataires)
            .unwrap_or_default()
    }
}

/// Whom a message would reach.
pub(super) struct Before {
    pub(super) reached: i64,
    /// Those it would not, by reason.
    pub(super) missed: Vec<(&'static str, Vec<Recipient>)>,
    pub(super) warnings: Vec<String>,
}

impl Before {
    /// Those it would not reach; whoever has it at another's address is reached.
    pub(super) fn missing(&self) -> i64 {
        let missed = self.missed.iter().map(|(_, who)| who.len()).sum::<usize>();
        i64::try_from(missed).unwrap_or(i64::MAX)
    }
}

struct After {
    rows: Vec<Row>,
    etat: Option<Etat>,
    /// How many are in each state.
    counts: BTreeMap<Etat, i64>,
    page: i64,
    pages: i64,
    /// How many there are to telephone.
    to_call: i64,
}

impl After {
    /// Whether those in this state are shown.
    fn is_shown(&self, etat: impl Borrow<Etat>) -> bool {
        self.etat == Some(*etat.borrow())
    }
}

/// One recipient.
struct Row {
    /// Why it was not reached.
    why: Option<String>,
    /// And what the peer said to that.
    detail: Option<String>,
    one: Destinataire,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let deeds = historique::Filter {
        objet: Some(Objet::Message),
        numero: Some(id),
        ..historique::Filter::default()
    };
    let m = sight(&state, id, &query).await?;
    let asked = move |conn: &mut Conn| {
        let deeds = historique::page(conn, &deeds, 0, DEEDS)?;
        let files = pieces::of_messages(conn, &[id])?;
        Ok((deeds, names::keys(conn)?, files))
    };
    let (deeds, keys, files) = state.ask(asked).await?;
    let is_sms = m.message.r#type == Canal::Sms;
    let plain = state.config.sms.plain;
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    let title = format!("{} {id}", f.t("Message", "Message"));
    let mut f = f.titled(title);
    f.refresh = m.leaves().then_some(5);
    shown(&One {
        price: is_sms.then(|| segments::price(&m.message.contenu, plain)),
        html: m.message.contenu_html.is_some() && !is_sms,
        begin: begin(&m.message, 60),
        keys,
        files,
        f,
        m,
        deeds,
    })
}

async fn follow(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    Id(id): Id,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let m = sight(&state, id, &query).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Messages);
    page(StatusCode::OK, &Follow { f, m })
}

async fn sight(state: &State, id: i64, query: &Query) -> Result<Sight, ApiError> {
    let message: Message = crud::load(state, id).await?;
    let config = state.config.clone();
    let etat = query.said("etat").and_then(|word| word.parse().ok());
    let page = query
        .said("page")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let find = move |conn: &mut Conn| look(conn, &config, message, etat, page);
    state.ask(find).await
}

fn look(
    conn: &mut Conn,
    config: &Config,
    message: Message,
    etat: Option<Etat>,
    page: i64,
) -> Result<Sight, Error> {
    let words = Words::of(&config.messages);
    let names = Names::of(conn, std::slice::from_ref(&message))?;
    let waits = Statut::SETTABLE.contains(&message.statut);
    let before = if waits && message.oublie_le.is_none() {
        let price = (message.r#type == Canal::Sms)
            .then(|| segments::price(&message.contenu, config.sms.plain));
        let shown = preview::one(conn, config, message.id)?;
        Some(before(
            config,
            &shown,
            message.date_programmee,
            price.as_ref(),
        ))
    } else {
        None
    };
    let after = if waits {
        None
    } else {
        Some(after(conn, words, &message, etat, page)?)
    };
    Ok(Sight {
        to: names.audience(words, &message),
        message,
        before,
        after,
    })
}

/// Whom it would reach, and what to look at before.
pub(super) fn before(
    config: &Config,
    shown: &preview::Preview,
    date: Option<Instant>,
    price: Option<&Price>,
) -> Before {
    let words = Words::of(&config.messages);
    let mut missed: BTreeMap<Motif, Vec<Recipient>> = BTreeMap::new();
    let mut reached = 0;
    let most = config.sms.segments_max;
    let is_too_long = price.is_some_and(|price| price.envoye.segments > most);
    // That nobody gets it is the text's fault, which the warnings tell.
    let recipients = shown.recipients.iter().filter(|_| !is_too_long);
    for one in recipients {
        match &one.address {
            Ok(_) => reached += 1,
            Err(why) => missed.entry(why.motif).or_default().push(one.clone()),
        }
    }
    Before {
        reached,
        missed: missed
            .into_iter()
            .map(|(why, who)| (words.motif(shown.message.canal, why), who))
            .collect(),
        warnings: crate::messages::preview::warnings(shown, date, price, config),
    }
}

fn after(
    conn: &mut Conn,
    words: Words,
    message: &Message,
    etat: Option<Etat>,
    page: i64,
) -> Result<After, Error> {
    let filter = recipients::Filter {
        message: message.id,
        etat,
    };
    let counts = recipients::by_etat(conn, message.id)?;
    let count = match etat {
        Some(etat) => counts.get(&etat).copied().unwrap_or_default(),
        None => counts.values().sum(),
    };
    let pages = (count.max(1) - 1) / SIZE + 1;
    let page = page.clamp(1, pages);
    let rows = recipients::page(conn, filter, (page - 1) * SIZE, SIZE)?;
    let row = |one: Destinataire| Row {
        why: match words.lacking(one.canal, one.motif) {
            Some(why) => Some(why.to_owned()),
            None => reason(&one, words.lang, words.zone),
        },
        // What the reason says already is not said again.
        detail: one
            .detail
            .clone()
            .filter(|detail| one.etat != Etat::Envoye && detail != UNTRACED),
        one,
    };
    Ok(After {
        rows: rows.into_iter().map(row).collect(),
        etat,
        counts,
        page,
        pages,
        to_call: missed::count(conn, message.id)?,
    })
}

/// What an e-mail looks like. It is shown in a frame, in which nothing runs and nothing is fetched.
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";

async fn mail(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let message: Message = crud::load(&state, id).await?;
    let (text, html) = html::parts(&message.contenu, message.contenu_html.as_deref());
    let page = html.map_or_else(
        || {
            askama::filters::escape(&text, askama::filters::Html)
                .map(|t| t.to_string())
                .unwrap_or_default()
        },
        ToOwned::to_owned,
    );
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .body(page))
}
