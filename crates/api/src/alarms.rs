//! What needs a person, as far as the server sees it: after each run of its own, and when the scheduler
//! makes none.

use messages_core::config::Config;
use messages_core::incidents::{self, State};
use messages_core::store::{Conn, Error};
use std::time::{Duration, Instant as Moment};

const PROGRAM: &str = "messages-api";

/// A mail to the administrator may take so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// Looks whether there are runs.
pub(crate) fn look(config: &Config) {
    tell(config, incidents::watch);
}

/// Tells what a run of this server came to; whether it was `done`.
pub(crate) fn after(config: &Config, done: bool) {
    if done {
        tell(config, incidents::after_run);
    } else {
        tell(config, incidents::after_failure);
    }
}

fn tell(config: &Config, ask: impl FnOnce(&Config, &mut Conn) -> Result<State, Error>) {
    let state = Conn::open(&config.database).and_then(|mut conn| ask(config, &mut conn));
    match state {
        Ok(state) => {
            incidents::aloud(PROGRAM, config.messages.lang, &state.told);
            incidents::mail(config, &state, Moment::now() + PATIENCE);
        }
        Err(error) => log::error!("la base ne dit pas ce qui demande quelqu'un : {error}"),
    }
}
