//! `/api/parents/`

use super::bodies::{ADDRESS_MAX, LETTER_MAX, ParentRequest};
use super::joignable::{self, JOIGNABLE, Joignable};
use super::resource::{ORDERING, Resource, SEARCH, Words};
use crate::answer::annuaire::ParentJson;
use crate::drf::{Fields, Filters, NAME, NAME_MAX, Texts};
use crate::endpoint::{Kind, Parameter};
use actix_web::{Route, web};
use messages_core::config::Config;
use messages_core::mailbox;
use messages_core::model::{Etudiant, Fiche, Parent, ParentPatch};
use messages_core::phone::{self, Fault, Region};
use messages_core::store::annuaire::{Order, Resource as _, parents};
use messages_core::store::{Conn, Error};

/// What a body says of a parent.
#[expect(clippy::option_option, reason = "not said is not the same as null")]
pub(super) struct Said {
    pub(super) patch: ParentPatch,
    /// All the pupils.
    pub(super) etudiants: Option<Vec<i64>>,
    /// The old server knows one pupil of a parent; the others stay.
    pub(super) etudiant: Option<Option<i64>>,
}

/// Reads what a body says.
pub(super) fn said(fields: &mut Fields<'_>, id: i64) -> Said {
    let patch = ParentPatch {
        id,
        identifiant: None,
        nom: fields.text("nom", NAME).flatten(),
        prenom: fields.line("prenom", NAME_MAX),
        telephone: fields.line("telephone", ADDRESS_MAX),
        email: fields.line("email", ADDRESS_MAX),
        adresse: fields.lines("adresse", LETTER_MAX),
        relation: fields.choice("relation", false),
        notifications_sms: fields.switch("notifications_sms"),
        notifications_email: fields.switch("notifications_email"),
    };
    let etudiant = fields.key("etudiant").map(|key| key.map(|key| key.id));
    Said {
        patch,
        etudiants: fields.keys("etudiants"),
        etudiant,
    }
}

/// Refuses a new number or mailbox that cannot be one. What stands there already may stay: it came in a
/// file, and the web app sends everything back.
fn check_addresses(
    fields: &mut Fields<'_>,
    said: &ParentPatch,
    present: Option<&Parent>,
    region: Region,
) {
    let new = |said: &Option<String>, kept: fn(&Parent) -> &String| {
        let typed = said.clone().filter(|text| !text.is_empty())?;
        Some(typed).filter(|typed| present.is_none_or(|parent| kept(parent) != typed))
    };
    let texts = fields.texts();
    if let Some(typed) = new(&said.email, |parent| &parent.email)
        && mailbox::parse(&typed).is_err()
    {
        fields.fault("email", texts.not_a_mailbox());
    }
    // A land line is a number too.
    let impossible = [Fault::Unreadable, Fault::Old, Fault::Spreadsheet];
    if let Some(typed) = new(&said.telephone, |parent| &parent.telephone)
        && phone::parse(&typed, region).is_err_and(|why| impossible.contains(&why))
    {
        fields.fault("telephone", texts.not_a_telephone());
    }
}

/// Reads a parent over `present`.
fn read(fields: &mut Fields<'_>, present: Option<&Fiche>, id: i64, region: Region) -> Fiche {
    let said = said(fields, id);
    check_addresses(
        fields,
        &said.patch,
        present.map(|fiche| &fiche.parent),
        region,
    );
    let known = present.map_or(&[][..], |fiche| fiche.etudiants.as_slice());
    let etudiants = match (said.etudiants, said.etudiant) {
        (Some(all), _) => all,
        (None, None) => known.to_vec(),
        (None, Some(first)) => {
            let others = known.iter().skip(1).copied();
            let others = others.filter(|id| Some(*id) != first);
            first.into_iter().chain(others).collect()
        }
    };
    Fiche {
        parent: said.patch.over(present.map(|fiche| &fiche.parent)),
        etudiants,
        parti_le: present.and_then(|fiche| fiche.parti_le),
    }
}

impl Resource for Fiche {
    const MODEL: &'static str = "Parent";
    const OTHER_NAMES: &'static [(&'static str, &'static str)] = &[("etudiant", "etudiants")];
    const PRIVATE: &'static [&'static str] = &["nom", "prenom", "telephone", "email", "adresse"];
    const WORDS: Words = Words {
        list: "Les parents",
        one: "Un parent",
        create: "Ajoute un parent",
        replace: "Remplace un parent",
        change: "Modifie un parent",
        delete: "Efface un parent et ses adresses, partout",
        ids: [
            "parents_list",
            "parents_retrieve",
            "parents_create",
            "parents_update",
            "parents_partial_update",
            "parents_destroy",
        ],
        names: ["Parent List", "Parent Instance"],
        paths: ["/api/parents/", "/api/parents/{id}/"],
        filters: &[
            Parameter {
                name: "classe",
                description: "Seulement ceux d'élèves de cette classe",
                kind: Kind::Integer,
            },
            Parameter {
                name: "etudiant",
                description: "Seulement ceux de cet élève",
                kind: Kind::Integer,
            },
            JOIGNABLE,
            Parameter {
                description: "Mots qui doivent tous se trouver dans le nom, l'e-mail ou le numéro ; un numéro, quelle que soit son écriture",
                ..SEARCH
            },
            ORDERING,
        ],
    };
    type Json = ParentJson;
    type Request = ParentRequest;

    fn filter(filters: &mut Filters<'_>, search: Vec<String>, order: Order) -> parents::Filter {
        filters.choice::<Joignable>("joignable");
        parents::Filter {
            classe: filters.key("classe"),
            etudiant: filters.key("etudiant"),
            parmi: None,
            ou_eleves: false,
            search,
            order,
        }
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Self>, id: i64, config: &Config) -> Self {
        read(fields, present, id, config.sms.region)
    }

    fn unknown(&self, conn: &mut Conn) -> Result<Vec<(&'static str, i64)>, Error> {
        let known = Etudiant::existing(conn, &self.etudiants)?;
        let unknown = self.etudiants.iter().filter(|id| !known.contains(id));
        Ok(unknown.map(|id| ("etudiants", *id)).collect())
    }

    fn listing() -> Route {
        web::to(joignable::list)
    }

    fn kept(texts: Texts) -> &'static str {
        texts.parent_busy()
    }
}
