//! Django REST framework's errors.

use crate::auth::Refusal;
use crate::schema::kit::{self, Named, Part};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, Schema, Type};

pub(super) fn schemas() -> Vec<Named> {
    let by_field = kit::kinds(&[Type::Object])
        .additional_properties(Some(AdditionalProperties::RefOr(texts())))
        .min_properties(Some(1))
        .description(Some(
            "Les fautes de chaque champ ; « non_field_errors » : de l'ensemble.",
        ));
    let why = || kit::text();
    let detail = vec![("detail", why(), "Pourquoi, en clair.")];
    let action = vec![("error", why(), "Pourquoi, en clair.")];
    // Clients that are generated take the first that fits.
    let any = ["Detail", "ErreurAction", "ErreursChamps"].map(kit::named);
    vec![
        ("Detail".to_owned(), kit::answer(detail).into()),
        ("ErreursChamps".to_owned(), by_field.into()),
        ("ErreurAction".to_owned(), kit::answer(action).into()),
        (
            "Erreur400".to_owned(),
            kit::any_of(any.into_iter().chain([texts()])),
        ),
        ("Erreur401".to_owned(), refused()),
    ]
}

fn texts() -> Part {
    let texts = ArrayBuilder::new().items(kit::text()).min_items(Some(1));
    Part::T(Schema::Array(texts.build()))
}

fn refused() -> Part {
    let tried = kit::answer(vec![
        ("token_class", kit::text(), ""),
        ("token_type", kit::text(), ""),
        ("message", kit::text(), "Ce que le jeton a de faux."),
    ]);
    let codes = [Refusal::NoUser, Refusal::BadHeader].map(Refusal::code);
    let refused = vec![
        ("detail", kit::text(), "Pourquoi, en clair."),
        (
            "code",
            kit::words(codes.into_iter().flatten()),
            "La même chose pour un programme.",
        ),
        ("messages", kit::list(tried.into()), "Les jetons essayés."),
    ];
    kit::object(refused, &["detail"]).into()
}
