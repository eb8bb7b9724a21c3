//! Classes, pupils and parents.

use super::common::page_of;
use super::{Named, named};
use crate::openapi::kit::{self, Row};
use utoipa::openapi::schema::Type;

pub(super) fn schemas() -> Vec<Named> {
    let mut schemas = of("Classe", classe(), classe_written);
    schemas.extend(of("Etudiant", etudiant(), etudiant_written));
    schemas.extend(of("Parent", parent(), parent_written));
    schemas.push(named("AnnuaireRequest", kit::object(whole(), &[])));
    schemas.push(named("AnnuaireChangements", kit::answer(changes())));
    schemas.extend(sendings());
    schemas
}

/// What each of the three has: answered, written, changed, in a page.
fn of(name: &str, answered: Vec<Row>, written: fn() -> Vec<Row>) -> Vec<Named> {
    let mut new = vec![(
        "id",
        kit::id_given(true),
        "Le numéro de l'application web ; sinon le suivant.",
    )];
    new.extend(written());
    vec![
        named(name, kit::answer(answered)),
        named(&format!("New{name}Request"), kit::object(new, &["nom"])),
        named(&format!("{name}Request"), kit::object(written(), &["nom"])),
        named(&format!("Patched{name}"), kit::object(written(), &[])),
        page_of(name),
    ]
}

fn classe() -> Vec<Row> {
    vec![
        ("id", kit::id(), "Numéro de l'application web."),
        ("nom", kit::text(), "Comme « 6e A »."),
        ("niveau", kit::text(), "Comme « 6e » ; peut être vide."),
        (
            "annee_scolaire",
            kit::text(),
            "Comme « 2026-2027 » ; peut être vide.",
        ),
    ]
}

fn classe_written() -> Vec<Row> {
    vec![
        ("nom", kit::line_said(150), "Comme « 6e A »."),
        ("niveau", kit::line_maybe(100), "Comme « 6e »."),
        (
            "annee_scolaire",
            kit::line_maybe(100),
            "Comme « 2026-2027 ».",
        ),
    ]
}

fn etudiant() -> Vec<Row> {
    vec![
        ("id", kit::id(), "Numéro de l'application web."),
        ("nom", kit::text(), "Nom de famille."),
        ("prenom", kit::text(), "Prénom ; peut être vide."),
        ("classe", kit::id_or_null(), "La classe."),
    ]
}

fn etudiant_written() -> Vec<Row> {
    vec![
        ("nom", kit::line_said(150), "Nom de famille."),
        ("prenom", kit::line_maybe(150), "Prénom."),
        ("classe", kit::named("CleEtrangere"), "La classe."),
    ]
}

fn parent() -> Vec<Row> {
    vec![
        ("id", kit::id(), "Numéro de l'application web."),
        ("nom", kit::text(), "Nom de famille."),
        ("prenom", kit::text(), "Prénom ; peut être vide."),
        (
            "telephone",
            kit::text(),
            "Comme il a été saisi ; peut être vide ou faux.",
        ),
        (
            "email",
            kit::text(),
            "Comme elle a été saisie ; peut être vide ou fausse.",
        ),
        (
            "notifications_sms",
            kit::switch(),
            "Faux : ne souhaite pas de SMS.",
        ),
        (
            "notifications_email",
            kit::switch(),
            "Faux : ne souhaite pas d'e-mail.",
        ),
        ("etudiants", kit::list(kit::id()), "Les élèves."),
        ("etudiant", kit::id_or_null(), "Le premier des élèves."),
        (
            "parti",
            kit::switch(),
            "Vrai : n'est plus dans l'annuaire complet, et ne reçoit plus rien.",
        ),
    ]
}

fn parent_written() -> Vec<Row> {
    let etudiants = kit::any_of([
        kit::list(kit::named("Cle")),
        kit::kinds(&[Type::Null]).into(),
    ]);
    vec![
        ("nom", kit::line_said(150), "Nom de famille."),
        ("prenom", kit::line_maybe(150), "Prénom."),
        ("telephone", kit::line_maybe(320), "Numéro de téléphone."),
        ("email", kit::line_maybe(320), "Adresse e-mail."),
        (
            "notifications_sms",
            kit::named("Booleen"),
            "Faux : ne souhaite pas de SMS.",
        ),
        (
            "notifications_email",
            kit::named("Booleen"),
            "Faux : ne souhaite pas d'e-mail.",
        ),
        (
            "etudiants",
            etudiants,
            "Les élèves ; la liste remplace celle qui est connue.",
        ),
        (
            "etudiant",
            kit::named("CleEtrangere"),
            "Le premier des élèves, si « etudiants » n'est pas donné.",
        ),
    ]
}

/// `PUT /api/annuaire/`, where every number is the web app's.
fn whole() -> Vec<Row> {
    let rows = |written: Vec<Row>| {
        let mut all = vec![("id", kit::id_given(false), "Numéro de l'application web.")];
        all.extend(written);
        kit::list(kit::object(all, &["id"]).into())
    };
    vec![
        ("classes", rows(classe_written()), "Les classes."),
        ("etudiants", rows(etudiant_written()), "Les élèves."),
        ("parents", rows(parent_written()), "Les parents."),
    ]
}

fn changes() -> Vec<Row> {
    let count = || {
        kit::answer(vec![
            ("ajoutes", kit::count(), ""),
            ("modifies", kit::count(), ""),
            ("inchanges", kit::count(), ""),
        ])
        .into()
    };
    vec![
        ("classes", count(), "Classes."),
        ("etudiants", count(), "Élèves."),
        ("parents", count(), "Parents."),
        ("liens", count(), "Liens entre parents et élèves."),
        (
            "liens_retires",
            kit::count(),
            "Liens qui n'étaient plus donnés.",
        ),
        (
            "revenus",
            kit::count(),
            "Parents partis qui sont de nouveau donnés.",
        ),
        ("essai", kit::switch(), "Vrai : rien n'est écrit."),
        (
            "absents",
            kit::count(),
            "Destinataires de l'annuaire qui ne sont pas donnés.",
        ),
        (
            "partis",
            kit::count(),
            "Ceux d'entre eux qui ne sont plus destinataires, avec « complet ».",
        ),
    ]
}

/// What the buttons send.
fn sendings() -> Vec<Named> {
    let sms = vec![("message", kit::text_said(), "Le texte.")];
    let email = vec![
        ("subject", kit::line_maybe(255), "Le sujet."),
        ("message", kit::text_said(), "Le texte."),
    ];
    let bulk = vec![
        (
            "type",
            kit::named("TypeEnum"),
            "Le canal ; doit être celui de l'adresse.",
        ),
        ("sujet", kit::text_maybe(), "Le sujet d'un e-mail."),
        ("contenu", kit::text_said(), "Le texte."),
        (
            "classe_id",
            kit::named("CleEtrangere"),
            "La classe, ou bien « tous_parents ».",
        ),
        ("tous_parents", kit::named("Booleen"), "À tous les parents."),
    ];
    vec![
        named("SendSmsRequest", kit::object(sms, &["message"])),
        named("SendEmailRequest", kit::object(email, &["message"])),
        named("SendBulkRequest", kit::object(bulk, &["contenu"])),
    ]
}
