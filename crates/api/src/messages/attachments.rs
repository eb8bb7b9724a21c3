//! Files that travel with a message: added, listed, read, removed.

use super::bodies::{AttachmentRequest, FILE_NAME};
use crate::answer;
use crate::answer::attachment::AttachmentJson;
use crate::caller::Caller;
use crate::crud::{Resource, load};
use crate::drf::{ApiError, Fields, Id, Texts, Upload, is_hidden, upload};
use crate::endpoint::{Endpoint, Operation};
use crate::schema::Answer;
use crate::state::State;
use actix_web::http::header::{
    CONTENT_DISPOSITION, Charset, ContentDisposition, DispositionParam, DispositionType,
    ExtendedValue,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use messages_core::model::{Fichier, Message};
use messages_core::piece::{self, NAME_MAX};
use messages_core::store::{Conn, pieces};
use messages_core::texts::not_attached;
use messages_core::vocabulary::Portee;
use serde_json::json;

/// What the web app's form calls the file.
const FICHIER: &str = "fichier";

/// Another name for it.
const NOM_FICHIER: &str = "nom_fichier";

/// Django's name of the model.
const MODEL: &str = "MessageAttachment";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let add = Operation::new(
        Method::POST,
        Portee::Ecriture,
        "messages_add_attachment",
        "Joint un fichier à un e-mail",
        || web::to(add),
    );
    let list = Operation::new(
        Method::GET,
        Portee::Lecture,
        "messages_attachments",
        "Les fichiers joints d'un message",
        || web::to(list),
    );
    let read = Operation::new(
        Method::GET,
        Portee::Lecture,
        "attachments_retrieve",
        "Un fichier joint",
        || web::to(read),
    );
    let remove = Operation::new(
        Method::DELETE,
        Portee::Ecriture,
        "attachments_destroy",
        "Retire un fichier joint",
        || web::to(remove),
    );
    let endpoint = |path, name, operations| Endpoint {
        path,
        name,
        tag: "messages",
        operations,
    };
    vec![
        endpoint(
            "/api/messages/{id}/add_attachment/",
            "Add attachment",
            vec![
                add.details(DETAILS)
                    .form::<AttachmentRequest>()
                    .answers::<AttachmentJson>()
                    .status(201)
                    .refuses(&[404, 409]),
            ],
        ),
        endpoint(
            "/api/messages/{id}/attachments/",
            "Attachments",
            vec![list.lists::<AttachmentJson>().refuses(&[404])],
        ),
        endpoint(
            "/api/attachments/{id}/",
            "Message Attachment Instance",
            vec![
                read.tells(Answer::File).refuses(&[404]),
                remove.status(204).refuses(&[404, 409]),
            ],
        ),
    ]
}

const DETAILS: &str = "10 Mo au plus pour tous les fichiers d'un message, 20 fichiers au plus ; chaque destinataire les reçoit tous. Tant que le message peut être modifié : ni pendant l'envoi, ni après. Les messageries bloquent les programmes (.exe, .js, .bat…), les images de disque et les documents avec macros : ils sont refusés. Ce que le fichier est se lit à la fin de son nom.";

async fn add(
    state: web::Data<State>,
    caller: Caller,
    request: HttpRequest,
    Id(id): Id,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    // Heard to its end before anything is said of it.
    let sent = upload(&request, payload.into_inner(), state.texts).await;
    load::<Message>(&state, id).await?;
    attach(&state, &caller, id, sent?).await
}

/// Adds the file of a form to a message.
pub(crate) async fn attach(
    state: &State,
    caller: &Caller,
    id: i64,
    sent: Upload,
) -> Result<HttpResponse, ApiError> {
    let fichier = file_of(sent, state.texts)?;
    let zone = state.config.messages.zone;
    let add = move |conn: &mut Conn| {
        let piece = pieces::add(conn, id, &fichier)?;
        let told = AttachmentJson::new(piece, zone);
        Ok(((), answer::written(StatusCode::CREATED, &told)))
    };
    let added = state.carry_out(caller, state.texts.not_editable(), add);
    let ((), added) = added
        .await
        .map_err(|error| error.of_model(Message::MODEL))?;
    Ok(answer::said(added))
}

/// The file, under the name that it shall have; 400 with what is wrong with it.
fn file_of(sent: Upload, texts: Texts) -> Result<Fichier, ApiError> {
    let fault = |field: &str, text: &str| ApiError::Invalid(json!({ field: [text] }));
    let mut fields = Fields::new(&sent.body, false, texts);
    let renamed = fields.text(NOM_FICHIER, FILE_NAME).flatten();
    fields.check()?;
    let renamed = renamed.filter(|name| !name.is_empty());
    let mut files = sent.files.into_iter().rev();
    let Some(file) = files.find(|file| file.member == FICHIER) else {
        return Err(match sent.body.get(FICHIER) {
            Some(_) => fault(FICHIER, texts.not_a_file()),
            None => fault(FICHIER, texts.no_file()),
        });
    };
    let unnamed = file.name.as_deref().is_some_and(str::is_empty);
    if file.content.is_empty() {
        let text = if unnamed {
            texts.no_file()
        } else {
            texts.empty_file()
        };
        return Err(fault(FICHIER, text));
    }
    let field = if renamed.is_some() {
        NOM_FICHIER
    } else {
        FICHIER
    };
    let name = renamed.or(file.name).unwrap_or_default();
    let name = name.trim();
    let type_mime = named(name, texts).map_err(|text| fault(field, &text))?;
    Ok(Fichier {
        nom_fichier: name.to_owned(),
        type_mime: type_mime.to_owned(),
        contenu: file.content.into(),
    })
}

/// What a file of this name is, or why it may not be sent.
fn named(name: &str, texts: Texts) -> Result<&'static str, String> {
    if name.is_empty() {
        return Err(texts.no_file_name().to_owned());
    }
    if name.contains(is_hidden) {
        return Err(texts.control().to_owned());
    }
    let length = name.chars().count();
    if length > NAME_MAX {
        return Err(texts.file_name_too_long(NAME_MAX, length));
    }
    piece::type_mime(name).map_err(|refused| not_attached(texts.0, &refused))
}

async fn list(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    load::<Message>(&state, id).await?;
    let files = state.ask(move |conn| pieces::of_messages(conn, &[id]));
    let zone = state.config.messages.zone;
    let files = files.await?.into_iter();
    let files: Vec<AttachmentJson> = files.map(|file| AttachmentJson::new(file, zone)).collect();
    Ok(answer::ok(&files))
}

/// To be kept, not shown: whatever is in it does nothing here.
pub(crate) async fn read(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
    let file = state.ask(move |conn| pieces::content(conn, id)).await;
    let file = file.map_err(|error| error.of_model(MODEL))?;
    let name = if file.nom_fichier.is_ascii() {
        DispositionParam::Filename(file.nom_fichier)
    } else {
        DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: file.nom_fichier.into_bytes(),
        })
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![name],
    };
    Ok(HttpResponse::Ok()
        .content_type(file.type_mime)
        .insert_header((CONTENT_DISPOSITION, disposition.to_string()))
        .body(file.contenu))
}

pub(crate) async fn remove(
    state: web::Data<State>,
    caller: Caller,
    Id(id): Id,
) -> Result<HttpResponse, ApiError> {
    let remove = move |conn: &mut Conn| pieces::remove(conn, id);
    let removed = state
        .change(&caller, state.texts.not_editable(), remove)
        .await;
    removed.map_err(|error| error.of_model(MODEL))?;
    Ok(HttpResponse::NoContent().finish())
}
