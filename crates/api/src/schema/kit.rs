//! Short words for schemas, so that the rooms beside this one read as tables.

use crate::drf::{Form, Rule};
use messages_core::store::annuaire::ID_MAX;
use serde_json::Value;
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, Ref, RefOr};

/// A schema, or the name of one.
pub(crate) type Part = RefOr<Schema>;

/// A schema with its name.
pub(crate) type Named = (String, Part);

/// A member of an object: its name, its schema, what it is.
pub(crate) type Row = (&'static str, Part, &'static str);

/// A schema of the components.
pub(crate) fn named(name: &str) -> Part {
    Ref::from_schema_name(name).into()
}

/// One of these types.
pub(crate) fn kinds(types: &[Type]) -> ObjectBuilder {
    let kind = match types {
        [one] => SchemaType::Type(one.clone()),
        several => several.iter().cloned().collect(),
    };
    ObjectBuilder::new().schema_type(kind)
}

/// Either of these.
pub(crate) fn any_of(parts: impl IntoIterator<Item = Part>) -> Part {
    let any = parts
        .into_iter()
        .fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    Schema::AnyOf(any.build()).into()
}

/// `null`, or a schema of the components.
pub(crate) fn nullable(name: &str, description: &str) -> Part {
    let named = described(named(name), description);
    let either = OneOfBuilder::new().item(named).item(kinds(&[Type::Null]));
    Schema::OneOf(either.build()).into()
}

pub(crate) fn text() -> Part {
    kinds(&[Type::String]).into()
}

/// The bytes of a file.
pub(crate) fn bytes() -> Part {
    let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
    kinds(&[Type::String]).format(Some(format)).into()
}

/// The number of an object.
pub(crate) fn id() -> ObjectBuilder {
    whole(&[Type::Integer]).minimum(Some(1))
}

fn whole(types: &[Type]) -> ObjectBuilder {
    kinds(types).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

pub(crate) fn date_time() -> Part {
    let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    kinds(&[Type::String]).format(Some(format)).into()
}

/// One word of a closed vocabulary.
pub(crate) fn words(words: impl IntoIterator<Item = &'static str>) -> Part {
    kinds(&[Type::String]).enum_values(Some(words)).into()
}

pub(crate) fn list(part: Part) -> Part {
    Schema::Array(ArrayBuilder::new().items(part).build()).into()
}

/// A counter.
pub(crate) fn count() -> Part {
    whole(&[Type::Integer]).minimum(Some(0)).into()
}

/// An object with the same of each name.
pub(crate) fn each(names: Vec<&'static str>, part: &Part, description: &str) -> Part {
    let rows = names.into_iter().map(|name| (name, part.clone(), ""));
    let object = answer(rows.collect());
    object.description(Some(description)).into()
}

/// An object that is answered: every member is always there.
pub(crate) fn answer(rows: Vec<Row>) -> ObjectBuilder {
    let names: Vec<&str> = rows.iter().map(|(name, _, _)| *name).collect();
    object(rows, &names)
}

/// An object with the members that must be there.
pub(crate) fn object(rows: Vec<Row>, required: &[&str]) -> ObjectBuilder {
    let object = rows.into_iter().fold(
        kinds(&[Type::Object]),
        |object, (name, part, description)| object.property(name, described(part, description)),
    );
    required
        .iter()
        .fold(object, |object, name| object.required(*name))
}

/// The schema with a description, if there is one to add.
fn described(mut part: Part, text: &str) -> Part {
    match &mut part {
        RefOr::Ref(name) => text.clone_into(&mut name.description),
        RefOr::T(Schema::Object(object)) if !text.is_empty() => {
            object.description = Some(text.to_owned());
        }
        RefOr::T(Schema::Array(array)) if !text.is_empty() => {
            array.description = Some(text.to_owned());
        }
        RefOr::T(_) => {}
    }
    part
}

/// A page in Django REST framework's shape, with drf-spectacular's name.
pub(crate) fn page_of(name: &str) -> Named {
    let address = || {
        let uri = SchemaFormat::Custom("uri".to_owned());
        kinds(&[Type::String, Type::Null]).format(Some(uri)).into()
    };
    let page = answer(vec![
        ("count", count(), "Objets en tout."),
        ("next", address(), "Adresse de la page suivante."),
        ("previous", address(), "Adresse de la page précédente."),
        ("results", list(named(name)), ""),
    ]);
    (format!("Paginated{name}List"), page.into())
}

/// The object that a schema is.
pub(crate) fn object_of(part: &mut Part) -> Option<&mut Object> {
    match part {
        RefOr::T(Schema::Object(object)) => Some(object),
        _ => None,
    }
}

/// What is answered: a member that may be `null` is always there.
pub(crate) fn answered(mut part: Part) -> Part {
    if let Some(object) = object_of(&mut part) {
        let there = |(name, member): (&String, &Part)| {
            (object.required.contains(name) || may_be_null(member)).then(|| name.clone())
        };
        object.required = object.properties.iter().filter_map(there).collect();
    }
    part
}

fn may_be_null(part: &Part) -> bool {
    let is_null =
        |kind: &SchemaType| matches!(kind, SchemaType::Array(types) if types.contains(&Type::Null));
    match part {
        RefOr::T(Schema::Object(object)) => is_null(&object.schema_type),
        RefOr::T(Schema::OneOf(_)) => true,
        _ => false,
    }
}

/// The example beside a type.
pub(crate) fn example(part: &Part) -> Option<Value> {
    match part {
        RefOr::T(Schema::Object(object)) => object.examples.first().cloned(),
        _ => None,
    }
}

/// Characters that must not stand in a line (`texts::is_hidden`).
const HIDDEN: &str = r"\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069";

/// The schema with what its texts may look like.
pub(crate) fn ruled(mut part: Part, rules: &[(&str, Rule)]) -> Part {
    let Some(object) = object_of(&mut part) else {
        return part;
    };
    for (name, rule) in rules {
        let member = object.properties.get_mut(*name);
        debug_assert!(
            member
                .as_ref()
                .is_some_and(|part| may_be_null(part) == rule.null)
                && object.required.iter().any(|needed| needed == name) == rule.required,
            "{name} is not described as it is read"
        );
        if let Some(text) = member.and_then(object_of) {
            text.max_length = rule.max;
            text.pattern = Some(pattern(*rule));
        }
    }
    part
}

fn pattern(rule: Rule) -> String {
    match (rule.form, rule.blank) {
        (Form::Line, true) => format!("^[^{HIDDEN}]*$"),
        (Form::Line, false) => format!(r"^[^{HIDDEN}\s][^{HIDDEN}]*$"),
        (Form::Lines, true) => r"^[^\u0000]*$".to_owned(),
        (Form::Lines, false) => r"^[^\u0000]*[^\u0000\u001c-\u001f\s][^\u0000]*$".to_owned(),
    }
}

/// Puts a number that the client gives before the other members.
pub(crate) fn number_first(object: &mut Object, may_be_null: bool) {
    let types = [Type::Integer, Type::Null];
    let types = if may_be_null { &types[..] } else { &types[..1] };
    let number = whole(types)
        .minimum(Some(1))
        .maximum(isize::try_from(ID_MAX).ok())
        .description(Some("Numéro de l'application web ; sinon le suivant."));
    object
        .properties
        .shift_insert(0, "id".to_owned(), number.into());
}
