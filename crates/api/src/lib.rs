//! The HTTP interface.
//!
//! In the order of a request: [`server`] listens; `edge` numbers it, notes it and answers
//! preflights; `gate` finds out who calls and lets it through to its `endpoint`; `messages`,
//! `directory`, `desinscription`, `receipts`, `health`, `metrics` and `openapi` are the endpoints, `crud` what those of objects
//! have in common; `drf` reads what was sent and says what was wrong with it; `state` asks the core
//! crate; `answer` writes what was found. `console` shows all of it to people, as pages. `alarms` tells what needs a person. [`commands`] is the command
//! line beside it.
//!
//! # How to add an endpoint
//!
//! 1. Write the handler in the room it belongs to. Its arguments are what it needs, and are read by
//!    themselves, in their order: `web::Data<State>`; `Caller`, to change something; `Id`, the
//!    number in the path; `Query`; `Body`, or `Result<Body, ApiError>` when something is to be told
//!    before the faults of the body. It returns `Result<HttpResponse, ApiError>`.
//!
//!    ```text
//!    async fn recipients(state: web::Data<State>, Id(id): Id) -> Result<HttpResponse, ApiError> {
//!        let message: Message = crud::load(&state, id).await?;
//!        Ok(answer::ok(&json!({ "nb_destinataires": message.nb_destinataires })))
//!    }
//!    ```
//!
//!    What only reads goes through `State::ask`, what changes something through `State::change`; a
//!    `POST` through `State::carry_out`, which also keeps its answer for a repetition. Either is one
//!    transaction, and what is done in it is noted with `store::historique::note`.
//!    What is listed says how in `answer::list::Listed`; objects that are written, changed and
//!    removed too implement `crud::Resource` and have all their handlers.
//! 2. Put an `Endpoint` into the room's `endpoints()`: the path, with a slash at its end; the name
//!    for `OPTIONS`; and for each method an `Operation` that says who may (a scope, `Access::Known`
//!    or `Access::Public`), its id and summary, what it takes and answers, and the handler. A path
//!    of fixed words stands before one with a number in the same place. The room's own list is in
//!    `server::endpoints()`; there is no other way to be routed. What it answers,
//!    `.answers::<T>()`, derives `ToSchema`, with French comments and an example, which are the
//!    document's; what it takes, `.body::<T>()`, also says the `RULES` by which it is read.
//! 3. Renew the document, `UPDATE_OPENAPI=1 cargo nextest run -p messages-api openapi`, and look at
//!    what changed in `crates/api/openapi.json`.
//! 4. Add the path to the table of `tests/it/scopes/table.rs`: every kind of caller then tries it.

mod alarms;
mod answer;
pub mod auth;
mod caller;
pub mod cli;
pub mod commands;
mod condition;
mod console;
mod counters;
mod crud;
mod desinscription;
mod directory;
mod dispatcher;
mod drf;
mod edge;
mod endpoint;
mod gate;
mod health;
mod historique;
mod messages;
mod metrics;
mod openapi;
mod rate;
mod receipts;
mod schema;
pub mod server;
pub mod start;
mod state;
mod texts;
