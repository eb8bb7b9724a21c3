//! What is told of a message that leaves: before it has, and when it has.

use super::envois::reason;
use crate::answer::actions::{Done, DoneToMany, Reached, ReachedOne};
use crate::answer::discreet::Discreet;
use crate::answer::{self, message};
use crate::caller::Caller;
use crate::crud::{Resource, explained, load};
use crate::dispatcher::Waited;
use crate::drf::{ApiError, Texts};
use crate::state::State;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use messages_core::config::Messages as Settings;
use messages_core::model::Message;
use messages_core::store::appels::idempotence::Reponse;
use messages_core::store::envois::recipients::{self, Destinataire, Filter};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::{Etat, Motif, Statut};

/// Tells one caller of messages.
#[derive(Clone)]
pub(super) struct Teller {
    texts: Texts,
    settings: Settings,
    /// Members of a message that the caller is not told.
    hidden: &'static [&'static str],
    /// Whether the caller is told who the recipients are.
    names: bool,
}

impl Teller {
    pub(super) fn of(state: &State, caller: &Caller) -> Self {
        let hidden = caller.may_not_read(Message::PRIVATE);
        Self {
            texts: state.texts,
            settings: state.config.messages.clone(),
            hidden,
            names: hidden.is_empty(),
        }
    }

    /// Of what the caller has just written.
    pub(super) fn of_own(state: &State, caller: &Caller) -> Self {
        Self {
            hidden: &[],
            ..Self::of(state, caller)
        }
    }

    /// Before the message leaves.
    pub(super) fn begun(&self, conn: &mut Conn, id: i64) -> Result<Reponse, Error> {
        let message: Message = explained(conn, &self.settings, id)?;
        let text = self.texts.leaving().to_owned();
        Ok(self.done(true, text, &message))
    }

    pub(super) fn done(&self, success: bool, text: String, message: &Message) -> Reponse {
        let short = message::short(message, self.settings.zone);
        let done = Done {
            success,
            message: text,
            details: Discreet::new(short, self.hidden.to_vec()),
        };
        answer::written(StatusCode::OK, &done)
    }

    /// Has a message sent that is due now, and tells what became of it.
    pub(super) async fn sent(
        &self,
        state: &State,
        caller: &Caller,
        id: i64,
    ) -> Result<HttpResponse, ApiError> {
        let (waited, message) = run(state, id).await?;
        let (success, text) = self.outcome(&waited, &message);
        Ok(state.tell(caller, self.done(success, text, &message)).await)
    }

    /// The same of a message to many, with what became of it for each.
    pub(super) async fn sent_to_many(
        &self,
        state: &State,
        caller: &Caller,
        id: i64,
    ) -> Result<HttpResponse, ApiError> {
        let (waited, message) = run(state, id).await?;
        let all = Filter {
            message: id,
            etat: None,
        };
        let all = state.ask(move |conn| recipients::after(conn, all, 0, i64::MAX));
        let all = all.await?;
        let done = self.to_many(&waited, &message, &all);
        let told = answer::written(StatusCode::OK, &done);
        Ok(state.tell(caller, told).await)
    }

    fn to_many<'m>(
        &self,
        waited: &Waited,
        message: &'m Message,
        all: &[Destinataire],
    ) -> DoneToMany<'m> {
        let count = |is: fn(&Destinataire) -> bool| all.iter().filter(|one| is(one)).count();
        let reached = count(|one| one.etat == Etat::Envoye);
        // Who does not want it, or gets it as somebody else, was not to be reached.
        let total = all.len() - count(|one| is_spared(one.motif));
        let (mut success, mut text) = self.outcome(waited, message);
        if reached > 0 {
            success = true;
            let so_far = self.texts.reached(message.r#type, reached, total);
            text = match message.statut {
                Statut::EnAttente => format!("{so_far}. {text}"),
                _ => so_far,
            };
        }
        DoneToMany {
            success,
            message: text,
            details: Reached {
                envoi: message::short(message, self.settings.zone),
                success: reached,
                failed: count(|one| matches!(one.etat, Etat::Echec | Etat::Incertain)),
                total,
                details: all.iter().map(|one| self.reached(one)).collect(),
            },
        }
    }

    fn reached(&self, one: &Destinataire) -> ReachedOne {
        let success = one.etat == Etat::Envoye;
        let why = reason(one, self.settings.lang, self.settings.zone);
        let why = why.unwrap_or_else(|| self.texts.leaving().to_owned());
        let name = format!("{} {}", one.prenom, one.nom);
        ReachedOne {
            parent: if self.names {
                name.trim().to_owned()
            } else {
                String::new()
            },
            success,
            message: if success {
                self.texts.sent().to_owned()
            } else {
                why
            },
        }
    }

    /// Whether it worked, and what is said of it.
    fn outcome(&self, waited: &Waited, message: &Message) -> (bool, String) {
        let texts = self.texts;
        if let Some(why) = waited.refusal(texts) {
            return (false, why.to_owned());
        }
        let why = message.details_erreur.clone();
        match message.statut {
            Statut::Envoye => (true, texts.sent().to_owned()),
            Statut::Echec => (false, why.unwrap_or_else(|| texts.not_sent().to_owned())),
            // Its channel is stopped: nothing left, and this is why.
            _ => match why {
                Some(why) => (false, why),
                None if *waited == Waited::Failed => (false, texts.run_failed().to_owned()),
                None => (true, texts.leaving().to_owned()),
            },
        }
    }
}

/// Has what is due sent: how that ended, and how the message stands then.
pub(super) async fn run(state: &State, id: i64) -> Result<(Waited, Message), ApiError> {
    let waited = state.dispatcher.run().await;
    Ok((waited, load(state, id).await?))
}

const fn is_spared(motif: Option<Motif>) -> bool {
    matches!(motif, Some(Motif::Opposition | Motif::Doublon))
}
