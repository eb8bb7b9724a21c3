//! The dispatcher's patience with a database that goes away.

use crate::dispatch::StopFlag;
use crate::store::{Conn, Error};
use std::time::{Duration, Instant as Moment};

/// How long a database that went away is waited for.
const RECONNECT: Duration = Duration::from_secs(30);

/// The same in a run that is asked to end: what it heard is written down on this machine.
const RECONNECT_STOPPED: Duration = Duration::from_secs(3);

/// Does `work`, and does it again on a new connection when the database went away: for a while,
/// for a restarted server is soon back. Whether a broken commit happened is not known, so the
/// second argument tells `work` that it may find its own traces.
pub(super) fn persist<T>(
    conn: &mut Conn,
    stop: &StopFlag,
    mut work: impl FnMut(&mut Conn, bool) -> Result<T, Error>,
) -> Result<T, Error> {
    let begun = Moment::now();
    let patience = || {
        if stop.is_raised() {
            RECONNECT_STOPPED
        } else {
            RECONNECT
        }
    };
    let mut outcome = work(conn, false);
    while let Err(Error::Unavailable(reason)) = &outcome
        && begun.elapsed() < patience()
    {
        log::warn!("base de données indisponible, nouvel essai : {reason}");
        std::thread::sleep(Duration::from_secs(1));
        outcome = match conn.reopen() {
            Ok(()) => work(conn, true),
            Err(error) => Err(error),
        };
    }
    outcome
}
