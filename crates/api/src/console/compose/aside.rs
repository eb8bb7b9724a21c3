//! What is shown beside the form: the price of an SMS, whom it would reach, when it leaves.

use super::draft::Draft;
use super::layout::markdown;
use super::target::{self, Target};
use crate::console::one::{Before, before};
use crate::console::words::Words;
use chrono::LocalResult;
use messages_core::config::Config;
use messages_core::instant::Instant;
use messages_core::preview;
use messages_core::segments::{self, Price};
use messages_core::store::upcoming::Upcoming;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Canal;

pub(super) struct Aside {
    /// Of an SMS.
    pub(super) price: Option<Price>,
    /// Whom it would reach, once that is said.
    pub(super) before: Option<Before>,
    /// SMS that are paid in all.
    pub(super) paid: Option<i64>,
    /// When it leaves, in words.
    pub(super) when: Option<String>,
    /// What an e-mail with a layout looks like.
    pub(super) html: Option<String>,
}

/// What a draft comes to.
pub(super) fn of(conn: &mut Conn, config: &Config, d: &Draft) -> Result<Aside, Error> {
    let words = Words::of(&config.messages);
    let now = conn.now()?;
    let is_sms = d.canal() == Canal::Sms;
    let written = is_sms && !d.contenu.is_empty();
    let price = written.then(|| segments::price(&d.contenu, config.sms.plain));
    let date = d.date(words.zone);
    let reached = match d.target {
        None => None,
        Some(target) => {
            let shown = preview::draft(conn, config, upcoming(d, target, now))?;
            Some(before(config, &shown, date, price.as_ref()))
        }
    };
    let paid = price.as_ref().zip(reached.as_ref()).map(|(price, before)| {
        let each = i64::try_from(price.envoye.segments).unwrap_or(i64::MAX);
        each.saturating_mul(before.reached)
    });
    Ok(Aside {
        price,
        paid,
        before: reached,
        html: (d.is_email && d.is_markdown()).then(|| markdown(&d.contenu)),
        when: date.map(|at| when(words, d, at, now)),
    })
}

/// As a run would see it.
fn upcoming(d: &Draft, target: Target, now: Instant) -> Upcoming {
    let (parent, classe) = match target {
        Target::All => (None, None),
        Target::Classe(id) => (None, Some(id)),
        Target::Parent(id) => (Some(id), None),
    };
    let is_sms = d.canal() == Canal::Sms;
    Upcoming {
        id: 0,
        canal: d.canal(),
        texte: is_sms.then(|| d.contenu.clone()),
        sujet: None,
        parent,
        classe,
        classe_nom: None,
        est_message_groupe: parent.is_none(),
        due: now,
    }
}

/// When it leaves; what the clocks do to it is said.
fn when(words: Words, d: &Draft, at: Instant, now: Instant) -> String {
    let moment = words.moment(&at);
    if at <= now {
        let text = words.t(
            "Cette date est passée : le message partira au prochain traitement, dans les minutes qui suivent.",
            "This date has gone by: the message leaves at the next run, within minutes.",
        );
        return text.to_owned();
    }
    let leaves = words.t("Partira", "Leaves");
    let wall = d.wall();
    let clocks = match wall.map(|wall| wall.and_local_timezone(words.zone)) {
        Some(LocalResult::Ambiguous(..)) => words.t(
            " Cette heure existe deux fois cette nuit-là (passage à l’heure d’hiver) : il partira la première fois.",
            " This hour comes twice that night (the clocks go back): it leaves the first time.",
        ),
        Some(LocalResult::None) => words.t(
            " Cette heure n’existe pas cette nuit-là (passage à l’heure d’été) : choisissez-en une autre.",
            " This hour does not exist that night (the clocks go forward): choose another.",
        ),
        _ => "",
    };
    format!("{leaves} {moment}.{clocks}")
}

/// What is said of a message that was programmed: when it leaves, to how many.
pub(super) fn summary(conn: &mut Conn, config: &Config, d: &Draft) -> Result<String, Error> {
    let words = Words::of(&config.messages);
    let aside = of(conn, config, d)?;
    let to = target::name(conn, d.target.as_ref(), config)?.unwrap_or_default();
    let when = aside.when.unwrap_or_default();
    let reached = aside.before.map_or(0, |before| before.reached);
    let who = words.n(
        reached,
        "parent le recevra|parents le recevront",
        "parent gets it|parents get it",
    );
    let done = words.t("C’est programmé.", "It is programmed.");
    Ok(format!("{done} {when} {who} ({to})."))
}
