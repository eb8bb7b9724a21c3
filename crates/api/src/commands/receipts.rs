//! The addresses at which gateways tell of deliveries: made, listed, revoked.

use super::local;
use crate::cli::{Cli, ReceiptsCommand};
use crate::receipts::PATH;
use crate::start;
use messages_core::config::Config;
use messages_core::exit::{Exit, Failure};
use messages_core::receipts;
use messages_core::store::appels::recus::{self, Jeton};
use messages_core::store::{Conn, Error, migrations};
use std::io::Write;

/// Makes, lists or revokes addresses for receipts.
///
/// # Errors
/// As those of keys.
pub fn run(cli: &Cli, command: &ReceiptsCommand) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let mut conn =
        migrations::open_current(&config.database).map_err(|error| error.with_origin(&config))?;
    let mut stdout = std::io::stdout().lock();
    match command {
        ReceiptsCommand::Create { passerelle } => {
            create(&config, &mut conn, passerelle, &mut stdout)?;
        }
        ReceiptsCommand::List => {
            stdout.write_all(list(&config, &mut conn)?.as_bytes()).ok();
        }
        ReceiptsCommand::Revoke { id } => {
            revoke(&mut conn, *id)?;
            writeln!(stdout, "Adresse {id} révoquée.").ok();
        }
    }
    Ok(Exit::Done)
}

/// Only the address goes to `out`.
fn create(
    config: &Config,
    conn: &mut Conn,
    passerelle: &str,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let forms = receipts::forms(config.sms.gateway.as_ref());
    if !forms.contains_key(passerelle) {
        let known = forms.into_keys().collect::<Vec<_>>().join(", ");
        let text = format!("« {passerelle} » ne dit rien de ses SMS ; il faut l'une de : {known}");
        return Err(Failure::new(Exit::Failed, text));
    }
    let (jeton, row) = recus::create(conn, passerelle)?;
    log::info!("receipts={} creee passerelle={passerelle}", row.id);
    let base = config.api.base_url.as_deref().unwrap_or_default();
    let path = PATH
        .replace("{passerelle}", passerelle)
        .replace("{jeton}", jeton.expose());
    let shown = writeln!(out, "{base}{path}").and_then(|()| out.flush());
    if let Err(error) = shown {
        let id = row.id;
        let text = format!(
            "l'adresse {id} n'a pas pu être affichée ({error}) : révoquez-la (messages-api receipts revoke {id})"
        );
        return Err(Failure::new(Exit::Internal, text));
    }
    let mut note = format!(
        "Adresse {} pour les reçus de « {passerelle} ». Mettez-la dans SMS_RECEIPT_URL, ou dans l'espace client \
         de la passerelle, maintenant : elle n'est gardée nulle part ailleurs, et qui la connaît peut dire ce que sont devenus vos SMS.",
        row.id
    );
    if base.is_empty() {
        note += "\nIl y manque le nom de ce serveur, que le réglage BASE_URL dit.";
    }
    writeln!(std::io::stderr(), "{note}").ok();
    Ok(())
}

fn list(config: &Config, conn: &mut Conn) -> Result<String, Failure> {
    let all = recus::list(conn)?;
    if all.is_empty() {
        return Ok("Aucune adresse.\n".to_owned());
    }
    Ok(all.iter().map(|jeton| line(config, jeton)).collect())
}

/// `3  twilio          créée le 02/03/2026 à 09:30`
fn line(config: &Config, jeton: &Jeton) -> String {
    let revoked = jeton
        .revoque_le
        .map(|at| format!("  RÉVOQUÉE le {}", local(config, at)))
        .unwrap_or_default();
    let made = local(config, jeton.cree_le);
    format!(
        "{:>3}  {:<16}  créée le {made}{revoked}\n",
        jeton.id, jeton.passerelle
    )
}

fn revoke(conn: &mut Conn, id: i64) -> Result<(), Failure> {
    recus::revoke(conn, id).map_err(|error| match error {
        Error::NotFound => Failure::new(Exit::Failed, format!("adresse {id} introuvable")),
        Error::Conflict(_) => Failure::new(Exit::Failed, format!("adresse {id} déjà révoquée")),
        other => other.into(),
    })?;
    log::info!("receipts={id} revoquee");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use messages_core::config::{Database as Place, Vars};
    use messages_core::digest::sha256;
    use messages_testing::db::Database;

    #[test]
    fn an_address_is_shown_once_listed_and_revoked_for_ever() {
        let database = Database::sqlite();
        let mut conn = migrations::open(&Place::from_url(database.url()).unwrap()).unwrap();
        let base = [(
            "BASE_URL".to_owned(),
            "https://ecole.exemple.fr/".to_owned(),
        )];
        let config = Config::load(Vars::from_pairs(base)).unwrap();
        assert_eq!(list(&config, &mut conn).unwrap(), "Aucune adresse.\n");
        let mut out = Vec::new();
        create(&config, &mut conn, "twilio", &mut out).unwrap();
        create(&config, &mut conn, "kannel", &mut Vec::new()).unwrap();
        let shown = String::from_utf8(out).unwrap();
        let begin = "https://ecole.exemple.fr/api/receipts/twilio/";
        let token = shown
            .strip_prefix(begin)
            .unwrap()
            .strip_suffix("/\n")
            .unwrap();
        assert_eq!(token.len(), 64);
        assert_eq!(
            recus::valid(&mut conn, "twilio").unwrap(),
            [sha256(token.as_bytes())]
        );
        revoke(&mut conn, 1).unwrap();
        assert!(recus::valid(&mut conn, "twilio").unwrap().is_empty());
        assert_eq!(recus::valid(&mut conn, "kannel").unwrap().len(), 1);
        let text = list(&config, &mut conn).unwrap();
        assert!(!text.contains(token) && !text.contains(&sha256(token.as_bytes())));
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].contains("twilio") && lines[0].contains("RÉVOQUÉE le "),
            "{text}"
        );
        assert!(
            lines[1].contains("kannel") && !lines[1].contains("RÉVOQUÉE"),
            "{text}"
        );
        for id in [1, 7] {
            assert_eq!(
                revoke(&mut conn, id).unwrap_err().tell("messages-api"),
                Exit::Failed
            );
        }
        let unknown = create(&config, &mut conn, "personne", &mut Vec::new()).unwrap_err();
        assert!(format!("{unknown:?}").contains("africastalking, brevo"));
        let lost = create(&config, &mut conn, "ovh", &mut [0; 8].as_mut_slice());
        assert!(format!("{:?}", lost.unwrap_err()).contains("receipts revoke 3"));
        let deeds =
            database.texts("SELECT action || ' ' || objet AS v FROM historique ORDER BY id");
        assert_eq!(
            deeds,
            ["cree jeton", "cree jeton", "revoque jeton", "cree jeton"]
        );
    }
}
