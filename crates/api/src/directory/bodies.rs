//! What is sent of the directory. The members are read one by one where they are used,
//! because every fault is to be told at once.

use crate::drf::{NAME, NAME_MAX, Rule};
use crate::schema::kit::Part;
use crate::schema::words::{EtudiantStatutEnum, RelationEnum};
use crate::schema::{Body, Extent, Sent};
use std::borrow::Cow;
use std::marker::PhantomData;
use utoipa::{PartialSchema, ToSchema};

/// Longest name of a class, level or year, in characters.
pub(super) const NOM_MAX: usize = 100;
/// Longest description of a class.
pub(super) const DESCRIPTION_MAX: usize = 2000;

/// Longest address: a path of 254 (RFC 5321, 4.5.3.1.3) and what people type around it.
pub(super) const ADDRESS_MAX: usize = 320;
/// Longest address on a letter.
pub(super) const LETTER_MAX: usize = 500;

#[derive(ToSchema)]
#[schema(examples(json!({ "nom": "6e C", "niveau": "6e", "annee_scolaire": "2026-2027" })))]
pub(super) struct ClasseRequest {
    /// Comme « 6e A ».
    nom: String,
    /// Comme « 6e ».
    niveau: Option<String>,
    /// Comme « 2026-2027 ».
    annee_scolaire: Option<String>,
    /// Ce que l'application web en note.
    description: Option<String>,
}

impl Body for ClasseRequest {
    const RULES: &'static [(&'static str, Rule)] = &[
        ("nom", NAME),
        ("niveau", Rule::line(NOM_MAX)),
        ("annee_scolaire", Rule::line(NOM_MAX)),
        ("description", Rule::lines(DESCRIPTION_MAX)),
    ];
}

#[derive(ToSchema)]
#[schema(examples(json!({ "nom": "Diallo", "prenom": "Aïcha", "classe": 1 })))]
pub(super) struct EtudiantRequest {
    /// Nom de famille.
    nom: String,
    /// Prénom.
    prenom: Option<String>,
    /// La classe ; son objet entier, avec « id », convient aussi.
    classe: Option<i64>,
    /// « inactif » : n'est plus à l'école ; ses parents restent destinataires.
    #[schema(required = false)]
    statut: EtudiantStatutEnum,
}

impl Body for EtudiantRequest {
    const RULES: &'static [(&'static str, Rule)] =
        &[("nom", NAME), ("prenom", Rule::line(NAME_MAX))];
}

#[derive(ToSchema)]
#[schema(examples(json!({
    "nom": "Martin",
    "prenom": "Zoé",
    "telephone": "06 12 34 56 78",
    "email": "zoe.martin@exemple.fr",
    "notifications_sms": true,
    "notifications_email": true,
    "etudiants": [1],
})))]
pub(super) struct ParentRequest {
    /// Nom de famille.
    nom: String,
    /// Prénom.
    prenom: Option<String>,
    /// Numéro de téléphone ; un nouveau, qui ne peut en être un, est refusé.
    telephone: Option<String>,
    /// Adresse e-mail ; une nouvelle, qui ne peut en être une, est refusée.
    email: Option<String>,
    /// Adresse postale.
    adresse: Option<String>,
    /// Ce qu'il est aux élèves.
    #[schema(required = false)]
    relation: RelationEnum,
    /// Faux : ne souhaite pas de SMS.
    #[schema(required = false)]
    notifications_sms: bool,
    /// Faux : ne souhaite pas d'e-mail.
    #[schema(required = false)]
    notifications_email: bool,
    /// Les élèves ; la liste remplace celle qui est connue.
    etudiants: Option<Vec<i64>>,
    /// Le premier des élèves, si « etudiants » n'est pas donné ; son objet entier convient aussi.
    etudiant: Option<i64>,
}

impl Body for ParentRequest {
    const RULES: &'static [(&'static str, Rule)] = &[
        ("nom", NAME),
        ("prenom", Rule::line(NAME_MAX)),
        ("telephone", Rule::line(ADDRESS_MAX)),
        ("email", Rule::line(ADDRESS_MAX)),
        ("adresse", Rule::lines(LETTER_MAX)),
    ];
}

/// A row of the whole directory: its number, and what is said of it.
pub(super) struct Row<B>(PhantomData<B>);

impl<B: Body> PartialSchema for Row<B> {
    fn schema() -> Part {
        Sent::of::<B>(Extent::Row).schema()
    }
}

impl<B: Body> ToSchema for Row<B> {
    fn name() -> Cow<'static, str> {
        Sent::of::<B>(Extent::Row).name().into()
    }
}

type ClasseLigne = Row<ClasseRequest>;
type EtudiantLigne = Row<EtudiantRequest>;
type ParentLigne = Row<ParentRequest>;

/// L'annuaire.
#[derive(ToSchema)]
#[schema(examples(json!({
    "classes": [{ "id": 1, "nom": "6e A", "niveau": "6e", "annee_scolaire": "2026-2027" }],
    "etudiants": [{ "id": 1, "nom": "Martin", "prenom": "Lina", "classe": 1 }],
    "parents": [{ "id": 1, "nom": "Martin", "prenom": "Zoé", "telephone": "06 12 34 56 78", "etudiants": [1] }],
})))]
pub(super) struct AnnuaireRequest {
    /// Les classes.
    #[schema(required = false)]
    classes: Vec<ClasseLigne>,
    /// Les élèves.
    #[schema(required = false)]
    etudiants: Vec<EtudiantLigne>,
    /// Les parents.
    #[schema(required = false)]
    parents: Vec<ParentLigne>,
}

impl Body for AnnuaireRequest {
    const RULES: &'static [(&'static str, Rule)] = &[];
}
