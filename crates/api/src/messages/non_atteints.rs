//! Whom a message did not reach: the list that the office telephones by, as JSON, for a spreadsheet, and
//! for the printer.

mod page;

use crate::answer::{self, csv};
use crate::crud::load;
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::schema::Answer;
use crate::schema::words::{EtatEnum, MotifEnum, TypeEnum};
use crate::state::State;
use actix_web::http::{Method, header};
use actix_web::{HttpResponse, Route, web};
use futures_util::stream::iter;
use messages_core::config::Lang;
use messages_core::model::Message;
use messages_core::store::annuaire::eleves;
use messages_core::store::envois::missed::{self, NonAtteint};
use messages_core::texts::not_reached_because;
use messages_core::vocabulary::{Canal, Etat, Motif, Portee};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read = |id, summary, route: fn() -> Route| {
        Operation::new(Method::GET, Portee::Lecture, id, summary, route).refuses(&[404])
    };
    let endpoint = |path, name, operation| Endpoint {
        path,
        name,
        tag: "envois",
        operations: vec![operation],
    };
    let list = read(
        "messages_non_atteints",
        "Les familles à appeler : ceux que le message n'a pas atteints",
        || web::to(all),
    );
    let table = read(
        "messages_non_atteints_csv",
        "La même liste pour un tableur",
        || web::to(table),
    );
    let page = read(
        "messages_non_atteints_html",
        "La même liste à imprimer (A4)",
        || web::to(print),
    );
    vec![
        // Before the list, which takes what follows a dot for a format.
        endpoint(
            "/api/messages/{id}/non_atteints.csv",
            "Non atteints csv",
            table.tells(Answer::Text("text/csv", TABLE)),
        ),
        endpoint(
            "/api/messages/{id}/non_atteints.html",
            "Non atteints html",
            page.tells(Answer::Text("text/html", "<!DOCTYPE html>")),
        ),
        endpoint(
            "/api/messages/{id}/non_atteints/",
            "Non atteints",
            list.details(DETAILS).lists::<MissedJson<'_>>(),
        ),
    ]
}

const DETAILS: &str = "Par classe et par élève, toujours en entier. Ceux en échec, les incertains (peut-être reçus), ceux qui n'ont pas d'adresse utilisable, et ceux à qui le message est parti sans arriver. N'y sont pas : qui ne souhaite pas ce canal, qui a quitté l'annuaire, qui l'a reçu à la même adresse qu'un autre, et ce qu'une personne a annulé.";

#[derive(Serialize, ToSchema)]
#[schema(as = NonAtteint, examples(json!({
    "envoi": 1,
    "parent": 1,
    "nom": "Martin",
    "prenom": "Zoé",
    "telephone": "06 12 34 56 78",
    "email": "",
    "canal": "sms",
    "etat": "echec",
    "motif": "permanent",
    "raison": "refusé définitivement : numéro inconnu",
    "eleves": [{ "nom": "Martin", "prenom": "Lina", "classe": "6e A" }],
})))]
struct MissedJson<'m> {
    /// L'envoi.
    envoi: i64,
    /// Le parent.
    parent: i64,
    /// Nom.
    nom: &'m str,
    /// Prénom.
    prenom: &'m str,
    /// Comme il a été saisi.
    telephone: &'m str,
    /// Comme elle a été saisie.
    email: &'m str,
    /// Par quel canal le message devait l'atteindre.
    #[schema(value_type = TypeEnum)]
    canal: Canal,
    /// Ce que l'envoi est devenu.
    #[schema(value_type = EtatEnum)]
    etat: Etat,
    /// Pourquoi, en un mot ; null si le message est parti sans arriver.
    #[schema(value_type = Option<MotifEnum>)]
    motif: Option<Motif>,
    /// Pourquoi, en clair.
    raison: String,
    /// Les élèves ; d'un message à une classe, ceux de la classe d'abord.
    eleves: Vec<EleveJson<'m>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Eleve)]
struct EleveJson<'m> {
    /// Nom.
    nom: &'m str,
    /// Prénom.
    prenom: &'m str,
    /// Nom de la classe ; vide sans classe.
    classe: &'m str,
}

fn json(one: &NonAtteint, lang: Lang) -> MissedJson<'_> {
    let envoi = &one.envoi;
    let eleves = one.eleves.iter().map(|eleve| EleveJson {
        nom: &eleve.nom,
        prenom: &eleve.prenom,
        classe: &eleve.classe_nom,
    });
    MissedJson {
        envoi: envoi.id,
        parent: envoi.parent,
        nom: &envoi.nom,
        prenom: &envoi.prenom,
        telephone: &envoi.telephone,
        email: &envoi.email,
        canal: envoi.canal,
        etat: envoi.etat,
        motif: envoi.motif,
        raison: not_reached_because(lang, envoi),
        eleves: eleves.collect(),
    }
}

pub(crate) async fn missed(state: &State, id: i64) -> Result<(Message, Vec<NonAtteint>), ApiError> {
    let message = load::<Message>(state, id).await?;
    let missed = state.ask(move |conn| {
        let missed = missed::missed(conn, &message)?;
        Ok((message, missed))
    });
    missed.await
}

async fn all(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let (_, missed) = missed(&state, id).await?;
    let lang = state.config.messages.lang;
    let missed: Vec<MissedJson<'_>> = missed.iter().map(|one| json(one, lang)).collect();
    Ok(answer::ok(&missed))
}

/// One of the table's rows.
const TABLE: &str = "\"6e A\";\"Martin Lina (6e A)\";\"Martin\";\"Zoé\";\"06 12 34 56 78\";\"\";\"refusé définitivement\"\r\n";

const HEAD: [&str; 7] = [
    "classe",
    "eleves",
    "nom",
    "prenom",
    "telephone",
    "email",
    "raison",
];

pub(crate) async fn table(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let (message, missed) = missed(&state, id).await?;
    let lang = state.config.messages.lang;
    let lines: String = missed.iter().map(|one| line(one, lang)).collect();
    let text = web::Bytes::from(csv::head(HEAD) + &lines);
    let name = format!("message-{}-non-atteints", message.id);
    Ok(csv::answer(&name, iter([Ok(text)])))
}

fn line(one: &NonAtteint, lang: Lang) -> String {
    let envoi = &one.envoi;
    csv::line([
        classe(one).to_owned(),
        eleves::named(&one.eleves),
        envoi.nom.clone(),
        envoi.prenom.clone(),
        envoi.telephone.clone(),
        envoi.email.clone(),
        not_reached_because(lang, envoi),
    ])
}

/// The class under which it stands.
pub(crate) fn classe(one: &NonAtteint) -> &str {
    one.eleves.first().map_or("", |eleve| &eleve.classe_nom)
}

/// Nothing of it runs, and nothing is fetched.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

async fn print(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let (message, missed) = missed(&state, id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page::write(&message, &missed, &state.config.messages)))
}
