//! The directory: classes, pupils, parents.

use super::sql::sql;
use super::{Conn, Error};
use crate::config::Database;
use crate::model::{Classe, Etudiant, Parent};
use serde::Serialize;

/// Rows of one statement.
const CHUNK: usize = 500;

/// A parent of a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lien {
    /// The parent.
    pub parent: i64,
    /// The pupil.
    pub etudiant: i64,
    /// Order of the pupils of a parent.
    pub rang: i64,
}

/// What is known of a school, as it is taken over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annuaire {
    /// Classes.
    pub classes: Vec<Classe>,
    /// Pupils.
    pub etudiants: Vec<Etudiant>,
    /// Parents.
    pub parents: Vec<Parent>,
    /// Who is whose parent.
    pub liens: Vec<Lien>,
}

/// Inserts or replaces everything, in one transaction. Envois that wait for a parent who now
/// refuses their channel are ended at once.
///
/// # Errors
/// The database's; nothing is changed then.
pub fn upsert(conn: &mut Conn, annuaire: &Annuaire) -> Result<(), Error> {
    conn.write(|conn| {
        for classes in annuaire.classes.chunks(CHUNK) {
            upsert_classes(conn, classes)?;
        }
        for etudiants in annuaire.etudiants.chunks(CHUNK) {
            upsert_etudiants(conn, etudiants)?;
        }
        for parents in annuaire.parents.chunks(CHUNK) {
            upsert_parents(conn, parents)?;
        }
        for liens in annuaire.liens.chunks(CHUNK) {
            upsert_liens(conn, liens)?;
        }
        follow_numbers(conn)?;
        apply_oppositions(conn)
    })
}

fn upsert_classes(conn: &mut Conn, classes: &[Classe]) -> Result<usize, Error> {
    conn.execute(
        &sql("INSERT INTO classes (id, nom, niveau, annee_scolaire)
              SELECT id, nom, niveau, annee_scolaire
                FROM {rows: id bigint, nom text, niveau text, annee_scolaire text}
               WHERE true
              ON CONFLICT (id) DO UPDATE
                 SET nom = excluded.nom,
                     niveau = CASE WHEN excluded.niveau = '' THEN classes.niveau
                                   ELSE excluded.niveau END,
                     annee_scolaire = CASE WHEN excluded.annee_scolaire = ''
                                           THEN classes.annee_scolaire
                                           ELSE excluded.annee_scolaire END")
        .bind_rows(classes),
    )
}

fn upsert_etudiants(conn: &mut Conn, etudiants: &[Etudiant]) -> Result<usize, Error> {
    conn.execute(
        &sql("INSERT INTO etudiants (id, nom, prenom, classe)
              SELECT id, nom, prenom, classe
                FROM {rows: id bigint, nom text, prenom text, classe bigint}
               WHERE true
              ON CONFLICT (id) DO UPDATE
                 SET nom = excluded.nom, prenom = excluded.prenom, classe = excluded.classe")
        .bind_rows(etudiants),
    )
}

fn upsert_parents(conn: &mut Conn, parents: &[Parent]) -> Result<usize, Error> {
    conn.execute(
        &sql("INSERT INTO parents (id, nom, prenom, telephone, email, notifications_sms, notifications_email)
              SELECT id, nom, prenom, telephone, email, notifications_sms, notifications_email
                FROM {rows: id bigint, nom text, prenom text, telephone text, email text, notifications_sms boolean, notifications_email boolean}
               WHERE true
              ON CONFLICT (id) DO UPDATE
                 SET nom = excluded.nom, prenom = excluded.prenom, telephone = excluded.telephone,
                     email = excluded.email, notifications_sms = excluded.notifications_sms,
                     notifications_email = excluded.notifications_email")
        .bind_rows(parents),
    )
}

fn upsert_liens(conn: &mut Conn, liens: &[Lien]) -> Result<usize, Error> {
    conn.execute(
        &sql("INSERT INTO parents_etudiants (parent, etudiant, rang)
              SELECT parent, etudiant, rang
                FROM {rows: parent bigint, etudiant bigint, rang bigint}
               WHERE true
              ON CONFLICT (parent, etudiant) DO UPDATE SET rang = excluded.rang")
        .bind_rows(liens),
    )
}

/// Ends what waits for parents who refuse its channel. Row by row against the intents of running
/// dispatchers: whichever commits first wins.
fn apply_oppositions(conn: &mut Conn) -> Result<(), Error> {
    let now = conn.now()?;
    conn.execute(
        &sql("WITH refus AS MATERIALIZED (
                SELECT e.id FROM envois e
                 WHERE e.etat IN ('a_envoyer', 'reserve', 'emission') AND e.etat <> 'emission'
                   AND EXISTS (SELECT 1 FROM parents p
                                WHERE p.id = e.parent
                                  AND NOT CASE e.canal WHEN 'sms' THEN p.notifications_sms
                                                       ELSE p.notifications_email END)
                 ORDER BY e.id {for update})
              UPDATE envois SET etat = 'ignore', motif = 'opposition', termine_le = ?,
                                proprio = NULL, bail_jusqua = NULL
               WHERE id IN (SELECT id FROM refus) AND etat IN ('a_envoyer', 'reserve')")
        .bind(now),
    )?;
    Ok(())
}

/// PostgreSQL hands out the next number from a counter, which must follow the numbers given here.
/// (SQLite looks at the table.)
fn follow_numbers(conn: &mut Conn) -> Result<(), Error> {
    if let Database::Postgres(_) = conn.database() {
        for follow in [
            sql(
                "SELECT setval(pg_get_serial_sequence('classes', 'id'), max(id)) FROM classes HAVING max(id) > 0",
            ),
            sql(
                "SELECT setval(pg_get_serial_sequence('etudiants', 'id'), max(id)) FROM etudiants HAVING max(id) > 0",
            ),
            sql(
                "SELECT setval(pg_get_serial_sequence('parents', 'id'), max(id)) FROM parents HAVING max(id) > 0",
            ),
        ] {
            conn.execute(&follow)?;
        }
    }
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct Id {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    id: i64,
}

/// The numbers of all classes.
///
/// # Errors
/// The database's.
pub fn classe_ids(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let rows: Vec<Id> = conn.load(&sql("SELECT id FROM classes"))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The numbers of all parents.
///
/// # Errors
/// The database's.
pub fn parent_ids(conn: &mut Conn) -> Result<Vec<i64>, Error> {
    let rows: Vec<Id> = conn.load(&sql("SELECT id FROM parents"))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
