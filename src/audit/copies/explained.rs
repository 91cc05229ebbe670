//! What part of a window another one explains, whatever was done to its tone, its colours and its sharpness.
//!
//! ```text
//! made = c₀ + Σ c_j · original_j + rest        least squares
//! unexplained = √(|rest|² / |made − mean|²)     in [0, 1]: 0 for a copy, 1 for pictures with nothing in common
//! ```
//! The views of the original are its luma, its square and its cube (a curve of tones: brightness that clips, contrast,
//! gamma), smoother versions of it (a copy that was resized), and its chroma (other hues change the luma). Sums are kept for
//! each of 3 × 3 parts of the window, so that the fit without the parts that fit worst costs no new sums.

/// Parts of a window in each direction.
const PARTS: usize = 3;

/// Parts that may be covered by a mark.
const N_COVERED: usize = 2;

/// Most views of the original, the constant, and what was made.
const MOST: usize = 10;

/// A view of which a smaller part than this is new after those before it tells nothing.
const NEW: f64 = 1e-5;

/// A window of smaller variance is flat.
const FLAT: f64 = 1e-4;

/// What stays unexplained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unexplained {
    /// Of the whole window.
    pub whole: f32,
    /// Without the two ninths that fit worst.
    pub uncovered: f32,
}

/// Products of all views, the constant first.
type Sums = [[f64; MOST]; MOST];

/// How badly a window of `side` × `side` values, about −1 to 1, is explained by views of the original; 1 for a flat window.
#[must_use]
pub fn unexplained(original: &[Vec<f32>], made: &[f32], side: usize) -> Unexplained {
    let views: Vec<&[f32]> = original
        .iter()
        .map(Vec::as_slice)
        .take(MOST - 2)
        .chain([made])
        .collect();
    // The constant is the first view, what was made the last.
    let last = views.len();
    let parts = sums(&views, side);
    let mut is_kept = [true; PARTS * PARTS];
    let whole = Fitted::of(&parts, is_kept, last);
    let mut fitted = whole.clone();
    for _ in 0..N_COVERED {
        let errors = parts.map(|part| fitted.error(&part));
        let kept = (0..PARTS * PARTS).filter(|part| is_kept[*part]);
        let worst = kept.max_by(|a, b| errors[*a].total_cmp(&errors[*b]));
        is_kept[worst.unwrap_or(0)] = false;
        fitted = Fitted::of(&parts, is_kept, last);
    }
    Unexplained {
        whole: whole.unexplained,
        uncovered: fitted.unexplained,
    }
}

/// The sums of products of the constant and all views, for each part.
fn sums(views: &[&[f32]], side: usize) -> [Sums; PARTS * PARTS] {
    let mut parts = [[[0.0; MOST]; MOST]; PARTS * PARTS];
    let n = views.len() + 1;
    for y in 0..side {
        for across in 0..PARTS {
            let (from, to) = (
                y * side + (across * side).div_ceil(PARTS),
                y * side + ((across + 1) * side).div_ceil(PARTS),
            );
            let part = &mut parts[y * PARTS / side * PARTS + across];
            part[0][0] += (to - from) as f64;
            let lines: Vec<&[f32]> = views
                .iter()
                .map(|view| view.get(from..to).unwrap_or_default())
                .collect();
            for a in 1..n {
                part[0][a] += total(lines[a - 1].iter().copied());
                for b in a..n {
                    let products = lines[a - 1].iter().zip(lines[b - 1]);
                    part[a][b] += total(products.map(|(x, y)| x * y));
                }
            }
        }
    }
    parts
}

/// A few values, added in float32 in their order.
fn total(values: impl Iterator<Item = f32>) -> f64 {
    f64::from(values.sum::<f32>())
}

/// A least-squares fit.
#[derive(Clone)]
struct Fitted {
    /// What every view of the original counts.
    coefficients: [f64; MOST],
    /// The place of what was made.
    last: usize,
    unexplained: f32,
}

impl Fitted {
    /// To the parts that are kept: the views before the `last` explain it.
    fn of(parts: &[Sums; PARTS * PARTS], is_kept: [bool; PARTS * PARTS], last: usize) -> Self {
        let mut all = [[0.0; MOST]; MOST];
        for (part, _) in parts.iter().zip(is_kept).filter(|(_, is_kept)| *is_kept) {
            for (sums, part) in all.iter_mut().zip(part) {
                for (sum, part) in sums.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        }
        // Gauss's elimination of the upper triangle: what is left of a view is what those before it do not explain.
        let before: [f64; MOST] = std::array::from_fn(|at| all[at][at]);
        let mut is_used = [false; MOST];
        let mut whole = 0.0;
        for pivot in 0..last {
            if all[pivot][pivot] > NEW * before[pivot] {
                is_used[pivot] = true;
                let line = all[pivot];
                for row in pivot + 1..=last {
                    let factor = line[row] / line[pivot];
                    for column in row..=last {
                        all[row][column] -= factor * line[column];
                    }
                }
            }
            if pivot == 0 {
                // What the constant leaves.
                whole = all[last][last];
            }
        }
        let mut coefficients = [0.0; MOST];
        for at in (0..last).rev().filter(|at| is_used[*at]) {
            let known: f64 = (at + 1..last).map(|j| all[at][j] * coefficients[j]).sum();
            coefficients[at] = (all[at][last] - known) / all[at][at];
        }
        let rest = all[last][last].max(0.0);
        Self {
            coefficients,
            last,
            unexplained: if whole > FLAT * before[0] {
                (rest / whole).min(1.0).sqrt() as f32
            } else {
                1.0
            },
        }
    }

    /// Σ rest² over a part.
    fn error(&self, part: &Sums) -> f64 {
        let mut weights = self.coefficients.map(|c| -c);
        weights[self.last] = 1.0;
        let mut error = 0.0;
        for a in 0..=self.last {
            error += weights[a] * weights[a] * part[a][a];
            for b in a + 1..=self.last {
                error += 2.0 * weights[a] * weights[b] * part[a][b];
            }
        }
        error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    const SIDE: usize = 24;

    fn noise(index: u64) -> Vec<f32> {
        let mut stream = Seed(6).stream("explained", index);
        (0..SIDE * SIDE)
            .map(|_| stream.uniform() as f32 * 100.0)
            .collect()
    }

    fn mixed(a: &[f32], b: &[f32], of: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        a.iter().zip(b).map(|(&a, &b)| of(a, b)).collect()
    }

    #[test]
    fn what_is_a_sum_of_the_original_views_is_explained_and_other_noise_is_not() {
        let (a, b) = (noise(0), noise(1));
        let made = mixed(&a, &b, |a, b| 20.0 - 0.5 * a + 2.0 * b);
        let both = unexplained(&[a.clone(), b.clone()], &made, SIDE);
        assert!(both.whole < 1e-3 && both.uncovered < 1e-3, "{both:?}");
        // Var(−a/2) : Var(2 b) = 1 : 16, so that a alone leaves √(16 / 17) = 0.97, b alone √(1 / 17) = 0.243.
        let one = |view: &Vec<f32>| unexplained(std::slice::from_ref(view), &made, SIDE);
        assert!((one(&a).whole - 0.97).abs() < 0.01);
        assert!((one(&b).whole - 0.243).abs() < 0.02);
        assert!(one(&noise(2)).whole > 0.98);
    }

    #[test]
    fn a_view_that_repeats_another_changes_nothing_and_a_flat_window_explains_nothing() {
        let (a, b) = (noise(0), noise(1));
        let once = unexplained(std::slice::from_ref(&a), &b, SIDE);
        let twice = unexplained(&[a.clone(), a.clone()], &b, SIDE);
        assert!((once.whole - twice.whole).abs() < 1e-4);
        let flat = vec![50.0; SIDE * SIDE];
        let none = unexplained(std::slice::from_ref(&flat), &b, SIDE);
        assert!(none.whole > 0.999, "{none:?}");
        assert_eq!(unexplained(&[a], &flat, SIDE).whole, 1.0);
    }

    #[test]
    fn two_spoilt_ninths_are_left_out_and_three_are_too_many() {
        let a = noise(0);
        let spoilt = |parts: &[usize]| -> Vec<f32> {
            let all = a.iter().zip(noise(3)).enumerate();
            all.map(|(at, (&a, other))| {
                let part = at / SIDE / 8 * 3 + at % SIDE / 8;
                if parts.contains(&part) {
                    3.0 * other
                } else {
                    a
                }
            })
            .collect()
        };
        let of = |parts: &[usize]| unexplained(std::slice::from_ref(&a), &spoilt(parts), SIDE);
        assert!(of(&[2, 5]).whole > 0.5);
        assert!(of(&[2, 5]).uncovered < 1e-3);
        assert!(of(&[0, 2, 5]).uncovered > 0.3);
    }
}
