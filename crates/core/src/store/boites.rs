//! How far mailboxes of bounces were read.

use super::sql::statements;
use super::{Conn, Error};
use crate::schema::boites;
use diesel::prelude::*;

statements! {
    // Two that read at once: the one that got further counts.
    fn moved_on(empreinte: &str, validite: i64, dernier: i64) =
        "INSERT INTO boites (empreinte, validite, dernier) VALUES ({empreinte}, {validite}, {dernier})
         ON CONFLICT (empreinte) DO UPDATE
            SET validite = {validite},
                dernier = CASE WHEN boites.validite = {validite} AND boites.dernier > {dernier}
                               THEN boites.dernier ELSE {dernier} END";
}

/// The number of the message that was read last, in a folder of this validity; 0 before the first.
pub fn last_read(conn: &mut Conn, empreinte: &str, validite: i64) -> Result<i64, Error> {
    let known = boites::table
        .find(empreinte)
        .filter(boites::validite.eq(validite));
    let last: Option<i64> = conn.first(known.select(boites::dernier))?;
    Ok(last.unwrap_or(0))
}

/// Notes that messages up to this one were read.
pub fn read_up_to(
    conn: &mut Conn,
    empreinte: &str,
    validite: i64,
    dernier: i64,
) -> Result<(), Error> {
    conn.write(|conn| {
        conn.execute(moved_on(empreinte, validite, dernier))
            .map(drop)
    })
}
