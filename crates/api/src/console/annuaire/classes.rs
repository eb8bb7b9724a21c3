//! The classes, with how many they are.

use crate::console::Page;
use crate::console::frame::{Frame, Section, shown};
use crate::console::pager::{Pager, SIZE, asked};
use crate::console::visitor::Visitor;
use crate::crud;
use crate::drf::{ApiError, Query};
use crate::state::State;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use messages_core::model::Classe;
use messages_core::store::annuaire::effectifs::{self, Effectif};
use messages_core::store::annuaire::{Order, Resource, classes::Filter};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Portee;

const PATH: &str = "/console/classes/";

pub(super) fn pages() -> Vec<Page> {
    vec![Page::new(PATH).get(Portee::Lecture, || web::to(show))]
}

#[derive(Template)]
#[template(path = "classes.html")]
struct Classes {
    f: Frame,
    search: String,
    count: i64,
    rows: Vec<(Classe, Effectif)>,
    pager: Pager,
}

async fn show(
    state: web::Data<State>,
    request: HttpRequest,
    visitor: Visitor,
    query: Query,
) -> Result<HttpResponse, ApiError> {
    let filter = <Classe as crud::Resource>::filter(&state, &query).await?;
    let from = (asked(&query) - 1) * SIZE;
    let find = move |conn: &mut Conn| -> Result<_, Error> {
        let count = Classe::count(conn, &filter)?;
        let classes = Classe::page(conn, &filter, from, SIZE)?;
        let ids: Vec<i64> = classes.iter().map(|classe| classe.id).collect();
        let sizes = effectifs::of(conn, &ids)?;
        let size = |classe: &Classe| sizes.get(&classe.id).copied().unwrap_or_default();
        let rows = classes.into_iter().map(|classe| (size(&classe), classe));
        let rows: Vec<_> = rows.map(|(size, classe)| (classe, size)).collect();
        Ok((count, rows))
    };
    let (count, rows) = state.ask(find).await?;
    let f = Frame::new(&state, &request, &visitor, Section::Directory);
    let title = f.t("Classes", "Classes");
    shown(&Classes {
        f: f.titled(title),
        search: query.get("search").unwrap_or_default().to_owned(),
        count,
        rows,
        pager: Pager::of(PATH, &query, count),
    })
}

/// Classes that a field offers by name; where there are more, this page finds them.
const OFFERED: i64 = 60;

/// The classes, if they are few.
pub(in crate::console) fn few(conn: &mut Conn) -> Result<Vec<Classe>, Error> {
    let all = Filter {
        order: Order::Nom,
        ..Filter::default()
    };
    if Classe::count(conn, &all)? > OFFERED {
        return Ok(Vec::new());
    }
    Classe::page(conn, &all, 0, OFFERED)
}

/// The class that is asked for, if there is one.
pub(in crate::console) fn named(conn: &mut Conn, id: Option<i64>) -> Result<Option<Classe>, Error> {
    Ok(Classe::by_ids(conn, id.as_slice())?.into_iter().next())
}
