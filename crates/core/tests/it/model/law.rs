//! What each statement of the program makes of each row: asked of the program itself, once, on a real
//! database, and remembered.

use crate::harness::{DAY, School, To, expand, lease, parent, resend, rules, take_over};
use crate::model::raw::Raw;
use crate::model::row::{Left, OWNER, PROGRAMMED, Row, TOKEN};
use crate::whole::Whole;
use messages_core::channel::{About, Answer};
use messages_core::config::Lang;
use messages_core::dispatch;
use messages_core::dispatch::Expander;
use messages_core::model::{Fiche, NewMessage};
use messages_core::store::annuaire::{Annuaire, Resource};
use messages_core::store::envois::{self, Announced, Claimed, Settled};
use messages_core::store::{Conn, Error, Purpose, messages};
use messages_core::texts;
use messages_core::vocabulary::{Canal, Cause, Statut, Verdict};
use messages_testing::db::Database;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a peer, or the lack of one, can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Reply {
    Accepted,
    Refused,
    Panicked,
    Postponed,
    Unreached,
    Misconfigured,
    Lost,
}

/// What a worker knows of an envoi that was granted to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Grant {
    pub(crate) tentatives: i64,
    pub(crate) ambigus: i64,
    pub(crate) left: Left,
}

impl Grant {
    pub(crate) const FIRST: Self = Self {
        tentatives: 1,
        ambigus: 0,
        left: Left::Plenty,
    };
}

/// A statement, as a worker or a person says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Statement {
    Claim,
    /// `mine`: by the run that owns the row; `fresh`: under its present token.
    Announce {
        mine: bool,
        fresh: bool,
        again: bool,
    },
    Record {
        grant: Grant,
        reply: Reply,
        fresh: bool,
        again: bool,
    },
    GiveBack {
        mine: bool,
    },
    Recover,
    DropCancelled,
    Expire,
    Close,
    Cancel,
    Resend,
    Oppose,
    Erase,
    /// A person corrects the text of a failed message, and programmes it again or not.
    Correct {
        programme: bool,
    },
    /// A run takes what is programmed and due.
    Take,
}

/// What a statement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) row: Row,
    /// The token went up: the row was claimed.
    pub(crate) claimed: bool,
    /// The text has another version: whoever has it at hand reads it again.
    pub(crate) raised: bool,
    pub(crate) granted: Option<Grant>,
}

/// The statements on one channel, against one database.
pub(crate) struct Law {
    pub(crate) canal: Canal,
    conn: Conn,
    raw: Raw,
    envoi: i64,
    message: i64,
    known: BTreeMap<(Row, Statement), Outcome>,
}

impl Law {
    pub(crate) fn new(database: &Database, canal: Canal) -> Self {
        let school = School::new(database);
        school.parents([parent(1)]);
        // To a class of one: of what was written to a parent alone nothing is left once that one is erased.
        let message = school.programme(canal, To::All);
        school.expand();
        let mut conn = school.conn();
        conn.devote(Purpose::Dispatch).unwrap();
        Self {
            canal,
            conn,
            raw: Raw::open(database),
            envoi: database.number("SELECT CAST(id AS TEXT) AS v FROM envois"),
            message,
            known: BTreeMap::new(),
        }
    }

    /// What `statement` makes of `row`.
    pub(crate) fn of(&mut self, row: Row, statement: Statement) -> Outcome {
        if let Some(known) = self.known.get(&(row, statement)) {
            return *known;
        }
        let outcome = self.ask(row, statement);
        self.known.insert((row, statement), outcome);
        outcome
    }

    /// Everything that was asked.
    pub(crate) const fn known(&self) -> &BTreeMap<(Row, Statement), Outcome> {
        &self.known
    }

    /// Asks the database, whatever is remembered.
    pub(crate) fn ask(&mut self, row: Row, statement: Statement) -> Outcome {
        let before = self.conn.now().unwrap();
        row.restore(&mut self.raw, self.canal, before);
        let settled = self.say(statement).unwrap();
        let now = self.conn.now().unwrap();
        let (after, token, raised) = Row::read(&mut self.raw, now);
        // Its recipients were worked out anew: who holds the old envoi has nothing any more.
        let begun = statement == Statement::Take && row.statut == Statut::Programme;
        if begun {
            let id = self.raw.text("SELECT CAST(id AS TEXT) AS v FROM envois");
            self.envoi = id.parse().unwrap();
        }
        let claimed = token == TOKEN + 1 || begun;
        assert!(claimed || token == TOKEN, "the token became {token}");
        Outcome {
            row: after,
            claimed,
            raised,
            granted: settled.announced.first().map(|granted| Grant {
                tentatives: granted.tentatives,
                ambigus: granted.ambigus,
                left: after.left,
            }),
        }
    }

    fn say(&mut self, statement: Statement) -> Result<Settled, Error> {
        let (canal, message) = (self.canal, self.message);
        let owner = |mine| if mine { OWNER } else { "autre" };
        match statement {
            Statement::Announce { mine, fresh, again } => {
                let leased = [lease(Claimed {
                    id: self.envoi,
                    canal: self.canal,
                    jeton: token(fresh),
                    message,
                    rang: 0,
                })];
                return envois::settle(
                    &mut self.conn,
                    owner(mine),
                    &[],
                    &leased,
                    again,
                    &crate::harness::reading(),
                );
            }
            Statement::Record {
                grant,
                reply,
                fresh,
                again,
            } => {
                let finished = [self.finished(grant, reply, token(fresh))];
                return envois::settle(
                    &mut self.conn,
                    OWNER,
                    &finished,
                    &[],
                    again,
                    &crate::harness::reading(),
                );
            }
            Statement::Cancel => unless_conflict(messages::cancel(&mut self.conn, message))?,
            Statement::Resend => {
                unless_conflict(resend(&mut self.conn, message, None))?;
            }
            Statement::Correct { programme } => self.correct(programme)?,
            Statement::Take => {
                let mut expander = Expander::new(rules(&[]), "expansion".to_owned(), None);
                expand(&mut expander, &mut self.conn);
            }
            Statement::Oppose => self.oppose()?,
            Statement::Erase => {
                unless_conflict(Fiche::delete(&mut self.conn, 1))?;
            }
            Statement::Claim
            | Statement::GiveBack { .. }
            | Statement::Recover
            | Statement::DropCancelled
            | Statement::Expire
            | Statement::Close => self.conn.write(|conn| {
                let now = conn.now()?;
                match statement {
                    Statement::Claim => envois::claim(conn, OWNER, canal, 10, now).map(drop),
                    Statement::GiveBack { mine } => {
                        envois::give_back(conn, owner(mine), canal).map(drop)
                    }
                    Statement::Recover => envois::recover(conn, "recovery", None, now).map(drop),
                    Statement::DropCancelled => envois::drop_cancelled(conn, now).map(drop),
                    Statement::Expire => envois::expire(conn, now).map(drop),
                    _ => messages::close(conn, 10, |closed| texts::details(Lang::Fr, closed))
                        .map(drop),
                }
            })?,
        }
        Ok(Settled::default())
    }

    fn correct(&mut self, programme: bool) -> Result<(), Error> {
        let seen = messages::one(&mut self.conn, self.message)?;
        let statut = if programme {
            Statut::Programme
        } else {
            seen.statut
        };
        let edit = NewMessage {
            contenu: format!("texte {}", if programme { PROGRAMMED } else { 1 }),
            statut,
            ..NewMessage::from(seen.clone())
        };
        unless_conflict(messages::update(&mut self.conn, &seen, &edit))
    }

    fn oppose(&mut self) -> Result<(), Error> {
        let opposed = messages_core::model::Parent {
            notifications_sms: false,
            notifications_email: false,
            ..parent(1)
        };
        let annuaire = Annuaire {
            parents: vec![opposed.whole()],
            ..Annuaire::default()
        };
        take_over(&mut self.conn, &annuaire).map(drop)
    }

    /// What the dispatcher's policy makes of a reply.
    fn finished(&self, grant: Grant, reply: Reply, jeton: i64) -> envois::Outcome {
        let now = messages_core::instant::Instant::of_this_machine();
        let left = match grant.left {
            Left::Plenty => 365 * DAY,
            Left::Little | Left::Nothing => Duration::from_secs(1),
        };
        let granted = Announced {
            id: self.envoi,
            canal: self.canal,
            jeton,
            message: self.message,
            version: 0,
            adresse: "+33612000001".to_owned(),
            tentatives: grant.tentatives,
            ambigus: grant.ambigus,
            renvois: 0,
            emis_le: now,
            expire: now + left,
        };
        dispatch::outcome(&granted, answer(reply), false, now, 500)
    }
}

fn unless_conflict<T>(done: Result<T, Error>) -> Result<(), Error> {
    match done {
        Ok(_) | Err(Error::Conflict(_) | Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

const fn token(fresh: bool) -> i64 {
    if fresh { TOKEN } else { TOKEN - 1 }
}

fn answer(reply: Reply) -> Answer {
    let verdict = match reply {
        Reply::Accepted => Verdict::Accepte,
        Reply::Refused | Reply::Panicked => Verdict::Permanent,
        Reply::Postponed | Reply::Unreached => Verdict::Temporaire,
        Reply::Misconfigured => Verdict::Config,
        Reply::Lost => Verdict::Ambigu,
    };
    let about = match reply {
        Reply::Unreached => About::Channel(Cause::Injoignable),
        Reply::Misconfigured => About::Channel(Cause::Reglage),
        Reply::Panicked => About::Panic,
        _ => About::Envoi,
    };
    Answer {
        verdict,
        about,
        ..Answer::accepted(None)
    }
}
