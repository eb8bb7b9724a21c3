//! The key of a program: looked up, and noted as used.

use crate::auth::{PresentedKey, Principal, check_key};
use crate::drf::ApiError;
use crate::state::State;
use messages_core::instant::Instant;
use messages_core::store::appels::cles;

/// Whose key this is.
///
/// # Errors
/// 401 for one that is unknown, wrong or revoked; the database's.
pub(crate) async fn known(state: &State, presented: &PresentedKey) -> Result<Principal, ApiError> {
    if let Some(cle) = state.keys.get(&presented.prefixe) {
        return check_key(Some(&cle), presented).map_err(ApiError::Refused);
    }
    let prefixe = presented.prefixe.clone();
    let found = state.ask(move |conn| cles::find(conn, &prefixe)).await?;
    let principal = check_key(found.as_ref(), presented).map_err(ApiError::Refused)?;
    let now = Instant::of_this_machine();
    if let Some(cle) = found {
        if cle.is_to_note(now) {
            let id = cle.id;
            state.by_the_way(move |conn| cles::note_use(conn, id));
        }
        state.keys.keep(cle);
    }
    Ok(principal)
}
