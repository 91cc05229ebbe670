//! How often each class is there, when the labels are read by something that errs.
//!
//! ```text
//! observed(y) = Σ over c of share(c) · confusion(c, y),     confusion(c, y) = P(read as y | is c)
//! ```
//! Solved for the shares by the EM algorithm, whose steps keep them at 0 or above and their sum at 1:
//! `share(c) ← share(c) Σ_y observed(y) confusion(c, y) / Σ_b share(b) confusion(b, y)`.
//!
//! It holds where the reader errs on what it is now shown as it did where its errors were counted ("label shift": Saerens,
//! Latinne and Decaestecker 2002, doi:10.1162/089976602753284446; Lipton, Wang and Smola 2018, arXiv:1802.03916).

use ndarray::Array2;

/// Steps at most; with ten classes and 3 % errors some dozens reach the tolerance.
const MAX_STEPS: usize = 1000;

/// No share moves by more than this in the last step.
const TOLERANCE: f64 = 1e-10;

/// The shares of the classes `[k]` behind the shares `observed` `[k]` of what was read, with the counts `confusion`
/// `[is, read as]` of a set where both are known. A class that was never seen there keeps what is read as it.
#[must_use]
pub fn corrected(observed: &[f64], confusion: &Array2<f64>) -> Vec<f64> {
    let k = observed.len();
    if confusion.dim() != (k, k) {
        return observed.to_vec();
    }
    let chances = Array2::from_shape_fn((k, k), |(is, read)| {
        let total = confusion.row(is).sum();
        match (total > 0.0, is == read) {
            (true, _) => confusion[[is, read]] / total,
            (false, same) => f64::from(u8::from(same)),
        }
    });
    let mut shares = vec![1.0 / k.max(1) as f64; k];
    for _ in 0..MAX_STEPS {
        let next = step(&shares, observed, &chances);
        let moved = shares
            .iter()
            .zip(&next)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        shares = next;
        if moved < TOLERANCE {
            break;
        }
    }
    shares
}

fn step(shares: &[f64], observed: &[f64], chances: &Array2<f64>) -> Vec<f64> {
    let weights: Vec<f64> = observed
        .iter()
        .enumerate()
        .map(|(read, seen)| {
            let expected: f64 = shares
                .iter()
                .zip(chances.column(read))
                .map(|(s, c)| s * c)
                .sum();
            if expected > 0.0 { seen / expected } else { 0.0 }
        })
        .collect();
    let next: Vec<f64> = shares
        .iter()
        .zip(chances.rows())
        .map(|(share, row)| share * row.iter().zip(&weights).map(|(c, w)| c * w).sum::<f64>())
        .collect();
    let total: f64 = next.iter().sum();
    if total > 0.0 {
        next.iter().map(|share| share / total).collect()
    } else {
        shares.to_vec()
    }
}

/// ½ Σ |p − q|: the share of things that would have to change their class.
#[must_use]
pub fn total_variation(p: &[f64], q: &[f64]) -> f64 {
    0.5 * p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn errors_of_the_reader_are_taken_out() {
        // True shares 0.2 and 0.8; class 0 is read as 1 in 10 %, class 1 as 0 in 30 % of the cases:
        // read as 0: 0.2 · 0.9 + 0.8 · 0.3 = 0.42, as 1: 0.58.
        let confusion = array![[90.0, 10.0], [60.0, 140.0]];
        let shares = corrected(&[0.42, 0.58], &confusion);
        assert!(
            (shares[0] - 0.2).abs() < 1e-6 && (shares[1] - 0.8).abs() < 1e-6,
            "{shares:?}"
        );
    }

    #[test]
    fn the_rows_of_the_confusion_are_what_is_and_the_columns_what_is_read() {
        // Turned round, the matrix (0.6 0.4 / 1/15 14/15) would give (0.42 - 1/15) / (0.6 - 1/15) = 0.6625 instead.
        let confusion = array![[90.0, 10.0], [60.0, 140.0]];
        let turned = corrected(&[0.42, 0.58], &confusion.reversed_axes());
        assert!((turned[0] - 0.6625).abs() < 1e-4, "{turned:?}");
    }

    #[test]
    fn shares_stay_shares_where_no_exact_solution_exists() {
        // Nothing is read as 1, though a tenth of class 0 should be: all class 0.
        let shares = corrected(&[1.0, 0.0], &array![[90.0, 10.0], [60.0, 140.0]]);
        assert!((shares[0] - 1.0).abs() < 1e-6 && shares[1] >= 0.0);
    }

    #[test]
    fn half_the_sum_of_differences_is_what_would_have_to_change() {
        assert_eq!(total_variation(&[0.5, 0.5], &[0.5, 0.5]), 0.0);
        assert_eq!(total_variation(&[1.0, 0.0], &[0.0, 1.0]), 1.0);
    }
}
