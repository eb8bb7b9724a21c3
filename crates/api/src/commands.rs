//! What the command line does besides serving: keys of programs, addresses of gateways.

pub mod receipts;

use crate::cli::{Cli, KeyCommand};
use crate::start;
use messages_core::config::{Config, Lang};
use messages_core::exit::{Exit, Failure};
use messages_core::instant::Instant;
use messages_core::store::appels::cles::{self, Cle};
use messages_core::store::{Conn, Error, migrations};
use messages_core::vocabulary::Portee;
use std::io::Write;

/// Makes, lists or revokes keys.
///
/// # Errors
/// Wrong settings, a database that is away, a key that is not there, an output that is closed.
pub fn run_key_command(cli: &Cli, command: &KeyCommand) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let mut conn = match command {
        // The first key comes before the first start: the server wants one.
        KeyCommand::Create { .. } => migrations::open(&config.database),
        KeyCommand::List | KeyCommand::Revoke { .. } => migrations::open_current(&config.database),
    }
    .map_err(|error| error.with_origin(&config))?;
    let mut stdout = std::io::stdout().lock();
    match command {
        KeyCommand::Create { name, scope } => create(&mut conn, name, scope, &mut stdout)?,
        KeyCommand::List => {
            // A reader that has seen enough is no failure.
            stdout.write_all(list(&config, &mut conn)?.as_bytes()).ok();
        }
        KeyCommand::Revoke { id } => {
            revoke(config.messages.lang, &mut conn, *id)?;
            writeln!(stdout, "Clé {id} révoquée.").ok();
        }
    }
    Ok(Exit::Done)
}

/// Only the key goes to `out`, so that a script can take it from there.
fn create(
    conn: &mut Conn,
    name: &str,
    scope: &[Portee],
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (key, cle) = cles::create(conn, name, scope)?;
    log::info!("key={} creee portees={}", cle.id, words(&cle));
    let shown = writeln!(out, "{}", key.expose()).and_then(|()| out.flush());
    if let Err(error) = shown {
        let text = format!(
            "la clé {} n'a pas pu être affichée ({error}) : révoquez-la (messages-api key revoke {})",
            cle.id, cle.id
        );
        return Err(Failure::new(Exit::Internal, text));
    }
    let note = format!(
        "Clé {} créée pour « {} » ({}). Notez-la maintenant : elle n'est gardée nulle part.\n\
         Elle s'emploie dans l'en-tête HTTP « Authorization: Bearer … ».",
        cle.id,
        cle.nom,
        words(&cle)
    );
    writeln!(std::io::stderr(), "{note}").ok();
    Ok(())
}

fn list(config: &Config, conn: &mut Conn) -> Result<String, Failure> {
    let keys = cles::list(conn)?;
    if keys.is_empty() {
        return Ok("Aucune clé.\n".to_owned());
    }
    Ok(keys.iter().map(|cle| line(config, cle)).collect())
}

/// `3  msg_0a1b2c3d…  lecture,envoi  créée le 02/03/2026 à 09:30  Vie scolaire`
fn line(config: &Config, cle: &Cle) -> String {
    let revoked = cle
        .revoquee_le
        .map(|at| format!("  ANNULÉE le {}", local(config, at)))
        .unwrap_or_default();
    format!(
        "{:>3}  msg_{}…  {:<22}  créée le {}  {}{revoked}\n",
        cle.id,
        cle.prefixe,
        words(cle),
        local(config, cle.creee_le),
        cle.nom
    )
}

fn revoke(lang: Lang, conn: &mut Conn, id: i64) -> Result<(), Failure> {
    cles::revoke(conn, id).map_err(|error| match error {
        Error::NotFound => Failure::new(Exit::Failed, format!("clé {id} introuvable")),
        other => Failure::of_store(lang, other),
    })?;
    log::info!("key={id} revoquee");
    Ok(())
}

fn words(cle: &Cle) -> String {
    let words: Vec<&str> = cle.portees.iter().map(|portee| portee.as_str()).collect();
    words.join(",")
}

/// Day and time in the school's time zone.
fn local(config: &Config, at: Instant) -> String {
    at.in_zone(config.messages.zone)
        .format("%d/%m/%Y à %H:%M")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use messages_core::config::{Database as Place, Vars};
    use messages_testing::db::Database;

    fn config() -> Config {
        Config::load(Vars::from_pairs([])).unwrap()
    }

    fn conn(database: &Database) -> Conn {
        migrations::open(&Place::from_url(database.url()).unwrap()).unwrap()
    }

    #[test]
    fn the_key_alone_is_written() {
        let database = Database::sqlite();
        let mut conn = conn(&database);
        let mut out = Vec::new();
        create(&mut conn, "Cantine", &[Portee::Lecture], &mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        let key = shown.strip_suffix('\n').unwrap();
        let found = cles::find(&mut conn, cles::prefixe(key).unwrap()).unwrap();
        assert_eq!(found.unwrap().empreinte, cles::empreinte(key));
    }

    #[test]
    fn a_key_that_nobody_saw_is_told() {
        let database = Database::sqlite();
        let mut conn = conn(&database);
        let failed = create(&mut conn, "Cantine", &[], &mut [0; 8].as_mut_slice());
        let failure = failed.unwrap_err();
        assert!(format!("{failure:?}").contains("key revoke 1"));
        assert_eq!(failure.tell("messages-api"), Exit::Internal);
    }

    #[test]
    fn the_list_tells_everything_but_the_secret() {
        let database = Database::sqlite();
        let mut conn = conn(&database);
        assert_eq!(list(&config(), &mut conn).unwrap(), "Aucune clé.\n");
        let mut out = Vec::new();
        create(&mut conn, "Cantine", &[Portee::Envoi], &mut out).unwrap();
        create(&mut conn, "Vie scolaire", Portee::ALL, &mut out).unwrap();
        revoke(Lang::Fr, &mut conn, 1).unwrap();
        let text = list(&config(), &mut conn).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].contains("Cantine  ANNULÉE le ") && lines[0].contains("  envoi  "));
        assert!(
            lines[1].ends_with("Vie scolaire")
                && lines[1].contains("lecture,ecriture,envoi,supervision,historique")
        );
        for key in String::from_utf8(out).unwrap().lines() {
            assert!(!text.contains(key.rsplit('_').next().unwrap()));
            assert!(!text.contains(&cles::empreinte(key)));
            assert!(text.contains(cles::prefixe(key).unwrap()));
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_revoked() {
        let database = Database::sqlite();
        let mut conn = conn(&database);
        let missing = revoke(Lang::Fr, &mut conn, 7).unwrap_err();
        assert!(format!("{missing:?}").contains("clé 7 introuvable"));
        assert_eq!(missing.tell("messages-api"), Exit::Failed);
        create(&mut conn, "Cantine", &[], &mut Vec::new()).unwrap();
        revoke(Lang::Fr, &mut conn, 1).unwrap();
        let deeds = database.texts(
            "SELECT acteur || ' ' || action || ' ' || objet AS v FROM historique ORDER BY id",
        );
        assert_eq!(
            deeds,
            [
                "ligne de commande cree cle",
                "ligne de commande revoque cle"
            ]
        );
        assert_eq!(
            revoke(Lang::Fr, &mut conn, 1)
                .unwrap_err()
                .tell("messages-api"),
            Exit::Failed
        );
    }
}
