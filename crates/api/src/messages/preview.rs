//! Who would get a message, who would not and why, and what it would cost.

mod cost;

use self::cost::Cost;
use crate::answer;
use crate::crud::{Resource, load};
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::schema::words::{MotifEnum, TypeEnum};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::config::{Config, Lang};
use messages_core::html;
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::preview::{self, Preview, Recipient};
use messages_core::segments::{self, Price};
use messages_core::store::depenses::{self, Compte};
use messages_core::texts::{self, addresses, date_warning, motif};
use messages_core::vocabulary::{Canal, Motif, Portee};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let operation = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_preview",
        "Qui recevrait ce message s'il partait maintenant",
        || web::to(show),
    );
    vec![Endpoint {
        path: "/api/messages/{id}/preview/",
        name: "Preview",
        tag: "messages",
        operations: vec![
            operation
                .details("Rien n'est envoyé ni changé. Un SMS compte les segments facturés ; d'un e-mail, le texte et le HTML qui partiraient.")
                .answers::<PreviewJson<'_>>()
                .refuses(&[404, 409]),
        ],
    }]
}

#[derive(Serialize, ToSchema)]
#[schema(as = Apercu, examples(json!({
    "message": 1,
    "canal": "sms",
    "total": 2,
    "nb_destinataires": 1,
    "motifs": { "sans_adresse": 1 },
    "sms": {
        "encodage": "gsm7",
        "caracteres": 91,
        "segments": 1,
        "total_segments": 1,
        "texte": "La fete de l'école",
        "ecrit": { "encodage": "ucs2", "caracteres": 91, "segments": 2 },
        "simplifie": { "encodage": "gsm7", "caracteres": 91, "segments": 1 },
        "lettres": [{ "lettre": "ê", "nombre": 1, "devient": "e" }],
    },
    "email": null,
    "avertissements": ["+33612345678 : numéro partagé par 4 familles"],
    "destinataires": [
        { "parent": 1, "nom": "Martin", "prenom": "Zoé", "adresse": "+33612345678", "motif": null, "raison": null, "detail": null },
        { "parent": 2, "nom": "Diallo", "prenom": "Awa", "adresse": null, "motif": "sans_adresse", "raison": "sans adresse utilisable", "detail": "virgule" },
    ],
})))]
struct PreviewJson<'p> {
    /// Le message.
    message: i64,
    /// Par quel canal.
    #[schema(value_type = TypeEnum)]
    canal: Canal,
    /// Parents concernés.
    total: usize,
    /// Ceux qui recevraient le message.
    nb_destinataires: usize,
    /// Les autres, par motif.
    motifs: BTreeMap<&'static str, usize>,
    /// Coût d'un SMS ; null pour un e-mail.
    sms: Option<Cost>,
    /// Ce que dit un e-mail ; null pour un SMS.
    email: Option<Mail<'p>>,
    /// Ce qu'il faut regarder avant l'envoi : numéros partagés, inventés, texte trop long, départ à minuit ou la nuit.
    avertissements: Vec<String>,
    /// Tous les parents concernés.
    destinataires: Vec<RecipientJson<'p>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ApercuEmail)]
struct Mail<'p> {
    /// Pour qui lit du texte.
    texte: Cow<'p, str>,
    /// Pour les autres ; null s'il n'y a que du texte.
    html: Option<&'p str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Destinataire)]
struct RecipientJson<'p> {
    /// Le parent.
    parent: Option<i64>,
    /// Nom.
    nom: &'p str,
    /// Prénom.
    prenom: &'p str,
    /// Où le message irait.
    adresse: Option<&'p str>,
    /// Pourquoi il n'irait pas.
    #[schema(value_type = Option<MotifEnum>)]
    motif: Option<Motif>,
    /// Le motif, en clair.
    raison: Option<&'static str>,
    /// Ce qui est à corriger.
    detail: Option<&'p str>,
}

async fn show(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let message: Message = load(&state, id).await?;
    let config = state.config.clone();
    let (shown, comptes) = state
        .ask(move |conn| {
            let shown = preview::one(conn, &config, id)?;
            Ok((shown, depenses::of_settings(conn, &config)?))
        })
        .await
        .map_err(|error| error.of_model(Message::MODEL))?;
    Ok(answer::ok(&json(&shown, &message, &comptes, &state.config)))
}

fn json<'p>(
    shown: &'p Preview,
    message: &'p Message,
    comptes: &[Compte],
    config: &Config,
) -> PreviewJson<'p> {
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
    let price = (shown.message.canal == Canal::Sms)
        .then(|| segments::price(&message.contenu, config.sms.plain));
    let sms = price.as_ref();
    let mut avertissements = warnings(shown, message.date_programmee, sms, config);
    let total_segments = sms.map_or(0, |price| price.envoye.segments * nb_destinataires);
    avertissements.extend(texts::beyond(lang, total_segments, comptes));
    let email = (shown.message.canal == Canal::Email).then(|| {
        let (texte, html) = html::parts(&message.contenu, message.contenu_html.as_deref());
        Mail { texte, html }
    });
    PreviewJson {
        message: shown.message.id,
        canal: shown.message.canal,
        total,
        nb_destinataires,
        motifs,
        sms: price.map(|price| cost::of(price, nb_destinataires)),
        email,
        avertissements,
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

/// A text that will be refused or has letters that cost, a date at midnight or in the night, and
/// addresses that may be somebody else's.
pub(crate) fn warnings(
    shown: &Preview,
    date: Option<Instant>,
    price: Option<&Price>,
    config: &Config,
) -> Vec<String> {
    let (lang, zone) = (config.messages.lang, config.messages.zone);
    let most = config.sms.segments_max;
    let count = price.map(|price| price.envoye.segments);
    let count = count.filter(|count| *count > most);
    let too_long = count.map(|count| addresses::too_many_segments(lang, count, most));
    let letters = price.and_then(|price| texts::letters(lang, price));
    let canal = shown.message.canal;
    let odd = shown.odd.iter().map(|odd| odd.told(lang, canal));
    let date = date.and_then(|date| date_warning(lang, canal, date, config.sms.quiet, zone));
    let text = too_long.into_iter().chain(letters);
    text.chain(date).chain(odd).collect()
}
