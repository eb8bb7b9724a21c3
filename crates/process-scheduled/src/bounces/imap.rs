//! An IMAP mailbox. How far it was read is kept in the database; what is understood is marked as read there, and
//! everything else is left as it is.

use super::{Sum, handle, tell, words};
use crate::cli::Cli;
use crate::start;
use messages_core::bounces::Handled;
use messages_core::channel::Answer;
use messages_core::channel::imap::Inbox;
use messages_core::config::Imap;
use messages_core::control::check::refused;
use messages_core::digest::sha256;
use messages_core::exit::{Exit, Failure};
use messages_core::store::{Conn, boites};

/// Messages of one run; the next one goes on.
const MOST: usize = 500;

pub(super) fn read(cli: &Cli) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    let lang = config.messages.lang;
    let settings = config.imap.as_ref();
    let settings = settings.ok_or_else(|| Failure::new(Exit::Config, words::no_mailbox(lang)))?;
    let mut reader = Reader {
        inbox: Inbox::open(settings).map_err(failed)?,
        settings,
        name: name(settings),
    };
    let mut sum = Sum::default();
    reader.read(&mut conn, &mut sum)?;
    reader.inbox.close();
    tell(cli, lang, &sum);
    Ok(Exit::Done)
}

/// What the database knows the mailbox by.
fn name(settings: &Imap) -> String {
    let Imap {
        host,
        port,
        login,
        folder,
    } = settings;
    sha256(format!("{}@{host}:{port}/{folder}", login.user).as_bytes())
}

fn failed(answer: Answer) -> Failure {
    let (exit, text) = refused(answer);
    Failure::new(exit, text)
}

struct Reader<'r> {
    inbox: Inbox,
    settings: &'r Imap,
    name: String,
}

impl Reader<'_> {
    fn read(&mut self, conn: &mut Conn, sum: &mut Sum) -> Result<(), Failure> {
        let validity = i64::from(self.inbox.validity);
        let last = boites::last_read(conn, &self.name, validity)?;
        let last = u32::try_from(last).unwrap_or_default();
        let newer = self.inbox.after(last).map_err(failed)?;
        for uid in newer.into_iter().take(MOST) {
            if !self.inbox.has_time() {
                break;
            }
            if let Some(message) = self.beginning(uid).map_err(failed)? {
                let handled = handle(conn, &message)?;
                sum.add(&handled);
                if matches!(handled, Handled::Ours(..)) {
                    self.inbox.seen(uid).map_err(failed)?;
                }
            }
            // A kill before has it read again, which changes nothing.
            boites::read_up_to(conn, &self.name, validity, i64::from(uid))?;
        }
        Ok(())
    }

    /// A message over which the conversation breaks twice is passed over: it would keep all others waiting for
    /// ever.
    fn beginning(&mut self, uid: u32) -> Result<Option<Vec<u8>>, Answer> {
        for _ in 0..2 {
            match self.inbox.beginning(uid) {
                Err(answer) if answer.code.as_deref() != Some("délai") => {
                    self.inbox = Inbox::open(self.settings)?;
                }
                outcome => return outcome,
            }
        }
        log::warn!("bounces : le message {uid} de la boîte ne se lit pas, il est passé");
        Ok(None)
    }
}
