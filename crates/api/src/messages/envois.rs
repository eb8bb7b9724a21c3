//! Who got a message, who did not, and why: as JSON, and as a table for a spreadsheet.

use crate::answer::csv;
use crate::answer::list::{self, Listed};
use crate::answer::local::Local;
use crate::crud::load;
use crate::drf::{ApiError, Filters, Id, Query};
use crate::endpoint::{Endpoint, Kind, Operation, Parameter};
use crate::schema::words::{EtatEnum, MotifEnum, RemiseEnum, TypeEnum};
use crate::schema::{Answer, words};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::try_unfold;
use messages_core::config::{Lang, Messages as Settings};
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::store::envois::recipients::{self, Destinataire, Filter};
use messages_core::store::sondages::UNTRACED;
use messages_core::store::{Conn, Error};
use messages_core::texts::{motif, next_attempt, undelivered};
use messages_core::vocabulary::{Canal, Etat, Motif, Portee, Remise};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let list = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_envois",
        "Ce que chaque destinataire a reçu, ou pourquoi il n'a rien reçu",
        || web::to(all),
    );
    let table = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_envois_csv",
        "La même liste pour un tableur",
        || web::to(table),
    );
    vec![
        // Before the list, which takes what follows a dot for a format.
        Endpoint {
            path: "/api/messages/{id}/envois.csv",
            name: "Envois csv",
            tag: "envois",
            operations: vec![table.tells(Answer::Text("text/csv", TABLE)).refuses(&[404])],
        },
        Endpoint {
            path: "/api/messages/{id}/envois/",
            name: "Envois",
            tag: "envois",
            operations: vec![
                list.query(&[Parameter {
                    name: "etat",
                    description: "Seulement dans cet état",
                    kind: Kind::Words(words::etats),
                }])
                .pages::<EnvoiJson<'_>>()
                .refuses(&[400, 404]),
            ],
        },
    ]
}

#[derive(Serialize, ToSchema)]
#[schema(as = Envoi, examples(json!({
    "id": 1,
    "message": 1,
    "parent": 1,
    "nom": "Martin",
    "prenom": "Zoé",
    "canal": "sms",
    "adresse": "+33612345678",
    "etat": "echec",
    "motif": "permanent",
    "raison": "refusé définitivement",
    "tentatives": 1,
    "code": "21211",
    "detail": "numéro inconnu",
    "prochaine": null,
    "emis_le": "2036-09-14T08:00:01+02:00",
    "termine_le": "2036-09-14T08:00:02+02:00",
    "lu_le": null,
    "remise": "inconnue",
    "remise_le": null,
    "remise_code": null,
    "oublie_le": null,
})))]
struct EnvoiJson<'e> {
    /// Numéro.
    id: i64,
    /// Le message.
    message: i64,
    /// Le parent ; null s'il a été effacé.
    parent: Option<i64>,
    /// Nom du parent, vide s'il a été effacé.
    nom: &'e str,
    /// Prénom du parent.
    prenom: &'e str,
    /// Par quel canal.
    #[schema(value_type = TypeEnum)]
    canal: Canal,
    /// Numéro de téléphone ou adresse e-mail.
    adresse: Option<&'e str>,
    /// Où en est l'envoi.
    #[schema(value_type = EtatEnum)]
    etat: Etat,
    /// Pourquoi il n'a pas abouti, en un mot.
    #[schema(value_type = Option<MotifEnum>)]
    motif: Option<Motif>,
    /// Pourquoi il n'est pas parti, ou pas encore, ou pas arrivé, en clair.
    raison: Option<String>,
    /// Essais faits.
    tentatives: i64,
    /// Réponse du relais ou de l'opérateur.
    code: Option<&'e str>,
    /// Texte de cette réponse, ou ce qui est à corriger dans l'annuaire.
    detail: Option<&'e str>,
    /// Prochain essai.
    #[schema(value_type = Option<String>, format = DateTime)]
    prochaine: Option<Local>,
    /// Dernier essai.
    #[schema(value_type = Option<String>, format = DateTime)]
    emis_le: Option<Local>,
    /// Quand l'état est devenu définitif.
    #[schema(value_type = Option<String>, format = DateTime)]
    termine_le: Option<Local>,
    /// Première lecture connue.
    #[schema(value_type = Option<String>, format = DateTime)]
    lu_le: Option<Local>,
    /// Ce qu'il est devenu après son départ, pour autant que l'opérateur ou la messagerie le dise.
    #[schema(value_type = RemiseEnum)]
    remise: Remise,
    /// Depuis quand on le sait.
    #[schema(value_type = Option<String>, format = DateTime)]
    remise_le: Option<Local>,
    /// Le code donné avec.
    remise_code: Option<&'e str>,
    /// Quand le destinataire et les réponses ont été oubliés avec le message (durée de conservation).
    #[schema(value_type = Option<String>, format = DateTime)]
    oublie_le: Option<Local>,
}

/// Why it did not leave, or not yet, or did not arrive.
pub(crate) fn reason(row: &Destinataire, lang: Lang, zone: chrono_tz::Tz) -> Option<String> {
    match row.motif {
        Some(why) if row.detail.as_deref() == Some(UNTRACED) => {
            Some(format!("{} : {UNTRACED}", motif(lang, why)))
        }
        Some(why) => Some(motif(lang, why).to_owned()),
        None if row.remise == Remise::NonRemis => {
            Some(undelivered(lang, row.canal, row.remise_code.as_deref()))
        }
        None => next_attempt(lang, row, zone, Instant::of_this_machine()),
    }
}

fn json(row: &Destinataire, lang: Lang, zone: chrono_tz::Tz) -> EnvoiJson<'_> {
    let local = |at| Local(at, zone);
    EnvoiJson {
        id: row.id,
        message: row.message,
        parent: row.parent,
        nom: &row.nom,
        prenom: &row.prenom,
        canal: row.canal,
        adresse: row.adresse.as_deref(),
        etat: row.etat,
        motif: row.motif,
        raison: reason(row, lang, zone),
        tentatives: row.tentatives,
        code: row.code.as_deref(),
        detail: row.detail.as_deref(),
        prochaine: (row.etat == Etat::AEnvoyer).then(|| local(row.prochaine)),
        emis_le: row.emis_le.map(local),
        termine_le: row.termine_le.map(local),
        lu_le: row.lu_le.map(local),
        remise: row.remise,
        remise_le: row.remise_le.map(local),
        remise_code: row.remise_code.as_deref(),
        oublie_le: row.oublie_le.map(local),
    }
}

impl Listed for Destinataire {
    type Filter = Filter;

    fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
        recipients::count(conn, *filter)
    }

    fn page(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Self>, Error> {
        recipients::page(conn, *filter, offset, limit)
    }

    fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
        recipients::ids(conn, *filter)
    }

    fn by_ids(conn: &mut Conn, _: &Filter, ids: &[i64]) -> Result<Vec<Self>, Error> {
        recipients::by_ids(conn, ids)
    }

    fn json(&self, settings: &Settings) -> impl Serialize {
        json(self, settings.lang, settings.zone)
    }
}

async fn all(
    state: web::Data<State>,
    request: HttpRequest,
    Id(id): Id,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let message = load::<Message>(&state, id).await?.id;
    let mut filters = Filters::new(&query, state.texts);
    let etat = filters.choice("etat");
    filters.check()?;
    list::answer::<Destinataire>(&state, &request, &query, Filter { message, etat }).await
}

/// Rows of one chunk of the table.
const ROWS: i64 = 500;

/// One of its rows.
const TABLE: &str = "\"1\";\"Martin\";\"Zoé\";\"sms\";\"'+33612345678\";\"envoye\";\"\";\"\";\"\";\"1\";\"2026-09-14 08:00:01\";\"2026-09-14 08:00:02\";\"remis\";\"2026-09-14 08:00:09\";\"\"\r\n";

const HEAD: [&str; 15] = [
    "envoi",
    "nom",
    "prenom",
    "canal",
    "adresse",
    "etat",
    "motif",
    "raison",
    "detail",
    "tentatives",
    "emis_le",
    "termine_le",
    "remise",
    "remise_le",
    "remise_code",
];

async fn table(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let message = load::<Message>(&state, id).await?.id;
    let filter = Filter {
        message,
        etat: None,
    };
    let (lang, zone) = (state.config.messages.lang, state.config.messages.zone);
    let rows = try_unfold(Some(0), move |after| {
        let state = state.clone();
        async move {
            let Some(after) = after else {
                return Ok::<_, ApiError>(None);
            };
            let chunk = state
                .ask(move |conn| recipients::after(conn, filter, after, ROWS))
                .await?;
            let head = if after == 0 {
                csv::head(HEAD)
            } else {
                String::new()
            };
            let lines: String = chunk.iter().map(|row| line(row, lang, zone)).collect();
            let more = i64::try_from(chunk.len()).is_ok_and(|rows| rows == ROWS);
            let next = chunk.last().filter(|_| more).map(|row| row.id);
            Ok(Some((web::Bytes::from(head + &lines), next)))
        }
    });
    Ok(csv::answer(&format!("message-{message}-envois"), rows))
}

fn line(row: &Destinataire, lang: Lang, zone: chrono_tz::Tz) -> String {
    let date = |at: Option<Instant>| {
        at.map_or_else(String::new, |at| {
            at.in_zone(zone).format("%Y-%m-%d %H:%M:%S").to_string()
        })
    };
    let cells = [
        row.id.to_string(),
        row.nom.clone(),
        row.prenom.clone(),
        row.canal.to_string(),
        row.adresse.clone().unwrap_or_default(),
        row.etat.to_string(),
        row.motif.map_or_else(String::new, |why| why.to_string()),
        reason(row, lang, zone).unwrap_or_default(),
        row.detail.clone().unwrap_or_default(),
        row.tentatives.to_string(),
        date(row.emis_le),
        date(row.termine_le),
        row.remise.to_string(),
        date(row.remise_le),
        row.remise_code.clone().unwrap_or_default(),
    ];
    csv::line(cells)
}
