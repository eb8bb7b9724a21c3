//! A request as it leaves: what the preset says, with the values of one SMS.

use crate::channel::Answer;
use crate::config::Gateway;
use crate::gateways::Preset;
use crate::gateways::preset::{Encoding, Request, Tree};
use crate::gateways::template::{Template, Values};
use crate::vocabulary::Cause;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// Without a setting that the preset asks for: settings are read with their faults before.
pub(super) fn unset() -> Answer {
    let text = "un réglage de la passerelle manque";
    Answer::channel(Cause::Reglage, "réglage", text)
}

impl Outgoing {
    /// The call that sends one SMS.
    pub(super) fn sms(gateway: &Gateway, values: &Values<'_>, unicode: bool) -> Option<Self> {
        let request = &gateway.preset.request;
        let fields = fields(request, values, unicode);
        let url = request.url.address(values)?;
        let (method, url, kind, body) = match request.encoding {
            Encoding::Json => {
                let members = fields.iter();
                let members =
                    members.filter_map(|(name, tree)| Some(((*name).clone(), tree.value(values)?)));
                let body = members.collect::<serde_json::Value>().to_string();
                ("POST", url, Some("application/json"), body)
            }
            Encoding::Form => {
                let kind = "application/x-www-form-urlencoded";
                ("POST", url, Some(kind), form(&fields, values))
            }
            Encoding::Query => {
                let mark = if url.contains('?') { '&' } else { '?' };
                (
                    "GET",
                    format!("{url}{mark}{}", form(&fields, values)),
                    None,
                    String::new(),
                )
            }
        };
        let mut headers = account(&gateway.preset, values)?;
        headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
        Some(Self {
            method,
            url,
            headers,
            body,
        })
    }

    /// A call that asks for something.
    pub(super) fn get(preset: &Preset, url: &Template, values: &Values<'_>) -> Option<Self> {
        Some(Self {
            method: "GET",
            url: url.address(values)?,
            headers: account(preset, values)?,
            body: String::new(),
        })
    }

    /// A call that nobody needs an account for.
    pub(super) const fn plain(url: String) -> Self {
        Self {
            method: "GET",
            url,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// The call for a token.
    pub(super) fn token(preset: &Preset, values: &Values<'_>) -> Option<Self> {
        let token = preset.token.as_ref()?;
        let fields = token.fields.iter();
        let fields = fields.filter_map(|(name, template)| Some((name, template.text(values)?)));
        Some(Self {
            method: "POST",
            url: token.url.address(values)?,
            headers: vec![
                basic(&token.basic, values)?,
                (
                    "Content-Type".to_owned(),
                    "application/x-www-form-urlencoded".to_owned(),
                ),
            ],
            body: form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish(),
        })
    }
}

fn fields<'r>(
    request: &'r Request,
    values: &Values<'_>,
    unicode: bool,
) -> BTreeMap<&'r String, &'r Tree> {
    let mut fields: BTreeMap<_, _> = request.fields.iter().collect();
    if unicode {
        fields.extend(&request.unicode);
    }
    if values.from.is_none() {
        fields.extend(&request.unsigned);
    }
    fields
}

fn form(fields: &BTreeMap<&String, &Tree>, values: &Values<'_>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, tree) in fields {
        match tree.value(values) {
            Some(serde_json::Value::String(text)) => drop(form.append_pair(name, &text)),
            Some(other) => drop(form.append_pair(name, &other.to_string())),
            None => {}
        }
    }
    form.finish()
}

fn account(preset: &Preset, values: &Values<'_>) -> Option<Vec<(String, String)>> {
    let account = &preset.account;
    let named = account
        .headers
        .iter()
        .map(|(name, template)| Some((name.clone(), template.text(values)?)));
    account
        .basic
        .iter()
        .map(|pair| basic(pair, values))
        .chain(named)
        .collect()
}

fn basic([user, password]: &[Template; 2], values: &Values<'_>) -> Option<(String, String)> {
    let pair = format!("{}:{}", user.text(values)?, password.text(values)?);
    Some((
        "Authorization".to_owned(),
        format!("Basic {}", STANDARD.encode(pair)),
    ))
}

#[cfg(test)]
mod tests;
