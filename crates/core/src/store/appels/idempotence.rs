//! Requests that name a key, so that a repetition is answered as the first time and done once.

use crate::schema::appels::idempotences::{self, corps, creee_le, table};
use crate::store::backend::either;
use crate::store::{Conn, Error};
use diesel::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a key is remembered.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A request with a key.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Identifiable)]
#[diesel(table_name = idempotences, primary_key(demandeur, cle))]
pub struct Demande {
    /// Who asks.
    pub demandeur: String,
    /// The caller's key.
    pub cle: String,
    /// Path of the request.
    pub chemin: String,
    /// SHA-256 of the request, in hexadecimal.
    pub empreinte: String,
}

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reponse {
    /// HTTP status.
    pub statut: i64,
    /// Body.
    pub corps: String,
}

/// What came of a request that names a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once<T> {
    /// It was carried out now.
    Done(T),
    /// It was carried out before, and answered so.
    Answered(Reponse),
    /// The key served for another request.
    OtherRequest,
}

/// What the first request with this key was answered; none when there was none.
pub fn answered(conn: &mut Conn, demande: &Demande) -> Result<Option<Once<()>>, Error> {
    purge(conn)?;
    first(conn, demande)
}

/// Carries a request out and keeps its answer, in one transaction: whoever asks again is told the same
/// if it was kept, whatever became of the first answer on its way, and nothing stays if it was not.
/// One that is asked at the same moment waits for it.
///
/// # Errors
/// Those of `work`; the database's.
pub fn once<T>(
    conn: &mut Conn,
    demande: &Demande,
    work: impl FnOnce(&mut Conn) -> Result<(T, Reponse), Error>,
) -> Result<Once<(T, Reponse)>, Error> {
    let outcome = conn.write(|conn| {
        let row = (demande, creee_le.eq(conn.now()?));
        let insertion = diesel::insert_into(table).values(row);
        let insertion = insertion.on_conflict(table.primary_key()).do_nothing();
        if conn.execute(either(insertion))? == 0 {
            return first(conn, demande)?.ok_or(Error::Stale);
        }
        let done = work(conn)?;
        finish(conn, demande, &done.1)?;
        Ok(Once::Done(done))
    })?;
    crate::failpoint::reach("request_committed");
    Ok(outcome)
}

fn first<T>(conn: &mut Conn, demande: &Demande) -> Result<Option<Once<T>>, Error> {
    let found = table.find(demande.id());
    let found: Option<(String, Option<i64>, Option<String>)> =
        conn.first(found.select((idempotences::empreinte, idempotences::statut, corps)))?;
    Ok(found.map(|(empreinte, statut, body)| match statut {
        Some(statut) if empreinte == demande.empreinte => Once::Answered(Reponse {
            statut,
            corps: body.unwrap_or_default(),
        }),
        _ => Once::OtherRequest,
    }))
}

/// Forgets the keys of the day before.
pub fn purge(conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    let old = table.filter(creee_le.lt(now - KEPT));
    let found: Option<String> = conn.first(old.select(idempotences::cle).limit(1))?;
    if found.is_none() {
        return Ok(());
    }
    conn.write(|conn| conn.execute(diesel::delete(old)).map(drop))
}

/// Forgets what was answered when this parent was added, and who got what when many were written to.
/// Called inside the transaction that erases the parent.
pub(in crate::store) fn forget_parent(conn: &mut Conn, parent: i64) -> Result<(), Error> {
    let added = table
        .filter(idempotences::chemin.like("/api/parents/%"))
        .filter(corps.is_not_null());
    let answers: Vec<(String, String, String)> = conn.load(added.select((
        idempotences::demandeur,
        idempotences::cle,
        corps.assume_not_null(),
    )))?;
    for (who, key, answer) in answers {
        let mut body: Value = serde_json::from_str(&answer).unwrap_or_default();
        // The key still stands for its request: a repetition must not add the parent, or write, again.
        if body.get("id").and_then(Value::as_i64) == Some(parent) {
            body = json!({ "id": parent });
        } else if let Some(names) = body.pointer_mut("/details/details") {
            *names = json!([]);
        } else {
            continue;
        }
        let kept = table.find((who, key));
        conn.execute(diesel::update(kept).set(corps.eq(body.to_string())))?;
    }
    Ok(())
}

/// Keeps the answer, or a later one.
pub fn finish(conn: &mut Conn, demande: &Demande, reponse: &Reponse) -> Result<(), Error> {
    let answer = (
        idempotences::statut.eq(reponse.statut),
        corps.eq(&reponse.corps),
    );
    conn.write(|conn| conn.execute(diesel::update(demande).set(answer)).map(drop))
}
