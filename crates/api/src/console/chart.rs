//! Bars by day, drawn as SVG; the numbers stand in a table beside it.

use messages_core::store::appels::statistiques::Bilan;

/// Height of the highest bar.
const HEIGHT: f64 = 120.0;

/// Width of a bar with the gap behind it.
const STEP: u32 = 20;

/// What became of the envois of one day.
pub(super) struct Day {
    /// `2026-11-28`
    pub(super) date: String,
    /// For people.
    pub(super) name: String,
    pub(super) bilan: Bilan,
}

/// A part of a bar.
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: u32,
    pub(super) y: String,
    pub(super) height: String,
}

pub(super) struct Chart {
    pub(super) days: Vec<Day>,
    pub(super) bars: Vec<Bar>,
    pub(super) width: u32,
    /// What the highest bar stands for.
    pub(super) most: i64,
}

impl Chart {
    pub(super) fn of(days: Vec<Day>) -> Self {
        let total = |bilan: &Bilan| bilan.envoyes + bilan.echecs + bilan.incertains + bilan.ignores;
        let most = days
            .iter()
            .map(|day| total(&day.bilan))
            .max()
            .unwrap_or_default();
        let scale = HEIGHT / share(most.max(1));
        let mut bars = Vec::new();
        let mut x = 0;
        for day in &days {
            let parts = [
                ("envoye", day.bilan.envoyes),
                ("echec", day.bilan.echecs),
                ("incertain", day.bilan.incertains),
                ("ignore", day.bilan.ignores),
            ];
            let mut top = HEIGHT;
            for (class, number) in parts.into_iter().filter(|(_, number)| *number > 0) {
                let height = share(number) * scale;
                top -= height;
                bars.push(Bar {
                    class,
                    x,
                    y: format!("{top:.1}"),
                    height: format!("{height:.1}"),
                });
            }
            x += STEP;
        }
        Self {
            days,
            bars,
            width: x,
            most,
        }
    }
}

/// Exact up to four milliards, which no day has.
fn share(number: i64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_each_other() {
        let day = |envoyes, echecs| Day {
            date: String::new(),
            name: String::new(),
            bilan: Bilan {
                envoyes,
                echecs,
                ..Bilan::default()
            },
        };
        let chart = Chart::of(vec![day(60, 60), day(0, 0), day(30, 0)]);
        let bars: Vec<_> = chart
            .bars
            .iter()
            .map(|b| (b.class, b.x, b.y.as_str(), b.height.as_str()))
            .collect();
        assert_eq!(
            bars,
            [
                ("envoye", 0, "60.0", "60.0"),
                ("echec", 0, "0.0", "60.0"),
                ("envoye", 40, "90.0", "30.0")
            ]
        );
        assert_eq!((chart.most, chart.width), (120, 60));
        assert!(Chart::of(vec![day(0, 0)]).bars.is_empty());
    }
}
