//! Parents who left, once nothing else is known of them, and the pupils that are known through them
//! alone.

use super::Oublies;
use super::messages::DUE;
use crate::instant::Instant;
use crate::store::sql::{Key, statements};
use crate::store::{Conn, Count, Error, historique};
use crate::vocabulary::{Action, Objet};

/// Parents of one step: each gets a line in the history.
const CHUNK: i64 = 50;

/// Removes some of them, as if somebody had; none when there is nobody.
pub(super) fn step(conn: &mut Conn, avant: Instant) -> Result<Option<Oublies>, Error> {
    let parents: Vec<Count> = conn.load(gone(avant, CHUNK))?;
    if parents.is_empty() {
        return Ok(None);
    }
    let keys = Key::of(parents.iter().map(|row| row.nombre));
    let etudiants: Vec<Count> = conn.load(theirs(&keys))?;
    let pupils = Key::of(etudiants.iter().map(|row| row.nombre));
    let forgotten = Oublies {
        parents: conn.execute(parents_gone(&keys))?,
        etudiants: conn.execute(pupils_gone(&pupils))?,
        ..Oublies::default()
    };
    for (objet, rows) in [(Objet::Parent, parents), (Objet::Etudiant, etudiants)] {
        for row in rows {
            historique::note(conn, Action::Supprime, objet, Some(row.nombre))?;
        }
    }
    Ok(Some(forgotten))
}

/// How many parents and pupils would go, once their messages are forgotten.
pub(super) fn due(conn: &mut Conn, avant: Instant) -> Result<(usize, usize), Error> {
    let parents: Vec<Count> = conn.load(leaving(avant))?;
    let keys = Key::of(parents.iter().map(|row| row.nombre));
    let etudiants: Vec<Count> = conn.load(theirs(&keys))?;
    Ok((parents.len(), etudiants.len()))
}

/// Of a parent `p`: nothing else is known.
const UNKNOWN: &str = " p.parti_le < {avant}
    AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.parent = p.id)
    AND NOT EXISTS (SELECT 1 FROM envois e WHERE e.parent = p.id)";

statements! {
    fn gone(avant: Instant, limit: i64) =
        "SELECT p.id AS nombre FROM parents p WHERE", UNKNOWN, "
          ORDER BY p.parti_le LIMIT {limit} {skip locked}";

    // Nothing but what is due, or was begun.
    fn leaving(avant: Instant) =
        "SELECT p.id AS nombre FROM parents p WHERE p.parti_le < {avant}
            AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.parent = p.id AND NOT (", DUE, "))
            AND NOT EXISTS (SELECT 1 FROM envois e JOIN messages m ON m.id = e.message
                             WHERE e.parent = p.id AND m.oublie_le IS NULL AND NOT (", DUE, "))";

    fn theirs(keys: &[Key]) =
        "SELECT DISTINCT pe.etudiant AS nombre FROM parents_etudiants pe
          WHERE pe.parent IN (SELECT r.cle FROM {keys})
            AND NOT EXISTS (SELECT 1 FROM parents_etudiants autre
                             WHERE autre.etudiant = pe.etudiant
                               AND autre.parent NOT IN (SELECT r.cle FROM {keys}))";

    fn parents_gone(keys: &[Key]) = "DELETE FROM parents WHERE id IN (SELECT r.cle FROM {keys})";

    fn pupils_gone(keys: &[Key]) = "DELETE FROM etudiants WHERE id IN (SELECT r.cle FROM {keys})";
}
