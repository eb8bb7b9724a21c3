//! How pages say things: in the server's language, numbers with their nouns, times in the school's zone,
//! states as words and not by colour alone.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use messages_core::config::{Lang, Messages as Settings};
use messages_core::instant::Instant;
use messages_core::model::Message;
use messages_core::texts;
use messages_core::vocabulary::{Action, Canal, Etat, Motif, Objet, Portee, Remise, Statut};
use std::borrow::Borrow;

/// The language and the zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) lang: Lang,
    pub(super) zone: Tz,
}

/// Days after which the year is said too.
const HALF_A_YEAR: i64 = 183;

const DAYS: [&str; 7] = [
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
];
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

impl Words {
    pub(super) const fn of(settings: &Settings) -> Self {
        Self {
            lang: settings.lang,
            zone: settings.zone,
        }
    }

    /// A text in both languages.
    pub(super) const fn t<'t>(self, french: &'t str, english: &'t str) -> &'t str {
        match self.lang {
            Lang::Fr => french,
            Lang::En => english,
        }
    }

    /// `fr` or `en`.
    pub(super) const fn code(self) -> &'static str {
        match self.lang {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    /// A number with its noun, given as « singulier|pluriel » in both languages.
    pub(super) fn n(self, number: impl Borrow<i64>, french: &str, english: &str) -> String {
        let number = *number.borrow();
        let (is_one, nouns) = match self.lang {
            Lang::Fr => (number < 2, french),
            Lang::En => (number == 1, english),
        };
        let (one, many) = nouns.split_once('|').unwrap_or((nouns, nouns));
        let noun = if is_one { one } else { many };
        format!("{}\u{a0}{noun}", self.number(number))
    }

    /// A number with blanks that do not break between its thousands.
    pub(super) fn number(self, number: impl Borrow<i64>) -> String {
        let number = *number.borrow();
        let between = self.t("\u{202f}", ",");
        let digits = number.unsigned_abs().to_string();
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push_str(between);
            }
            grouped.push(digit);
        }
        if number < 0 {
            format!("-{grouped}")
        } else {
            grouped
        }
    }

    /// The size of a file.
    pub(super) fn size(self, bytes: impl Borrow<i64>) -> String {
        let bytes = *bytes.borrow();
        let unit = self.t("o", "B");
        if bytes < 1024 {
            format!("{bytes}\u{a0}{unit}")
        } else if bytes < 1024 * 1024 {
            format!("{}\u{a0}K{unit}", bytes / 1024)
        } else {
            let tenths = bytes * 10 / (1024 * 1024);
            let point = self.t(",", ".");
            format!("{}{point}{}\u{a0}M{unit}", tenths / 10, tenths % 10)
        }
    }

    /// A moment in words, as near as it is: « aujourd’hui à 14:05 », « jeudi 3 décembre à 08:00 ».
    pub(super) fn moment(self, at: &Instant) -> String {
        self.moment_from(at, Instant::of_this_machine())
    }

    fn moment_from(self, at: &Instant, now: Instant) -> String {
        let (at, now) = (at.in_zone(self.zone), now.in_zone(self.zone));
        let away = at
            .date_naive()
            .signed_duration_since(now.date_naive())
            .num_days();
        let day = match (self.lang, away) {
            (Lang::Fr, -1) => "hier".to_owned(),
            (Lang::Fr, 0) => "aujourd’hui".to_owned(),
            (Lang::Fr, 1) => "demain".to_owned(),
            (Lang::En, -1) => "yesterday".to_owned(),
            (Lang::En, 0) => "today".to_owned(),
            (Lang::En, 1) => "tomorrow".to_owned(),
            _ => {
                let is_far = at.year() != now.year() || away.abs() > HALF_A_YEAR;
                self.date(at.date_naive(), is_far)
            }
        };
        let time = at.format("%H:%M");
        match self.lang {
            Lang::Fr => format!("{day} à {time}"),
            Lang::En => format!("{day} at {time}"),
        }
    }

    /// A moment as it stands on paper: with its day and its year.
    pub(super) fn full(self, at: &Instant) -> String {
        let at = at.in_zone(self.zone);
        let (day, time) = (self.date(at.date_naive(), true), at.format("%H:%M"));
        match self.lang {
            Lang::Fr => format!("{day} à {time}"),
            Lang::En => format!("{day} at {time}"),
        }
    }

    /// A day in words: « jeudi 3 décembre ».
    pub(super) fn date(self, date: NaiveDate, with_year: bool) -> String {
        let year = if with_year {
            format!(" {}", date.year())
        } else {
            String::new()
        };
        let day = match (self.lang, date.day()) {
            (Lang::Fr, 1) => "1er".to_owned(),
            (_, day) => day.to_string(),
        };
        format!("{} {day} {}{year}", self.weekday(date), self.month(date))
    }

    /// The day of the week.
    pub(super) fn weekday(self, date: NaiveDate) -> String {
        let place = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
        match self.lang {
            Lang::Fr => DAYS.get(place).copied().unwrap_or_default().to_owned(),
            Lang::En => date.format("%A").to_string(),
        }
    }

    /// The month.
    pub(super) fn month(self, date: NaiveDate) -> String {
        let place = usize::try_from(date.month0()).unwrap_or_default();
        match self.lang {
            Lang::Fr => MONTHS.get(place).copied().unwrap_or_default().to_owned(),
            Lang::En => date.format("%B").to_string(),
        }
    }

    /// The hour of a moment: « 08:05 ».
    pub(super) fn hour(self, at: &Instant) -> String {
        at.in_zone(self.zone).format("%H:%M").to_string()
    }

    /// As machines read it, for `<time>`.
    pub(super) fn machine(self, at: &Instant) -> String {
        at.in_zone(self.zone).to_rfc3339()
    }

    pub(super) fn canal(self, canal: impl Borrow<Canal>) -> &'static str {
        texts::canal(self.lang, *canal.borrow())
    }

    pub(super) fn canal_of(self, message: &Message) -> &'static str {
        self.canal(message.r#type)
    }

    /// Whom a message is to.
    pub(super) fn audience(self, to_many: bool, name: Option<&str>) -> String {
        match (to_many, name) {
            (false, Some(parent)) => parent.to_owned(),
            (false, None) => self
                .t(
                    "un parent qui n’est plus là",
                    "a parent who is no longer there",
                )
                .to_owned(),
            (true, None) => self.t("tous les parents", "all parents").to_owned(),
            (true, Some(classe)) => format!("{} {classe}", self.t("classe", "class")),
        }
    }

    pub(super) fn statut(self, statut: impl Borrow<Statut>) -> &'static str {
        match statut.borrow() {
            Statut::Brouillon => self.t("brouillon", "draft"),
            Statut::Programme => self.t("programmé", "programmed"),
            Statut::EnAttente => self.t("en cours", "leaving"),
            Statut::Envoye => self.t("envoyé", "sent"),
            Statut::Echec => self.t("échec", "failed"),
        }
    }

    /// Why somebody does not get a message, as an office says it.
    pub(super) const fn motif(self, canal: Canal, motif: Motif) -> &'static str {
        match (motif, canal) {
            (Motif::SansAdresse, Canal::Sms) => {
                self.t("pas de numéro de téléphone", "no telephone number")
            }
            (Motif::SansAdresse, Canal::Email) => {
                self.t("pas d’adresse e-mail", "no email address")
            }
            (Motif::Opposition, Canal::Sms) => {
                self.t("n’a pas accepté les SMS", "has not accepted SMS")
            }
            (Motif::Opposition, Canal::Email) => {
                self.t("n’a pas accepté les e-mails", "has not accepted emails")
            }
            (Motif::Doublon, Canal::Sms) => self.t(
                "même téléphone qu’un autre parent : reçu une seule fois",
                "same telephone as another parent: comes once",
            ),
            (Motif::Doublon, Canal::Email) => self.t(
                "même adresse qu’un autre parent : reçu une seule fois",
                "same address as another parent: comes once",
            ),
            (motif, _) => texts::motif(self.lang, motif),
        }
    }

    /// The same where it says more than the reason alone: what is missing, or not accepted.
    pub(super) fn lacking(self, canal: Canal, motif: Option<Motif>) -> Option<&'static str> {
        let known = motif.filter(|why| matches!(why, Motif::SansAdresse | Motif::Opposition));
        known.map(|why| self.motif(canal, why))
    }

    /// What somebody did.
    pub(super) fn action(self, action: impl Borrow<Action>) -> &'static str {
        match action.borrow() {
            Action::Cree => self.t("écrit", "written"),
            Action::Modifie => self.t("modifié", "changed"),
            Action::Supprime => self.t("supprimé", "deleted"),
            Action::Programme => self.t("programmé", "programmed"),
            Action::Annule => self.t("annulé", "cancelled"),
            Action::EnvoyeMaintenant => self.t("envoyé tout de suite", "sent at once"),
            Action::Renvoye => self.t("renvoyé", "sent again"),
            Action::MarqueLu => self.t("marqué comme lu", "marked as read"),
            Action::Importe => self.t("annuaire importé", "directory imported"),
            Action::Lance => self.t("traitement lancé", "run started"),
            Action::Revoque => self.t("révoqué", "revoked"),
            Action::Essaye => self.t("envoyé à l’essai", "sent on trial"),
            Action::Connecte => self.t("connexion à la console", "signed in to the console"),
        }
    }

    /// The same, of this object: only messages are written.
    pub(super) fn deed(
        self,
        action: impl Borrow<Action>,
        objet: impl Borrow<Objet>,
    ) -> &'static str {
        match (action.borrow(), objet.borrow()) {
            (Action::Cree, objet) if *objet != Objet::Message => self.t("créé", "made"),
            (action, _) => self.action(action),
        }
    }

    /// On what somebody did it.
    pub(super) fn objet(self, objet: impl Borrow<Objet>) -> &'static str {
        match objet.borrow() {
            Objet::Message => self.t("message", "message"),
            Objet::Classe => self.t("classe", "class"),
            Objet::Etudiant => self.t("élève", "pupil"),
            Objet::Parent => self.t("parent", "parent"),
            Objet::Annuaire => self.t("annuaire", "directory"),
            Objet::Cle => self.t("clé", "key"),
            Objet::Jeton => self.t("adresse d’accusés", "address for receipts"),
            Objet::Traitement => self.t("traitement", "run"),
            Objet::Session => self.t("session", "session"),
            Objet::Agenda => self.t("adresse d’agenda", "calendar address"),
        }
    }

    /// What a key may be used for.
    pub(super) fn portee(self, portee: impl Borrow<Portee>) -> &'static str {
        match portee.borrow() {
            Portee::Lecture => self.t(
                "lire les messages et l’annuaire",
                "read messages and the directory",
            ),
            Portee::Ecriture => self.t(
                "écrire des brouillons, changer l’annuaire",
                "write drafts, change the directory",
            ),
            Portee::Envoi => self.t("programmer et envoyer", "programme and send"),
            Portee::Supervision => self.t(
                "surveiller le programme, voir ses clés et ses réglages",
                "watch over the program, see its keys and settings",
            ),
            Portee::Historique => self.t("voir qui a fait quoi", "see who did what"),
        }
    }

    pub(super) fn etat(self, etat: impl Borrow<Etat>) -> &'static str {
        match etat.borrow() {
            Etat::AEnvoyer => self.t("attend", "waiting"),
            Etat::Reserve | Etat::Emission => self.t("part", "leaving"),
            Etat::Envoye => self.t("envoyé", "sent"),
            Etat::Echec => self.t("échec", "failed"),
            Etat::Incertain => self.t("incertain", "uncertain"),
            Etat::Ignore => self.t("non envoyé", "not sent"),
        }
    }

    /// What became of it after it left; nothing where nobody told.
    pub(super) fn remise(self, remise: impl Borrow<Remise>) -> &'static str {
        match remise.borrow() {
            Remise::Inconnue => "",
            Remise::EnCours => self.t("en route", "under way"),
            Remise::Remis => self.t("remis", "delivered"),
            Remise::NonRemis => self.t("non remis", "not delivered"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use chrono::DateTime;

    const FR: Words = Words {
        lang: Lang::Fr,
        zone: chrono_tz::Europe::Paris,
    };

    fn at(text: &str) -> Instant {
        text.parse::<DateTime<chrono::Utc>>().unwrap().into()
    }

    #[test]
    fn a_moment_is_said_as_near_as_it_is() {
        let now = at("2026-11-28T16:00:00Z");
        for (when, words) in [
            ("2026-11-28T18:05:00Z", "aujourd’hui à 19:05"),
            ("2026-11-28T23:30:00Z", "demain à 00:30"),
            ("2026-11-27T07:00:00Z", "hier à 08:00"),
            ("2026-12-01T07:00:00Z", "mardi 1er décembre à 08:00"),
            ("2027-03-03T07:00:00Z", "mercredi 3 mars 2027 à 08:00"),
        ] {
            assert_eq!(FR.moment_from(&at(when), now), words);
        }
        let en = Words {
            lang: Lang::En,
            ..FR
        };
        assert_eq!(
            en.moment_from(&at("2027-03-03T07:00:00Z"), now),
            "Wednesday 3 March 2027 at 08:00"
        );
    }

    #[test]
    fn numbers_agree_with_their_nouns() {
        let en = Words {
            lang: Lang::En,
            ..FR
        };
        assert_eq!(FR.n(0, "famille|familles", ""), "0\u{a0}famille");
        assert_eq!(
            FR.n(1_234_567, "famille|familles", ""),
            "1\u{202f}234\u{202f}567\u{a0}familles"
        );
        assert_eq!(en.n(0, "", "family|families"), "0\u{a0}families");
        assert_eq!(en.n(1, "", "family|families"), "1\u{a0}family");
    }
}
