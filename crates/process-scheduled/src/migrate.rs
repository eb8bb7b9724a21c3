//! `migrate`: tables of this program's version.

use crate::cli::Cli;
use crate::{output, start};
use messages_core::exit::{Exit, Failure};
use messages_core::store::{Conn, migrations};

pub(crate) fn migrate(cli: &Cli) -> Result<Exit, Failure> {
    let config = start::settings(cli)?;
    start::logging(cli, &config);
    let mut conn = Conn::create(&config.database).map_err(|error| error.with_origin(&config))?;
    migrations::pending(&mut conn)?;
    let applied = migrations::migrate(&mut conn)?;
    if !cli.quiet {
        if applied.is_empty() {
            output::line("Les tables sont à jour.");
        }
        for name in applied {
            output::line(format_args!("Appliqué : {name}"));
        }
    }
    Ok(Exit::Done)
}
