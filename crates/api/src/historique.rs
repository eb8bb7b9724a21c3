//! Who changed what: of one message, and of everything.
//!
//! Whoever may read a message may know who wrote, changed or sent it. The whole history tells who works
//! when and from which address: that is neither for everybody who reads messages nor for a program that
//! counts, so it has a scope of its own.

use crate::answer::list::{self, Listed};
use crate::answer::local::Local;
use crate::crud::load;
use crate::drf::{ApiError, Filters, Id, Query};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::words::{self, ActionEnum, ObjetEnum};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::config::Messages as Settings;
use messages_core::model::Message;
use messages_core::store::historique::{self, Fait, Filter};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Action, Objet, Portee};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let list = |portee, id, summary, route| {
        Operation::new(Method::GET, portee, id, summary, route).pages::<FaitJson>()
    };
    let of_message = list(
        Portee::Lecture,
        "messages_historique",
        "Qui a fait quoi de ce message, le plus récent d'abord",
        || web::to(of_message),
    );
    let whole = list(
        Portee::Historique,
        "historique_list",
        "Qui a fait quoi, le plus récent d'abord",
        || web::to(whole),
    );
    vec![
        Endpoint {
            path: "/api/messages/{id}/historique/",
            name: "Historique",
            tag: "historique",
            operations: vec![of_message.refuses(&[404])],
        },
        Endpoint {
            path: "/api/historique/",
            name: "Historique List",
            tag: "historique",
            operations: vec![whole.query(FILTERS).refuses(&[400])],
        },
    ]
}

const FILTERS: &[Parameter] = &[
    Parameter {
        name: "acteur",
        description: "Fait par lui : « utilisateur 12 », « clé 3 », « anonyme », « ligne de commande », « parent, par le lien de désinscription »",
        kind: Kind::Search,
    },
    Parameter {
        name: "action",
        description: "Ce qui a été fait",
        kind: Kind::Words(words::actions),
    },
    Parameter {
        name: "objet",
        description: "Sur quoi",
        kind: Kind::Words(words::objets),
    },
    Parameter {
        name: "numero",
        description: "Sur l'objet qui a ce numéro",
        kind: Kind::Integer,
    },
    Parameter {
        name: "depuis",
        description: "À partir de ce moment",
        kind: Kind::DateTime,
    },
];

#[derive(Serialize, ToSchema)]
#[schema(as = Fait, examples(json!({
    "id": 1,
    "fait_le": "2036-09-13T17:20:45.123456+02:00",
    "acteur": "utilisateur 12",
    "action": "renvoye",
    "objet": "message",
    "numero": 1,
    "bilan": { "envois": 3 },
    "ip": "192.0.2.7",
    "demande": "0b38e1f2-1111-4222-8333-123456789abc",
})))]
struct FaitJson {
    /// Numéro ; le plus récent a le plus grand.
    id: i64,
    /// Quand.
    #[schema(value_type = String, format = DateTime)]
    fait_le: Local,
    /// Qui : « utilisateur 12 », « clé 3 », « anonyme », « ligne de commande », « parent, par le lien de désinscription ».
    acteur: String,
    /// Ce qui a été fait.
    #[schema(value_type = ActionEnum)]
    action: Action,
    /// Sur quoi.
    #[schema(value_type = ObjetEnum)]
    objet: Objet,
    /// Le numéro de l'objet, s'il en a un.
    numero: Option<i64>,
    /// Combien de quoi.
    #[schema(value_type = Option<Object>)]
    bilan: Option<Value>,
    /// De quelle adresse ; null dans l'historique d'un message et pour la ligne de commande.
    ip: Option<String>,
    /// Numéro de la requête, celui du journal et de X-Request-ID.
    demande: Option<String>,
}

/// What somebody did, with or without the address it came from.
struct Told<const IP: bool>(Fait);

impl<const IP: bool> Listed for Told<IP> {
    type Filter = Filter;

    fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
        historique::count(conn, filter)
    }

    fn page(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Self>, Error> {
        let faits = historique::page(conn, filter, offset, limit)?;
        Ok(faits.into_iter().map(Self).collect())
    }

    fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
        historique::ids(conn, filter)
    }

    fn by_ids(conn: &mut Conn, _: &Filter, ids: &[i64]) -> Result<Vec<Self>, Error> {
        let faits = historique::by_ids(conn, ids)?;
        Ok(faits.into_iter().map(Self).collect())
    }

    fn json(&self, settings: &Settings) -> impl Serialize {
        let fait = &self.0;
        let bilan = fait.bilan.as_deref();
        FaitJson {
            id: fait.id,
            fait_le: Local(fait.fait_le, settings.zone),
            acteur: fait.acteur.clone(),
            action: fait.action,
            objet: fait.objet,
            numero: fait.numero,
            bilan: bilan.and_then(|bilan| serde_json::from_str(bilan).ok()),
            ip: fait.ip.clone().filter(|_| IP),
            demande: fait.demande.clone(),
        }
    }
}

async fn of_message(
    state: web::Data<State>,
    request: HttpRequest,
    Id(id): Id,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let filter = Filter {
        objet: Some(Objet::Message),
        numero: Some(load::<Message>(&state, id).await?.id),
        ..Filter::default()
    };
    list::answer::<Told<false>>(&state, &request, &query, filter).await
}

async fn whole(
    state: web::Data<State>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let mut filters = Filters::new(&query, state.texts);
    let filter = Filter {
        acteur: filters.text("acteur"),
        action: filters.choice("action"),
        objet: filters.choice("objet"),
        numero: filters.number("numero"),
        depuis: filters.date("depuis", state.config.messages.zone),
    };
    filters.check()?;
    list::answer::<Told<true>>(&state, &request, &query, filter).await
}
