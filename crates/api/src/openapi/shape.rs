//! What is sent or answered: its schema, its media types, an example.

use super::examples;
use super::kit::{self, Part};
use super::schemas::form_name;
use serde_json::Value;
use utoipa::openapi::content::{Content, ContentBuilder};

/// What is sent or answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Nothing,
    Message,
    MessageDetail,
    Messages,
    MessagesOrPage,
    MessageBody,
    MessagePatch,
    Processed,
    Marked,
    ActionDone,
    ResendBody,
    Envois,
    EnvoisOrPage,
    Faits,
    FaitsOrPage,
    Csv,
    Preview,
    Statistics,
    Picture,
    Classe,
    Classes,
    ClassesOrPage,
    NewClasse,
    ClasseBody,
    ClassePatch,
    Etudiant,
    Etudiants,
    EtudiantsOrPage,
    NewEtudiant,
    EtudiantBody,
    EtudiantPatch,
    Parent,
    Parents,
    ParentsOrPage,
    NewParent,
    ParentBody,
    ParentPatch,
    AnnuaireBody,
    Changes,
    SendSmsBody,
    SendEmailBody,
    BulkBody,
    Metrics,
    Alive,
    Ready,
    Document,
    Page,
}

pub(super) const JSON: &str = "application/json";
pub(super) const OPENAPI: &str = "application/vnd.oai.openapi+json";
pub(super) const HTML: &str = "text/html";

/// How a shape is written.
enum Kind {
    /// A schema of the components.
    One(&'static str),
    /// A list of them.
    Many(&'static str),
    /// A list of them, or a page.
    ManyOrPage(&'static str),
    /// Something else than an object of ours.
    Other,
}

impl Shape {
    const fn kind(self) -> Kind {
        match self {
            Self::Message => Kind::One("Message"),
            Self::MessageDetail => Kind::One("MessageDetail"),
            Self::Messages => Kind::Many("Message"),
            Self::MessagesOrPage => Kind::ManyOrPage("Message"),
            Self::MessageBody => Kind::One("MessageRequest"),
            Self::MessagePatch => Kind::One("PatchedMessage"),
            Self::Processed => Kind::One("Traitement"),
            Self::Marked => Kind::One("Marque"),
            Self::ActionDone => Kind::One("ActionFaite"),
            Self::ResendBody => Kind::One("ResendRequest"),
            Self::Envois => Kind::Many("Envoi"),
            Self::EnvoisOrPage => Kind::ManyOrPage("Envoi"),
            Self::Faits => Kind::Many("Fait"),
            Self::FaitsOrPage => Kind::ManyOrPage("Fait"),
            Self::Preview => Kind::One("Apercu"),
            Self::Statistics => Kind::One("Statistiques"),
            Self::Classe => Kind::One("Classe"),
            Self::Classes => Kind::Many("Classe"),
            Self::ClassesOrPage => Kind::ManyOrPage("Classe"),
            Self::NewClasse => Kind::One("NewClasseRequest"),
            Self::ClasseBody => Kind::One("ClasseRequest"),
            Self::ClassePatch => Kind::One("PatchedClasse"),
            Self::Etudiant => Kind::One("Etudiant"),
            Self::Etudiants => Kind::Many("Etudiant"),
            Self::EtudiantsOrPage => Kind::ManyOrPage("Etudiant"),
            Self::NewEtudiant => Kind::One("NewEtudiantRequest"),
            Self::EtudiantBody => Kind::One("EtudiantRequest"),
            Self::EtudiantPatch => Kind::One("PatchedEtudiant"),
            Self::Parent => Kind::One("Parent"),
            Self::Parents => Kind::Many("Parent"),
            Self::ParentsOrPage => Kind::ManyOrPage("Parent"),
            Self::NewParent => Kind::One("NewParentRequest"),
            Self::ParentBody => Kind::One("ParentRequest"),
            Self::ParentPatch => Kind::One("PatchedParent"),
            Self::AnnuaireBody => Kind::One("AnnuaireRequest"),
            Self::Changes => Kind::One("AnnuaireChangements"),
            Self::SendSmsBody => Kind::One("SendSmsRequest"),
            Self::SendEmailBody => Kind::One("SendEmailRequest"),
            Self::BulkBody => Kind::One("SendBulkRequest"),
            Self::Alive => Kind::One("SanteVive"),
            Self::Ready => Kind::One("SantePrete"),
            Self::Nothing
            | Self::Csv
            | Self::Picture
            | Self::Metrics
            | Self::Document
            | Self::Page => Kind::Other,
        }
    }

    /// Whether it may be a page.
    pub(super) const fn is_paged(self) -> bool {
        matches!(self.kind(), Kind::ManyOrPage(_))
    }

    /// The media types in which it is answered.
    pub(super) const fn media(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Csv => &["text/csv"],
            Self::Picture => &["image/gif"],
            Self::Metrics => &["text/plain"],
            Self::Page => &[HTML],
            Self::Document => &[OPENAPI, JSON],
            _ => &[JSON],
        }
    }

    /// The media types in which it is read. A form has no lists.
    pub(super) const fn read_as(self) -> &'static [&'static str] {
        match self {
            Self::AnnuaireBody | Self::ResendBody => &[JSON],
            _ => &[
                JSON,
                "application/x-www-form-urlencoded",
                "multipart/form-data",
            ],
        }
    }

    fn schema(self) -> Part {
        match self.kind() {
            Kind::One(name) => kit::named(name),
            Kind::Many(name) => kit::list(kit::named(name)),
            Kind::ManyOrPage(name) => kit::any_of([
                kit::list(kit::named(name)),
                kit::named(&format!("Paginated{name}List")),
            ]),
            Kind::Other if self == Self::Document => {
                kit::kinds(&[utoipa::openapi::schema::Type::Object]).into()
            }
            Kind::Other => kit::text(),
        }
    }

    fn example(self) -> Option<Value> {
        match self.kind() {
            Kind::One(name) => examples::of(name),
            Kind::Many(name) | Kind::ManyOrPage(name) => {
                examples::of(name).map(|one| Value::from(vec![one]))
            }
            Kind::Other => examples::text(self),
        }
    }

    /// Schema and example as one of [`Self::read_as`].
    pub(super) fn sent_as(self, media: &str) -> Content {
        match self.kind() {
            Kind::One(name) if media != JSON => {
                let mut example = examples::of(name);
                if let Some(members) = example.as_mut().and_then(Value::as_object_mut) {
                    members.retain(|_, value| !value.is_array());
                }
                ContentBuilder::new()
                    .schema(Some(kit::named(&form_name(name))))
                    .example(example)
                    .build()
            }
            _ => self.content(),
        }
    }

    /// Schema and example.
    pub(super) fn content(self) -> Content {
        ContentBuilder::new()
            .schema(Some(self.schema()))
            .example(self.example())
            .build()
    }
}
