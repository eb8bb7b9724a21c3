//! Asking the gateway what became of an SMS. That is no SMS: asking again does no harm.

use super::outgoing::{Outgoing, unset};
use super::{Link, reply};
use crate::channel::Answer;
use crate::gateways::poll::Poll;
use crate::gateways::template::{Template, Values, tag};
use crate::vocabulary::Remise;
use serde_json::Value;
use std::time::Instant;

/// An SMS that is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// What we called it (see [`Name::Id`](crate::gateways::template::Name::Id)).
    pub id: &'q str,
    /// The gateway's number for it, where it told one.
    pub reference: Option<&'q str>,
}

/// What a gateway says of an SMS that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Its number for the SMS; none where it has none.
    pub reference: Option<String>,
    /// What became of it.
    pub remise: Remise,
    /// The gateway's code.
    pub code: Option<String>,
}

impl Link<'_> {
    /// Asks about one SMS, until then at most: one or two calls, and for a name that was given to several SMS one
    /// more for each. Nothing is answered about one that the gateway does not have.
    ///
    /// # Errors
    /// Why the gateway does not tell it now.
    pub(in crate::channel) fn follow(
        &mut self,
        question: Question<'_>,
        until: Instant,
    ) -> Result<Vec<Followed>, Answer> {
        let Some(poll) = &self.gateway.settings.preset.poll else {
            return Ok(Vec::new());
        };
        self.wire.end_at(until);
        let token = self
            .gateway
            .session
            .token(&self.gateway.settings, &self.wire)?;
        let values = Values {
            id: question.id,
            reference: question.reference,
            token: token.as_deref(),
            ..self.gateway.settings.values()
        };
        let heard = self.ask(poll, &values);
        if let (Err(answer), Some(token)) = (&heard, &token)
            && answer.code.as_deref() == Some("401")
        {
            self.gateway.session.forget(token);
        }
        heard
    }

    fn ask(&self, poll: &Poll, values: &Values<'_>) -> Result<Vec<Followed>, Answer> {
        let known = values.reference.map(str::to_owned);
        let references = match (&poll.find, known) {
            (Some(find), None) => {
                // The list is there whether or not it has somebody: without it, it is our account.
                let found = self.look(find, values)?;
                poll.references(&found.ok_or_else(|| reply::unreadable("suivi"))?)
            }
            (_, known) => return Ok(Vec::from_iter(self.one(poll, values, known)?)),
        };
        let mut followed = Vec::new();
        for reference in references {
            followed.extend(self.one(poll, values, Some(reference))?);
        }
        Ok(followed)
    }

    fn one(
        &self,
        poll: &Poll,
        values: &Values<'_>,
        reference: Option<String>,
    ) -> Result<Option<Followed>, Answer> {
        let values = Values {
            reference: reference.as_deref(),
            ..*values
        };
        let Some(told) = self.look(&poll.url, &values)? else {
            return Ok(None);
        };
        let tag = tag(values.id);
        let read = poll.read(&told, &[values.id, &tag]);
        Ok(read.map(|(remise, code)| Followed {
            reference,
            remise,
            code,
        }))
    }

    /// What stands at an address; none when nothing does.
    fn look(&self, url: &Template, values: &Values<'_>) -> Result<Option<Value>, Answer> {
        let settings = &self.gateway.settings;
        let call = Outgoing::get(&settings.preset, url, values);
        let mut call = call.ok_or_else(unset)?;
        self.gateway.session.sign(settings, &self.wire, &mut call)?;
        let Some(said) = self.wire.look(&call)? else {
            return Ok(None);
        };
        let said = serde_json::from_str(&said);
        said.map(Some)
            .map_err(|_no_json| reply::unreadable("suivi"))
    }
}
