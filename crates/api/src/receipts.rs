//! Where gateways tell what became of SMS. The address ends with a token of the gateway's own, since a gateway has no
//! key; whoever has a wrong one learns nothing, not even whether the gateway is known here.

mod asked;

use crate::drf::{ApiError, MAX_BODY, take};
use crate::edge::address;
use crate::endpoint::{Access, Endpoint, Operation};
use crate::schema::Answer;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use asked::Asked;
use messages_core::digest::sha256;
use messages_core::instant::Instant;
use messages_core::receipts::{self, Form, Outcome, Request};
use messages_core::secret::Secret;
use messages_core::store::appels::recus;
use messages_core::store::envois::Noted;
use messages_core::vocabulary::Remise;
use subtle::ConstantTimeEq;

/// Where the endpoint is.
pub(crate) const PATH: &str = "/api/receipts/{passerelle}/{jeton}/";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let [get, post] = [
        (Method::GET, "receipts_get"),
        (Method::POST, "receipts_post"),
    ]
    .map(|(method, id)| {
        Operation::new(
            method,
            Access::Public,
            id,
            "Reçu d'une passerelle : ce qu'un SMS est devenu",
            || web::to(receive),
        )
        .details(DETAILS)
        .tells(Answer::Text("text/plain", OK))
    });
    vec![Endpoint {
        path: PATH,
        name: "Receipts",
        tag: "exploitation",
        operations: vec![
            get.refuses(&[404, 429, 503]),
            post.refuses(&[400, 404, 409, 413, 422, 429, 503]),
        ],
    }]
}

const DETAILS: &str = "L'adresse est faite par « messages-api receipts create » et donnée à la passerelle, qui écrit en \
                       paramètres, en formulaire ou en JSON. Répétés, en retard ou en désordre, les reçus ne font pas de mal ; ceux de SMS \
                       inconnus sont comptés.";

const OK: &str = "OK\n";

async fn receive(
    state: web::Data<State>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let path = request.match_info();
    let passerelle = path.query("passerelle").to_owned();
    let form = admitted(&state, &request, &passerelle, path.query("jeton")).await?;
    let body = take(payload.into_inner(), MAX_BODY).await?;
    let asked = Asked::read(&request, &body);
    if !is_signed(&state, &request, form, &asked, &body) {
        log::warn!("reçu refusé : signature fausse passerelle={passerelle}");
        return Err(ApiError::NotFound);
    }
    let told = form.read(&asked.value);
    let name = passerelle.clone();
    let outcomes = state
        .ask(move |conn| receipts::note(conn, &name, &told))
        .await?;
    for outcome in outcomes {
        count(&state, &passerelle, outcome);
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(OK))
}

/// The form of the gateway's receipts, for whoever has one of its tokens. Who guesses is slowed down as who
/// guesses keys; who has one is not, because a gateway that is sent away may not come again.
async fn admitted<'s>(
    state: &'s State,
    request: &HttpRequest,
    passerelle: &str,
    jeton: &str,
) -> Result<&'s Form, ApiError> {
    let address = address::of(&state.config.api.proxies, request);
    let address = address.map(|address| address.to_string());
    let form = async {
        let form = state.receipts.get(passerelle).ok_or(ApiError::NotFound)?;
        let name = passerelle.to_owned();
        let known = state.ask(move |conn| recus::valid(conn, &name)).await?;
        let shown = sha256(jeton.as_bytes());
        // All of them, each in constant time.
        let is_right = known.iter().fold(false, |right, one| {
            right | bool::from(one.as_bytes().ct_eq(shown.as_bytes()))
        });
        is_right.then_some(form).ok_or(ApiError::NotFound)
    };
    state.attempt(address.as_deref(), form).await
}

/// Whether it is signed, where the gateway signs and the secret is set.
fn is_signed(
    state: &State,
    request: &HttpRequest,
    form: &Form,
    asked: &Asked,
    body: &[u8],
) -> bool {
    let secret = state.config.api.receipt_key.as_ref();
    let (Some(scheme), Some(secret)) = (form.signature, secret.map(Secret::expose)) else {
        return true;
    };
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let signed = Request {
        urls: &asked::urls(state.config.api.base_url.as_deref(), request),
        fields: &asked.fields,
        form: &asked.form,
        body,
        signature: scheme.header().map_or("", header),
        timestamp: header("x-timestamp"),
    };
    scheme.is_right(secret, &signed, Instant::of_this_machine())
}

fn count(state: &State, passerelle: &str, outcome: Outcome) {
    let (remise, suite) = match outcome {
        Outcome::Noted(remise, noted) => {
            let suite = match noted {
                Noted::New(_) => "nouveau",
                Noted::Known => "connu",
                Noted::Early => "en_avance",
                Noted::Unknown => "inconnu",
            };
            (remise, suite)
        }
        Outcome::Unread => (Remise::Inconnue, "illisible"),
    };
    if let Outcome::Noted(_, Noted::New(envoi)) = outcome {
        log::info!(
            "reçu passerelle={passerelle} envoi={} message={} remise={remise}",
            envoi.id,
            envoi.message
        );
    }
    let labels = [passerelle, remise.as_str(), suite];
    state.counters.receipts.with_label_values(&labels).inc();
}
