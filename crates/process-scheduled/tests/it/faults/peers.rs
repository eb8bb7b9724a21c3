//! A relay and a gateway, and the program between them.

use crate::program::Program;
use messages_testing::db::Database;
use messages_testing::http::{Gateway, GatewayScript};
use messages_testing::smtp::{Script, Server};
use std::time::Duration;

/// Peers that accept everything, after a while.
pub(crate) struct Peers {
    pub(crate) gateway: Gateway,
    pub(crate) relay: Server,
}

impl Peers {
    pub(crate) fn start(latency: Duration) -> Self {
        Self {
            gateway: Gateway::start(GatewayScript::default().latency(latency)),
            relay: Server::start(Script::default().latency(latency)),
        }
    }

    pub(crate) fn program<'d>(&self, database: &'d Database) -> Program<'d> {
        Program::new(database)
            .relay(&self.relay)
            .gateway(&self.gateway)
    }

    /// The program with a school of so many parents.
    pub(crate) fn school<'d>(&self, database: &'d Database, parents: i64) -> Program<'d> {
        let program = self.program(database);
        program.school(parents, 10);
        program
    }
}
