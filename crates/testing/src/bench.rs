//! Times of what is asked again and again, for programs that measure.

use std::time::Instant;

/// The median of so many runs and the first of them, in milliseconds; 0 without a run.
#[must_use]
pub fn timed(runs: usize, mut question: impl FnMut()) -> (f64, f64) {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let begin = Instant::now();
            question();
            begin.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    let first = times.first().copied().unwrap_or_default();
    times.sort_unstable_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    (median, first)
}
