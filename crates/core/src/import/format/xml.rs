//! Elements of an XML file, flat: its attributes and the texts of the elements inside.

use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// An element of one of the names that were asked for.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: String,
    /// Line of its begin.
    pub(super) line: u64,
    /// Attributes, its own and those of the elements around, and texts by the name of their element.
    fields: BTreeMap<String, String>,
}

impl Node {
    /// The first of these that has something.
    pub(super) fn get(&self, names: &[&str]) -> &str {
        let mut found = names.iter().filter_map(|name| self.fields.get(*name));
        found
            .find(|text| !text.is_empty())
            .map_or("", String::as_str)
    }
}

/// More elements inside each other than this are no export.
const DEPTH_MAX: usize = 100;

/// The text, in the encoding that its first line names.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let head: String = bytes
        .iter()
        .take(200)
        .map(|byte| char::from(*byte))
        .collect();
    let named = head
        .split_once("encoding=")
        .and_then(|(_, rest)| rest.get(1..)?.split(['"', '\'']).next());
    let encoding = named.and_then(|name| Encoding::for_label(name.as_bytes()));
    encoding.unwrap_or(UTF_8).decode(bytes).0.into_owned()
}

/// The elements of these names, none of which is inside another.
///
/// # Errors
/// The line at which the text is no XML.
pub(super) fn nodes(text: &str, names: &[&str]) -> Result<Vec<Node>, String> {
    let mut walk = Walk {
        names,
        open: Vec::new(),
        current: None,
        nodes: Vec::new(),
    };
    let mut reader = Reader::from_str(text);
    let (mut line, mut read) = (1, 0);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(read);
        line += newlines(text.get(read..at).unwrap_or_default());
        read = at;
        let event = reader.read_event();
        let broken = || format!("XML illisible à la ligne {line}");
        match event.map_err(|_syntax| broken())? {
            Event::Eof if walk.open.is_empty() => return Ok(walk.nodes),
            Event::Start(start) if walk.open.len() < DEPTH_MAX => walk.start(&start, line),
            Event::Eof | Event::Start(_) => return Err(broken()),
            Event::Empty(start) => {
                walk.start(&start, line);
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(part) => walk.text(&part.xml10_content()),
            Event::CData(part) => walk.text(&part.xml10_content()),
            Event::GeneralRef(name) => {
                if let Some(letter) = resolve_xml_entity(&name) {
                    walk.text(letter);
                } else {
                    let letter = name.resolve_char_ref().ok().flatten();
                    let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                    walk.text(letter.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => {}
        }
    }
}

fn newlines(text: &str) -> u64 {
    u64::try_from(text.matches('\n').count()).unwrap_or_default()
}

/// Where in the text the reader is.
struct Walk<'n> {
    names: &'n [&'n str],
    /// Names and attributes of the open elements.
    open: Vec<(String, BTreeMap<String, String>)>,
    /// The element that is being read, and its depth.
    current: Option<(Node, usize)>,
    nodes: Vec<Node>,
}

impl Walk<'_> {
    fn start(&mut self, start: &BytesStart<'_>, line: u64) {
        let name = start.name().0.to_owned();
        let attributes: BTreeMap<String, String> = start
            .attributes()
            .flatten()
            .map(|attribute| (attribute.key.0.to_owned(), attribute.value.into_owned()))
            .collect();
        if self.current.is_none() && self.names.contains(&name.as_str()) {
            let around = self
                .open
                .iter()
                .flat_map(|(_, attributes)| attributes.clone());
            let node = Node {
                name: name.clone(),
                line,
                fields: around.chain(attributes.clone()).collect(),
            };
            self.current = Some((node, self.open.len()));
        }
        self.open.push((name, attributes));
    }

    fn end(&mut self) {
        self.open.pop();
        if let Some((node, _)) = self.current.take_if(|(_, depth)| *depth == self.open.len()) {
            self.nodes.push(node);
        }
    }

    fn text(&mut self, part: &str) {
        let (Some((node, depth)), Some((name, _))) = (&mut self.current, self.open.last()) else {
            return;
        };
        if self.open.len() > *depth + 1 {
            node.fields
                .entry(name.clone())
                .or_default()
                .push_str(part.trim_matches(['\n', '\r', '\t']));
        }
    }
}
