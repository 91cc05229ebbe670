//! Rows as the search sees them: blocks in the frame for products, the original rows for float64.

use std::borrow::Cow;
use std::collections::HashMap;

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::frame::Frame;
use crate::statistics::integer_products::{Panels, Rows, is_fast};

/// Group of a row that no other row equals.
pub(super) const UNIQUE: u32 = u32::MAX;

/// From this many dimensions on products are those of integers, where the machine multiplies these faster.
const MANY_DIMENSIONS: usize = 256;

/// A set of rows in a frame.
#[derive(Debug)]
pub(super) struct Points<'a> {
    values: Cow<'a, [f32]>,
    n_features: usize,
    frame: &'a Frame,
    /// The rows rounded to integers; none where products are those of float32.
    rounded: Rows,
    /// Squared norms in the frame.
    norms: Vec<f64>,
    /// What each row contributes to the bound on the error of an estimate.
    errors: Vec<f64>,
    /// What each norm contributes to the lower end of an estimate.
    lowered: Vec<f32>,
    /// Equal rows of all sets have the same group.
    groups: Vec<u32>,
}

/// Some successive rows in the frame, arranged to be multiplied with many others.
#[derive(Debug)]
pub(super) struct Block {
    /// The first row.
    pub start: usize,
    /// Number of rows.
    pub len: usize,
    /// The values.
    pub values: Values,
}

/// The values of a block.
#[derive(Debug)]
pub(super) enum Values {
    /// In float32, `[len, d]`.
    Floats(Vec<f32>),
    /// Rounded to integers, and doubled.
    Integers(Panels),
}

impl<'a> Points<'a> {
    /// Sets in their common frame.
    pub fn of<const N: usize>(sets: [ArrayView2<'a, f32>; N], frame: &'a Frame) -> [Self; N] {
        let flat = sets.map(|set| (in_rows(set), set.ncols()));
        let mut groups = groups(&flat);
        flat.map(|(values, n_features)| {
            let n = values.len().checked_div(n_features).unwrap_or(0);
            let rest = groups.split_off(n);
            let mut points = Self {
                values,
                n_features,
                frame,
                rounded: Rows::default(),
                norms: Vec::new(),
                errors: Vec::new(),
                lowered: Vec::new(),
                groups: std::mem::replace(&mut groups, rest),
            };
            points.norms = (0..n)
                .into_par_iter()
                .map(|row| points.framed(row).map(|v| f64::from(v).powi(2)).sum())
                .collect();
            if n_features >= MANY_DIMENSIONS && is_fast() {
                points.rounded = points.round();
            }
            points.errors = (0..n).map(|row| points.error(row)).collect();
            let ends = points.norms.iter().zip(&points.errors);
            points.lowered = ends.map(|(norm, error)| (norm - error) as f32).collect();
            points
        })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Number of dimensions.
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// The frame.
    pub fn frame(&self) -> &Frame {
        self.frame
    }

    /// A row as it was given.
    fn row(&self, row: usize) -> &[f32] {
        let d = self.n_features;
        self.values.get(row * d..(row + 1) * d).unwrap_or_default()
    }

    /// The values of a row in the frame.
    fn framed(&self, row: usize) -> impl Iterator<Item = f32> + '_ {
        let scale = self.frame.scale;
        let values = self.row(row).iter().zip(&self.frame.centre);
        values.map(move |(x, centre)| x * scale - centre)
    }

    fn round(&self) -> Rows {
        let scale = self.frame.scale;
        Rows::new(self.len(), self.n_features, |row, dimensions, out| {
            let centre = &self.frame.centre[dimensions.clone()];
            let values = self.row(row)[dimensions].iter().zip(centre);
            for (slot, (x, centre)) in out.iter_mut().zip(values) {
                *slot = x * scale - centre;
            }
        })
    }

    fn error(&self, row: usize) -> f64 {
        let norm = self.norms[row];
        match self.rounded.n_chunks() {
            0 => self.frame.error(norm),
            n => {
                let squared_residual = self.rounded.squared_residual(row);
                self.frame.rounded_error(norm, squared_residual, n)
            }
        }
    }

    /// Up to `size` rows from `start` on.
    pub fn block(&self, start: usize, size: usize) -> Block {
        let len = size.min(self.len().saturating_sub(start));
        let values = if self.rounded.n_chunks() == 0 {
            Values::Floats(self.floats(start, len))
        } else {
            Values::Integers(self.rounded.panels(start, len, 2.0))
        };
        Block { start, len, values }
    }

    /// The rows `start..start + len` in the frame, row after row.
    pub fn floats(&self, start: usize, len: usize) -> Vec<f32> {
        let mut values = Vec::with_capacity(len * self.n_features);
        for row in start..start + len {
            values.extend(self.framed(row));
        }
        values
    }

    /// The rows rounded to integers, where blocks are.
    pub fn rounded(&self) -> &Rows {
        &self.rounded
    }

    /// What the norms contribute to lower ends, row by row.
    pub fn lowered(&self) -> &[f32] {
        &self.lowered
    }

    /// The group of a row, [`UNIQUE`] where no row equals it.
    pub fn group(&self, row: usize) -> u32 {
        self.groups[row]
    }

    /// The squared distance between a row of this set and a row of another, by float64 differences, in the frame.
    /// Equal rows are at exactly 0.
    pub fn settle(&self, row: usize, other: &Points<'_>, other_row: usize) -> f64 {
        if self.groups[row] != UNIQUE && self.groups[row] == other.groups[other_row] {
            return 0.0;
        }
        squared_distance(self.row(row), other.row(other_row)) * self.frame.squared_scale()
    }

    /// An estimated squared distance in the frame and the bound on its error, from twice the product.
    pub fn estimate(
        &self,
        row: usize,
        other: &Points<'_>,
        other_row: usize,
        doubled: f32,
    ) -> (f64, f64) {
        let norms = self.norms[row] + other.norms[other_row];
        (
            (norms - f64::from(doubled)).max(0.0),
            self.errors[row] + other.errors[other_row],
        )
    }
}

/// The values row after row; a copy only where they are not so in memory.
fn in_rows(set: ArrayView2<'_, f32>) -> Cow<'_, [f32]> {
    match set.to_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(set.iter().copied().collect()),
    }
}

/// Σ (x − y)² in float64, eight partial sums folded in a fixed order. The same for (x, y) and (y, x).
pub(super) fn squared_distance(x: &[f32], y: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0_f64; LANES];
    let (left, right) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    for (slot, (a, b)) in left.remainder().iter().zip(right.remainder()).enumerate() {
        let difference = f64::from(*a) - f64::from(*b);
        sums[slot] += difference * difference;
    }
    for (a, b) in left.zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            let difference = f64::from(*a) - f64::from(*b);
            *sum += difference * difference;
        }
    }
    sums.iter().sum()
}

/// For each row of all sets together, the number of the first row that equals it if there are several.
fn groups(sets: &[(Cow<'_, [f32]>, usize)]) -> Vec<u32> {
    let rows: Vec<&[f32]> = sets
        .iter()
        .flat_map(|(values, d)| values.chunks_exact((*d).max(1)))
        .collect();
    let keys: Vec<u64> = rows
        .par_iter()
        .map(|row| {
            row.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |key, value| {
                // Adding 0 makes -0 and 0 the same, as they are for distances.
                let bits = u64::from((value + 0.0).to_bits());
                (key ^ bits)
                    .wrapping_mul(0xff51_afd7_ed55_8ccd)
                    .rotate_left(29)
            })
        })
        .collect();
    let mut groups = vec![UNIQUE; rows.len()];
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, key) in keys.iter().enumerate() {
        let firsts = seen.entry(*key).or_default();
        match firsts.iter().find(|&&first| rows[first] == rows[index]) {
            None => firsts.push(index),
            Some(&first) => {
                groups[first] = first as u32;
                groups[index] = first as u32;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::tile::doubled_products;
    use super::*;
    use crate::rng::Seed;
    use ndarray::{Array2, array};

    #[test]
    fn equal_rows_share_a_group_across_sets_and_minus_zero_is_zero() {
        let (x, y) = (
            array![[1.0_f32, 0.0], [2.0, 1.0], [3.0, 3.0]],
            array![[2.0_f32, 1.0], [1.0, -0.0]],
        );
        let frame = Frame::of(&[x.view(), y.view()]);
        let [x, y] = Points::of([x.view(), y.view()], &frame);
        assert_eq!((x.groups, y.groups), (vec![0, 1, UNIQUE], vec![1, 0]));
    }

    #[test]
    fn estimates_keep_their_bound_even_far_from_the_origin() {
        let mut stream = Seed(5).stream("points", 0);
        for (offset, d) in [
            (0.0, 33),
            (100.0, 33),
            (0.0, 300),
            (100.0, 300),
            (0.0, 1024),
        ] {
            let x = Array2::from_shape_fn((40, d), |(i, k)| {
                let spread = [1.0, 1e-3, 1e-3, 1.0][i % 4];
                let peak = if k == 7 && i % 4 > 1 { 1e3 } else { 1.0 };
                (offset + spread * peak * stream.normal()) as f32
            });
            let frame = Frame::of(&[x.view()]);
            let [points] = Points::of([x.view()], &frame);
            let doubled = doubled_products(&points.block(0, 40), &points, 0, 40);
            for j in 0..40 {
                for (i, &doubled) in doubled.column(j).iter().enumerate() {
                    let (value, error) = points.estimate(i, &points, j, doubled);
                    let truth = points.settle(i, &points, j);
                    assert!((value - truth).abs() <= error, "{value} {truth} {error}");
                }
            }
        }
    }

    #[test]
    fn a_distance_is_the_same_from_both_ends() {
        let x: Vec<f32> = (0..29).map(|i| (i as f32).sin()).collect();
        let y: Vec<f32> = (0..29).map(|i| (i as f32).cos()).collect();
        assert_eq!(squared_distance(&x, &y), squared_distance(&y, &x));
        // (3 - 0)^2 + (0 - 4)^2 = 25.
        assert_eq!(squared_distance(&[3.0, 0.0], &[0.0, 4.0]), 25.0);
    }
}
