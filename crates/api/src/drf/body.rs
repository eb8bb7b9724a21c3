//! The body of a request: JSON or a form, in any character set that a browser may use.

use super::error::ApiError;
use super::json;
use super::value::Value;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::TryStreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::once;
use std::time::Duration;

/// Most bytes of a body, the directory apart.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// What a client sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Body {
    members: Vec<(String, Value)>,
    form: bool,
}

impl Body {
    /// The members of an object.
    pub(crate) const fn of(members: Vec<(String, Value)>) -> Self {
        Self {
            members,
            form: false,
        }
    }

    /// A member; of several with one name, the last.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        let mut members = self.members.iter().rev();
        members
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }

    /// All members of a form with this name: its way of writing a list.
    pub(crate) fn all(&self, name: &str) -> Vec<Value> {
        let members = self.members.iter().filter(|(known, _)| known == name);
        members.map(|(_, value)| value.clone()).collect()
    }

    /// Whether it came from a form, where everything is a text.
    pub(crate) const fn is_form(&self) -> bool {
        self.form
    }
}

/// Read when a handler names it. One that has to tell something else first, such as that there is
/// no such object, takes a `Result` and looks into it later.
impl FromRequest for Body {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { read(&request, take(payload, MAX_BODY).await?).await })
    }
}

/// Reads the body as its `Content-Type` says; no body is an empty object.
///
/// # Errors
/// 400 with the parser's words, 415.
pub(crate) async fn read(request: &HttpRequest, bytes: Bytes) -> Result<Body, ApiError> {
    let (body, _files) = read_with_files(request, bytes).await?;
    Ok(body)
}

/// A file of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// The member that it is.
    pub(crate) member: String,
    /// What it is called; none where that cannot be read.
    pub(crate) name: Option<String>,
    pub(crate) content: Bytes,
}

/// As [`read`], with the files of a form.
///
/// # Errors
/// As [`read`].
pub(crate) async fn read_with_files(
    request: &HttpRequest,
    bytes: Bytes,
) -> Result<(Body, Vec<File>), ApiError> {
    let none = Vec::new();
    if bytes.is_empty() {
        return Ok((Body::of(Vec::new()), none));
    }
    let header = request.headers().get(CONTENT_TYPE);
    let media = header.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media.split(';').next().unwrap_or("").trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" | "application/*" | "*/*" => Ok((from_json(media, &bytes)?, none)),
        "application/x-www-form-urlencoded" => Ok((from_form(&bytes), none)),
        "multipart/form-data" => from_parts(media, bytes).await,
        "" if header.is_none() => Err(ApiError::MediaType("text/plain".to_owned())),
        _ => Err(ApiError::MediaType(media.to_owned())),
    }
}

/// Longest wait for a body, with a second more for each 64 KiB it may have.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reads at most `limit` bytes.
///
/// # Errors
/// 413; 408 when they do not come in time; 400 when the connection breaks off.
pub(crate) async fn take(payload: Payload, limit: usize) -> Result<Bytes, ApiError> {
    let (bytes, _length) = gather(payload, limit, limit).await?;
    Ok(bytes)
}

/// Hears at most `heard` bytes and counts them, and keeps them if there are no more than `limit`.
///
/// # Errors
/// As [`take`].
pub(super) async fn gather(
    mut payload: Payload,
    limit: usize,
    heard: usize,
) -> Result<(Bytes, usize), ApiError> {
    let more = u64::try_from(limit / (64 * 1024)).unwrap_or_default();
    let patience = PATIENCE + Duration::from_secs(more);
    let read = async {
        let (mut bytes, mut length) = (BytesMut::new(), 0);
        while let Some(chunk) = payload
            .try_next()
            .await
            .map_err(|_unreadable| ApiError::Malformed)?
        {
            length += chunk.len();
            if length > heard {
                return Err(ApiError::TooLarge);
            }
            if length > limit {
                bytes = BytesMut::new();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        Ok((bytes.freeze(), length))
    };
    let read = tokio::time::timeout(patience, read).await;
    read.unwrap_or(Err(ApiError::TooSlow))
}

fn from_json(media: &str, bytes: &[u8]) -> Result<Body, ApiError> {
    let text = decode(media, bytes).map_err(ApiError::Json)?;
    match json::parse(&text).map_err(ApiError::Json)? {
        Value::Dict(members) => Ok(Body::of(members)),
        other => Err(ApiError::NotADict(other.python_type())),
    }
}

/// The text in the character set of the `Content-Type`, UTF-8 when it names none that is known.
fn decode(media: &str, bytes: &[u8]) -> Result<String, String> {
    let label = media
        .split(';')
        .skip(1)
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map_or("utf-8", |(_, label)| label.trim().trim_matches('"'));
    let charset = encoding_rs::Encoding::for_label(label.as_bytes());
    match charset {
        // Browsers' windows-1252, which the label stands for elsewhere, has other letters.
        Some(_) if is_latin_1(label) => Ok(bytes.iter().copied().map(char::from).collect()),
        Some(charset) if charset != encoding_rs::UTF_8 => charset
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(std::borrow::Cow::into_owned)
            .ok_or_else(|| format!("'{}' codec can't decode", charset.name())),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            // A letter that is cut off at the end is passed over, as Python's stream reader does.
            Err(error) if error.error_len().is_none() => {
                let (whole, _) = bytes.split_at(error.valid_up_to());
                Ok(String::from_utf8_lossy(whole).into_owned())
            }
            Err(error) => Err(utf8_fault(bytes, error)),
        },
    }
}

fn is_latin_1(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    matches!(
        label.as_str(),
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "l1"
    )
}

/// CPython's words for bytes that are not UTF-8.
fn utf8_fault(bytes: &[u8], error: std::str::Utf8Error) -> String {
    let at = error.valid_up_to();
    let byte = bytes.get(at).copied().unwrap_or_default();
    let reason = match (byte, error.error_len()) {
        (_, None) => "unexpected end of data",
        (0xc2..=0xf4, Some(_)) => "invalid continuation byte",
        _ => "invalid start byte",
    };
    let length = error.error_len().unwrap_or(bytes.len() - at);
    if length > 1 {
        let last = at + length - 1;
        return format!("'utf-8' codec can't decode bytes in position {at}-{last}: {reason}");
    }
    format!("'utf-8' codec can't decode byte {byte:#04x} in position {at}: {reason}")
}

fn from_form(bytes: &[u8]) -> Body {
    // Django takes what is not UTF-8 for Latin-1.
    let latin: String;
    let bytes = if std::str::from_utf8(bytes).is_ok() {
        bytes
    } else {
        latin = bytes.iter().copied().map(char::from).collect();
        latin.as_bytes()
    };
    let members = form_urlencoded::parse(bytes)
        .map(|(name, value)| (name.into_owned(), Value::Text(value.into_owned())))
        .collect();
    Body {
        members,
        form: true,
    }
}

fn unreadable() -> ApiError {
    ApiError::Multipart("Invalid multipart body".to_owned())
}

async fn from_parts(media: &str, bytes: Bytes) -> Result<(Body, Vec<File>), ApiError> {
    let boundary = multer::parse_boundary(media).map_err(|_unreadable| {
        ApiError::Multipart("Invalid boundary in multipart: None".to_owned())
    })?;
    let stream = once(async { Ok::<_, std::convert::Infallible>(bytes) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let (mut members, mut files) = (Vec::new(), Vec::new());
    // A part that is passed over could be the class of a message, which would then go to everybody.
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|_unreadable| unreadable())?
    {
        let name = part.name().unwrap_or_default().to_owned();
        let called = part.file_name().map(ToOwned::to_owned);
        let is_file = called.is_some() || names_a_file(&part);
        let bytes = part.bytes().await.map_err(|_unreadable| unreadable())?;
        // A file is no text.
        let value = if is_file {
            files.push(File {
                member: name.clone(),
                name: called,
                content: bytes,
            });
            Value::Dict(Vec::new())
        } else {
            Value::Text(String::from_utf8_lossy(&bytes).into_owned())
        };
        members.push((name, value));
    }
    let body = Body {
        members,
        form: true,
    };
    Ok((body, files))
}

/// Whether a part is one, though its name cannot be read.
fn names_a_file(part: &multer::Field<'_>) -> bool {
    let said = part.headers().get("content-disposition");
    said.is_some_and(|said| String::from_utf8_lossy(said.as_bytes()).contains("filename"))
}
