//! Parents, each with the pupils.

use super::{Order, Table, alone, erase, found, insert_row, liens, list, oppositions, unchanged};
use crate::instant::{Instant, InstantSql};
use crate::model::{Fiche, NewParent, Parent};
use crate::store::search::searched;
use crate::store::sql::{Sql, sql};
use crate::store::{Conn, Error};
use diesel::QueryableByName;
use diesel::sql_types::Nullable;

/// Which parents, in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// With a pupil in this class.
    pub classe: Option<i64>,
    /// With this pupil.
    pub etudiant: Option<i64>,
    /// Each of these is in the name or the first name, in whatever letters.
    pub search: Vec<String>,
    /// The order.
    pub order: Order,
}

/// A parent as the table has it.
#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    parent: Parent,
    #[diesel(sql_type = Nullable<InstantSql>)]
    parti_le: Option<Instant>,
}

fn narrowed(mut question: Sql, filter: &Filter) -> Sql {
    if let Some(classe) = filter.classe {
        question = question
            .then(
                " AND id IN (SELECT pe.parent FROM parents_etudiants pe
                               JOIN etudiants e ON e.id = pe.etudiant WHERE e.classe = ?)",
            )
            .bind(classe);
    }
    if let Some(etudiant) = filter.etudiant {
        question = question
            .then(" AND id IN (SELECT pe.parent FROM parents_etudiants pe WHERE pe.etudiant = ?)")
            .bind(etudiant);
    }
    searched(
        question,
        &filter.search,
        " AND NOT EXISTS (SELECT 1 FROM {rows: terme}
            WHERE {lower: nom || '\n' || prenom} NOT LIKE r.terme ESCAPE '\\')",
    )
}

/// How many there are.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
    let all = sql("SELECT count(*) AS nombre FROM parents WHERE true");
    list::count(conn, &narrowed(all, filter))
}

/// Up to `limit` of them, after the first `offset`.
///
/// # Errors
/// The database's.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    offset: i64,
    limit: i64,
) -> Result<Vec<Fiche>, Error> {
    let all = sql(
        "SELECT id, nom, prenom, telephone, email, notifications_sms, notifications_email,
                parti_le
           FROM parents WHERE true",
    );
    let ordered = list::ordered_people(narrowed(all, filter), filter.order);
    let parents = conn.load(list::cut(ordered, offset, limit))?;
    with_etudiants(conn, parents)
}

/// The numbers of all of them.
///
/// # Errors
/// The database's.
pub fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
    let all = sql("SELECT id FROM parents WHERE true");
    list::ids(
        conn,
        &list::ordered_people(narrowed(all, filter), filter.order),
    )
}

/// Those with these numbers, in this order; who is missing is left out.
///
/// # Errors
/// The database's.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Fiche>, Error> {
    let question = sql(
        "SELECT id, nom, prenom, telephone, email, notifications_sms, notifications_email,
                parti_le
           FROM parents WHERE id IN (SELECT r.cle FROM {rows: cle})",
    );
    let parents = list::by_ids(conn, question, ids, |row: &Row| row.parent.id)?;
    with_etudiants(conn, parents)
}

/// The one with this number.
///
/// # Errors
/// `NotFound`, or the database's.
pub fn one(conn: &mut Conn, id: i64) -> Result<Fiche, Error> {
    list::one(by_ids(conn, &[id])?)
}

/// Those of these numbers that there are.
///
/// # Errors
/// The database's.
pub fn existing(conn: &mut Conn, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let question = sql("SELECT id FROM parents
                         WHERE id IN (SELECT r.cle FROM {rows: cle}) ORDER BY id");
    list::ids(conn, &question.bind_keys(ids))
}

/// The pupils of all of them in one question.
fn with_etudiants(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Fiche>, Error> {
    let ids: Vec<i64> = rows.iter().map(|row| row.parent.id).collect();
    let mut etudiants = liens::etudiants(conn, &ids)?;
    let fiche = |row: Row| Fiche {
        etudiants: etudiants.remove(&row.parent.id).unwrap_or_default(),
        parent: row.parent,
        parti_le: row.parti_le,
    };
    Ok(rows.into_iter().map(fiche).collect())
}

/// Adds a parent and returns the number.
///
/// # Errors
/// `Conflict` when the number is taken, or a pupil unknown.
pub fn insert(conn: &mut Conn, new: &NewParent) -> Result<i64, Error> {
    let insertion = match new.id {
        None => sql(
            "INSERT INTO parents (nom, prenom, telephone, email, notifications_sms, notifications_email)
             VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        ),
        Some(_) => sql(
            "INSERT INTO parents (nom, prenom, telephone, email, notifications_sms, notifications_email, id)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING id",
        ),
    };
    let insertion = insertion
        .bind(new.nom.as_str())
        .bind(new.prenom.as_str())
        .bind(new.telephone.as_str())
        .bind(new.email.as_str())
        .bind(new.notifications_sms)
        .bind(new.notifications_email);
    conn.write(|conn| {
        alone(conn)?;
        let id = insert_row(conn, Table::Parents, new.id, insertion)?;
        liens::replace(conn, &[id], &liens::of(id, &new.etudiants))?;
        Ok(id)
    })
}

/// Changes the parent with this number into this, the list of pupils included. Envois that wait on
/// a channel that is refused now are ended.
///
/// # Errors
/// `NotFound`; `Conflict` when a pupil is unknown; `Stale` when it is no longer what was `seen`.
pub fn update(conn: &mut Conn, seen: &Fiche, fiche: &Fiche) -> Result<(), Error> {
    let parent = &fiche.parent;
    let update = sql(
        "UPDATE parents SET nom = ?, prenom = ?, telephone = ?, email = ?,
                             notifications_sms = ?, notifications_email = ? WHERE id = ?",
    )
    .bind(parent.nom.as_str())
    .bind(parent.prenom.as_str())
    .bind(parent.telephone.as_str())
    .bind(parent.email.as_str())
    .bind(parent.notifications_sms)
    .bind(parent.notifications_email)
    .bind(parent.id);
    let id = parent.id;
    let lock = sql("SELECT id FROM parents WHERE id = ? {for update}").bind(id);
    conn.write(|conn| {
        unchanged(conn, &lock, |conn| one(conn, id), seen)?;
        found(conn.execute(&update)?)?;
        liens::replace(conn, &[parent.id], &liens::of(parent.id, &fiche.etudiants))?;
        oppositions::apply(conn, Some(parent.id))
    })
}

/// Erases a parent: what waits becomes `ignore/efface`, the addresses and peers' words of all
/// envois are forgotten; the envois stay without a parent, so that all sums stay right.
///
/// # Errors
/// `NotFound`; `Conflict` while an envoi is in `emission`. Nothing is changed then.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
    erase::erase(conn, id)
}
