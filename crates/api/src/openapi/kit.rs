//! Short words for schemas, so that the rooms beside this one read as tables.

use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{KnownFormat, Ref, RefOr};

/// A schema, or the name of one.
pub(super) type Part = RefOr<Schema>;

/// A member of an object: its name, its schema, what it is.
pub(super) type Row = (&'static str, Part, &'static str);

/// The largest number of an object (`store::annuaire::ID_MAX`).
const ID_MAX: i64 = messages_core::store::annuaire::ID_MAX;

/// A schema of the components.
pub(super) fn named(name: &str) -> Part {
    Ref::from_schema_name(name).into()
}

/// One of these types.
pub(super) fn kinds(types: &[Type]) -> ObjectBuilder {
    let kind = match types {
        [one] => SchemaType::Type(one.clone()),
        several => several.iter().cloned().collect(),
    };
    ObjectBuilder::new().schema_type(kind)
}

/// Either of these.
pub(super) fn any_of(parts: impl IntoIterator<Item = Part>) -> Part {
    let any = parts
        .into_iter()
        .fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    Schema::AnyOf(any.build()).into()
}

/// `null`, or a schema of the components.
pub(super) fn nullable(name: &str) -> Part {
    any_of([named(name), kinds(&[Type::Null]).into()])
}

pub(super) fn text() -> Part {
    kinds(&[Type::String]).into()
}

pub(super) fn text_or_null() -> Part {
    kinds(&[Type::String, Type::Null]).into()
}

pub(super) fn switch() -> Part {
    kinds(&[Type::Boolean]).into()
}

/// The number of an object.
pub(super) fn id() -> Part {
    whole(&[Type::Integer]).minimum(Some(1)).into()
}

pub(super) fn id_or_null() -> Part {
    whole(&[Type::Integer, Type::Null]).minimum(Some(1)).into()
}

/// The number of an object, as it must be written.
pub(super) fn id_written() -> Part {
    whole(&[Type::Integer])
        .minimum(Some(1))
        .maximum(isize::try_from(ID_MAX).ok())
        .into()
}

/// A counter.
pub(super) fn count() -> Part {
    whole(&[Type::Integer]).minimum(Some(0)).into()
}

fn whole(types: &[Type]) -> ObjectBuilder {
    kinds(types).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
}

/// A number that a client may give a new object.
pub(super) fn id_given(null: bool) -> Part {
    let types = [Type::Integer, Type::String, Type::Null];
    kinds(types.get(..if null { 3 } else { 2 }).unwrap_or(&types))
        .minimum(Some(1))
        .maximum(isize::try_from(ID_MAX).ok())
        .pattern(Some("^ *0*[1-9][0-9]{0,14} *$"))
        .into()
}

pub(super) fn date_time() -> Part {
    dated(&[Type::String]).into()
}

pub(super) fn date_time_or_null() -> Part {
    dated(&[Type::String, Type::Null]).into()
}

fn dated(types: &[Type]) -> ObjectBuilder {
    kinds(types).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

pub(super) fn date() -> Part {
    let format = SchemaFormat::KnownFormat(KnownFormat::Date);
    kinds(&[Type::String]).format(Some(format)).into()
}

/// One word of a closed vocabulary.
pub(super) fn words(words: impl IntoIterator<Item = &'static str>) -> Part {
    kinds(&[Type::String]).enum_values(Some(words)).into()
}

/// Characters that must not stand in a line (`texts::is_hidden`).
const HIDDEN: &str = r"\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069";

/// A text of some lines that must say something; a number is taken for its digits.
pub(super) fn text_said() -> Part {
    kinds(&[Type::String, Type::Number])
        .pattern(Some(r"^[^\u0000]*[^\u0000\u001c-\u001f\s][^\u0000]*$"))
        .into()
}

/// A text of some lines that may be empty, `null` or a number.
pub(super) fn text_maybe() -> Part {
    kinds(&[Type::String, Type::Number, Type::Null])
        .pattern(Some(r"^[^\u0000]*$"))
        .into()
}

/// A line that must say something.
pub(super) fn line_said(max: usize) -> Part {
    kinds(&[Type::String, Type::Number])
        .pattern(Some(format!(r"^[^{HIDDEN}\s][^{HIDDEN}]*$")))
        .max_length(Some(max))
        .into()
}

/// A line that may be empty, `null` or a number.
pub(super) fn line_maybe(max: usize) -> Part {
    kinds(&[Type::String, Type::Number, Type::Null])
        .pattern(Some(format!("^[^{HIDDEN}]*$")))
        .max_length(Some(max))
        .into()
}

pub(super) fn list(part: Part) -> Part {
    Schema::Array(ArrayBuilder::new().items(part).build()).into()
}

/// An object that is answered: every member is always there.
pub(super) fn answer(rows: Vec<Row>) -> ObjectBuilder {
    let names: Vec<&str> = rows.iter().map(|(name, _, _)| *name).collect();
    object(rows, &names)
}

/// An object with the members that must be there.
pub(super) fn object(rows: Vec<Row>, required: &[&str]) -> ObjectBuilder {
    let object = rows.into_iter().fold(
        kinds(&[Type::Object]),
        |object, (name, part, description)| object.property(name, described(part, description)),
    );
    required
        .iter()
        .fold(object, |object, name| object.required(*name))
}

/// The schema with a description, if there is one to add.
pub(super) fn described(part: Part, text: &str) -> Part {
    if text.is_empty() {
        return part;
    }
    let owned = Some(text.to_owned());
    match part {
        RefOr::Ref(mut name) => {
            text.clone_into(&mut name.description);
            RefOr::Ref(name)
        }
        RefOr::T(Schema::Object(mut object)) => {
            object.description = owned;
            Schema::Object(object).into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = owned;
            Schema::Array(array).into()
        }
        RefOr::T(Schema::AnyOf(mut any)) => {
            any.description = owned;
            Schema::AnyOf(any).into()
        }
        RefOr::T(other) => other.into(),
    }
}
