//! What is sent or answered, as the document describes it: a type with its schema and an example, or a
//! text of another media type.

use super::kit::{self, Named, Part};
use crate::drf::Rule;
use messages_core::piece;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;
use utoipa::openapi::content::{Content, ContentBuilder};

pub(crate) const JSON: &str = "application/json";
pub(crate) const OPENAPI: &str = "application/vnd.oai.openapi+json";
pub(crate) const HTML: &str = "text/html";

/// A type whose schema is one of the components.
#[derive(Clone, Copy)]
pub(crate) struct Component {
    name: fn() -> Cow<'static, str>,
    schema: fn() -> Part,
    parts: fn(&mut Vec<Named>),
}

impl Component {
    pub(crate) const fn of<T: ToSchema>() -> Self {
        Self {
            name: T::name,
            schema: T::schema,
            parts: T::schemas,
        }
    }

    pub(crate) fn name(self) -> Cow<'static, str> {
        (self.name)()
    }

    pub(crate) fn schema(self) -> Part {
        (self.schema)()
    }

    /// The schema with those that it names.
    fn all(self) -> Vec<Named> {
        let mut all = Vec::new();
        (self.parts)(&mut all);
        all.push((self.name().into_owned(), self.schema()));
        all.into_iter()
            .map(|(name, part)| (name, kit::answered(part)))
            .collect()
    }

    pub(crate) fn content(self) -> Content {
        content(kit::named(&self.name()), kit::example(&self.schema()))
    }
}

/// A type that is sent: what may stand in its members is said where they are read.
pub(crate) trait Body: ToSchema {
    /// How texts and numbers may look.
    const RULES: &'static [(&'static str, Rule)];
}

/// What is answered.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// Nothing.
    Nothing,
    /// An object.
    One(Component),
    /// A list.
    Many(Component),
    /// A list, or a page of it.
    ManyOrPage(Component),
    /// A text of this media type, such as this one.
    Text(&'static str, &'static str),
    /// A file of any kind.
    File,
    /// A picture. (Generators of clients know no media type of pictures.)
    Picture,
    /// The document itself.
    Document,
}

impl Answer {
    /// Whether it is JSON, and nothing else will do.
    pub(crate) const fn is_json(self) -> bool {
        !matches!(self, Self::Text(..) | Self::File)
    }

    /// Whether it is a list or a page of one.
    pub(crate) const fn is_list(self) -> bool {
        matches!(self, Self::Many(_) | Self::ManyOrPage(_))
    }

    /// Whether it may be a page.
    pub(crate) const fn is_paged(self) -> bool {
        matches!(self, Self::ManyOrPage(_))
    }

    /// The schemas that it needs.
    pub(crate) fn schemas(self) -> Vec<Named> {
        match self {
            Self::One(one) | Self::Many(one) => one.all(),
            Self::ManyOrPage(one) => {
                let mut all = one.all();
                all.push(kit::page_of(&one.name()));
                all
            }
            _ => Vec::new(),
        }
    }

    /// What is answered, by media type.
    pub(crate) fn contents(self) -> Vec<(&'static str, Content)> {
        let list = |one: Component| kit::list(kit::named(&one.name()));
        let items = |one: Component| Some(vec![kit::example(&one.schema())].into());
        match self {
            Self::Nothing | Self::Picture => Vec::new(),
            Self::One(one) => vec![(JSON, one.content())],
            Self::Many(one) => vec![(JSON, content(list(one), items(one)))],
            Self::ManyOrPage(one) => {
                let page = kit::named(&kit::page_of(&one.name()).0);
                let either = kit::any_of([list(one), page]);
                vec![(JSON, content(either, items(one)))]
            }
            Self::File => {
                let bytes = || content(kit::bytes(), Some("%PDF-1.7".into()));
                piece::types().map(|media| (media, bytes())).collect()
            }
            Self::Text(media, text) => vec![(media, content(kit::text(), Some(text.into())))],
            Self::Document => [OPENAPI, JSON]
                .map(|media| {
                    let example = serde_json::json!({ "openapi": "3.1.0" });
                    (
                        media,
                        content(kit::object(vec![], &[]).into(), Some(example)),
                    )
                })
                .into(),
        }
    }
}

/// What of a body is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All that must be there.
    Whole,
    /// The same and a number, for an object of the web app's.
    New,
    /// What shall change.
    Part,
    /// A row of a whole directory: the number, and what is said.
    Row,
    /// All that must be there, as a form with a file.
    Form,
}

/// What is sent.
#[derive(Clone, Copy)]
pub(crate) struct Sent {
    component: Component,
    rules: &'static [(&'static str, Rule)],
    extent: Extent,
}

impl Sent {
    pub(crate) const fn of<T: Body>(extent: Extent) -> Self {
        Self {
            component: Component::of::<T>(),
            rules: T::RULES,
            extent,
        }
    }

    /// Its name among the components: drf-spectacular's.
    pub(crate) fn name(self) -> String {
        let name = self.component.name();
        match self.extent {
            Extent::Whole | Extent::Form => name.into_owned(),
            Extent::New => format!("New{name}"),
            Extent::Part => format!("Patched{}", name.trim_end_matches("Request")),
            Extent::Row => format!("{}Ligne", name.trim_end_matches("Request")),
        }
    }

    /// Whether no member must be there.
    pub(crate) fn may_be_absent(self) -> bool {
        let mut schema = self.schema();
        kit::object_of(&mut schema).is_none_or(|object| object.required.is_empty())
    }

    pub(crate) fn schema(self) -> Part {
        let mut schema = kit::ruled(self.component.schema(), self.rules);
        if let Some(object) = kit::object_of(&mut schema) {
            match self.extent {
                Extent::Whole | Extent::Form => {}
                Extent::New => kit::number_first(object, true),
                Extent::Part => object.required.clear(),
                Extent::Row => {
                    kit::number_first(object, false);
                    object.required = vec!["id".to_owned()];
                    for example in object.examples.iter_mut().filter_map(Value::as_object_mut) {
                        example.insert("id".to_owned(), 1.into());
                    }
                }
            }
        }
        schema
    }

    /// The schemas that it needs.
    pub(crate) fn schemas(self) -> Vec<Named> {
        let mut all = Vec::new();
        (self.component.parts)(&mut all);
        all.push((self.name(), self.schema()));
        all
    }

    /// What is sent. (Forms are read too; generators of clients make one parameter of each media
    /// type, and stumble over several.)
    pub(crate) fn content(self) -> (&'static str, Content) {
        let schema = kit::named(&self.name());
        let media = match self.extent {
            Extent::Form => "multipart/form-data",
            _ => JSON,
        };
        (media, content(schema, kit::example(&self.schema())))
    }
}

fn content(schema: Part, example: Option<Value>) -> Content {
    ContentBuilder::new()
        .schema(Some(schema))
        .example(example)
        .build()
}
