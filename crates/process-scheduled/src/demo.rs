//! `demo`: a small fictional school, messages of every kind, one run, and what became of them.
//!
//! Everything happens in a folder of its own; messages become files in it.

use crate::cli::Cli;
use crate::{output, report, run, start};
use messages_core::config::{Config, Vars};
use messages_core::exit::{Exit, Failure};
use messages_core::import::{self, Options, Source};
use messages_core::instant::Instant;
use messages_core::model::NewMessage;
use messages_core::store::envois::recipients::{self, Filter};
use messages_core::store::{Conn, Error, migrations};
use messages_core::vocabulary::{Canal, Statut};
use messages_core::{store::messages, texts};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHOOL: &str = include_str!("demo/ecole.csv");

/// Names that are tried when the folder is there already.
const FOLDERS_MAX: u32 = 1000;

pub(crate) fn demo(cli: &Cli, wanted: &Path) -> Result<Exit, Failure> {
    let stop = run::stop_on_signals()?;
    let folder = create(wanted)?;
    let config = settings(&folder)?;
    start::logging(cli, &config);
    let mut conn = migrations::open(&config.database)?;
    let school = Source::of("ecole.csv", SCHOOL);
    let options = Options {
        region: config.sms.region,
        ..Options::default()
    };
    let imported = import::import(&mut conn, &school, &options)
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    say(format_args!(
        "Une école fictive : {} parents, {} élèves, {} classes, dans le dossier {}.\n",
        imported.parents,
        imported.etudiants,
        imported.classes,
        folder.display()
    ));
    let now = conn.now()?;
    let mut ids = Vec::new();
    for message in programme(now) {
        ids.push(messages::insert(&mut conn, &message)?);
    }
    say(format_args!(
        "{} messages sont écrits ; un traitement envoie ceux dont l'heure est venue :\n",
        ids.len()
    ));
    let report = run::pass(cli, &config, &mut conn, stop)?;
    report::show(cli, &config, &report);
    who_got_it(&mut conn, &config, &ids)?;
    farewell(&folder);
    Ok(Exit::Done)
}

fn say(text: std::fmt::Arguments<'_>) {
    output::line(text);
}

/// A new folder: nobody's data is overwritten.
fn create(wanted: &Path) -> Result<PathBuf, Failure> {
    let fault = |path: &Path, error: std::io::Error| {
        Failure::new(Exit::Failed, format!("{} : {error}", path.display()))
    };
    let names = (2..FOLDERS_MAX).map(|n| PathBuf::from(format!("{}-{n}", wanted.display())));
    for path in std::iter::once(wanted.to_path_buf()).chain(names) {
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(fault(&path, error)),
        }
    }
    Err(Failure::new(
        Exit::Failed,
        format!("{} : trop de démonstrations", wanted.display()),
    ))
}

/// The settings, which are also left in the folder so that the other commands can be tried on it.
fn settings(folder: &Path) -> Result<Config, Failure> {
    let text = format!(
        "# Réglages de la démonstration : les messages deviennent des fichiers.\n\
         DATABASE_URL=sqlite://{0}/messages.sqlite3\n\
         MESSAGES_MODE=fichier\n\
         MESSAGES_OUTBOX={0}/outbox\n\
         DEFAULT_FROM_EMAIL=Collège des Tilleuls <secretariat@tilleuls.example>\n\
         SMS_SENDER_NAME=TILLEULS\n\
         LOG_FILE={0}/scheduled_messages.log\n",
        folder.display()
    );
    let path = folder.join("reglages.env");
    std::fs::write(&path, &text)
        .map_err(|error| Failure::new(Exit::Failed, format!("{} : {error}", path.display())))?;
    let (pairs, _) = messages_core::config::dotenv::parse(&text, |_| None);
    Ok(Config::load(Vars::from_pairs(pairs))?)
}

/// Messages of every kind; the last two are not due.
fn programme(now: Instant) -> Vec<NewMessage> {
    let minute = Duration::from_secs(60);
    let sms = |contenu: &str| NewMessage {
        r#type: Canal::Sms,
        sujet: None,
        contenu: contenu.to_owned(),
        contenu_html: None,
        parent: None,
        classe: None,
        est_message_groupe: true,
        statut: Statut::Programme,
        date_programmee: Some(now - minute),
    };
    let email = |sujet: &str, contenu: &str| NewMessage {
        r#type: Canal::Email,
        sujet: Some(sujet.to_owned()),
        ..sms(contenu)
    };
    vec![
        NewMessage {
            parent: Some(1),
            est_message_groupe: false,
            ..sms("Issa est absent ce matin. Merci de rappeler la vie scolaire.")
        },
        NewMessage {
            parent: Some(6),
            est_message_groupe: false,
            ..sms("Léa a oublié son sac de sport au gymnase.")
        },
        NewMessage {
            classe: Some(1),
            ..email(
                "Sortie au musée",
                "Bonjour,\n\nLa classe visite le musée jeudi. Départ à 8 h.\n\nLa vie scolaire",
            )
        },
        sms("Neige : pas de transport scolaire demain. Les cours ont lieu."),
        email(
            "Réunion de rentrée",
            "Bonjour,\n\nLa réunion de rentrée a lieu mardi à 18 h, salle polyvalente.\n\nLa direction",
        ),
        NewMessage {
            date_programmee: Some(now + minute * 60 * 24),
            ..email(
                "Bulletins",
                "Les bulletins du premier trimestre sont en ligne.",
            )
        },
        NewMessage {
            statut: Statut::Brouillon,
            date_programmee: None,
            ..email("Kermesse", "À compléter…")
        },
    ]
}

/// Who got the message to everybody.
fn who_got_it(conn: &mut Conn, config: &Config, ids: &[i64]) -> Result<(), Error> {
    let Some(id) = ids.get(3) else {
        return Ok(());
    };
    say(format_args!(
        "\nDestinataire par destinataire, le message n° {id} :"
    ));
    let everybody = Filter {
        message: *id,
        etat: None,
    };
    for recipient in recipients::after(conn, everybody, 0, 100)? {
        let why = match (recipient.adresse, recipient.motif) {
            (_, Some(motif)) => texts::motif(config.messages.lang, motif).to_owned(),
            (adresse, None) => adresse.unwrap_or_default(),
        };
        let name = format!("{} {}", recipient.prenom, recipient.nom);
        say(format_args!("  {name:<20} {:<9} {why}", recipient.etat));
    }
    Ok(())
}

fn farewell(folder: &Path) {
    let folder = folder.display();
    // As it was called: after `cargo run` the program is not on the PATH.
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "process-scheduled".to_owned());
    say(format_args!(
        "\nÀ regarder ensuite :\n  \
         {folder}/outbox/                    les e-mails (.eml) et les SMS (.json)\n  \
         {folder}/scheduled_messages.log     le journal, sans donnée personnelle\n  \
         {program} --env-file {folder}/reglages.env status\n  \
         {program} --env-file {folder}/reglages.env\n\
         (la dernière ligne fait un second traitement : rien ne part deux fois)"
    ));
}
