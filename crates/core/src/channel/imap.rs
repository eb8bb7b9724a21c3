//! The way back: the mailbox to which e-mails come back, over IMAP (RFC 3501) under TLS.
//!
//! Nothing is removed and nothing is moved; what is looked at stays unread, until [`Inbox::seen`] is told of it.
//! Whatever the server does, a step takes 30 seconds at most and a run two minutes and 50 MB.

use super::smtp::Tokens;
use super::tcp::{self, Failure, Timed};
use super::tls::{Peer, Tls};
use super::{Answer, Unready};
use crate::bounces::READ_MAX;
use crate::config::{Imap, Proof};
use crate::texts;
use crate::vocabulary::Cause;
use imap::{Authenticator, Client, Error, Session};
use rustls::{ClientConnection, StreamOwned};
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How it is called.
const MAILBOX: Peer = Peer {
    who: "le serveur IMAP",
    whose: "du serveur IMAP",
    setting: "BOUNCES_IMAP_URL",
    door: "imaps:// est le port 993",
};

/// For each step: connecting, the handshake, each command.
const STEP: Duration = Duration::from_secs(30);

/// For everything together.
const WHOLE: Duration = Duration::from_secs(120);

/// More is not read from one mailbox at a time.
const BYTES: u64 = 50 * 1024 * 1024;

/// An open mailbox.
pub struct Inbox {
    session: Session<Stream>,
    limits: Rc<Limits>,
    place: String,
    /// Numbers of messages mean the same as long as this does not change.
    pub validity: u32,
    /// Messages in it.
    pub messages: u32,
}

impl Inbox {
    /// Connects, secures, logs in, opens the folder.
    ///
    /// # Errors
    /// What to mend, or that it is to be tried again later.
    pub fn open(settings: &Imap) -> Result<Self, Answer> {
        let place = format!("{}:{}", settings.host, settings.port);
        let limits = Rc::new(Limits::new());
        let stream = Stream::open(settings, &place, &limits)?;
        let mut client = Client::new(stream);
        limits.begin_step();
        let greeting = client
            .read_greeting()
            .map_err(|error| failed(&place, &error))?;
        greeted(&greeting, &place)?;
        limits.begin_step();
        let mut session = logged_in(client, settings, &place)?;
        limits.begin_step();
        let folder = session
            .select(&settings.folder)
            .map_err(|error| match &error {
                Error::No(_) | Error::Bad(_) => {
                    let text = format!(
                        "BOUNCES_IMAP_URL : le dossier « {} » ne s'ouvre pas",
                        settings.folder
                    );
                    Answer::channel(Cause::Reglage, "dossier", &text)
                }
                _ => failed(&place, &error),
            })?;
        Ok(Self {
            validity: folder.uid_validity.unwrap_or_default(),
            messages: folder.exists,
            session,
            limits,
            place,
        })
    }

    /// The numbers of the messages after this one, in their order.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn after(&mut self, last: u32) -> Result<Vec<u32>, Answer> {
        self.limits.begin_step();
        // Where nothing is newer, servers name the last message.
        let found = self
            .session
            .uid_search(format!("UID {}:*", last.saturating_add(1)));
        let found = found.map_err(|error| failed(&self.place, &error))?;
        let mut newer: Vec<u32> = found.into_iter().filter(|uid| *uid > last).collect();
        newer.sort_unstable();
        Ok(newer)
    }

    /// The beginning of a message; none when it is gone meanwhile, or the run may read no more.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn beginning(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Answer> {
        self.limits.begin_step();
        let query = format!("BODY.PEEK[]<0.{READ_MAX}>");
        let fetched = self.session.uid_fetch(uid.to_string(), query);
        let fetched = fetched.map_err(|error| failed(&self.place, &error))?;
        let mut bodies = fetched.iter().filter(|one| one.uid == Some(uid));
        Ok(bodies.find_map(|one| one.body()).map(<[u8]>::to_vec))
    }

    /// Whether the run may read another message.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.limits.bytes.get() > READ_MAX && Instant::now() < self.limits.end
    }

    /// Marks a message as read: nobody has to look at it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn seen(&mut self, uid: u32) -> Result<(), Answer> {
        self.limits.begin_step();
        let stored = self
            .session
            .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)");
        match stored {
            // Somebody else's mailbox may be read and not written: it is no fault.
            Ok(_) | Err(Error::No(_)) => Ok(()),
            Err(error) => Err(failed(&self.place, &error)),
        }
    }

    /// Takes leave.
    pub fn close(mut self) {
        self.limits.begin_step();
        self.session.logout().ok();
    }
}

fn greeted(greeting: &[u8], place: &str) -> Result<(), Answer> {
    if greeting.starts_with(b"* OK") {
        return Ok(());
    }
    if greeting.starts_with(b"* BYE") {
        let text = format!("{place} : le serveur IMAP ne sert personne pour le moment");
        return Err(Answer::unreached("imap", &text));
    }
    let text = format!("BOUNCES_IMAP_URL : ce qui répond à {place} n'est pas un serveur IMAP");
    Err(Answer::channel(Cause::Reglage, "imap", &text))
}

fn logged_in(
    client: Client<Stream>,
    settings: &Imap,
    place: &str,
) -> Result<Session<Stream>, Answer> {
    let user = &settings.login.user;
    let outcome = match &settings.login.proof {
        Proof::Password(password) => client.login(user, password.expose()),
        Proof::Token(server) => {
            let token = Tokens::new(server.clone()).token()?;
            let first = Cell::new(true);
            let bearer = Bearer {
                user,
                token: &token,
                first,
            };
            client.authenticate("XOAUTH2", &bearer)
        }
    };
    outcome.map_err(|(error, _client)| match error {
        // RFC 5530: it is not about us.
        Error::No(no) if is_passing(&no.information) => Answer::unreached("imap", &format!("{place} : indisponible")),
        Error::No(_) | Error::Bad(_) => {
            let text = match settings.login.proof {
                Proof::Password(_) => {
                    "le serveur IMAP refuse l'identifiant ou le mot de passe : corrigez BOUNCES_IMAP_URL ou \
                     BOUNCES_IMAP_PASSWORD"
                }
                Proof::Token(_) => {
                    "le serveur IMAP refuse le jeton : l'application a-t-elle le droit de lire cette boîte ?"
                }
            };
            Answer::channel(Cause::Identification, "imap", text)
        }
        other => failed(place, &other),
    })
}

fn is_passing(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["unavailable", "temporary", "try again", "too many"]
        .iter()
        .any(|word| said.contains(word))
}

/// What a server says may name somebody: of its words, nothing is told.
fn failed(place: &str, error: &Error) -> Answer {
    match error {
        Error::Io(error) => {
            let failure = Failure::from(io::Error::new(error.kind(), error.to_string()));
            tcp::not_opened(place, &failure, &MAILBOX)
        }
        Error::ConnectionLost | Error::Bye(_) => {
            Answer::unreached("connexion", &format!("{place} : connexion coupée"))
        }
        Error::No(_) | Error::Bad(_) => Answer::unreached(
            "imap",
            &format!("{place} : le serveur IMAP refuse la commande"),
        ),
        _ => Answer::unreached(
            "imap",
            &format!("{place} : réponse incompréhensible du serveur IMAP"),
        ),
    }
}

/// XOAUTH2, as for the relay.
struct Bearer<'b> {
    user: &'b str,
    token: &'b str,
    first: Cell<bool>,
}

impl Authenticator for Bearer<'_> {
    type Response = String;

    /// What is asked after the token is why it is refused, and wants an empty answer.
    fn process(&self, _challenge: &[u8]) -> String {
        if self.first.replace(false) {
            format!(
                "user={}\u{1}auth=Bearer {}\u{1}\u{1}",
                self.user, self.token
            )
        } else {
            String::new()
        }
    }
}

/// What a run may take, shared with the stream that the client has.
struct Limits {
    until: Cell<Instant>,
    bytes: Cell<u64>,
    end: Instant,
}

impl Limits {
    fn new() -> Self {
        let end = Instant::now() + WHOLE;
        Self {
            until: Cell::new(Instant::now() + STEP),
            bytes: Cell::new(BYTES),
            end,
        }
    }

    fn begin_step(&self) {
        // The last step ends in its own time.
        self.until.set((Instant::now() + STEP).min(self.end + STEP));
    }
}

struct Stream {
    tls: StreamOwned<ClientConnection, Timed>,
    limits: Rc<Limits>,
}

impl Stream {
    fn open(settings: &Imap, place: &str, limits: &Rc<Limits>) -> Result<Self, Answer> {
        let unready = |fault: Unready| {
            Answer::channel(
                Cause::Reglage,
                "réglage",
                &texts::unready(crate::config::Lang::Fr, &fault),
            )
        };
        let tls = Tls::new(&settings.host).map_err(unready)?;
        let opened = || -> Result<_, Failure> {
            let mut timed = tcp::connect(&settings.host, settings.port, limits.until.get())?;
            limits.begin_step();
            timed.until(limits.until.get());
            let mut session = tls.session().map_err(Failure::Tls)?;
            while session.is_handshaking() {
                session.complete_io(&mut timed)?;
            }
            Ok(StreamOwned::new(session, timed))
        };
        let tls = opened().map_err(|failure| tcp::not_opened(place, &failure, &MAILBOX))?;
        Ok(Self {
            tls,
            limits: Rc::clone(limits),
        })
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.tls.sock.until(self.limits.until.get());
        let read = self.tls.read(buf)?;
        let bytes = self.limits.bytes.get();
        let left = bytes.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.limits
            .bytes
            .set(left.ok_or_else(|| io::Error::other("trop de données"))?);
        Ok(read)
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.tls.sock.until(self.limits.until.get());
        self.tls.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tls.flush()
    }
}
