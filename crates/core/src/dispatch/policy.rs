//! What an answer does to an envoi: the table of the contract, and nothing else.

use crate::channel::{About, Answer};
use crate::instant::Instant;
use crate::store::envois::{AMBIGUOUS_RESENDS, Announced, Outcome};
use crate::vocabulary::{Canal, Cause, Etat, Motif, Verdict};
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

/// Waits before the second attempt and the following; after the last one there is no more.
const fn waits(canal: Canal) -> &'static [u64] {
    match canal {
        Canal::Email => &[5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
        Canal::Sms => &[MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR],
    }
}

/// When the channel failed and not the envoi, the next run may try again.
const CHANNEL_WAIT: Duration = Duration::from_secs(MINUTE);

/// The outcome to record for an envoi, given the peer's answer. `repeatable`: the gateway makes no
/// second SMS of a request that is repeated. `random` spreads retries: uniform in 0..=1000.
#[must_use]
pub fn outcome(
    envoi: &Announced,
    answer: Answer,
    repeatable: bool,
    now: Instant,
    random: u32,
) -> Outcome {
    let decision = decide(envoi, &answer, repeatable, now, random);
    Outcome {
        id: envoi.id,
        jeton: envoi.jeton,
        etat: decision.etat,
        motif: decision.motif,
        verdict: answer.verdict,
        code: answer.code,
        detail: answer.detail,
        reference: answer.reference,
        prochaine: decision.prochaine,
        rendues: i64::from(decision.free),
        ambigus: i64::from(answer.verdict == Verdict::Ambigu),
    }
}

struct Decision {
    etat: Etat,
    motif: Option<Motif>,
    prochaine: Option<Instant>,
    /// Whether the attempt does not count.
    free: bool,
}

impl Decision {
    const fn ended(etat: Etat, motif: Option<Motif>) -> Self {
        Self {
            etat,
            motif,
            prochaine: None,
            free: false,
        }
    }

    const fn again(at: Instant, free: bool) -> Self {
        Self {
            etat: Etat::AEnvoyer,
            motif: None,
            prochaine: Some(at),
            free,
        }
    }
}

fn decide(
    envoi: &Announced,
    answer: &Answer,
    repeatable: bool,
    now: Instant,
    random: u32,
) -> Decision {
    let may_ask_again = match envoi.canal {
        Canal::Email => envoi.ambigus < AMBIGUOUS_RESENDS,
        Canal::Sms => repeatable,
    };
    match answer.verdict {
        Verdict::Accepte => Decision::ended(Etat::Envoye, None),
        Verdict::Permanent if answer.about == About::Panic => {
            Decision::ended(Etat::Echec, Some(Motif::Poison))
        }
        Verdict::Permanent => Decision::ended(Etat::Echec, Some(Motif::Permanent)),
        Verdict::Config => Decision::again(now, true),
        Verdict::Temporaire if answer.is_free() => {
            Decision::again(now + channel_wait(answer), true)
        }
        Verdict::Temporaire => retry(envoi, answer, now, random),
        Verdict::Ambigu if may_ask_again => retry(envoi, answer, now, random),
        Verdict::Ambigu => Decision::ended(Etat::Incertain, Some(Motif::ResultatInconnu)),
    }
}

/// What holds the channel up, and not the envoi, does not put the envoi off: the channel itself is
/// stopped, or slower.
fn channel_wait(answer: &Answer) -> Duration {
    match answer.about {
        About::Channel(Cause::Injoignable | Cause::Muet | Cause::Pause) => {
            answer.pause.unwrap_or(CHANNEL_WAIT)
        }
        _ => Duration::ZERO,
    }
}

fn retry(envoi: &Announced, answer: &Answer, now: Instant, random: u32) -> Decision {
    let used = usize::try_from(envoi.tentatives).unwrap_or(usize::MAX);
    let wait = waits(envoi.canal).get(used.saturating_sub(1));
    let next =
        wait.map(|seconds| now + spread(*seconds, random).max(answer.pause.unwrap_or_default()));
    match (next, answer.verdict) {
        (Some(next), _) if next < envoi.expire => Decision::again(next, false),
        // It, or a copy before it, may have arrived: that must not read as a plain failure.
        (_, verdict) if verdict == Verdict::Ambigu || envoi.ambigus > 0 => {
            Decision::ended(Etat::Incertain, Some(Motif::ResultatInconnu))
        }
        _ => Decision::ended(Etat::Echec, Some(Motif::Epuise)),
    }
}

/// Uniform enough to spread retries: 0..=1000.
pub(super) fn random() -> u32 {
    let (_, low) = uuid::Uuid::new_v4().as_u64_pair();
    u32::try_from(low % 1001).unwrap_or(500)
}

/// ± 20 %, so that what failed together is not tried again together.
fn spread(seconds: u64, random: u32) -> Duration {
    let per_mille = 800 + u64::from(random.min(1000)) * 400 / 1000;
    Duration::from_millis(seconds * per_mille)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envoi(canal: Canal, tentatives: i64, ambigus: i64) -> Announced {
        Announced {
            id: 1,
            canal,
            jeton: 1,
            message: 1,
            version: 1,
            adresse: "+33612345678".into(),
            tentatives,
            ambigus,
            renvois: 0,
            emis_le: at(0),
            expire: at(24 * HOUR),
        }
    }

    fn at(seconds: u64) -> Instant {
        let midnight: Instant = "2026-11-22T00:00:00Z".parse().unwrap();
        midnight + Duration::from_secs(seconds)
    }

    fn answer(verdict: Verdict) -> Answer {
        Answer {
            verdict,
            ..Answer::accepted(None)
        }
    }

    /// What becomes of it at midnight, by a retry that is not spread.
    fn heard(envoi: &Announced, answer: Answer) -> Outcome {
        outcome(envoi, answer, false, at(0), 500)
    }

    /// The same of an attempt that surely failed.
    fn failed(canal: Canal, tentatives: i64, ambigus: i64) -> Outcome {
        let envoi = envoi(canal, tentatives, ambigus);
        heard(&envoi, answer(Verdict::Temporaire))
    }

    #[test]
    fn waits_grow_as_the_contract_says_and_then_end() {
        for (canal, expected) in [
            (Canal::Email, vec![300, 900, 3600, 10_800, 21_600, 43_200]),
            (Canal::Sms, vec![60, 300, 900, 3600]),
        ] {
            for (used, seconds) in (1..).zip(&expected) {
                let result = failed(canal, used, 0);
                assert_eq!(
                    (result.etat, result.prochaine),
                    (Etat::AEnvoyer, Some(at(*seconds)))
                );
            }
            let used = i64::try_from(expected.len()).unwrap() + 1;
            let result = failed(canal, used, 0);
            assert_eq!(
                (result.etat, result.motif),
                (Etat::Echec, Some(Motif::Epuise))
            );
        }
    }

    #[test]
    fn retries_are_spread_by_a_fifth_either_way() {
        assert_eq!(spread(300, 0), Duration::from_secs(240));
        assert_eq!(spread(300, 1000), Duration::from_secs(360));
    }

    #[test]
    fn nothing_is_tried_after_its_time() {
        let result = outcome(
            &envoi(Canal::Email, 6, 0),
            answer(Verdict::Temporaire),
            false,
            at(13 * HOUR),
            500,
        );
        assert_eq!(
            (result.etat, result.motif),
            (Etat::Echec, Some(Motif::Epuise))
        );
    }

    #[test]
    fn a_lost_answer_is_asked_again_by_email_twice_and_by_sms_never() {
        let lost = || answer(Verdict::Ambigu);
        let state = |canal, ambigus| heard(&envoi(canal, 1, ambigus), lost()).etat;
        assert_eq!(state(Canal::Sms, 0), Etat::Incertain);
        assert_eq!(state(Canal::Email, 0), Etat::AEnvoyer);
        assert_eq!(state(Canal::Email, 1), Etat::AEnvoyer);
        assert_eq!(state(Canal::Email, 2), Etat::Incertain);
    }

    #[test]
    fn a_gateway_that_knows_the_sms_again_is_asked_again() {
        let lost = |tentatives| {
            let envoi = envoi(Canal::Sms, tentatives, 3);
            outcome(&envoi, answer(Verdict::Ambigu), true, at(0), 500)
        };
        assert_eq!(
            (lost(1).etat, lost(1).prochaine),
            (Etat::AEnvoyer, Some(at(60)))
        );
        assert_eq!(lost(5).etat, Etat::Incertain);
    }

    #[test]
    fn attempts_that_are_used_up_after_a_lost_answer_leave_a_doubt() {
        let result = failed(Canal::Email, 7, 1);
        assert_eq!(
            (result.etat, result.motif),
            (Etat::Incertain, Some(Motif::ResultatInconnu))
        );
    }

    #[test]
    fn what_is_the_channels_fault_costs_no_attempt() {
        let config = heard(&envoi(Canal::Sms, 1, 0), answer(Verdict::Config));
        assert_eq!((config.etat, config.rendues), (Etat::AEnvoyer, 1));
        let away = Answer {
            pause: Some(Duration::from_secs(900)),
            ..answer(Verdict::Temporaire).put_back(Cause::Pause)
        };
        let away = heard(&envoi(Canal::Sms, 1, 0), away);
        assert_eq!((away.prochaine, away.rendues), (Some(at(900)), 1));
        for (cause, wait) in [
            (Cause::Injoignable, 60),
            (Cause::Muet, 60),
            (Cause::Limite, 0),
            (Cause::Verrou, 0),
            (Cause::Cadence, 0),
            (Cause::Refus, 0),
        ] {
            let put_back = answer(Verdict::Permanent).put_back(cause);
            let waits = heard(&envoi(Canal::Email, 3, 0), put_back);
            assert_eq!(
                (waits.etat, waits.prochaine, waits.rendues),
                (Etat::AEnvoyer, Some(at(wait)), 1),
                "{cause}"
            );
        }
    }

    #[test]
    fn a_relay_that_takes_nothing_now_is_asked_again_by_the_envois_own_schedule() {
        let full = answer(Verdict::Temporaire).put_back(Cause::Occupe);
        let full = heard(&envoi(Canal::Email, 1, 0), full);
        assert_eq!((full.prochaine, full.rendues), (Some(at(300)), 0));
    }
}
