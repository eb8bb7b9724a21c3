//! Who would get a message, who would not and why, and what it would cost.

use crate::answer;
use crate::crud::{Resource, load};
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::openapi::Shape;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::config::{Config, Lang};
use messages_core::model::Message;
use messages_core::preview::{self, Preview, Recipient};
use messages_core::segments;
use messages_core::texts::{addresses, date_warning, motif};
use messages_core::vocabulary::{Canal, Motif, Portee};
use serde::Serialize;
use std::collections::BTreeMap;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let operation = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_preview",
        "Qui recevrait ce message s'il partait maintenant",
        Shape::Preview,
        || web::to(show),
    );
    vec![Endpoint {
        path: "/api/messages/{id}/preview/",
        name: "Preview",
        tag: "messages",
        operations: vec![
            operation
                .details("Rien n'est envoyé ni changé. Un SMS compte les segments facturés.")
                .refuses(&[404]),
        ],
    }]
}

#[derive(Serialize)]
struct PreviewJson<'p> {
    message: i64,
    canal: Canal,
    /// Parents of the audience.
    total: usize,
    /// Those who would be written to.
    nb_destinataires: usize,
    /// The others, by reason.
    motifs: BTreeMap<&'static str, usize>,
    sms: Option<Cost>,
    /// What the office should look at before it is sent.
    avertissements: Vec<String>,
    destinataires: Vec<RecipientJson<'p>>,
}

#[derive(Serialize)]
struct Cost {
    #[serde(flatten)]
    counted: segments::Segments,
    /// Of all recipients together.
    total_segments: usize,
}

#[derive(Serialize)]
struct RecipientJson<'p> {
    parent: Option<i64>,
    nom: &'p str,
    prenom: &'p str,
    adresse: Option<&'p str>,
    motif: Option<Motif>,
    raison: Option<&'static str>,
    /// What more there is to say.
    detail: Option<&'p str>,
}

async fn show(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let message: Message = load(&state, id).await?;
    let config = state.config.clone();
    let shown = state
        .ask(move |conn| preview::one(conn, &config, id))
        .await
        .map_err(|error| error.of_model(Message::MODEL))?;
    Ok(answer::ok(&json(&shown, &message, &state.config)))
}

fn json<'p>(shown: &'p Preview, message: &Message, config: &Config) -> PreviewJson<'p> {
    let lang = config.messages.lang;
    let mut motifs = BTreeMap::new();
    for why in shown
        .recipients
        .iter()
        .filter_map(|r| r.address.as_ref().err())
    {
        *motifs.entry(why.motif.as_str()).or_default() += 1;
    }
    let total = shown.recipients.len();
    let nb_destinataires = total - motifs.values().sum::<usize>();
    let sms = (shown.message.canal == Canal::Sms).then(|| {
        let counted = segments::count(&message.contenu);
        Cost {
            counted,
            total_segments: counted.segments * nb_destinataires,
        }
    });
    PreviewJson {
        message: shown.message.id,
        canal: shown.message.canal,
        total,
        nb_destinataires,
        motifs,
        sms,
        avertissements: warnings(shown, message, config),
        destinataires: shown
            .recipients
            .iter()
            .map(|r| recipient(r, lang))
            .collect(),
    }
}

fn recipient(recipient: &Recipient, lang: Lang) -> RecipientJson<'_> {
    let refusal = recipient.address.as_ref().err();
    let why = refusal.map(|refusal| refusal.motif);
    RecipientJson {
        parent: recipient.parent,
        nom: &recipient.nom,
        prenom: &recipient.prenom,
        adresse: recipient.address.as_deref().ok(),
        motif: why,
        raison: why.map(|why| motif(lang, why)),
        detail: refusal.and_then(|refusal| refusal.detail.as_deref()),
    }
}

/// A text that will be refused, a date at midnight or in the night, and addresses that may be somebody else's.
fn warnings(shown: &Preview, message: &Message, config: &Config) -> Vec<String> {
    let (lang, zone) = (config.messages.lang, config.messages.zone);
    let most = config.sms.segments_max;
    let is_sms = shown.message.canal == Canal::Sms;
    let count = segments::over(&message.contenu, most).filter(|_| is_sms);
    let too_long = count.map(|count| addresses::too_many_segments(lang, count, most));
    let canal = shown.message.canal;
    let odd = shown.odd.iter().map(|odd| odd.told(lang, canal));
    let date = message.date_programmee;
    let date =
        date.and_then(|date| date_warning(lang, message.r#type, date, config.sms.quiet, zone));
    too_long.into_iter().chain(date).chain(odd).collect()
}
