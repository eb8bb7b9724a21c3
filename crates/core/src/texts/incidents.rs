//! Incidents, in sentences that say what to do. No name, no address and no number of anybody, and
//! none of a peer's words.

use crate::config::Lang;
use crate::vocabulary::{Canal, Genre, Retour};

/// What is the case, and what to do. `phrase` is the sentence of a channel that is stopped
/// ([`stopped`](super::stopped)); of other kinds `objet` and `detail` say enough.
#[must_use]
pub fn incident(lang: Lang, genre: Genre, objet: &str, detail: &str, phrase: &str) -> String {
    match lang {
        Lang::Fr => french(genre, objet, detail, phrase),
        Lang::En => english(genre, objet, detail, phrase),
    }
}

fn french(genre: Genre, objet: &str, detail: &str, phrase: &str) -> String {
    match genre {
        // Somebody was accepted since.
        Genre::CanalArrete | Genre::Quota if phrase.is_empty() => {
            "Envoi interrompu ; un traitement l'a repris depuis.".to_owned()
        }
        Genre::CanalArrete | Genre::Quota => phrase.to_owned(),
        Genre::Retard => {
            "Des messages ont plus de 15 minutes de retard. « process-scheduled status » dit lesquels \
             attendent ; si rien n'est arrêté, le relais, la passerelle ou la machine est trop lent."
                .to_owned()
        }
        Genre::Incertain => {
            let number: i64 = detail.parse().unwrap_or(1);
            let what = if number > 1 { "envois incertains" } else { "envoi incertain" };
            format!(
                "Message n° {objet} : {number} {what}, la réponse s'est perdue, le destinataire l'a \
                 peut-être reçu. « process-scheduled status » dit que faire."
            )
        }
        Genre::Personne => format!(
            "Message n° {objet} : ÉCHEC, personne ne l'a reçu. {detail} Corrigez ce qui peut l'être, \
             puis « process-scheduled resend {objet} »."
        ),
        Genre::Disque => format!(
            "Machine {objet}, écriture impossible ({detail}) : le disque est plein ou des droits \
             manquent. Les envois continuent, mais une panne pourrait les rendre incertains. \
             « process-scheduled check » dit où."
        ),
        Genre::Simulation => format!(
            "Machine {objet}, MESSAGES_MODE n'est pas « reel » alors que cette base a envoyé pour de \
             bon : rien ne part de cette machine. Mettez MESSAGES_MODE=reel ; pour un essai, donnez \
             une autre base (DATABASE_URL)."
        ),
        Genre::Reglages => format!(
            "Machine {objet}, réglages à corriger ({detail}) : rien ne part de cette machine. \
             « process-scheduled check » dit ce qui ne convient pas."
        ),
        Genre::Horloge => format!(
            "L'horloge est impossible (machine {objet}, ou serveur de la base) : rien n'est envoyé. \
             Mettez-la à l'heure ; « process-scheduled check » dit ce qu'elle indique."
        ),
        Genre::SansPassage => {
            "Aucun traitement depuis plus de 15 minutes : rien ne part. La tâche planifiée (cron, \
             minuterie de systemd ou Planificateur de tâches) fonctionne-t-elle ?"
                .to_owned()
        }
        Genre::Retenue => {
            let what = if detail == Retour::Copie.as_str() {
                "La base est une copie, ou a changé de place"
            } else {
                "La base est revenue en arrière"
            };
            format!(
                "{what} : rien ne part, pour que rien ne reparte. « process-scheduled resume » dit quels \
                 messages attendent et que faire."
            )
        }
    }
}

fn english(genre: Genre, objet: &str, detail: &str, phrase: &str) -> String {
    match genre {
        Genre::CanalArrete | Genre::Quota if phrase.is_empty() => {
            "Sending was stopped; a run has gone on with it since.".to_owned()
        }
        Genre::CanalArrete | Genre::Quota => phrase.to_owned(),
        Genre::Retard => {
            "Messages are more than 15 minutes late. \"process-scheduled status\" says which wait; if \
             nothing is stopped, the relay, the gateway or the machine is too slow."
                .to_owned()
        }
        Genre::Incertain => format!(
            "Message no. {objet}, {detail} uncertain: the answer was lost, the recipient may have it. \
             \"process-scheduled status\" says what to do."
        ),
        Genre::Personne => format!(
            "Message no. {objet}, FAILED, nobody got it. {detail} Mend what can be mended, then \
             \"process-scheduled resend {objet}\"."
        ),
        Genre::Disque => format!(
            "Machine {objet} cannot write ({detail}): the disk is full or rights are missing. Sending \
             goes on, but a crash might make deliveries uncertain. \"process-scheduled check\" says \
             where."
        ),
        Genre::Simulation => format!(
            "Machine {objet}: MESSAGES_MODE is not \"reel\" although this database has sent for real: \
             nothing leaves from this machine. Set MESSAGES_MODE=reel; for a trial, name another \
             database (DATABASE_URL)."
        ),
        Genre::Reglages => format!(
            "Machine {objet}: settings to be mended ({detail}), nothing leaves from this machine. \
             \"process-scheduled check\" says what is wrong."
        ),
        Genre::Horloge => format!(
            "The clock cannot be right (machine {objet}, or the database's server): nothing is sent. \
             Set it right; \"process-scheduled check\" says what it shows."
        ),
        Genre::SansPassage => {
            "No run for more than 15 minutes: nothing leaves. Does the scheduled task (cron, a systemd \
             timer or the Task Scheduler) work?"
                .to_owned()
        }
        Genre::Retenue => {
            let what = if detail == Retour::Copie.as_str() {
                "The database is a copy, or was moved"
            } else {
                "The database went back in time"
            };
            format!(
                "{what}: nothing leaves, so that nothing leaves twice. \"process-scheduled resume\" says \
                 which messages wait and what to do."
            )
        }
    }
}

/// That it is over.
#[must_use]
pub fn incident_over(lang: Lang, genre: Genre, objet: &str) -> String {
    let canaux = || {
        let canal = objet.parse().unwrap_or(Canal::Email);
        super::canaux(lang, canal)
    };
    match (lang, genre) {
        (Lang::Fr, Genre::CanalArrete | Genre::Quota) => {
            format!("Les {} partent de nouveau.", canaux())
        }
        (Lang::En, Genre::CanalArrete | Genre::Quota) => format!("{} leave again.", canaux()),
        (Lang::Fr, Genre::Retard) => "Plus aucun message n'est en retard.".to_owned(),
        (Lang::En, Genre::Retard) => "No message is late any more.".to_owned(),
        (Lang::Fr, Genre::Incertain | Genre::Personne) => format!(
            "Message n° {objet} : n'est plus signalé (renvoyé, réglé, ou signalé depuis quatre jours)."
        ),
        (Lang::En, Genre::Incertain | Genre::Personne) => format!(
            "Message no. {objet}: is not told any more (sent again, settled, or told for four days)."
        ),
        (Lang::Fr, Genre::Disque) => {
            format!("Machine {objet} : l'écriture est de nouveau possible.")
        }
        (Lang::En, Genre::Disque) => format!("Machine {objet}: can write again."),
        (Lang::Fr, Genre::Simulation | Genre::Reglages) => {
            format!("Machine {objet} : les réglages conviennent de nouveau.")
        }
        (Lang::En, Genre::Simulation | Genre::Reglages) => {
            format!("Machine {objet}: the settings are right again.")
        }
        (Lang::Fr, Genre::Horloge) => "L'horloge est de nouveau à l'heure.".to_owned(),
        (Lang::En, Genre::Horloge) => "The clock is right again.".to_owned(),
        (Lang::Fr, Genre::Retenue) => {
            "Ce qui peut partir a été dit : les envois reprennent.".to_owned()
        }
        (Lang::En, Genre::Retenue) => "What may leave was said: sending goes on.".to_owned(),
        (Lang::Fr, Genre::SansPassage) => "Les traitements ont repris.".to_owned(),
        (Lang::En, Genre::SansPassage) => "Runs are made again.".to_owned(),
    }
}

/// A sentence of the two above as it is told: when it begins, while it lasts `since` then, or when it
/// is over.
#[must_use]
pub fn incident_told(lang: Lang, sentence: &str, since: Option<&str>, over: bool) -> String {
    match (lang, since, over) {
        (Lang::Fr, _, true) => format!("FIN D'ALERTE. {sentence}"),
        (Lang::En, _, true) => format!("END OF ALERT. {sentence}"),
        (Lang::Fr, Some(since), _) => format!("ALERTE depuis le {since}. {sentence}"),
        (Lang::En, Some(since), _) => format!("ALERT since {since}. {sentence}"),
        (Lang::Fr, None, _) => format!("ALERTE. {sentence}"),
        (Lang::En, None, _) => format!("ALERT. {sentence}"),
    }
}

/// That there are so many more.
#[must_use]
pub fn more_incidents(lang: Lang, number: usize) -> String {
    match lang {
        Lang::Fr => format!("… et {number} de plus : « process-scheduled status » les montre."),
        Lang::En => format!("… and {number} more: \"process-scheduled status\" shows them."),
    }
}

/// What stands before incidents that are open besides those that are told.
#[must_use]
pub const fn also_open(lang: Lang) -> &'static str {
    match lang {
        Lang::Fr => "Toujours en cours :",
        Lang::En => "Still open:",
    }
}

/// What whoever watches over the runs is told of one that ended with this exit code.
#[must_use]
pub fn run_failed(lang: Lang, code: u8) -> String {
    match lang {
        Lang::Fr => format!(
            "Le traitement n'a pas pu se faire (code {code}) ; « process-scheduled check » dit pourquoi."
        ),
        Lang::En => format!(
            "The run could not be made (code {code}); \"process-scheduled check\" says why."
        ),
    }
}

/// Subject of an e-mail to the administrator, sent by this machine.
#[must_use]
pub fn alert_subject(lang: Lang, is_bad: bool, host: &str) -> String {
    match (lang, is_bad) {
        (Lang::Fr, true) => format!("Messages programmés : alerte ({host})"),
        (Lang::Fr, false) => format!("Messages programmés : fin d'alerte ({host})"),
        (Lang::En, true) => format!("Scheduled messages: alert ({host})"),
        (Lang::En, false) => format!("Scheduled messages: end of alert ({host})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_sentences_in_both_languages() {
        for genre in Genre::ALL {
            for lang in [Lang::Fr, Lang::En] {
                let told = incident(lang, *genre, "12", "détail", "phrase.");
                let over = incident_over(lang, *genre, "sms");
                for sentence in [&told, &over] {
                    assert!(sentence.ends_with(['.', '?']), "{sentence}");
                }
                assert!(!genre.is_of_machine() || told.contains("12"), "{told}");
                assert_ne!(told, over);
            }
        }
    }
}
