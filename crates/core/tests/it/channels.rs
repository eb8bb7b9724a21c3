//! What all runs share about a channel: its rate and its pauses.

use crate::harness::School;
use messages_core::instant::Instant;
use messages_core::store::canaux::{pause, paused_until, take_slots};
use messages_core::store::{Conn, Error};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

stories!(
    never_more_than_the_rate_and_one_second_saved_up,
    the_whole_rate_can_be_used,
    a_slow_rate_saves_nothing_up,
    a_slot_far_in_the_future_is_void,
    two_runs_share_one_rate,
    channels_have_rates_of_their_own,
    a_pause_ends_by_itself_and_concerns_one_channel,
    no_pause_is_longer_than_six_hours,
    a_longer_pause_stays,
);

const HOUR: Duration = Duration::from_secs(3600);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn take(
    conn: &mut Conn,
    canal: Canal,
    per_minute: u32,
    wanted: usize,
    now: Instant,
) -> (usize, Instant) {
    conn.write(|conn| take_slots(conn, canal, per_minute, wanted, now))
        .unwrap()
}

fn never_more_than_the_rate_and_one_second_saved_up(database: &Database) {
    let mut conn = School::new(database).conn();
    let start = conn.now().unwrap();
    let mut taken: Vec<(u64, usize)> = Vec::new();
    let mut at = 0;
    // Busy moments, gaps of several seconds, and greed of all sizes.
    for (n, gap) in [0, 10, 40, 40, 990, 3, 120, 4000, 0, 1, 500, 100, 100, 35]
        .iter()
        .cycle()
        .take(70)
        .enumerate()
    {
        at += gap;
        let wanted = 1 + (n * 7) % 23;
        let (had, next) = take(&mut conn, Canal::Sms, 600, wanted, start + ms(at));
        assert!(had <= wanted);
        assert!(
            had == wanted || next > start + ms(at),
            "a slot was free and not given"
        );
        taken.push((at, had));
    }
    for (n, (from, _)) in taken.iter().enumerate() {
        let mut sum = 0;
        for (to, had) in &taken[n..] {
            sum += had;
            let allowed = usize::try_from((to - from) / 100).unwrap() + 10;
            assert!(
                sum <= allowed,
                "{sum} from {from} to {to} ms, {allowed} allowed"
            );
        }
    }
}

fn the_whole_rate_can_be_used(database: &Database) {
    let mut conn = School::new(database).conn();
    let start = conn.now().unwrap();
    let had: usize = (0..60)
        .map(|n| take(&mut conn, Canal::Sms, 600, 50, start + ms(n * 500)).0)
        .sum();
    assert!(
        (290..=310).contains(&had),
        "{had} in 29.5 s at ten a second"
    );
}

fn a_slow_rate_saves_nothing_up(database: &Database) {
    let mut conn = School::new(database).conn();
    let start = conn.now().unwrap();
    assert_eq!(
        take(&mut conn, Canal::Email, 6, 5, start),
        (1, start + ms(10_000))
    );
    assert_eq!(
        take(&mut conn, Canal::Email, 6, 5, start + ms(9_999)),
        (0, start + ms(10_000))
    );
    assert_eq!(take(&mut conn, Canal::Email, 6, 5, start + ms(10_000)).0, 1);
    assert_eq!(
        take(&mut conn, Canal::Email, 6, 5, start + HOUR),
        (1, start + HOUR + ms(10_000))
    );
}

fn a_slot_far_in_the_future_is_void(database: &Database) {
    let mut conn = School::new(database).conn();
    database.execute("UPDATE canaux SET prochain_creneau = '2100-01-01T00:00:00Z'");
    let now = conn.now().unwrap();
    assert_eq!(take(&mut conn, Canal::Sms, 60, 5, now), (1, now + ms(1000)));
}

fn two_runs_share_one_rate(database: &Database) {
    const CALLS: u64 = 200;
    const STEP: u64 = 10;
    let school = School::new(database);
    let start = school.conn().now().unwrap();
    let clock = AtomicU64::new(0);
    let had: usize = thread::scope(|scope| {
        let runs = [0, 1].map(|_| {
            let (mut conn, clock) = (school.conn(), &clock);
            scope.spawn(move || {
                let slots = (0..CALLS).map(|_| {
                    let now = start + ms(STEP * clock.fetch_add(1, Ordering::Relaxed));
                    take(&mut conn, Canal::Sms, 600, 3, now).0
                });
                slots.sum::<usize>()
            })
        });
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    // Four seconds at ten a second.
    assert!((30..=50).contains(&had), "{had}");
}

fn channels_have_rates_of_their_own(database: &Database) {
    let mut conn = School::new(database).conn();
    let now = conn.now().unwrap();
    assert_eq!(take(&mut conn, Canal::Sms, 60, 9, now).0, 1);
    assert_eq!(take(&mut conn, Canal::Sms, 60, 9, now).0, 0);
    assert_eq!(take(&mut conn, Canal::Email, 60, 9, now).0, 1);
}

fn paused(conn: &mut Conn, canal: Canal, now: Instant) -> Result<Option<Instant>, Error> {
    paused_until(conn, canal, now)
}

fn a_pause_ends_by_itself_and_concerns_one_channel(database: &Database) {
    let mut conn = School::new(database).conn();
    let now = conn.now().unwrap();
    assert_eq!(paused(&mut conn, Canal::Sms, now).unwrap(), None);
    pause(&mut conn, Canal::Sms, now + HOUR, now).unwrap();
    assert_eq!(
        paused(&mut conn, Canal::Sms, now + HOUR - ms(1)).unwrap(),
        Some(now + HOUR)
    );
    assert_eq!(paused(&mut conn, Canal::Sms, now + HOUR).unwrap(), None);
    assert_eq!(paused(&mut conn, Canal::Email, now).unwrap(), None);
}

fn no_pause_is_longer_than_six_hours(database: &Database) {
    let mut conn = School::new(database).conn();
    let now = conn.now().unwrap();
    pause(&mut conn, Canal::Email, now + 48 * HOUR, now).unwrap();
    assert_eq!(
        paused(&mut conn, Canal::Email, now).unwrap(),
        Some(now + 6 * HOUR)
    );
    database.execute("UPDATE canaux SET bloque_jusqua = '2100-01-01T00:00:00Z'");
    assert_eq!(
        paused(&mut conn, Canal::Email, now).unwrap(),
        None,
        "written by a clock that ran ahead"
    );
}

fn a_longer_pause_stays(database: &Database) {
    let mut conn = School::new(database).conn();
    let now = conn.now().unwrap();
    pause(&mut conn, Canal::Sms, now + 2 * HOUR, now).unwrap();
    pause(&mut conn, Canal::Sms, now + HOUR, now).unwrap();
    assert_eq!(
        paused(&mut conn, Canal::Sms, now).unwrap(),
        Some(now + 2 * HOUR)
    );
    pause(&mut conn, Canal::Sms, now + 3 * HOUR, now).unwrap();
    assert_eq!(
        paused(&mut conn, Canal::Sms, now).unwrap(),
        Some(now + 3 * HOUR)
    );
}
