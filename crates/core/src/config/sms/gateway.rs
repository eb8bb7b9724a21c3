//! `SMS_PROVIDER`, and the settings that its preset asks for.

use crate::config::Vars;
use crate::config::vars::{is_loopback, scheme_and_host};
use crate::gateways::preset::Setting;
use crate::gateways::template::Values;
use crate::gateways::{self, Preset};
use crate::secret::Secret;
use crate::vocabulary::Mode;
use std::collections::BTreeMap;
use std::sync::Arc;

const PROVIDER: &str = "SMS_PROVIDER";

/// A gateway with the account that a school has there.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// What `SMS_PROVIDER` says: the preset's name, or the name of an administrator's file without
    /// its folder.
    pub passerelle: String,
    /// How it is asked and understood.
    pub preset: Arc<Preset>,
    /// The settings that have a value. Addresses may hold a secret, too.
    pub values: BTreeMap<String, Secret>,
}

impl Gateway {
    /// None when nothing names a gateway.
    pub(super) fn read(vars: &mut Vars, mode: Mode, allow_cleartext: bool) -> Option<Self> {
        let named = vars.text(PROVIDER).map(|name| name.trim().to_owned());
        let named = named.unwrap_or_else(|| gateways::LEGACY.to_owned());
        let (passerelle, preset) = preset(&named)
            .map_err(|text| vars.fault(PROVIDER, text))
            .ok()?;
        vars.declare(preset.settings.keys().cloned());
        if passerelle == gateways::LEGACY && vars.text("SMS_API_URL").is_none() {
            return None;
        }
        let values = values(vars, &named, &preset);
        let read = Self {
            passerelle,
            preset: Arc::new(preset),
            values,
        };
        read.addresses(vars, mode, allow_cleartext);
        Some(read)
    }

    /// What stands for the names in the preset's texts, but for what each SMS has of its own.
    #[must_use]
    pub fn values(&self) -> Values<'_> {
        Values {
            settings: Some(&self.values),
            ..Values::default()
        }
    }

    /// Looks at every address that will be asked.
    fn addresses(&self, vars: &mut Vars, mode: Mode, allow_cleartext: bool) {
        let values = Values {
            to: "+33600000000",
            id: "0",
            reference: Some("0"),
            ..self.values()
        };
        let cleartext = mode != Mode::Reel || allow_cleartext;
        for template in self.preset.addresses() {
            let setting = template.begins_with().unwrap_or(PROVIDER);
            // What has no value has been told.
            let Some(url) = template.address(&values) else {
                continue;
            };
            if let Some(text) = fault(&url, cleartext) {
                return vars.fault(setting, text);
            }
        }
    }
}

fn preset(named: &str) -> Result<(String, Preset), String> {
    if let Some(text) = gateways::named(named) {
        let name = if named == "http" {
            gateways::LEGACY
        } else {
            named
        };
        let preset = gateways::parse(text).map_err(|fault| format!("{named}, {fault}"))?;
        return Ok((name.to_owned(), preset));
    }
    let path = std::path::Path::new(named);
    if path.extension().is_none_or(|extension| extension != "toml") {
        let known: Vec<&str> = gateways::names().collect();
        return Err(format!(
            "« {named} » n'est pas connue ; il faut l'une de : http, {}, ou le chemin d'un fichier .toml",
            known.join(", ")
        ));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{named} : {error}"))?;
    let preset = gateways::parse(&text).map_err(|fault| format!("{named}, {fault}"))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok((name.into_owned(), preset))
}

fn values(vars: &mut Vars, named: &str, preset: &Preset) -> BTreeMap<String, Secret> {
    let mut values = BTreeMap::new();
    for (
        name,
        Setting {
            about,
            default,
            optional,
        },
    ) in &preset.settings
    {
        match vars
            .text(name)
            .map(|value| value.trim().to_owned())
            .or_else(|| default.clone())
        {
            Some(value) => drop(values.insert(name.clone(), Secret::new(value))),
            None if *optional => {}
            None => vars.fault(name, format!("manque : {about} (SMS_PROVIDER={named})")),
        }
    }
    values
}

/// What is wrong with an address, which is never shown.
fn fault(url: &str, cleartext: bool) -> Option<&'static str> {
    let parts = scheme_and_host(url);
    let parts = parts
        .as_ref()
        .map(|(scheme, host)| (scheme.as_str(), host.as_str()));
    match parts {
        Some(("https", _)) => None,
        Some(("http", host)) if cleartext || is_loopback(host) => None,
        Some(("http", _)) => Some(
            "la clé et les numéros voyageraient en clair : il faut https:// \
             (ou MESSAGES_ALLOW_CLEARTEXT=true en connaissance de cause)",
        ),
        _ => Some("il faut une adresse https://…"),
    }
}
