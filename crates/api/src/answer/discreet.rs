//! What is told to somebody who may write and not read.

use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::{Value, to_value};

/// An object, some members of which stand empty: a text as one without letters, all else as null.
pub(crate) struct Discreet<T> {
    object: T,
    hidden: Vec<&'static str>,
}

impl<T> Discreet<T> {
    pub(crate) const fn new(object: T, hidden: Vec<&'static str>) -> Self {
        Self { object, hidden }
    }
}

impl<T: Serialize> Serialize for Discreet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.hidden.is_empty() {
            return self.object.serialize(serializer);
        }
        let mut object = to_value(&self.object).map_err(S::Error::custom)?;
        for name in &self.hidden {
            match object.get_mut(*name) {
                Some(Value::String(text)) => text.clear(),
                Some(other) => *other = Value::Null,
                None => {}
            }
        }
        object.serialize(serializer)
    }
}
