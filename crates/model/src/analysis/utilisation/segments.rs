//! Floor 6. Where several series change together: binary segmentation.
//!
//! The series are cut in two where that explains most of how they vary, then the part is cut that explains most of what
//! is left, and so on, for as long as a cut explains more than it costs by Schwarz's criterion (BIC). Prefix sums make
//! every look at the series linear in their length.

/// What to cut, and how finely.
#[derive(Debug)]
pub(super) struct Series<'a> {
    /// Rows of equal length: standardised values, in order.
    pub(super) rows: &'a [Vec<f64>],
    /// For how long each value held.
    pub(super) seconds: &'a [f64],
    /// The shortest part, in seconds.
    pub(super) shortest: f64,
    /// The most parts.
    pub(super) parts_max: usize,
}

/// The fewest values of a part: one alone may be an accident.
const VALUES_MIN: usize = 2;
/// What a mean value of a part may be off by for nothing, as a part of the deviation of all: the square of a tenth.
const FLOOR: f64 = 0.01;
/// A cut costs that many times what the criterion asks for: neighbours resemble each other, and tell less than as many
/// values that have nothing to do with one another would.
const CAUTION: f64 = 2.0;

#[derive(Debug, Clone, Copy)]
struct Cut {
    at: usize,
    gain: f64,
}

impl Series<'_> {
    /// The index at which each part begins, the first of them 0; empty where there are no values.
    pub(super) fn parts(&self) -> Vec<usize> {
        let count = self.seconds.len();
        if count == 0 {
            return Vec::new();
        }
        let sums = Sums::of(self);
        let telling = self.rows.iter().filter(|row| row.iter().any(|value| *value != 0.0)).count();
        let cost = CAUTION * (telling + 1) as f64 * (count as f64).ln();
        let mut bounds = vec![0, count];
        while bounds.len() <= self.parts_max {
            let Some(cut) = self.best_cut(&bounds, &sums).filter(|cut| cut.gain > cost) else {
                break;
            };
            let place = bounds.partition_point(|bound| *bound < cut.at);
            bounds.insert(place, cut.at);
        }
        bounds.pop();
        bounds
    }

    /// The cut that explains most of what the parts between these bounds leave open.
    fn best_cut(&self, bounds: &[usize], sums: &Sums) -> Option<Cut> {
        let count = self.seconds.len() as f64;
        let open = |row: usize| {
            let explained = bounds.windows(2).map(|part| sums.explained(row, part[0], part[1]));
            (sums.squares[row] - explained.sum::<f64>()).max(0.0) + count * FLOOR
        };
        let open: Vec<f64> = (0..self.rows.len()).map(open).collect();
        let cuts = bounds.windows(2).flat_map(|part| {
            let (from, until) = (part[0], part[1]);
            let places = from + VALUES_MIN..=until.saturating_sub(VALUES_MIN);
            places
                .filter(move |at| self.is_long(sums, from, *at, until))
                .map(move |at| (from, at, until))
        });
        let cuts = cuts.map(|(from, at, until)| {
            let gain = |(row, open): (usize, &f64)| {
                let halves = sums.explained(row, from, at) + sums.explained(row, at, until);
                let closed = (halves - sums.explained(row, from, until)).max(0.0);
                count * (open / (open - closed).max(count * FLOOR)).ln()
            };
            Cut { at, gain: open.iter().enumerate().map(gain).sum() }
        });
        cuts.max_by(|one, other| one.gain.total_cmp(&other.gain))
    }

    fn is_long(&self, sums: &Sums, from: usize, at: usize, until: usize) -> bool {
        sums.seconds(from, at).min(sums.seconds(at, until)) >= self.shortest
    }
}

/// Sums from the beginning on, of the weights and of each weighted row. The weights are the seconds, scaled so that a
/// value has 1 in the mean.
struct Sums {
    weights: Vec<f64>,
    rows: Vec<Vec<f64>>,
    /// The weighted squares of each row, all together.
    squares: Vec<f64>,
    scale: f64,
}

impl Sums {
    fn of(series: &Series<'_>) -> Self {
        let all: f64 = series.seconds.iter().sum();
        let scale = if all > 0.0 { series.seconds.len() as f64 / all } else { 0.0 };
        let weights = || series.seconds.iter().map(move |seconds| seconds * scale);
        let weighted = |row: &Vec<f64>| {
            running(row.iter().zip(weights()).map(|(value, weight)| value * weight))
        };
        let squared = |row: &Vec<f64>| {
            row.iter().zip(weights()).map(|(value, weight)| value * value * weight).sum()
        };
        Self {
            weights: running(weights()),
            rows: series.rows.iter().map(weighted).collect(),
            squares: series.rows.iter().map(squared).collect(),
            scale,
        }
    }

    fn seconds(&self, from: usize, until: usize) -> f64 {
        if self.scale > 0.0 { (self.weights[until] - self.weights[from]) / self.scale } else { 0.0 }
    }

    /// What the mean of a part explains of the squares of a row's values in it.
    fn explained(&self, row: usize, from: usize, until: usize) -> f64 {
        let weight = self.weights[until] - self.weights[from];
        let sum = self.rows[row][until] - self.rows[row][from];
        if weight > 0.0 { sum * sum / weight } else { 0.0 }
    }
}

fn running(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let sums = values.scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    });
    std::iter::once(0.0).chain(sums).collect()
}
