//! The discrete Fourier transform of a square whose side is a power of two (Cooley and Tukey 1965).
//!
//! Written here and not taken from a crate: 64 x 64 values need 30 lines, and the same bits on every processor.

/// A complex number.
pub(super) type Complex = (f64, f64);

/// The tables of a transform of `side` values.
#[derive(Debug)]
pub(super) struct Fourier {
    side: usize,
    /// `exp(−2πi k / side)`.
    roots: Vec<Complex>,
    /// Where each value goes first: its index with the bits in reverse order.
    reversed: Vec<usize>,
}

impl Fourier {
    /// `side` must be a power of two.
    pub(super) fn new(side: usize) -> Self {
        let bits = side.trailing_zeros();
        Self {
            side,
            roots: (0..side)
                .map(|k| {
                    let angle = -2.0 * std::f64::consts::PI * k as f64 / side as f64;
                    (angle.cos(), angle.sin())
                })
                .collect(),
            reversed: (0..side)
                .map(|i| (0..bits).fold(0, |r, bit| r << 1 | (i >> bit & 1)))
                .collect(),
        }
    }

    /// `X[k] = Σj x[j] exp(−2πi jk / side)`, in place.
    fn line(&self, values: &mut [Complex]) {
        for (i, &j) in self.reversed.iter().enumerate() {
            if i < j {
                values.swap(i, j);
            }
        }
        let mut half = 1;
        while half < self.side {
            for pair in values.chunks_exact_mut(2 * half) {
                let (low, high) = pair.split_at_mut(half);
                let roots = self.roots.iter().step_by(self.side / (2 * half));
                for ((a, b), root) in low.iter_mut().zip(high).zip(roots) {
                    let turned = (b.0 * root.0 - b.1 * root.1, b.0 * root.1 + b.1 * root.0);
                    *b = (a.0 - turned.0, a.1 - turned.1);
                    *a = (a.0 + turned.0, a.1 + turned.1);
                }
            }
            half *= 2;
        }
    }

    /// The transform of a `side` x `side` picture: entry `u * side + v` has the frequency u along the rows and v along the
    /// columns.
    pub(super) fn square(&self, picture: &[f64]) -> Vec<Complex> {
        let side = self.side;
        let mut rows: Vec<Complex> = picture.iter().map(|&value| (value, 0.0)).collect();
        rows.chunks_exact_mut(side).for_each(|row| self.line(row));
        let mut columns: Vec<Complex> = (0..side * side)
            .map(|place| rows[place % side * side + place / side])
            .collect();
        columns
            .chunks_exact_mut(side)
            .for_each(|column| self.line(column));
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_sum_of_its_definition() {
        let side = 8;
        let picture: Vec<f64> = (0..64)
            .map(|i| f64::from((7 * i * i + 3 * i) % 23))
            .collect();
        let got = Fourier::new(side).square(&picture);
        for u in 0..side {
            for v in 0..side {
                let mut sum = (0.0, 0.0);
                for (place, value) in picture.iter().enumerate() {
                    let (y, x) = (place / side, place % side);
                    let turns = (u * x + v * y) as f64 / side as f64;
                    let angle = -2.0 * std::f64::consts::PI * turns;
                    sum = (sum.0 + value * angle.cos(), sum.1 + value * angle.sin());
                }
                let entry = got[u * side + v];
                let off = (entry.0 - sum.0).abs() + (entry.1 - sum.1).abs();
                assert!(off < 1e-10, "{u} {v}: {entry:?} {sum:?}");
            }
        }
    }
}
