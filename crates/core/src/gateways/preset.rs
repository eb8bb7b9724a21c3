//! The shape of a preset.

mod tree;

pub use tree::Tree;

use super::fault::Found;
use super::poll::Poll;
use super::reading::{Pointer, Reading};
use super::receipt::Form;
use super::template::{Name, Template, is_setting};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One provider: what it is asked, and what its answers mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The provider's name, for people.
    pub name: String,
    /// Where the provider describes its interface.
    pub manual: String,
    /// What an account needs, by the setting's name.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// SMS per minute that the provider takes, where `MESSAGES_SMS_PER_MINUTE` says nothing.
    pub per_minute: Option<u32>,
    /// Seconds until a request is given up, 30 at most.
    pub timeout: Option<u64>,
    /// A request that is repeated with the same `{id}` makes no second SMS.
    #[serde(default)]
    pub repeatable: bool,
    /// How every call says whose it is.
    #[serde(default)]
    pub account: Account,
    /// Asked before the first SMS, and again shortly before its answer is out of date.
    pub token: Option<Token>,
    /// The call that sends one SMS.
    pub request: Request,
    /// What is left of the account, and how to ask for it.
    pub credit: Option<Credit>,
    /// How answers are told apart; without it a 2xx means yes unless its body says no.
    pub answer: Option<Reading>,
    /// How its receipts are read, if it sends some.
    pub receipt: Option<Form>,
    /// How it is asked what became of an SMS, if it can be.
    pub poll: Option<Poll>,
}

/// A setting that an account needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it is, in French, without a full stop.
    pub about: String,
    /// Its value where none is set.
    pub default: Option<String>,
    /// It may be left out.
    #[serde(default)]
    pub optional: bool,
}

/// How a call says whose it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// User and password (RFC 7617).
    pub basic: Option<[Template; 2]>,
    /// Headers by name.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// The signature of OVH's API.
    pub ovh: Option<Ovh>,
}

/// The signature of api.ovh.com: `$1$` and the SHA-1 of secret, consumer, method, address, body and
/// time, joined by `+` (docs.ovhcloud.com, "First Steps with the OVH APIs").
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ovh {
    /// The application's secret.
    pub secret: Template,
    /// The consumer key.
    pub consumer: Template,
    /// Where the server tells its time, in seconds.
    pub time: Template,
}

/// A token that stands for user and password for a while (RFC 6749, 4.4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Where to ask for it.
    pub url: Template,
    /// User and password.
    pub basic: [Template; 2],
    /// What the form says.
    pub fields: BTreeMap<String, Template>,
}

/// The call that sends one SMS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where to.
    pub url: Template,
    /// How the fields travel.
    pub encoding: Encoding,
    /// The fields. One whose value names something that is not set is left out.
    pub fields: BTreeMap<String, Tree>,
    /// Fields that are added when the text needs 16 bits a letter.
    #[serde(default)]
    pub unicode: BTreeMap<String, Tree>,
    /// Fields that are added when no sender is set.
    #[serde(default)]
    pub unsigned: BTreeMap<String, Tree>,
}

/// How fields travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// POST of a JSON object.
    Json,
    /// POST of a form.
    Form,
    /// GET with a query.
    Query,
}

/// What is left of an account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// Where to ask, by GET.
    pub url: Template,
    /// Where the answer has the number, or the text with it.
    pub at: Pointer,
    /// What it counts: `SMS`, `€`; told behind the number.
    #[serde(default)]
    pub unit: String,
}

/// Longest time of a request, in seconds.
const TIMEOUT_MAX: u64 = 30;

impl Preset {
    /// What no single line says.
    pub(super) fn check(&self) -> Result<(), Found> {
        self.check_numbers()?;
        self.check_names()?;
        self.check_form()?;
        self.check_sms()?;
        let is_told = |name: &Name| {
            let mut templates = self.request.templates();
            templates.any(|template| template.names().any(|told| told == name))
        };
        self.poll
            .as_ref()
            .map_or(Ok(()), |poll| poll.check(is_told))
    }

    fn check_numbers(&self) -> Result<(), Found> {
        let long = |seconds| !(1..=TIMEOUT_MAX).contains(&seconds);
        if self.timeout.is_some_and(long) {
            let text = format!("« timeout » : il faut un nombre entre 1 et {TIMEOUT_MAX}");
            return Err(Found::new("timeout", text));
        }
        if self.per_minute == Some(0) {
            let text = "« per_minute » : il faut au moins 1";
            return Err(Found::new("per_minute", text));
        }
        Ok(())
    }

    /// Everything between braces has a value to come from.
    fn check_names(&self) -> Result<(), Found> {
        if let Some(name) = self.settings.keys().find(|name| !is_setting(name)) {
            let text = format!("« {name} » : un réglage s'appelle SMS_… en majuscules");
            return Err(Found::new(name, text));
        }
        for name in self.templates().flat_map(Template::names) {
            match name {
                Name::Setting(name) if !self.settings.contains_key(name) => {
                    let word = format!("{{{name}}}");
                    let text = format!("{word} n'est pas déclaré sous [settings]");
                    return Err(Found::new(&word, text));
                }
                Name::Token if self.token.is_none() => {
                    return Err(Found::new("{token}", "{token} : il manque [token]"));
                }
                _ => {}
            }
        }
        if self
            .sending()
            .flat_map(Template::names)
            .any(|name| *name == Name::Reference)
        {
            let text = "{reference} n'est connu que sous [poll]";
            return Err(Found::new("{reference}", text));
        }
        Ok(())
    }

    /// A form has no lists and objects.
    fn check_form(&self) -> Result<(), Found> {
        let mut fields = self.request.all_fields();
        if self.request.encoding != Encoding::Json
            && let Some((name, _)) = fields.find(|(_, tree)| !tree.is_flat())
        {
            let text = format!("« {name} » : un formulaire n'a que des textes et des nombres");
            return Err(Found::new(name, text));
        }
        Ok(())
    }

    /// The request says what is to be said, and to whom.
    fn check_sms(&self) -> Result<(), Found> {
        let says = |wanted| {
            self.sending()
                .flat_map(Template::names)
                .any(|name| *name == wanted)
        };
        if !says(Name::Text) {
            let text = "{text} ne s'y trouve pas : les SMS seraient vides";
            return Err(Found::new("[request]", text));
        }
        if ![Name::To, Name::ToDigits, Name::ToZeros]
            .into_iter()
            .any(says)
        {
            return Err(Found::new(
                "[request]",
                "{to} ne s'y trouve pas : à qui écrire ?",
            ));
        }
        Ok(())
    }

    /// Every address that is asked.
    pub fn addresses(&self) -> impl Iterator<Item = &Template> {
        let polled = self.poll.iter().flat_map(Poll::addresses);
        self.addresses_to_send().chain(polled)
    }

    fn addresses_to_send(&self) -> impl Iterator<Item = &Template> {
        let token = self.token.iter().map(|token| &token.url);
        let credit = self.credit.iter().map(|credit| &credit.url);
        let time = self.account.ovh.iter().map(|ovh| &ovh.time);
        [&self.request.url]
            .into_iter()
            .chain(token)
            .chain(credit)
            .chain(time)
    }

    /// Every text with values in it.
    fn templates(&self) -> impl Iterator<Item = &Template> {
        self.sending()
            .chain(self.poll.iter().flat_map(Poll::addresses))
    }

    /// The same, but for what is asked later.
    fn sending(&self) -> impl Iterator<Item = &Template> {
        let Account {
            basic,
            headers,
            ovh,
        } = &self.account;
        let account = basic.iter().flatten().chain(headers.values());
        let ovh = ovh.iter().flat_map(|ovh| [&ovh.secret, &ovh.consumer]);
        let token = self.token.iter();
        let token = token.flat_map(|token| token.basic.iter().chain(token.fields.values()));
        let fields = self.request.texts();
        self.addresses_to_send()
            .chain(account)
            .chain(ovh)
            .chain(token)
            .chain(fields)
    }
}

impl Request {
    /// Every text with values in it.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.texts().chain([&self.url])
    }

    fn texts(&self) -> impl Iterator<Item = &Template> {
        self.all_fields().flat_map(|(_, tree)| tree.templates())
    }

    fn all_fields(&self) -> impl Iterator<Item = (&String, &Tree)> {
        self.fields
            .iter()
            .chain(&self.unicode)
            .chain(&self.unsigned)
    }
}
