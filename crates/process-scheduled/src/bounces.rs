//! `bounces`: reads e-mails that came back, one from standard input, or those of a Maildir or of an IMAP mailbox.

mod imap;
mod maildir;
mod words;

use crate::cli::Cli;
use crate::{output, start};
use maildir::Maildir;
use messages_core::bounces::{self, Handled, READ_MAX};
use messages_core::config::Lang;
use messages_core::exit::{Exit, Failure};
use messages_core::store::envois::Noted;
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Remise;
use serde_json::{Value, json};
use std::io::{self, Read};
use std::path::Path;

/// How many messages came to what.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    lus: i64,
    /// E-mails of which this is known now.
    remis: i64,
    en_cours: i64,
    non_remis: i64,
    /// As much was known already.
    connus: i64,
    /// Noted by the next run: what was sent is not recorded yet.
    en_avance: i64,
    /// Bounces of none of our e-mails.
    etrangers: i64,
    /// No bounces: answers of people who are away, and the rest.
    autres: i64,
}

impl Sum {
    fn add(&mut self, handled: &Handled) {
        self.lus += 1;
        *match handled {
            Handled::PassedOver => &mut self.autres,
            Handled::Stranger | Handled::Ours(Noted::Unknown, ..) => &mut self.etrangers,
            Handled::Ours(Noted::Known, ..) => &mut self.connus,
            Handled::Ours(Noted::Early, ..) => &mut self.en_avance,
            Handled::Ours(Noted::New(_), Remise::Remis, _) => &mut self.remis,
            Handled::Ours(Noted::New(_), Remise::EnCours, _) => &mut self.en_cours,
            Handled::Ours(Noted::New(_), ..) => &mut self.non_remis,
        } += 1;
    }

    fn json(&self) -> Value {
        json!({
            "lus": self.lus,
            "remis": self.remis,
            "en_cours": self.en_cours,
            "non_remis": self.non_remis,
            "connus": self.connus,
            "en_avance": self.en_avance,
            "etrangers": self.etrangers,
            "autres": self.autres,
        })
    }
}

pub(crate) fn bounces(cli: &Cli, maildir: Option<&Path>, imap: bool) -> Result<Exit, Failure> {
    match maildir {
        Some(folder) => from_maildir(cli, folder),
        None if imap => imap::read(cli),
        // Whatever is wrong here can be mended: the mail server keeps the message and tries again.
        None => from_stdin(cli).map_err(Failure::for_later),
    }
}

fn from_stdin(cli: &Cli) -> Result<Exit, Failure> {
    let mut stdin = io::stdin().lock();
    let message = beginning(&mut stdin);
    // To the end, so that nobody is told of a broken pipe.
    let message =
        message.and_then(|message| io::copy(&mut stdin, &mut io::sink()).map(|_| message));
    let message = message.map_err(|error| Failure::new(Exit::TryLater, error.to_string()))?;
    let (config, mut conn) = start::start(cli)?;
    let handled = handle(&mut conn, &message)?;
    if handled == Handled::Stranger {
        output::alarm(words::stranger(config.messages.lang));
    }
    let mut sum = Sum::default();
    sum.add(&handled);
    // Mail servers put what is printed into mails of their own.
    if cli.json {
        output::json(&sum.json());
    }
    Ok(Exit::Done)
}

fn from_maildir(cli: &Cli, folder: &Path) -> Result<Exit, Failure> {
    let (config, mut conn) = start::start(cli)?;
    let lang = config.messages.lang;
    let maildir = Maildir::open(folder)
        .ok_or_else(|| Failure::new(Exit::Failed, words::no_maildir(lang, folder)))?;
    let unusable =
        |error: io::Error| Failure::new(Exit::TryLater, format!("{} : {error}", folder.display()));
    let mut sum = Sum::default();
    for file in maildir.new_files().map_err(unusable)? {
        let Some(mut message) = file.open().map_err(unusable)? else {
            continue;
        };
        let message = beginning(&mut message).map_err(unusable)?;
        // A kill between the two has it read again, which changes nothing.
        sum.add(&handle(&mut conn, &message)?);
        file.is_seen().map_err(unusable)?;
    }
    tell(cli, lang, &sum);
    Ok(Exit::Done)
}

fn tell(cli: &Cli, lang: Lang, sum: &Sum) {
    if cli.json {
        output::json(&sum.json());
    } else if !cli.quiet {
        output::line(words::sum(lang, sum));
    }
    if sum.etrangers > 0 {
        output::alarm(words::strangers(lang, sum.etrangers));
    }
}

/// What is read of a message.
fn beginning(message: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    message.take(READ_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn handle(conn: &mut Conn, message: &[u8]) -> Result<Handled, Error> {
    let handled = bounces::handle(conn, message)?;
    match &handled {
        Handled::Ours(Noted::New(envoi), remise, code) => log::info!(
            "envoi={} message={} remise={remise} code={}",
            envoi.id,
            envoi.message,
            code.as_deref().unwrap_or("-")
        ),
        Handled::Ours(..) => log::debug!("retour déjà connu, ou en avance"),
        Handled::Stranger => log::debug!("retour d'ailleurs"),
        Handled::PassedOver => log::debug!("pas un retour"),
    }
    Ok(handled)
}
