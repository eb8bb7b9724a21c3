//! Incidents in sentences.

use super::{News, Told};
use crate::config::Lang;
use crate::instant::Instant;
use crate::store::canaux::{self, Arret};
use crate::store::incidents::Incident;
use crate::store::{Conn, Error};
use crate::texts;

/// Each with its sentence.
pub(super) fn sentences(
    lang: Lang,
    conn: &mut Conn,
    open: Vec<Incident>,
) -> Result<Vec<(Incident, String)>, Error> {
    let of_channels = open.iter().any(|incident| incident.genre.is_of_channel());
    let stopped = if of_channels {
        canaux::stopped(conn)?
    } else {
        Vec::new()
    };
    let told = open.into_iter().map(|incident| {
        let of_it = |arret: &&Arret| arret.canal.as_str() == incident.objet;
        let arret = stopped.iter().map(|stopped| &stopped.arret).find(of_it);
        let sentence = sentence(lang, &incident, arret);
        (incident, sentence)
    });
    Ok(told.collect())
}

/// Of more than these a person learns nothing more.
pub(super) const SHOWN_MAX: usize = 20;

/// What is told, in lines for a person: the first of them where they are many.
pub(super) fn lines(lang: Lang, told: &[Told]) -> Vec<String> {
    let shown = told.iter().take(SHOWN_MAX).map(|told| told.text.clone());
    let more = told.len().saturating_sub(SHOWN_MAX);
    let rest = (more > 0).then(|| texts::more_incidents(lang, more));
    shown.chain(rest).collect()
}

fn sentence(lang: Lang, incident: &Incident, arret: Option<&Arret>) -> String {
    let phrase = arret.map(|arret| arret.told(lang));
    let detail = incident.detail.as_deref().unwrap_or_default();
    let phrase = phrase.unwrap_or_default();
    texts::incident(lang, incident.genre, &incident.objet, detail, &phrase)
}

/// What is told of one that begins, or lasts.
pub(super) fn said(lang: Lang, zone: chrono_tz::Tz, incident: &Incident, sentence: &str) -> Told {
    let since = incident.dit_le.map(|_| day(lang, zone, incident.debut));
    let news = since.as_ref().map_or(News::Begins, |_| News::Lasts);
    Told {
        news,
        text: texts::incident_told(lang, sentence, since.as_deref(), false),
        incident: incident.clone(),
    }
}

/// What is told of one that is over.
pub(super) fn over(lang: Lang, incident: Incident) -> Told {
    let sentence = texts::incident_over(lang, incident.genre, &incident.objet);
    Told {
        news: News::Ends,
        text: texts::incident_told(lang, &sentence, None, true),
        incident,
    }
}

/// Day and time in the school's time zone.
fn day(lang: Lang, zone: chrono_tz::Tz, at: Instant) -> String {
    let format = match lang {
        Lang::Fr => "%d/%m/%Y à %H:%M",
        Lang::En => "%d/%m/%Y at %H:%M",
    };
    at.in_zone(zone).format(format).to_string()
}
