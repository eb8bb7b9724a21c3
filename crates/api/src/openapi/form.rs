//! What a form can say of a body: no lists, and an empty text where JSON says `null`.

use super::kit::{Part, any_of, described, kinds, named};
use utoipa::openapi::schema::{Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr};

/// The same object as a form says it: without lists, and with an empty text for `null`.
pub(super) fn form_of(part: Part) -> Option<Part> {
    match part {
        RefOr::Ref(name) if name.ref_location.ends_with("/CleEtrangere") => {
            Some(described(named("CleDeFormulaire"), &name.description))
        }
        RefOr::T(Schema::Object(mut object)) => {
            let SchemaType::Array(mut types) = object.schema_type else {
                let members = std::mem::take(&mut object.properties).into_iter();
                object.properties = members
                    .filter_map(|(name, part)| Some((name, form_of(part)?)))
                    .collect();
                return Some(Schema::Object(object).into());
            };
            types.retain(|kind| *kind != Type::Null);
            object.schema_type = types.into_iter().collect();
            if object.format != Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) {
                return Some(Schema::Object(object).into());
            }
            let text = object.description.take().unwrap_or_default();
            let empty = kinds(&[Type::String]).max_length(Some(0));
            let either = any_of([Schema::Object(object).into(), empty.into()]);
            Some(described(either, &text))
        }
        RefOr::T(Schema::AnyOf(any)) => {
            let lists = |part: &Part| matches!(part, RefOr::T(Schema::Array(_)));
            (!any.items.iter().any(lists)).then(|| Schema::AnyOf(any).into())
        }
        RefOr::T(Schema::Array(_)) => None,
        other => Some(other),
    }
}
