//! What the database knows of the one envoi: its row, its message, its recipient, its last attempt.
//!
//! Everything that a statement looks at is here; times are only what they are compared with.

use crate::model::raw::Raw;
use messages_core::instant::Instant;
use messages_core::vocabulary::{Canal, Etat, Motif, Statut, Verdict};
use std::time::Duration;

/// How long the envoi may still be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Left {
    /// Longer than any wait.
    Plenty,
    /// Not as long as the wait for another attempt.
    Little,
    Nothing,
}

/// The lease of a row that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Lease {
    Running,
    Over,
}

/// The recipient, as the directory has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Recipient {
    Willing,
    Opposed,
    Erased,
}

/// The attempt under the present token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Attempt {
    None,
    Open,
    Ended(Verdict),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) etat: Etat,
    pub(crate) motif: Option<Motif>,
    /// Whether some run owns it; which one is the state's business.
    pub(crate) owned: bool,
    pub(crate) lease: Option<Lease>,
    /// Whether `prochaine` has come.
    pub(crate) due: bool,
    pub(crate) left: Left,
    pub(crate) tentatives: i64,
    pub(crate) ambigus: i64,
    pub(crate) renvois: i64,
    pub(crate) attempt: Attempt,
    pub(crate) statut: Statut,
    pub(crate) cancelled: bool,
    pub(crate) recipient: Recipient,
    /// Which text stands: the first; a corrected one; or one with which it was programmed again.
    pub(crate) text: u8,
}

/// The token of every row before a statement.
pub(crate) const TOKEN: i64 = 10;

/// The text with which a message was programmed again.
pub(crate) const PROGRAMMED: u8 = 2;

/// The name of the run that owns a row.
pub(crate) const OWNER: &str = "proprietaire";

const LITTLE: Duration = Duration::from_secs(50);
const LONG_AGO: &str = "2001-01-01T00:00:00.000000Z";
const FAR_AHEAD: &str = "2099-01-01T00:00:00.000000Z";

/// Of a next attempt: further off than the longest retry would be a clock's fault.
const LATER: Duration = Duration::from_secs(10 * 3600);

impl Row {
    /// As the audience makes it.
    pub(crate) const NEW: Self = Self {
        etat: Etat::AEnvoyer,
        motif: None,
        owned: false,
        lease: None,
        due: true,
        left: Left::Plenty,
        tentatives: 0,
        ambigus: 0,
        renvois: 0,
        attempt: Attempt::None,
        statut: Statut::EnAttente,
        cancelled: false,
        recipient: Recipient::Willing,
        text: 0,
    };

    /// How often a person wanted it to leave once more.
    pub(crate) fn wishes(&self) -> i64 {
        self.renvois + i64::from(self.text == PROGRAMMED)
    }

    /// Puts the database into this state.
    pub(crate) fn restore(&self, raw: &mut Raw, canal: Canal, now: Instant) {
        raw.execute(&format!(
            "{} {} {} DELETE FROM tentatives; {}",
            self.parent_sql(),
            self.message_sql(),
            self.envoi_sql(canal, now),
            self.attempt_sql()
        ));
    }

    fn parent_sql(&self) -> String {
        if self.recipient == Recipient::Erased {
            return "UPDATE envois SET parent = NULL; DELETE FROM parents;".to_owned();
        }
        let willing = self.recipient == Recipient::Willing;
        format!(
            "INSERT INTO parents (id, nom, prenom, telephone, email, notifications_sms, notifications_email)
             VALUES (1, 'Nom', 'Prénom', '+33612000001', 'parent1@exemple.example', {willing}, {willing})
             ON CONFLICT (id) DO UPDATE SET notifications_sms = {willing}, notifications_email = {willing};"
        )
    }

    fn message_sql(&self) -> String {
        let cancelled = quoted(self.cancelled.then_some(LONG_AGO));
        format!(
            "UPDATE messages SET statut = '{}', annule_le = {cancelled}, etendu_le = '{LONG_AGO}', jeton = 0,
                                 contenu = 'texte {}';",
            self.statut, self.text
        )
    }

    fn envoi_sql(&self, canal: Canal, now: Instant) -> String {
        let lease = self.lease.map(|lease| match lease {
            Lease::Running => (now + Duration::from_secs(200)).to_string(),
            Lease::Over => LONG_AGO.to_owned(),
        });
        let expire = match self.left {
            Left::Plenty => FAR_AHEAD.to_owned(),
            Left::Little => (now + LITTLE).to_string(),
            Left::Nothing => LONG_AGO.to_owned(),
        };
        let here = self.recipient != Recipient::Erased;
        format!(
            "UPDATE envois SET canal = '{canal}', etat = '{}', motif = {}, jeton = {TOKEN}, proprio = {},
                    bail_jusqua = {}, tentatives = {}, ambigus = {}, renvois = {},
                    prochaine = '{}', expire = '{expire}', emis_le = {}, termine_le = {},
                    parent = {}, adresse = {};",
            self.etat,
            quoted(self.motif.map(Motif::as_str)),
            quoted(self.owned.then_some(OWNER)),
            quoted(lease.as_deref()),
            self.tentatives,
            self.ambigus,
            self.renvois,
            if self.due {
                LONG_AGO.to_owned()
            } else {
                (now + LATER).to_string()
            },
            quoted((self.tentatives > 0).then_some(LONG_AGO)),
            quoted(self.etat.is_final().then_some(LONG_AGO)),
            if here { "1" } else { "NULL" },
            quoted(here.then_some(match canal {
                Canal::Sms => "+33612000001",
                Canal::Email => "parent1@exemple.example",
            })),
        )
    }

    fn attempt_sql(&self) -> String {
        let (end, verdict) = match self.attempt {
            Attempt::None => return String::new(),
            Attempt::Open => (None, None),
            Attempt::Ended(verdict) => (Some(LONG_AGO), Some(verdict.as_str())),
        };
        format!(
            "INSERT INTO tentatives (envoi, jeton, passage, debut, fin, verdict)
             SELECT id, {TOKEN}, '{OWNER}', '{LONG_AGO}', {}, {} FROM envois;",
            quoted(end),
            quoted(verdict)
        )
    }

    /// The state of the database, the token, and whether texts at hand are outdated.
    pub(crate) fn read(raw: &mut Raw, now: Instant) -> (Self, i64, bool) {
        let plenty = now + LITTLE + LITTLE;
        let text = raw.text(&format!(
            "SELECT e.etat || '|' || COALESCE(e.motif, '') || '|' || COALESCE(e.proprio, '') || '|'
                    || CASE WHEN e.bail_jusqua IS NULL THEN '' WHEN e.bail_jusqua > '{now}' THEN 'r' ELSE 'o' END
                    || '|' || CASE WHEN e.prochaine <= '{now}' THEN 'due' ELSE '' END
                    || '|' || CASE WHEN e.expire > '{plenty}' THEN 'p' WHEN e.expire > '{now}' THEN 'l' ELSE '' END
                    || '|' || e.tentatives || '|' || e.ambigus || '|' || e.renvois || '|' || e.jeton
                    || '|' || m.statut || '|' || CASE WHEN m.annule_le IS NULL THEN '' ELSE 'c' END
                    || '|' || CASE WHEN e.parent IS NULL THEN 'e'
                                   WHEN EXISTS (SELECT 1 FROM parents p WHERE p.id = e.parent
                                                   AND p.notifications_sms AND p.notifications_email)
                                   THEN 'w' ELSE 'o' END
                    || '|' || COALESCE((SELECT COALESCE(t.verdict, 'open') FROM tentatives t
                                         WHERE t.envoi = e.id AND t.jeton = e.jeton), '')
                    || '|' || substr(m.contenu, 7, 1) || '|' || m.jeton AS v
               FROM envois e JOIN messages m ON m.id = e.message"
        ));
        let parts: Vec<&str> = text.split('|').collect();
        let number = |n: usize| parts[n].parse::<i64>().unwrap();
        let row = Self {
            etat: parts[0].parse().unwrap(),
            motif: parts[1].parse().ok(),
            owned: !parts[2].is_empty(),
            lease: match parts[3] {
                "r" => Some(Lease::Running),
                "o" => Some(Lease::Over),
                _ => None,
            },
            due: parts[4] == "due",
            left: match parts[5] {
                "p" => Left::Plenty,
                "l" => Left::Little,
                _ => Left::Nothing,
            },
            tentatives: number(6),
            ambigus: number(7),
            renvois: number(8),
            attempt: match parts[13] {
                "" => Attempt::None,
                "open" => Attempt::Open,
                verdict => Attempt::Ended(verdict.parse().unwrap()),
            },
            statut: parts[10].parse().unwrap(),
            cancelled: parts[11] == "c",
            recipient: match parts[12] {
                "w" => Recipient::Willing,
                "o" => Recipient::Opposed,
                _ => Recipient::Erased,
            },
            text: parts[14].parse().unwrap(),
        };
        (row, number(9), number(15) > 0)
    }
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"))
}
