//! Who belongs to whom: the parents of a pupil, the pupils of a class.

use crate::answer::annuaire::{EtudiantJson, ParentJson};
use crate::answer::list;
use crate::crud;
use crate::drf::{ApiError, Id};
use crate::endpoint::{Endpoint, Operation};
use crate::state::State;
use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use messages_core::model::{Classe, Etudiant, Fiche};
use messages_core::store::annuaire::{Order, etudiants, parents};
use messages_core::vocabulary::Portee;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let read =
        |id, summary, route| Operation::new(Method::GET, Portee::Lecture, id, summary, route);
    let endpoint = |path, name, operation: Operation| Endpoint {
        path,
        name,
        tag: "annuaire",
        operations: vec![operation.refuses(&[404])],
    };
    vec![
        endpoint(
            "/api/etudiants/{id}/parents/",
            "Parents",
            read("etudiants_parents", "Les parents d'un élève", || {
                web::to(of_etudiant)
            })
            .lists::<ParentJson>(),
        ),
        endpoint(
            "/api/classes/{id}/etudiants/",
            "Etudiants",
            read("classes_etudiants", "Les élèves d'une classe", || {
                web::to(of_classe)
            })
            .lists::<EtudiantJson>(),
        ),
    ]
}

async fn of_etudiant(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    crud::load::<Etudiant>(&state, id).await?;
    let filter = parents::Filter {
        etudiant: Some(id),
        order: Order::Nom,
        ..parents::Filter::default()
    };
    list::whole::<Fiche>(&state, filter).await
}

async fn of_classe(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    crud::load::<Classe>(&state, id).await?;
    let filter = etudiants::Filter {
        classe: Some(id),
        order: Order::Nom,
        ..etudiants::Filter::default()
    };
    list::whole::<Etudiant>(&state, filter).await
}
