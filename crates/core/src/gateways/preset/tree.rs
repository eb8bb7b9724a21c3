//! Values of a request, as JSON has them.

use crate::gateways::template::{Template, Values};
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A value of a request, with templates as its texts.
#[derive(Debug, Clone)]
pub enum Tree {
    /// A text.
    Text(Template),
    /// A number or a truth.
    Fixed(Value),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Table(BTreeMap<String, Self>),
}

impl Tree {
    /// The value; none when a text of it names something that has none. Such members of objects and
    /// lists are left out, and objects of which nothing is left.
    #[must_use]
    pub fn value(&self, values: &Values<'_>) -> Option<Value> {
        match self {
            Self::Text(template) => template.text(values).map(Value::String),
            Self::Fixed(value) => Some(value.clone()),
            Self::List(trees) => Some(trees.iter().filter_map(|tree| tree.value(values)).collect()),
            Self::Table(trees) => object(trees, values),
        }
    }

    /// Whether a form can have it.
    pub(super) const fn is_flat(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Fixed(_))
    }

    pub(super) fn templates(&self) -> Box<dyn Iterator<Item = &Template> + '_> {
        match self {
            Self::Text(template) => Box::new(std::iter::once(template)),
            Self::Fixed(_) => Box::new(std::iter::empty()),
            Self::List(trees) => Box::new(trees.iter().flat_map(Self::templates)),
            Self::Table(trees) => Box::new(trees.values().flat_map(Self::templates)),
        }
    }
}

/// The members that have a value.
fn object(trees: &BTreeMap<String, Tree>, values: &Values<'_>) -> Option<Value> {
    let members = trees.iter();
    let members = members.filter_map(|(name, tree)| Some((name.clone(), tree.value(values)?)));
    let members: serde_json::Map<_, _> = members.collect();
    (!members.is_empty() || trees.is_empty()).then_some(Value::Object(members))
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// By hand, so that a fault keeps the line where it stands.
struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("un texte, un nombre, true ou false, une liste ou une table")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Fixed(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Fixed(value.into()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Tree, E> {
        Template::parse(value).map(Tree::Text).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut trees = Vec::new();
        while let Some(tree) = items.next_element()? {
            trees.push(tree);
        }
        Ok(Tree::List(trees))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut trees = BTreeMap::new();
        while let Some((name, tree)) = members.next_entry()? {
            trees.insert(name, tree);
        }
        Ok(Tree::Table(trees))
    }
}
