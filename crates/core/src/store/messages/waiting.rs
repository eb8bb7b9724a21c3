//! Recipients of messages that are leaving who wait for another attempt.

use crate::instant::Instant;
use crate::schema::envois::{canal, code, detail, etat, message, prochaine, table};
use crate::store::literal::word;
use crate::store::{Conn, Error};
use crate::vocabulary::{Canal, Etat};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Who waits of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attente {
    /// The message.
    pub message: i64,
    /// How many wait.
    pub nombre: i64,
    /// The commonest reason: the peer's words or ours, or a code; none when they wait for the morning.
    pub raison: Option<String>,
    /// When the first of them is tried again.
    pub prochaine: Instant,
}

#[derive(Queryable)]
struct Group {
    message: i64,
    detail: Option<String>,
    code: Option<String>,
    nombre: i64,
    prochaine: Instant,
}

/// Of each of these messages of which somebody was put off: how many, why, until when.
pub fn attentes(conn: &mut Conn, messages: &[i64], now: Instant) -> Result<Vec<Attente>, Error> {
    let sleeps = canal.eq(Canal::Sms).and(prochaine.gt(now));
    let groups: Vec<Group> = conn.load(
        table
            .filter(etat.eq(word(Etat::AEnvoyer)).and(message.eq_any(messages)))
            .filter(detail.ne("").or(code.is_not_null()).or(sleeps))
            .group_by((message, detail, code))
            .select((
                message,
                detail,
                code,
                count_star(),
                min(prochaine).assume_not_null(),
            ))
            .order(message),
    )?;
    let of_one = groups.chunk_by(|one, other| one.message == other.message);
    Ok(of_one.filter_map(together).collect())
}

fn together(groups: &[Group]) -> Option<Attente> {
    let mut reasons: BTreeMap<Option<&String>, i64> = BTreeMap::new();
    for group in groups {
        let words = group.detail.as_ref().filter(|words| !words.is_empty());
        *reasons.entry(words.or(group.code.as_ref())).or_default() += group.nombre;
    }
    let nombre = reasons.values().sum();
    let commonest = reasons
        .into_iter()
        .min_by_key(|(raison, nombre)| (Reverse(*nombre), raison.is_none(), *raison));
    Some(Attente {
        message: groups.first()?.message,
        nombre,
        raison: commonest?.0.cloned(),
        prochaine: groups.iter().map(|group| group.prochaine).min()?,
    })
}
