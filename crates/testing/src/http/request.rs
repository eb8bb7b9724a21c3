//! Reading an HTTP/1.1 request.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

/// A request, read to its end.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) keep_alive: bool,
}

impl Request {
    /// Reads the next request; tells the client to go on with the body, if it waits for that.
    pub(super) fn read<P: Read + Write>(peer: &mut BufReader<P>) -> io::Result<Self> {
        let start = line(peer)?;
        let mut words = start.split(' ').map(str::to_owned);
        let (Some(method), Some(path), Some(version)) = (words.next(), words.next(), words.next())
        else {
            return Err(ErrorKind::InvalidData.into());
        };
        let headers = headers(peer)?;
        let has = |name, value: &str| {
            header(&headers, name).is_some_and(|given| given.eq_ignore_ascii_case(value))
        };
        if has("Expect", "100-continue") {
            peer.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let body = if has("Transfer-Encoding", "chunked") {
            chunks(peer)?
        } else {
            let length = header(&headers, "Content-Length").unwrap_or("0");
            exactly(peer, number(length, 10)?)?
        };
        Ok(Self {
            method,
            path,
            keep_alive: version == "HTTP/1.1" && !has("Connection", "close"),
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

/// The value of the first header of this name.
pub(super) fn header<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let mut headers = headers.iter();
    let (_name, value) = headers.find(|(given, _)| given.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn line(peer: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    peer.read_until(b'\n', &mut line)?;
    if !line.ends_with(b"\n") {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}

fn headers(peer: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = line(peer)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or(ErrorKind::InvalidData)?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn number(digits: &str, radix: u32) -> io::Result<u64> {
    u64::from_str_radix(digits.trim(), radix).or(Err(ErrorKind::InvalidData.into()))
}

fn exactly(peer: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if peer.take(length).read_to_end(&mut bytes)?.try_into() == Ok(length) {
        Ok(bytes)
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

fn chunks(peer: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(peer)?;
        let digits = size.split(';').next().unwrap_or_default();
        let length = number(digits, 16)?;
        if length == 0 {
            let _trailer = headers(peer)?;
            return Ok(body);
        }
        body.extend(exactly(peer, length)?);
        line(peer)?;
    }
}
