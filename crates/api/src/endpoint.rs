//! What an endpoint is: its path, its operations, who may use them, and what the documentation
//! says of them. Routing, permissions and OpenAPI all come from this one table.

use crate::schema::{Answer, Body, Component, Extent, Sent};
use actix_web::Route;
use actix_web::http::Method;
use messages_core::vocabulary::Portee;
use utoipa::ToSchema;

/// A path with what can be done there.
pub(crate) struct Endpoint {
    /// Such as `/api/messages/{id}/`.
    pub(crate) path: &'static str,
    /// Name for `OPTIONS`, as Django REST framework makes it.
    pub(crate) name: &'static str,
    /// Group in the documentation.
    pub(crate) tag: &'static str,
    /// In the order of the `Allow` header.
    pub(crate) operations: Vec<Operation>,
}

/// One method of an endpoint.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) access: Access,
    /// `operationId` of the documentation.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) details: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) body: Option<Sent>,
    /// Whether the body is a form with a file, which may be long.
    pub(crate) takes_file: bool,
    pub(crate) answer: (u16, Answer),
    /// Whether the object has a tag, and the request may name it.
    pub(crate) tagged: bool,
    /// Further statuses than those that every operation has.
    pub(crate) refusals: &'static [u16],
    pub(crate) route: fn() -> Route,
}

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody: nobody is asked who they are.
    Public,
    /// Whoever is known.
    Known,
    /// Whoever is known and may this.
    Scope(Portee),
}

impl From<Portee> for Access {
    fn from(portee: Portee) -> Self {
        Self::Scope(portee)
    }
}

impl Access {
    /// The scope that is asked for, if any.
    pub(crate) const fn portee(self) -> Option<Portee> {
        match self {
            Self::Scope(portee) => Some(portee),
            Self::Public | Self::Known => None,
        }
    }
}

/// A parameter of the query.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) kind: Kind,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    /// A text without the character U+0000.
    Search,
    Integer,
    /// An integer that must be there.
    NeededInteger,
    Boolean,
    DateTime,
    Words(fn() -> Vec<&'static str>),
}

impl Operation {
    /// An operation that answers 200, and nothing with it. `access` is a scope, or [`Access`] itself.
    pub(crate) fn new(
        method: Method,
        access: impl Into<Access>,
        id: &'static str,
        summary: &'static str,
        route: fn() -> Route,
    ) -> Self {
        Self {
            method,
            access: access.into(),
            id,
            summary,
            details: "",
            parameters: &[],
            body: None,
            takes_file: false,
            answer: (200, Answer::Nothing),
            tagged: false,
            refusals: &[],
            route,
        }
    }

    pub(crate) const fn details(mut self, details: &'static str) -> Self {
        self.details = details;
        self
    }

    pub(crate) const fn query(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    /// Takes a body; a `PATCH` takes a part of it.
    pub(crate) fn body<T: Body>(mut self) -> Self {
        let extent = if self.method == Method::PATCH {
            Extent::Part
        } else {
            Extent::Whole
        };
        self.body = Some(Sent::of::<T>(extent));
        self
    }

    /// Takes a form with a file.
    pub(crate) const fn form<T: Body>(mut self) -> Self {
        self.body = Some(Sent::of::<T>(Extent::Form));
        self.takes_file = true;
        self
    }

    /// Takes a body with, if the client likes, the number that the new object shall have.
    pub(crate) const fn new_body<T: Body>(mut self) -> Self {
        self.body = Some(Sent::of::<T>(Extent::New));
        self
    }

    /// Answers an object.
    pub(crate) const fn answers<T: ToSchema>(self) -> Self {
        self.tells(Answer::One(Component::of::<T>()))
    }

    /// Answers a list.
    pub(crate) const fn lists<T: ToSchema>(self) -> Self {
        self.tells(Answer::Many(Component::of::<T>()))
    }

    /// Answers a list that may come in pages.
    pub(crate) const fn pages<T: ToSchema>(self) -> Self {
        self.tells(Answer::ManyOrPage(Component::of::<T>()))
    }

    /// Answers something else.
    pub(crate) const fn tells(mut self, answer: Answer) -> Self {
        self.answer.1 = answer;
        self
    }

    pub(crate) const fn status(mut self, status: u16) -> Self {
        self.answer.0 = status;
        self
    }

    /// Takes conditions on the object's tag.
    pub(crate) const fn tagged(mut self) -> Self {
        self.tagged = true;
        self
    }

    pub(crate) const fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refusals = statuses;
        self
    }
}

impl Endpoint {
    /// Whether everybody may do everything here.
    pub(crate) fn is_public(&self) -> bool {
        let mut operations = self.operations.iter();
        operations.all(|operation| operation.access == Access::Public)
    }

    /// The `Allow` header.
    pub(crate) fn allow(&self) -> String {
        let mut methods: Vec<&str> = self
            .operations
            .iter()
            .map(|operation| operation.method.as_str())
            .collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        if !self.is_public() {
            methods.push("OPTIONS");
        }
        methods.join(", ")
    }

    /// Whether it answers JSON, and nothing else will do.
    pub(crate) fn is_json(&self) -> bool {
        let mut operations = self.operations.iter();
        operations.all(|operation| operation.answer.1.is_json())
    }
}
