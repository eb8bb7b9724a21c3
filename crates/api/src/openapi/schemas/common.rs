//! Values that Django REST framework reads in many ways, answers of the buttons, and errors.

use super::{Named, named};
use crate::openapi::kit::{self, Part};
use messages_core::vocabulary::{Canal, Cause};
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, Schema, SchemaFormat, Type};

pub(super) fn schemas() -> Vec<Named> {
    let mut schemas = values();
    schemas.extend(answers());
    schemas.extend(errors());
    schemas
}

fn values() -> Vec<Named> {
    let number = [Type::Integer, Type::Number, Type::String, Type::Null];
    let digits = r"^\s*[+-]?[0-9]+(_[0-9]+)*\s*$";
    let key = kit::kinds(&number[..3]).pattern(Some(digits));
    let or_none = format!("^$|{digits}");
    let key_or_none = kit::kinds(&number).pattern(Some(or_none.clone()));
    let in_form = kit::kinds(&number[..3]).pattern(Some(or_none));
    let words = [
        "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off", "1", "0",
    ];
    let words = words.iter().map(|word| json!(word));
    let numbers = [0, 1].map(|number| json!(number));
    let written = kit::kinds(&[Type::String, Type::Integer])
        .enum_values(Some(words.chain(numbers).collect::<Vec<_>>()));
    vec![
        named(
            "Cle",
            key.description(Some("Numéro d'un objet ; aussi écrit dans un texte.")),
        ),
        named(
            "CleEtrangere",
            key_or_none.description(Some(
                "Numéro d'un objet, aussi écrit dans un texte ; null ou un texte vide : aucun.",
            )),
        ),
        named(
            "CleDeFormulaire",
            in_form.description(Some("Numéro d'un objet ; un texte vide : aucun.")),
        ),
        named(
            "Booleen",
            kit::described(
                kit::any_of([kit::switch(), written.into()]),
                "Un booléen, ou l'un des mots que Django REST framework prend pour un booléen, en majuscules aussi.",
            ),
        ),
    ]
}

fn answers() -> Vec<Named> {
    let success = || ("success", kit::switch(), "Si l'opération a réussi.");
    let message = || ("message", kit::text(), "La même chose, en clair.");
    vec![
        named(
            "ActionFaite",
            kit::answer(vec![
                success(),
                message(),
                ("details", kit::named("Message"), "Le message."),
            ]),
        ),
        named(
            "Traitement",
            kit::answer(vec![
                success(),
                message(),
                ("processed", kit::count(), "Messages traités."),
                ("success_count", kit::count(), "Ceux qui sont partis."),
                ("error_count", kit::count(), "Ceux qui sont en échec."),
            ]),
        ),
        named("Marque", kit::answer(vec![success(), message()])),
        named(
            "ResendRequest",
            kit::object(vec![("envois", envois(), "Seulement à ces envois.")], &[]),
        ),
        named(
            "SanteVive",
            kit::answer(vec![("status", kit::words(["ok"]), "")]),
        ),
        named("SantePrete", ready()),
    ]
}

fn envois() -> Part {
    kit::any_of([
        kit::list(kit::id_written()),
        kit::kinds(&[Type::Null]).into(),
    ])
}

fn ready() -> Part {
    let state = || kit::words(["ok", "indisponible"]);
    let rows = vec![
        ("status", state(), "Si le service peut travailler."),
        ("database", state(), "Si la base de données répond."),
        (
            "schema",
            kit::words(["ok", "a_migrer"]),
            "Si ses tables sont à jour.",
        ),
        (
            "dernier_passage",
            kit::date_time_or_null(),
            "Début du dernier traitement.",
        ),
        (
            "canaux_arretes",
            kit::list(stopped()),
            "Ce qui ne part pas pour le moment, et pourquoi ; le service peut travailler.",
        ),
    ];
    kit::object(rows, &["status", "database"]).into()
}

fn stopped() -> Part {
    let rows = vec![
        (
            "canal",
            kit::words(Canal::ALL.iter().map(|word| word.as_str())),
            "Le canal.",
        ),
        (
            "cause",
            kit::words(Cause::ALL.iter().map(|word| word.as_str())),
            "Pourquoi, en un mot.",
        ),
        ("depuis", kit::date_time(), "Depuis quand."),
    ];
    kit::answer(rows).into()
}

fn errors() -> Vec<Named> {
    let texts = || {
        let texts = ArrayBuilder::new().items(kit::text()).min_items(Some(1));
        Part::T(Schema::Array(texts.build()))
    };
    let by_field = kit::kinds(&[Type::Object])
        .additional_properties(Some(AdditionalProperties::RefOr(texts())))
        .min_properties(Some(1));
    let tried = kit::answer(vec![
        ("token_class", kit::text(), ""),
        ("token_type", kit::text(), ""),
        ("message", kit::text(), "Ce que le jeton a de faux."),
    ]);
    let refused = vec![
        ("detail", kit::text(), "Pourquoi, en clair."),
        (
            "code",
            kit::words(["token_not_valid", "bad_authorization_header"]),
            "La même chose pour un programme.",
        ),
        ("messages", kit::list(tried.into()), "Les jetons essayés."),
    ];
    vec![
        named(
            "Detail",
            kit::answer(vec![("detail", kit::text(), "Pourquoi, en clair.")]),
        ),
        named(
            "ErreursChamps",
            by_field.description(Some(
                "Les fautes de chaque champ ; « non_field_errors » : de l'ensemble.",
            )),
        ),
        named(
            "ErreurAction",
            kit::answer(vec![("error", kit::text(), "Pourquoi, en clair.")]),
        ),
        named(
            "Erreur400",
            kit::any_of([
                kit::named("ErreursChamps"),
                kit::named("Detail"),
                kit::named("ErreurAction"),
                texts(),
            ]),
        ),
        named("Erreur401", kit::object(refused, &["detail"])),
    ]
}

/// A page in Django REST framework's shape, with drf-spectacular's name.
pub(super) fn page_of(name: &str) -> Named {
    let address = || {
        let uri = SchemaFormat::Custom("uri".to_owned());
        kit::kinds(&[Type::String, Type::Null])
            .format(Some(uri))
            .into()
    };
    let page = kit::answer(vec![
        ("count", kit::count(), "Objets en tout."),
        ("next", address(), "Adresse de la page suivante."),
        ("previous", address(), "Adresse de la page précédente."),
        ("results", kit::list(kit::named(name)), ""),
    ]);
    (format!("Paginated{name}List"), page.into())
}
