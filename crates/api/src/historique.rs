//! Who changed what: of one message, and of everything.
//!
//! Whoever may read a message may know who wrote, changed or sent it. The whole history tells who works
//! when and from which address: it is for those who watch over the service, scope `supervision`.

use crate::answer::list::{self, Chunk, Listed};
use crate::answer::local::Local;
use crate::crud::load;
use crate::drf::{ApiError, Filters, Id, Query};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::openapi::Shape;
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::model::Message;
use messages_core::store::historique::{self, Fait, Filter};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Action, Objet, Portee};
use serde::Serialize;
use serde_json::Value;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let list = |portee, id, summary, route| {
        Operation::new(Method::GET, portee, id, summary, Shape::Faits, route)
            .page_of(Shape::FaitsOrPage)
    };
    let of_message = list(
        Portee::Lecture,
        "messages_historique",
        "Qui a fait quoi de ce message, le plus récent d'abord",
        || web::to(of_message),
    );
    let whole = list(
        Portee::Supervision,
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
        description: "Fait par lui : « utilisateur 12 », « clé 3 », « anonyme », « ligne de commande »",
        kind: Kind::Search,
    },
    Parameter {
        name: "action",
        description: "Ce qui a été fait",
        kind: Kind::Words(&Action::WORDS),
    },
    Parameter {
        name: "objet",
        description: "Sur quoi",
        kind: Kind::Words(&Objet::WORDS),
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

/// What somebody did, in JSON.
#[derive(Serialize)]
struct FaitJson<'f> {
    id: i64,
    fait_le: Local,
    acteur: &'f str,
    action: Action,
    objet: Objet,
    numero: Option<i64>,
    bilan: Option<Value>,
    /// Only where it is asked for by those who watch over the service.
    ip: Option<&'f str>,
    demande: Option<&'f str>,
}

struct Faits {
    filter: Filter,
    zone: chrono_tz::Tz,
    with_ip: bool,
}

impl Faits {
    fn write(&self, faits: &[Fait]) -> Chunk {
        Chunk::write(faits.iter().map(|fait| {
            FaitJson {
                id: fait.id,
                fait_le: Local(fait.fait_le, self.zone),
                acteur: &fait.acteur,
                action: fait.action,
                objet: fait.objet,
                numero: fait.numero,
                bilan: fait
                    .bilan
                    .as_deref()
                    .and_then(|bilan| serde_json::from_str(bilan).ok()),
                ip: fait.ip.as_deref().filter(|_| self.with_ip),
                demande: fait.demande.as_deref(),
            }
        }))
    }
}

impl Listed for Faits {
    fn count(&self, conn: &mut Conn) -> Result<i64, Error> {
        historique::count(conn, &self.filter)
    }

    fn page(&self, conn: &mut Conn, offset: i64, limit: i64) -> Result<Chunk, Error> {
        Ok(self.write(&historique::page(conn, &self.filter, offset, limit)?))
    }

    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>, Error> {
        historique::ids(conn, &self.filter)
    }

    fn by_ids(&self, conn: &mut Conn, ids: &[i64]) -> Result<Chunk, Error> {
        Ok(self.write(&historique::by_ids(conn, ids)?))
    }
}

async fn of_message(
    state: web::Data<State>,
    request: HttpRequest,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let message = load::<Message>(&state, id).await?.id;
    let faits = Faits {
        filter: Filter {
            objet: Some(Objet::Message),
            numero: Some(message),
            ..Filter::default()
        },
        zone: state.config.messages.zone,
        with_ip: false,
    };
    list::answer(&state, &request, faits).await
}

async fn whole(
    state: web::Data<State>,
    request: HttpRequest,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let zone = state.config.messages.zone;
    let mut filters = Filters::new(&query, state.texts);
    let filter = Filter {
        acteur: filters.text("acteur"),
        action: filters.choice("action"),
        objet: filters.choice("objet"),
        numero: filters.key("numero"),
        depuis: filters.date("depuis", zone),
    };
    filters.check()?;
    let faits = Faits {
        filter,
        zone,
        with_ip: true,
    };
    list::answer(&state, &request, faits).await
}
