//! What a run would treat now, read without changing it: for the dry run.

use super::sql::sql;
use super::{Conn, Error};
use crate::instant::{Instant, InstantSql};
use crate::vocabulary::Canal;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

/// A message that a run would treat now.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Upcoming {
    /// Number of the message.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The channel.
    #[diesel(sql_type = Text)]
    pub canal: Canal,
    /// What an SMS says.
    #[diesel(sql_type = Nullable<Text>)]
    pub texte: Option<String>,
    /// Its subject.
    #[diesel(sql_type = Nullable<Text>)]
    pub sujet: Option<String>,
    /// The one recipient.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub parent: Option<i64>,
    /// The class of a group message; none means everybody.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub classe: Option<i64>,
    /// Name of the class.
    #[diesel(sql_type = Nullable<Text>)]
    pub classe_nom: Option<String>,
    /// Whether it goes to a class or to everybody.
    #[diesel(sql_type = Bool)]
    pub est_message_groupe: bool,
    /// When it should have left.
    #[diesel(sql_type = InstantSql)]
    pub due: Instant,
}

/// The messages that runs until then would take, which stay as they are.
///
/// # Errors
/// The database's.
pub fn upcoming(conn: &mut Conn, limit: usize, until: Instant) -> Result<Vec<Upcoming>, Error> {
    conn.load(
        sql(
            "SELECT id, type AS canal, sujet, CASE type WHEN 'sms' THEN contenu END AS texte, parent, classe, est_message_groupe,
                     (SELECT c.nom FROM classes c WHERE c.id = messages.classe) AS classe_nom,
                     CASE WHEN COALESCE(programme_le, date_creation) > date_programmee
                          THEN COALESCE(programme_le, date_creation)
                          ELSE date_programmee END AS due
                FROM messages WHERE statut = 'programme' AND date_programmee <= ?
               ORDER BY date_programmee, id LIMIT ?",
        )
        .bind(until)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX)),
    )
}

/// One message, as if it were due now.
///
/// # Errors
/// `NotFound`.
pub fn one(conn: &mut Conn, id: i64) -> Result<Upcoming, Error> {
    let now = conn.now()?;
    let found: Vec<Upcoming> = conn.load(
        sql(
            "SELECT id, type AS canal, sujet, CASE type WHEN 'sms' THEN contenu END AS texte, parent, classe, est_message_groupe,
                     (SELECT c.nom FROM classes c WHERE c.id = messages.classe) AS classe_nom,
                     COALESCE(date_programmee, ?) AS due
                FROM messages WHERE id = ?",
        )
        .bind(now)
        .bind(id),
    )?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// The messages with envois whose turn, or whose next attempt, has come by then.
///
/// # Errors
/// The database's.
pub fn leaving(conn: &mut Conn, now: Instant, until: Instant) -> Result<Vec<Upcoming>, Error> {
    conn.load(
        sql(
            "SELECT id, type AS canal, sujet, CASE type WHEN 'sms' THEN contenu END AS texte, parent, classe, est_message_groupe,
                     (SELECT c.nom FROM classes c WHERE c.id = messages.classe) AS classe_nom,
                     COALESCE(date_programmee, date_creation) AS due
                FROM messages
               WHERE statut = 'en_attente' AND etendu_le IS NOT NULL
                 AND EXISTS (SELECT 1 FROM envois e
                              WHERE e.message = messages.id AND e.etat = 'a_envoyer'
                                AND e.prochaine <= ? AND e.expire > ?)
               ORDER BY id",
        )
        .bind(until)
        .bind(now),
    )
}

/// Somebody whose turn has come.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Addressed {
    /// The parent; none when erased.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub parent: Option<i64>,
    /// Family name; empty when erased.
    #[diesel(sql_type = Text)]
    pub nom: String,
    /// First name.
    #[diesel(sql_type = Text)]
    pub prenom: String,
    /// The address.
    #[diesel(sql_type = Text)]
    pub adresse: String,
}

/// Number, names and address of those of a message whose turn has come by then. What was never tried
/// goes where the directory says now.
///
/// # Errors
/// The database's.
pub fn waiting(
    conn: &mut Conn,
    message: i64,
    now: Instant,
    until: Instant,
) -> Result<Vec<Addressed>, Error> {
    conn.load(
        sql(
            "SELECT p.id AS parent, COALESCE(p.nom, '') AS nom, COALESCE(p.prenom, '') AS prenom,
                     CASE WHEN e.tentatives = 0 AND e.canal = 'sms' AND p.telephone_e164 <> e.adresse
                            THEN p.telephone_e164
                          WHEN e.tentatives = 0 AND e.canal = 'email'
                           AND p.email_norme <> lower(e.adresse) THEN p.email_norme
                          ELSE e.adresse END AS adresse
                FROM envois e LEFT JOIN parents p ON p.id = e.parent
               WHERE e.message = ? AND e.etat = 'a_envoyer' AND e.prochaine <= ? AND e.expire > ?
               ORDER BY e.id",
        )
        .bind(message)
        .bind(until)
        .bind(now),
    )
}
