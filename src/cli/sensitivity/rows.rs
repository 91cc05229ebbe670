//! Known damage to a set whose members stay as they are: which rows make up the generated set.

use crate::rng::Seed;

/// Pictures that a collapsed generator repeats.
const N_REPEATED: usize = 5;

/// The first `share` of all rows in a random order that is the same for every share, so that levels are nested.
#[must_use]
pub fn chosen(n: usize, share: f64, seed: Seed, name: &str) -> Vec<bool> {
    let count = ((n as f64 * share).round() as usize).min(n);
    let mut touched = vec![false; n];
    for row in seed.stream(name, 0).permutation(n).into_iter().take(count) {
        touched[row] = true;
    }
    touched
}

/// `rows` with a share of them replaced by the first five, in turn.
#[must_use]
pub fn with_duplicates(rows: &[usize], share: f64, seed: Seed) -> Vec<usize> {
    let repeated = N_REPEATED.min(rows.len());
    let touched = chosen(rows.len(), share, seed, "sensitivity duplicates");
    let mut next = (0..repeated).cycle();
    rows.iter()
        .zip(touched)
        .map(
            |(&row, touched)| match touched.then(|| next.next()).flatten() {
                Some(source) => rows[source],
                None => row,
            },
        )
        .collect()
}

/// `rows` with a share of them replaced by rows of `seen`, each used once before any is used twice.
#[must_use]
pub fn with_copies(rows: &[usize], seen: &[usize], share: f64, seed: Seed) -> Vec<usize> {
    let touched = chosen(rows.len(), share, seed, "sensitivity copies");
    let order = seed.stream("sensitivity copied", 0).permutation(seen.len());
    let mut next = order.iter().cycle();
    rows.iter()
        .zip(touched)
        .map(
            |(&row, touched)| match touched.then(|| next.next()).flatten() {
                Some(&source) => seen[source],
                None => row,
            },
        )
        .collect()
}

/// The rows whose mode is not among the `n_dropped` first of a random order of `0..n_modes`, and as many of all rows at
/// random: what is left is compared with an honest set of the same size, because most metrics depend on the size.
#[must_use]
pub fn without_modes(
    rows: &[usize],
    modes: &[usize],
    n_modes: usize,
    n_dropped: usize,
    seed: Seed,
) -> (Vec<usize>, Vec<usize>) {
    let order = seed.stream("sensitivity modes", 0).permutation(n_modes);
    let dropped = &order[..n_dropped.min(n_modes)];
    let left: Vec<usize> = rows
        .iter()
        .zip(modes)
        .filter(|(_, mode)| !dropped.contains(mode))
        .map(|(&row, _)| row)
        .collect();
    let share = left.len() as f64 / rows.len().max(1) as f64;
    let kept = chosen(rows.len(), share, seed, "sensitivity honest subset");
    let honest = rows
        .iter()
        .zip(kept)
        .filter_map(|(&row, kept)| kept.then_some(row))
        .collect();
    (left, honest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: Seed = Seed(3);

    #[test]
    fn levels_are_nested_and_of_the_size_asked_for() {
        let small = chosen(50, 0.1, SEED, "t");
        let large = chosen(50, 0.5, SEED, "t");
        let count = |flags: &[bool]| flags.iter().filter(|f| **f).count();
        assert_eq!((count(&small), count(&large)), (5, 25));
        assert!(small.iter().zip(&large).all(|(s, l)| !s || *l));
    }

    #[test]
    fn duplicates_are_of_few_rows_and_the_rest_is_untouched() {
        let rows: Vec<usize> = (100..200).collect();
        let damaged = with_duplicates(&rows, 0.4, SEED);
        assert_eq!(damaged.len(), 100);
        let moved = damaged.iter().zip(&rows).filter(|(d, r)| d != r).count();
        // 40 rows are replaced; those among the five that are replaced by themselves do not show.
        assert!((35..=40).contains(&moved), "{moved}");
        assert!(damaged.iter().all(|row| rows.contains(row)));
        let replaced = damaged.iter().zip(&rows).filter(|(d, r)| d != r);
        assert!(replaced.into_iter().all(|(d, _)| (100..105).contains(d)));
    }

    #[test]
    fn copies_come_from_the_other_set_each_once() {
        let (rows, seen): (Vec<usize>, Vec<usize>) = ((0..50).collect(), (50..100).collect());
        let mut damaged = with_copies(&rows, &seen, 1.0, SEED);
        damaged.sort_unstable();
        assert_eq!(damaged, seen);
        let some = with_copies(&rows, &seen, 0.1, SEED);
        assert_eq!(some.iter().filter(|row| **row >= 50).count(), 5);
    }

    #[test]
    fn a_dropped_mode_is_gone_and_the_honest_set_is_as_large() {
        let rows: Vec<usize> = (0..90).collect();
        let modes: Vec<usize> = (0..90).map(|i| i % 3).collect();
        let (left, honest) = without_modes(&rows, &modes, 3, 1, SEED);
        assert_eq!((left.len(), honest.len()), (60, 60));
        let mut seen: Vec<usize> = left.iter().map(|row| modes[*row]).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 2);
        assert!((0..3).all(|mode| honest.iter().any(|row| modes[*row] == mode)));
    }
}
