//! HTTP by hand: the exact bytes of a request, whatever they are, and the answer to it.

use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Nobody waits longer for a byte.
const PATIENCE: Duration = Duration::from_secs(30);

/// What goes out. Methods may be unknown ones and bodies anything.
pub(crate) struct Request<'r> {
    pub(crate) method: &'r str,
    pub(crate) path: &'r str,
    pub(crate) headers: &'r [(String, String)],
    pub(crate) body: Option<&'r [u8]>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case, in the order of arrival.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header, several joined as HTTP allows.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found: Vec<&str> = self
            .headers
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect();
        (!found.is_empty()).then(|| found.join(", "))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection on which nobody waits for ever.
pub(crate) fn connect(server: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Sends these bytes, whatever they are, and reads one answer.
///
/// # Errors
/// When the answer is not HTTP, or is cut short.
pub(crate) fn exchange_raw(server: SocketAddr, bytes: &[u8]) -> Result<Answer, String> {
    let talk = || {
        let mut stream = connect(server)?;
        let sent = stream.write_all(bytes);
        read_to_its_end(&mut stream, "GET", sent)
    };
    answer_in(&talk().map_err(|error| error.to_string())?)
}

/// Reads the answer that is still to come on a connection.
///
/// # Errors
/// When the answer is not HTTP, or is cut short.
pub(crate) fn read_answer(stream: &mut TcpStream) -> Result<Answer, String> {
    let raw = read_to_its_end(stream, "GET", Ok(()));
    answer_in(&raw.map_err(|error| error.to_string())?)
}

fn answer_in(raw: &[u8]) -> Result<Answer, String> {
    parse(raw, "GET").ok_or_else(|| format!("not an answer: {:?}", String::from_utf8_lossy(raw)))
}

/// Sends a request on a connection of its own.
///
/// # Errors
/// When the answer is not HTTP, or is cut short.
pub(crate) fn exchange(server: SocketAddr, request: &Request<'_>) -> Result<Answer, String> {
    let raw = talk(server, request).map_err(|error| error.to_string())?;
    parse(&raw, request.method)
        .ok_or_else(|| format!("not an answer: {:?}", String::from_utf8_lossy(&raw)))
}

/// Reads until the answer is whole. Waiting for the end of the connection would take a second each
/// time that the server refuses a body without reading it, and lingers.
fn talk(server: SocketAddr, request: &Request<'_>) -> std::io::Result<Vec<u8>> {
    let mut stream = connect(server)?;
    // A server may answer and hang up before it has read a body that it refuses.
    let sent = stream.write_all(&serialize(server, request));
    read_to_its_end(&mut stream, request.method, sent)
}

fn read_to_its_end(
    stream: &mut TcpStream,
    method: &str,
    sent: std::io::Result<()>,
) -> std::io::Result<Vec<u8>> {
    let (mut raw, mut chunk) = (Vec::new(), [0; 16384]);
    while !is_whole(&raw, method) {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => raw.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => return Err(error),
        }
    }
    if raw.is_empty() {
        sent.map(|()| raw)
    } else {
        Ok(raw)
    }
}

/// Whether the answer says that nothing more follows. Where nothing may follow, only the end of
/// the connection proves that nothing did.
fn is_whole(raw: &[u8], method: &str) -> bool {
    parse(raw, method).is_some_and(|answer| {
        let framed = ["content-length", "transfer-encoding"];
        let framed = framed.iter().any(|name| answer.header(name).is_some());
        framed && !is_bodiless(method, answer.status)
    })
}

fn serialize(server: SocketAddr, request: &Request<'_>) -> Vec<u8> {
    let Request { method, path, .. } = request;
    let mut head = vec![
        format!("{method} {path} HTTP/1.1"),
        format!("Host: {server}"),
        "Connection: close".to_owned(),
    ];
    for (name, value) in request.headers {
        head.push(format!("{name}: {value}"));
    }
    if let Some(body) = request.body {
        head.push(format!("Content-Length: {}", body.len()));
    }
    let mut raw = (head.join("\r\n") + "\r\n\r\n").into_bytes();
    raw.extend_from_slice(request.body.unwrap_or_default());
    raw
}

fn parse(raw: &[u8], method: &str) -> Option<Answer> {
    let end = find(raw, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&raw[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let headers = lines
        .map(|line| line.split_once(':'))
        .map(|pair| pair.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())))
        .collect::<Option<_>>()?;
    let mut answer = Answer {
        status: status.parse().ok()?,
        headers,
        body: Vec::new(),
    };
    answer.body = body(&answer, method, &raw[end + 4..])?;
    Some(answer)
}

/// The body without its framing; `None` when it is not as long as was said.
fn body(answer: &Answer, method: &str, rest: &[u8]) -> Option<Vec<u8>> {
    if answer.header("transfer-encoding").as_deref() == Some("chunked") && method != "HEAD" {
        return unchunk(rest);
    }
    let announced = answer.header("content-length");
    let announced: Option<usize> = announced.and_then(|text| text.parse().ok());
    match announced {
        Some(length) if !is_bodiless(method, answer.status) && rest.len() != length => None,
        _ => Some(rest.to_vec()),
    }
}

fn is_bodiless(method: &str, status: u16) -> bool {
    method == "HEAD" || status == 204
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return (rest == b"\r\n").then_some(body);
        }
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}
