//! The directory as a whole, taken over in one transaction.
//!
//! By hand: each row says some of its columns and leaves the others as they are, and only rows that
//! differ are written; many of them in one statement.

use super::write::{Count, write};
use super::{Annuaire, Table, checked, classes, departs, follow, liens, oppositions};
use crate::model::{ClassePatch, EtudiantPatch, ParentPatch};
use crate::store::sql::{columns, statements};
use crate::store::{Conflict, Conn, Error, Named, historique};
use crate::vocabulary::{Action, Objet, Scolarite};
use serde::Serialize;

/// What taking over a directory changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Changes {
    /// Classes.
    pub classes: Count,
    /// Pupils.
    pub etudiants: Count,
    /// Parents.
    pub parents: Count,
    /// Links of parents to pupils.
    pub liens: Count,
    /// Links that were removed: those of `familles` that were not given.
    pub liens_retires: usize,
    /// Parents who had left, and are named again.
    pub revenus: usize,
}

/// What the history says of it.
#[derive(Serialize)]
struct Bilan {
    #[serde(flatten)]
    changes: Changes,
    partis: usize,
}

/// Inserts or changes what is given; what is not said stays, and who is not given at all too. Links
/// are added; only `familles` lose those that are not given. Envois that wait for a parent who now
/// refuses their channel are ended at once. Then `partants` leave; returns how many did. Called within
/// [`super::take_over`].
///
/// # Errors
/// `Conflict` when a row is given twice or names one that there is not, or two classes have the same
/// name and school year.
pub fn put(
    conn: &mut Conn,
    annuaire: &Annuaire,
    partants: &[i64],
) -> Result<(Changes, usize), Error> {
    let classes = each_once(Named::Classe, annuaire.classes.iter().map(|row| row.id))?;
    let pupils = each_once(Named::Etudiant, annuaire.etudiants.iter().map(|row| row.id))?;
    let parents = each_once(Named::Parent, annuaire.parents.iter().map(|row| row.id))?;
    liens::each_once(&annuaire.liens)?;
    let etudiants: Vec<EtudiantRow<'_>> = annuaire.etudiants.iter().map(Into::into).collect();
    let mut changes = Changes {
        revenus: departs::among(conn, &parents)?,
        classes: put_classes(conn, &annuaire.classes, &classes)?,
        etudiants: write(conn, &etudiants, update_etudiants, insert_etudiants)?,
        parents: write(conn, &annuaire.parents, update_parents, insert_parents)?,
        ..Changes::default()
    };
    (changes.liens, changes.liens_retires) =
        liens::replace(conn, &annuaire.familles, &annuaire.liens)?;
    for (table, ids) in [
        (Table::Classes, classes),
        (Table::Etudiants, pupils),
        (Table::Parents, parents),
    ] {
        if let Some(highest) = ids.last() {
            follow(conn, table, *highest)?;
        }
    }
    oppositions::apply(conn, None)?;
    let partis = departs::leave(conn, partants)?;
    let bilan = Bilan { changes, partis };
    historique::note_with(conn, Action::Importe, Objet::Annuaire, None, &bilan)?;
    Ok((changes, partis))
}

fn put_classes(conn: &mut Conn, rows: &[ClassePatch], ids: &[i64]) -> Result<Count, Error> {
    let count = write(conn, rows, update_classes, insert_classes)?;
    if count.ajoutes + count.modifies > 0 {
        classes::distinct(conn, ids)?;
    }
    Ok(count)
}

/// The numbers, in their order. PostgreSQL does not change a row twice in one statement, and which
/// of two different rows would be meant?
fn each_once(what: Named, ids: impl Iterator<Item = i64>) -> Result<Vec<i64>, Error> {
    let mut ids = ids.map(checked).collect::<Result<Vec<i64>, Error>>()?;
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()) {
        Some([id, _]) => Err(Error::Conflict(Conflict::Twice(what, *id, *id))),
        _ => Ok(ids),
    }
}

/// A pupil as the statements read it: without a class is not the same as not said.
#[derive(Serialize)]
struct EtudiantRow<'a> {
    id: i64,
    identifiant: Option<&'a str>,
    nom: Option<&'a str>,
    prenom: Option<&'a str>,
    classe: Option<i64>,
    classe_dite: bool,
    statut: Option<Scolarite>,
}
columns!(EtudiantRow<'_>: id, identifiant, nom, prenom, classe, classe_dite, statut);
columns!(ClassePatch: id, identifiant, nom, niveau, annee_scolaire, description);
columns!(
    ParentPatch: id, identifiant, nom, prenom, telephone, email, adresse, relation,
    notifications_sms, notifications_email
);

impl<'a> From<&'a EtudiantPatch> for EtudiantRow<'a> {
    fn from(patch: &'a EtudiantPatch) -> Self {
        Self {
            id: patch.id,
            identifiant: patch.identifiant.as_deref(),
            nom: patch.nom.as_deref(),
            prenom: patch.prenom.as_deref(),
            classe: patch.classe.flatten(),
            classe_dite: patch.classe.is_some(),
            statut: patch.statut,
        }
    }
}

statements! {
    fn update_classes(rows: &[ClassePatch]) =
        "UPDATE classes
         SET nom = COALESCE(r.nom, classes.nom), niveau = COALESCE(r.niveau, classes.niveau),
             annee_scolaire = COALESCE(r.annee_scolaire, classes.annee_scolaire),
             description = COALESCE(r.description, classes.description),
             identifiant = COALESCE(r.identifiant, classes.identifiant)
        FROM {rows}
       WHERE classes.id = r.id
         AND (r.nom <> classes.nom OR r.niveau <> classes.niveau
              OR r.annee_scolaire <> classes.annee_scolaire OR r.description <> classes.description
              OR (r.identifiant IS NOT NULL AND r.identifiant IS DISTINCT FROM classes.identifiant))";

    fn insert_classes(rows: &[ClassePatch]) =
        "INSERT INTO classes (id, identifiant, nom, niveau, annee_scolaire, description)
         SELECT r.id, r.identifiant, COALESCE(r.nom, ''), COALESCE(r.niveau, ''),
                COALESCE(r.annee_scolaire, ''), COALESCE(r.description, '')
           FROM {rows}
          WHERE NOT EXISTS (SELECT 1 FROM classes c WHERE c.id = r.id)";

    fn update_etudiants(rows: &[EtudiantRow<'_>]) =
        "UPDATE etudiants
         SET nom = COALESCE(r.nom, etudiants.nom), prenom = COALESCE(r.prenom, etudiants.prenom),
             classe = CASE WHEN r.classe_dite THEN r.classe ELSE etudiants.classe END,
             statut = COALESCE(r.statut, etudiants.statut),
             identifiant = COALESCE(r.identifiant, etudiants.identifiant)
        FROM {rows}
       WHERE etudiants.id = r.id
         AND (r.nom <> etudiants.nom OR r.prenom <> etudiants.prenom OR r.statut <> etudiants.statut
              OR (r.classe_dite AND r.classe IS DISTINCT FROM etudiants.classe)
              OR (r.identifiant IS NOT NULL AND r.identifiant IS DISTINCT FROM etudiants.identifiant))";

    fn insert_etudiants(rows: &[EtudiantRow<'_>]) =
        "INSERT INTO etudiants (id, identifiant, nom, prenom, classe, statut)
         SELECT r.id, r.identifiant, COALESCE(r.nom, ''), COALESCE(r.prenom, ''), r.classe,
                COALESCE(r.statut, 'actif')
           FROM {rows}
          WHERE NOT EXISTS (SELECT 1 FROM etudiants e WHERE e.id = r.id)";

    fn update_parents(rows: &[ParentPatch]) =
        "UPDATE parents
         SET nom = COALESCE(r.nom, parents.nom), prenom = COALESCE(r.prenom, parents.prenom),
             telephone = COALESCE(r.telephone, parents.telephone),
             email = COALESCE(r.email, parents.email),
             adresse = COALESCE(r.adresse, parents.adresse),
             relation = COALESCE(r.relation, parents.relation),
             notifications_sms = COALESCE(r.notifications_sms, parents.notifications_sms),
             notifications_email = COALESCE(r.notifications_email, parents.notifications_email),
             identifiant = COALESCE(r.identifiant, parents.identifiant), parti_le = NULL
        FROM {rows}
       WHERE parents.id = r.id
         AND (r.nom <> parents.nom OR r.prenom <> parents.prenom OR r.telephone <> parents.telephone
              OR r.email <> parents.email OR r.adresse <> parents.adresse
              OR r.relation <> parents.relation OR r.notifications_sms <> parents.notifications_sms
              OR r.notifications_email <> parents.notifications_email
              OR parents.parti_le IS NOT NULL
              OR (r.identifiant IS NOT NULL AND r.identifiant IS DISTINCT FROM parents.identifiant))";

    fn insert_parents(rows: &[ParentPatch]) =
        "INSERT INTO parents (id, identifiant, nom, prenom, telephone, email, adresse, relation,
                              notifications_sms, notifications_email)
         SELECT r.id, r.identifiant, COALESCE(r.nom, ''), COALESCE(r.prenom, ''),
                COALESCE(r.telephone, ''), COALESCE(r.email, ''), COALESCE(r.adresse, ''),
                COALESCE(r.relation, 'autre'),
                COALESCE(r.notifications_sms, true), COALESCE(r.notifications_email, false)
           FROM {rows}
          WHERE NOT EXISTS (SELECT 1 FROM parents p WHERE p.id = r.id)";
}
