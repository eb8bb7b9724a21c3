//! What became of a message for each recipient, and what would.

use super::common::page_of;
use super::{Named, named};
use crate::openapi::kit::{self, Part, Row};
use messages_core::vocabulary::{Canal, Etat, Motif, Statut};
use utoipa::openapi::schema::{AdditionalProperties, Type};

pub(super) fn schemas() -> Vec<Named> {
    vec![
        named("EtatEnum", kit::words(etats())),
        named(
            "MotifEnum",
            kit::words(Motif::ALL.iter().map(|motif| motif.as_str())),
        ),
        named("Envoi", kit::answer(envoi())),
        page_of("Envoi"),
        named("Apercu", kit::answer(preview())),
        named("Statistiques", kit::answer(statistics())),
    ]
}

fn etats() -> impl Iterator<Item = &'static str> {
    Etat::ALL.iter().map(|etat| etat.as_str())
}

fn envoi() -> Vec<Row> {
    vec![
        ("id", kit::id(), "Numéro."),
        ("message", kit::id(), "Le message."),
        (
            "parent",
            kit::id_or_null(),
            "Le parent ; null s'il a été effacé.",
        ),
        ("nom", kit::text(), "Nom du parent, vide s'il a été effacé."),
        ("prenom", kit::text(), "Prénom du parent."),
        ("canal", kit::named("TypeEnum"), "Par quel canal."),
        (
            "adresse",
            kit::text_or_null(),
            "Numéro de téléphone ou adresse e-mail.",
        ),
        ("etat", kit::named("EtatEnum"), "Où en est l'envoi."),
        (
            "motif",
            kit::nullable("MotifEnum"),
            "Pourquoi il n'a pas abouti, en un mot.",
        ),
        ("raison", kit::text_or_null(), "Le motif, en clair."),
        ("tentatives", kit::count(), "Essais faits."),
        (
            "code",
            kit::text_or_null(),
            "Réponse du relais ou de l'opérateur.",
        ),
        (
            "detail",
            kit::text_or_null(),
            "Texte de cette réponse, ou ce qui est à corriger dans l'annuaire.",
        ),
        ("prochaine", kit::date_time_or_null(), "Prochain essai."),
        ("emis_le", kit::date_time_or_null(), "Dernier essai."),
        (
            "termine_le",
            kit::date_time_or_null(),
            "Quand l'état est devenu définitif.",
        ),
        (
            "lu_le",
            kit::date_time_or_null(),
            "Première lecture connue.",
        ),
    ]
}

fn preview() -> Vec<Row> {
    let cost = kit::answer(vec![
        (
            "encodage",
            kit::words(["gsm7", "ucs2"]),
            "Alphabet qu'il faut.",
        ),
        ("caracteres", kit::count(), "Places prises."),
        (
            "segments",
            kit::count(),
            "SMS facturés pour chaque destinataire.",
        ),
        ("total_segments", kit::count(), "SMS facturés en tout."),
    ]);
    let recipient = kit::answer(vec![
        ("parent", kit::id_or_null(), "Le parent."),
        ("nom", kit::text(), "Nom."),
        ("prenom", kit::text(), "Prénom."),
        ("adresse", kit::text_or_null(), "Où le message irait."),
        (
            "motif",
            kit::nullable("MotifEnum"),
            "Pourquoi il n'irait pas.",
        ),
        ("raison", kit::text_or_null(), "Le motif, en clair."),
        ("detail", kit::text_or_null(), "Ce qui est à corriger."),
    ]);
    let by_motif = kit::kinds(&[Type::Object])
        .additional_properties(Some(AdditionalProperties::RefOr(kit::count())));
    let no_cost = kit::kinds(&[Type::Null]);
    vec![
        ("message", kit::id(), "Le message."),
        ("canal", kit::named("TypeEnum"), "Par quel canal."),
        ("total", kit::count(), "Parents concernés."),
        (
            "nb_destinataires",
            kit::count(),
            "Ceux qui recevraient le message.",
        ),
        ("motifs", by_motif.into(), "Les autres, par motif."),
        (
            "sms",
            kit::any_of([cost.into(), no_cost.into()]),
            "Coût d'un SMS ; null pour un e-mail.",
        ),
        (
            "avertissements",
            kit::list(kit::text()),
            "Ce qu'il faut regarder avant l'envoi : numéros partagés, inventés, texte trop long, départ à minuit ou la nuit.",
        ),
        ("destinataires", kit::list(recipient.into()), ""),
    ]
}

fn statistics() -> Vec<Row> {
    let of_classe = kit::answer(vec![
        ("classe", kit::text(), "Nom de la classe."),
        ("count", kit::count(), ""),
    ]);
    let of_day = kit::answer(vec![("date", kit::date(), ""), ("count", kit::count(), "")]);
    let by_canal = Canal::ALL
        .iter()
        .map(|canal| (canal.as_str(), counts(etats()), ""));
    let statuts = Statut::ALL.iter().map(|statut| statut.as_str());
    let rate = kit::kinds(&[Type::Number])
        .minimum(Some(0))
        .maximum(Some(100));
    vec![
        ("total_messages", kit::count(), ""),
        ("total_sms", kit::count(), ""),
        ("total_email", kit::count(), ""),
        ("status_counts", counts(statuts), "Messages par état."),
        ("read_rate", rate.into(), "E-mails lus, en pour cent."),
        ("messages_by_class", kit::list(of_classe.into()), ""),
        (
            "messages_by_day",
            kit::list(of_day.into()),
            "Les 31 derniers jours.",
        ),
        (
            "envois",
            kit::answer(by_canal.collect()).into(),
            "Envois par canal et état.",
        ),
        (
            "emails_envoyes",
            kit::count(),
            "E-mails acceptés, par destinataire.",
        ),
        (
            "emails_lus",
            kit::count(),
            "Ceux d'entre eux qui ont été lus.",
        ),
    ]
}

fn counts(names: impl Iterator<Item = &'static str>) -> Part {
    kit::answer(names.map(|name| (name, kit::count(), "")).collect()).into()
}
