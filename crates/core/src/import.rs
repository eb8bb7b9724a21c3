//! The directory from the files that offices have, one line for each parent and child.
//!
//! The way of the data: [`Source`] (bytes) → `kind`, `decode`, `workbook`, `table` (rows of cells with
//! their lines) → `columns`, `cell`, `entry`, or a `format` of another program (what a line says) →
//! `people` (lines that speak of one person together) → `plan` (who is known already) → the directory.
//!
//! What is not said keeps what is there. A cell that cannot be read is told and counts as not said;
//! only what is no directory at all is refused.

mod addresses;
mod cell;
mod columns;
mod decode;
mod entry;
mod fold;
mod format;
mod kind;
mod people;
mod plan;
mod remark;
mod report;
mod source;
mod table;
mod workbook;

pub use format::Format;
pub use remark::{Genre, Remarque};
pub use report::report;
pub use source::Source;

use crate::phone::Region;
use crate::store::annuaire::{self, Changes, departs};
use crate::store::{Conn, Error as StoreError, adresses};
use entry::Entry;
use remark::Remarks;
use serde::Serialize;

/// What a person said about the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whose numbers those without a country are.
    pub region: Region,
    /// The program that wrote it; none guesses.
    pub format: Option<Format>,
    /// Whether it has everybody: who is not in it leaves.
    pub complet: bool,
    /// Whether it is meant that more than a third leave.
    pub oui: bool,
    /// Only tells: nothing stays.
    pub essai: bool,
    /// `notifications_email` of every line that says nothing.
    pub notifications_email: Option<bool>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is no directory: what it is, and what to do.
    #[error("{0}")]
    File(String),
    /// More than a third would leave, and nobody said that it is meant.
    #[error(
        "{absents} parents sur {presents} ne sont pas dans ce fichier, plus d'un tiers : ajoutez --oui si c'est voulu"
    )]
    Many {
        /// Who would leave.
        absents: usize,
        /// Recipients now.
        presents: usize,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was imported, or with `essai` would be.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// Whether nothing was written.
    pub essai: bool,
    /// The program that wrote the file.
    pub format: Format,
    /// Classes in the file.
    pub classes: usize,
    /// Pupils in the file.
    pub etudiants: usize,
    /// Parents in the file.
    pub parents: usize,
    /// What changed.
    pub changements: Changes,
    /// Parents without a number that can be used: imported, but not reachable that way.
    pub sans_telephone: usize,
    /// The same for e-mail.
    pub sans_email: usize,
    /// Parents who are not written to by e-mail because nobody said that they want it.
    pub sans_notifications_email: usize,
    /// Parents of the directory who are recipients and not in the file.
    pub absents: usize,
    /// Recipients before.
    pub presents: usize,
    /// Those of the absent who left, with `complet`.
    pub partis: usize,
    /// Whether more than a third leave, so that `oui` has to be said.
    pub plus_du_tiers: bool,
    /// What to look at.
    pub remarques: Vec<Remarque>,
    /// More of these, which are not listed.
    pub autres_remarques: usize,
}

/// What a file says.
#[derive(Debug)]
pub struct Reading {
    format: Format,
    entries: Vec<Entry>,
    remarks: Remarks,
}

/// Reads a file, without asking what is known.
///
/// # Errors
/// What it is instead of a directory, and what to do.
pub fn read(source: &Source, format: Option<Format>, region: Region) -> Result<Reading, String> {
    let mut remarks = Remarks::default();
    let (format, entries) = format::entries(source, format, region, &mut remarks)?;
    if entries.iter().all(Entry::is_empty) {
        return Err("aucune ligne sous les noms des colonnes".to_owned());
    }
    Ok(Reading {
        format,
        entries,
        remarks,
    })
}

impl Reading {
    /// Lines that say something.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.entries.len()
    }

    /// What to look at in the file itself.
    #[must_use]
    pub fn remarques(&self) -> &[Remarque] {
        &self.remarks.kept
    }
}

/// Takes a file over: inserts and changes, all or nothing.
///
/// # Errors
/// `File` when it is no directory; `Many` when more than a third would leave; the database's.
pub fn import(conn: &mut Conn, source: &Source, options: &Options) -> Result<Imported, Error> {
    let reading = read(source, options.format, options.region).map_err(Error::File)?;
    take(conn, reading, options)
}

/// As [`import`], of a file that was read already: nobody waits for the database meanwhile.
///
/// # Errors
/// As [`import`], but `File`.
pub fn take(conn: &mut Conn, reading: Reading, options: &Options) -> Result<Imported, Error> {
    let mut outcome = None;
    let work = |conn: &mut Conn| {
        let taken = take_over(conn, reading, *options)?;
        let many = taken.is_err();
        outcome = Some(taken);
        // Nothing stays of what is refused.
        if many { Err(StoreError::Stale) } else { Ok(()) }
    };
    let done = if options.essai {
        annuaire::rehearse(conn, work)
    } else {
        annuaire::take_over(conn, |conn| {
            work(conn)?;
            // Or the next run would have to, before anything leaves.
            adresses::refresh_all(conn, options.region)
        })
    };
    match (outcome, done) {
        (Some(Err(many)), _) => Err(many),
        (Some(Ok(imported)), Ok(())) => Ok(imported),
        (None, Ok(())) => Err(StoreError::Stale.into()),
        (_, Err(error)) => Err(error.into()),
    }
}

fn take_over(
    conn: &mut Conn,
    reading: Reading,
    options: Options,
) -> Result<Result<Imported, Error>, StoreError> {
    let Reading {
        format,
        entries,
        mut remarks,
    } = reading;
    let people = people::gather(&entries, &mut remarks);
    let whole = plan::Whole {
        notifications_email: options.notifications_email,
        complet: options.complet,
    };
    let plan = plan::plan(conn, &people, whole, &mut remarks)?;
    let unreachable = addresses::look_at(&plan.finals, options.region, &mut remarks);
    let named: Vec<i64> = plan.annuaire.parents.iter().map(|patch| patch.id).collect();
    let left_out = departs::absents(conn, &named)?;
    let (absents, presents) = (left_out.absents.len(), left_out.presents);
    let plus_du_tiers = left_out.is_many();
    if options.complet && plus_du_tiers && !options.oui && !options.essai {
        return Ok(Err(Error::Many { absents, presents }));
    }
    let partants = if options.complet {
        left_out.absents.as_slice()
    } else {
        &[]
    };
    let (changements, partis) = annuaire::put(conn, &plan.annuaire, partants)?;
    let silent = plan
        .finals
        .iter()
        .filter(|one| !one.parent.notifications_email);
    remarks.kept.sort_by_key(|remarque| remarque.ligne);
    Ok(Ok(Imported {
        essai: options.essai,
        format,
        classes: plan.annuaire.classes.len(),
        etudiants: plan.annuaire.etudiants.len(),
        parents: plan.annuaire.parents.len(),
        changements,
        sans_telephone: unreachable.sans_telephone,
        sans_email: unreachable.sans_email,
        sans_notifications_email: silent.count(),
        absents,
        presents,
        partis,
        plus_du_tiers,
        remarques: remarks.kept,
        autres_remarques: remarks.others,
    }))
}
