//! Two factors at once: how much of the variance is each one's, and how much is theirs together.

use crate::rng::Seed;

/// Shares of the variance, which add up to 1, and what chance would give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoWay {
    /// Of the first factor, averaged over the second.
    pub first: Share,
    /// Of the second factor, averaged over the first.
    pub second: Share,
    /// Of their interaction: the first factor's effect is not the same at all levels of the second.
    pub interaction: Share,
    /// What is left inside the cells.
    pub rest: f64,
}

/// A share of the variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// η², 0 to 1.
    pub share: f64,
    /// p by permutation.
    pub p: f64,
}

/// A value with its levels of both factors.
#[derive(Clone, Copy)]
struct Entry {
    value: f64,
    at: [usize; 2],
}

/// Sums of squares: first, second, interaction, rest.
#[derive(Clone, Copy)]
struct Squares([f64; 4]);

/// Of `cells[i][j]`, the values at level i of the first and level j of the second factor.
///
/// Sums of squares are those of the cell means with the harmonic mean of the cell sizes (Yates' unweighted means; with equal
/// sizes the ordinary analysis of variance). p: the first factor by exchanging values between its levels within each level of
/// the second, the second likewise, the interaction by exchanging residuals of the additive fit, which is approximate (Still
/// and White 1981, Brit. J. Math. Stat. Psych. 34). The statistic is each sum of squares over that of the rest.
///
/// `None` with fewer than two levels, an empty cell, values that are not finite, or no variance inside the cells.
#[must_use]
pub fn two_way(cells: &[Vec<Vec<f64>>], n_permutations: usize, seed: Seed) -> Option<TwoWay> {
    let levels = [cells.len(), cells.first()?.len()];
    if levels.iter().any(|n| *n < 2) || cells.iter().any(|row| row.len() != levels[1]) {
        return None;
    }
    let mut entries = Vec::new();
    for (i, row) in cells.iter().enumerate() {
        for (j, values) in row.iter().enumerate() {
            if values.is_empty() || values.iter().any(|v| !v.is_finite()) {
                return None;
            }
            entries.extend(values.iter().map(|value| Entry {
                value: *value,
                at: [i, j],
            }));
        }
    }
    let seen = squares(&entries, levels);
    let total: f64 = seen.0.iter().sum();
    if seen.0[3] <= 1e-12 * total || total <= 0.0 {
        return None;
    }
    let within = |factor: usize| {
        let p = exchanged(&entries, levels, factor, n_permutations, seed);
        Share {
            share: seen.0[factor] / total,
            p,
        }
    };
    Some(TwoWay {
        first: within(0),
        second: within(1),
        interaction: Share {
            share: seen.0[2] / total,
            p: residuals(&entries, levels, n_permutations, seed),
        },
        rest: seen.0[3] / total,
    })
}

/// Means of the cells and how many values each has, row by row.
fn means(entries: &[Entry], [_, columns]: [usize; 2], n_cells: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut sums, mut counts) = (vec![0.0; n_cells], vec![0.0; n_cells]);
    for entry in entries {
        let cell = entry.at[0] * columns + entry.at[1];
        sums[cell] += entry.value;
        counts[cell] += 1.0;
    }
    let means = sums.iter().zip(&counts).map(|(s, n)| s / n).collect();
    (means, counts)
}

/// The mean of all cell means, those of the rows, those of the columns.
fn margins(means: &[f64], [rows, columns]: [usize; 2]) -> (f64, Vec<f64>, Vec<f64>) {
    let mut of_rows = vec![0.0; rows];
    let mut of_columns = vec![0.0; columns];
    for (cell, mean) in means.iter().enumerate() {
        of_rows[cell / columns] += mean / columns as f64;
        of_columns[cell % columns] += mean / rows as f64;
    }
    let grand = of_rows.iter().sum::<f64>() / rows as f64;
    (grand, of_rows, of_columns)
}

fn squares(entries: &[Entry], levels: [usize; 2]) -> Squares {
    let [rows, columns] = levels;
    let (means, counts) = means(entries, levels, rows * columns);
    let (grand, of_rows, of_columns) = margins(&means, levels);
    let harmonic = counts.len() as f64 / counts.iter().map(|n| 1.0 / n).sum::<f64>();
    let spread = |all: &[f64]| all.iter().map(|m| (m - grand).powi(2)).sum::<f64>();
    let together = means.iter().enumerate().map(|(cell, mean)| {
        (mean - of_rows[cell / columns] - of_columns[cell % columns] + grand).powi(2)
    });
    let rest = entries
        .iter()
        .map(|e| (e.value - means[e.at[0] * columns + e.at[1]]).powi(2));
    Squares([
        harmonic * columns as f64 * spread(&of_rows),
        harmonic * rows as f64 * spread(&of_columns),
        harmonic * together.sum::<f64>(),
        rest.sum(),
    ])
}

/// The statistic of a part; sums in another order must not make equal values unequal.
fn ratio(squares: Squares, part: usize) -> f64 {
    squares.0[part] / squares.0[3].max(f64::MIN_POSITIVE)
}

fn exchanged(
    entries: &[Entry],
    levels: [usize; 2],
    factor: usize,
    draws: usize,
    seed: Seed,
) -> f64 {
    let other = 1 - factor;
    let seen = ratio(squares(entries, levels), factor) * (1.0 - 1e-9);
    let groups: Vec<Vec<usize>> = (0..levels[other])
        .map(|level| {
            (0..entries.len())
                .filter(|i| entries[*i].at[other] == level)
                .collect()
        })
        .collect();
    let mut stream = seed.stream("two-way", factor as u64);
    let mut drawn = entries.to_vec();
    let mut reached = 0_usize;
    for _ in 0..draws {
        for group in &groups {
            for k in (1..group.len()).rev() {
                let (a, b) = (group[k], group[stream.below(k + 1)]);
                let value = drawn[a].value;
                drawn[a].value = drawn[b].value;
                drawn[b].value = value;
            }
        }
        reached += usize::from(ratio(squares(&drawn, levels), factor) >= seen);
    }
    (1 + reached) as f64 / (1 + draws) as f64
}

fn residuals(entries: &[Entry], levels: [usize; 2], draws: usize, seed: Seed) -> f64 {
    let [rows, columns] = levels;
    let (means, _) = means(entries, levels, rows * columns);
    let (grand, of_rows, of_columns) = margins(&means, levels);
    let mut drawn = entries.to_vec();
    for entry in &mut drawn {
        entry.value -= of_rows[entry.at[0]] + of_columns[entry.at[1]] - grand;
    }
    let seen = ratio(squares(&drawn, levels), 2) * (1.0 - 1e-9);
    let mut stream = seed.stream("two-way", 2);
    let mut reached = 0_usize;
    for _ in 0..draws {
        for k in (1..drawn.len()).rev() {
            let b = stream.below(k + 1);
            let value = drawn[k].value;
            drawn[k].value = drawn[b].value;
            drawn[b].value = value;
        }
        reached += usize::from(ratio(squares(&drawn, levels), 2) >= seen);
    }
    (1 + reached) as f64 / (1 + draws) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Vec<Vec<Vec<f64>>> {
        vec![
            vec![vec![1.0, 1.2, 0.9], vec![2.1, 2.0, 2.3]],
            vec![vec![1.1, 1.0, 1.3], vec![2.2, 2.5, 2.4]],
            vec![vec![1.0, 1.1, 1.2], vec![1.3, 1.2, 1.1]],
        ]
    }

    #[test]
    fn shares_are_those_of_the_analysis_of_variance() {
        // NumPy 2.4.6: sums of squares 1.1511, 2.9606, 1.1511 and 0.2267 of 5.4894.
        let found = two_way(&cells(), 2000, Seed(1)).unwrap();
        for (got, want) in [
            (found.first.share, 0.2096953749620484),
            (found.second.share, 0.5393178828053842),
            (found.interaction.share, 0.20969537496204824),
            (found.rest, 0.04129136727051913),
        ] {
            assert!((got - want).abs() < 1e-12, "{found:?}");
        }
        // scipy.stats.f.sf of the three F values: all below 1e-4, so 2000 permutations reach none.
        assert!(
            found.second.p < 0.002 && found.interaction.p < 0.002,
            "{found:?}"
        );
    }

    #[test]
    fn parallel_rows_have_no_interaction_and_the_factors_are_not_exchanged() {
        // Row i adds 0, the column adds 5 j, and every cell holds -0.1, 0, 0.1 around it.
        let cell = |mean: f64| vec![mean - 0.1, mean, mean + 0.1];
        let cells = vec![vec![cell(0.0), cell(5.0)], vec![cell(0.0), cell(5.0)]];
        let found = two_way(&cells, 500, Seed(1)).unwrap();
        assert!(
            found.first.share < 1e-12 && found.first.p > 0.9,
            "{found:?}"
        );
        // 12 values: between the columns 12 · 2.5², inside 4 · 0.02.
        assert!((found.second.share - 75.0 / 75.08).abs() < 1e-12);
        assert!(
            found.interaction.share < 1e-12 && found.interaction.p > 0.9,
            "{found:?}"
        );
    }

    #[test]
    fn what_has_no_analysis_has_no_value() {
        assert!(two_way(&cells()[..1], 10, Seed(1)).is_none());
        let mut empty = cells();
        empty[1][1].clear();
        assert!(two_way(&empty, 10, Seed(1)).is_none());
        let flat = vec![vec![vec![1.0], vec![2.0]], vec![vec![3.0], vec![9.0]]];
        assert!(
            two_way(&flat, 10, Seed(1)).is_none(),
            "one value a cell leaves no rest"
        );
    }
}
