//! The SMS gateway: one call for each SMS, as the gateway's [preset](crate::gateways) says.
//!
//! Everything together takes at most 30 seconds.

mod ask;
mod body;
mod mark;
mod outgoing;
mod pause;
mod reply;
mod session;
mod sign;
mod wire;

pub use ask::{Followed, Question};

use super::{Answer, Channel, Delivery, Stage, Unready};
use crate::config;
use crate::failpoint::reach;
use crate::gateways::template::Values;
use crate::segments::{self, Plain};
use crate::vocabulary::Canal;
use outgoing::{Outgoing, unset};
use session::Session;
use std::time::{Duration, Instant};
use wire::{CONNECT_TIMEOUT, Wire};

/// The gateway of the settings.
#[derive(Debug)]
pub struct Gateway {
    settings: config::Gateway,
    sender: Option<String>,
    plain: Plain,
    session: Session,
}

impl Gateway {
    pub(super) fn new(sms: &config::Sms) -> Result<Self, Unready> {
        Ok(Self {
            settings: sms.gateway.clone().ok_or(Unready::NoGateway)?,
            sender: Some(sms.sender.clone()).filter(|sender| !sender.is_empty()),
            plain: sms.plain,
            session: Session::default(),
        })
    }

    /// A way to the gateway for one sender; connects with the first request.
    pub(super) fn open(&self) -> Link<'_> {
        Link {
            gateway: self,
            wire: Wire::new(),
        }
    }

    /// Whether it can be asked what became of an SMS.
    pub(super) fn polls(&self) -> bool {
        self.settings.preset.poll.is_some()
    }

    /// Longest time of one request.
    fn limit(&self) -> Duration {
        let most = Channel::deadline(Canal::Sms);
        let preset = self.settings.preset.timeout.map(Duration::from_secs);
        preset.map_or(most, |limit| limit.min(most))
    }
}

/// One sender's way to the gateway.
pub struct Link<'g> {
    gateway: &'g Gateway,
    wire: Wire,
}

impl Link<'_> {
    pub(super) fn send(&mut self, delivery: &Delivery) -> Answer {
        let session = &self.gateway.session;
        let token = match session.token(&self.gateway.settings, &self.wire) {
            Ok(token) => token,
            Err(answer) => return answer,
        };
        let id = delivery.key().short();
        let call = match self.call(delivery, &id, token.as_deref()) {
            Ok(call) => call,
            Err(answer) => return answer,
        };
        if !delivery.cutoff.begin_body() {
            return Answer::given_up(Stage::Envelope);
        }
        let answer = self.answer(&call, &id, delivery.deadline);
        // It was taken away before its time: the next SMS asks for another one.
        if answer.code.as_deref() == Some("401")
            && let Some(token) = token
        {
            session.forget(&token);
        }
        answer
    }

    /// The call for one SMS, ready to leave.
    fn call(&self, delivery: &Delivery, id: &str, token: Option<&str>) -> Result<Outgoing, Answer> {
        let settings = &self.gateway.settings;
        let text = segments::as_sent(&delivery.content.contenu, self.gateway.plain);
        let values = Values {
            to: &delivery.adresse,
            from: self.gateway.sender.as_deref(),
            text: &text,
            id,
            token,
            ..settings.values()
        };
        let call = Outgoing::sms(settings, &values, !segments::is_seven_bit(&text));
        let mut call = call.ok_or_else(unset)?;
        self.gateway.session.sign(settings, &self.wire, &mut call)?;
        Ok(call)
    }

    fn answer(&self, call: &Outgoing, id: &str, deadline: Instant) -> Answer {
        let left = deadline.saturating_duration_since(Instant::now());
        reach("request");
        let response = self.wire.call(call, left.min(self.gateway.limit()));
        reach("response");
        let reading = self.gateway.settings.preset.answer.as_ref();
        match response {
            Ok(response) => reply::of_response(response, reading, id),
            Err(error) => reply::of_error(&error, self.wire.has_left()),
        }
    }

    /// Asks for the credit where the gateway tells it, and so tries the account; otherwise connects
    /// (and shakes hands) by a HEAD request, which no gateway takes for an SMS. Tells what it found.
    pub(super) fn check(&self) -> Result<String, Answer> {
        if let Some(credit) = self.credit()? {
            return Ok(format!("la passerelle répond, crédit : {credit}"));
        }
        let settings = &self.gateway.settings;
        self.gateway.session.token(settings, &self.wire)?;
        let values = Values {
            to: "+",
            id: "0",
            ..settings.values()
        };
        let url = settings.preset.request.url.address(&values);
        let url = url.ok_or_else(unset)?;
        let call = Outgoing {
            method: "HEAD",
            ..Outgoing::plain(url)
        };
        match self.wire.call(&call, CONNECT_TIMEOUT) {
            Ok(_) => Ok("la passerelle répond".to_owned()),
            // It was reached: what it says to HEAD does not matter.
            Err(_) if self.wire.has_left() => Ok("la passerelle est joignable".to_owned()),
            Err(error) => Err(reply::of_error(&error, false)),
        }
    }

    /// What is left of the account, as the gateway says it; none where it does not.
    pub(super) fn credit(&self) -> Result<Option<String>, Answer> {
        let settings = &self.gateway.settings;
        let Some(credit) = &settings.preset.credit else {
            return Ok(None);
        };
        let token = self.gateway.session.token(settings, &self.wire)?;
        let values = Values {
            token: token.as_deref(),
            ..settings.values()
        };
        let call = Outgoing::get(&settings.preset, &credit.url, &values);
        let mut call = call.ok_or_else(unset)?;
        self.gateway.session.sign(settings, &self.wire, &mut call)?;
        let body = serde_json::from_str(&self.wire.ask(&call)?).unwrap_or_default();
        let left = credit
            .at
            .text(&body)
            .ok_or_else(|| reply::unreadable("crédit"))?;
        Ok(Some(
            format!("{left} {}", credit.unit).trim_end().to_owned(),
        ))
    }
}
