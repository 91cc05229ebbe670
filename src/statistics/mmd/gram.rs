//! Sums over a Gram matrix that is never held whole.
//!
//! The matrix is cut into square tiles of a fixed size; a tile is one product, the kernel over it, and its sums. Tiles of
//! one row run in parallel and are folded in order, so the bits are the same for any number of threads. Sums are folded in
//! lanes of a fixed number, so they are the same with any vector units too.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use rayon::prelude::*;

use super::members::Members;
use super::products::Products;

/// Rows and columns of a tile: a multiple of what [`crate::statistics::integer_products`] multiplies at once.
pub(super) const TILE: usize = 240;

/// Values summed side by side.
const LANES: usize = 8;

/// Sums over the Gram matrix of a set with itself, without its diagonal.
#[derive(Debug, Clone, Default)]
pub(in crate::statistics) struct Within {
    /// Σ over j ≠ i of k(xi, xj).
    pub row_sums: Vec<f64>,
    /// Σ over i ≠ j of k².
    pub squares: f64,
    /// Σ k(xi, xi).
    pub diagonal: f64,
    /// Per subset: Σ over its pairs i ≠ j.
    pub subsets: Vec<f64>,
}

/// Sums over the Gram matrix of two sets.
#[derive(Debug, Clone, Default)]
pub(in crate::statistics) struct Between {
    /// Σ over j of k(xi, yj).
    pub row_sums: Vec<f64>,
    /// Σ over i of k(xi, yj).
    pub column_sums: Vec<f64>,
    /// Σ k².
    pub squares: f64,
    /// Per subset: Σ over its pairs.
    pub subsets: Vec<f64>,
}

/// What one tile adds.
struct Tile {
    row_sums: Vec<f64>,
    column_sums: Vec<f64>,
    squares: f64,
    subsets: Vec<f64>,
}

/// k(x, y) = (⟨x, y⟩ / d + 1)³.
#[inline(always)]
fn kernel(product: f64, gamma: f64) -> f64 {
    let base = product * gamma + 1.0;
    base * base * base
}

/// Turns a line of products into kernel values, adds them to `row_sums`, and gives their sum and that of their squares.
#[inline(always)]
fn kernel_line(line: &mut [f64], gamma: f64, row_sums: &mut [f64]) -> [f64; 2] {
    let (mut totals, mut squares) = ([0.0; LANES], [0.0; LANES]);
    for (line, row_sums) in line.chunks_mut(LANES).zip(row_sums.chunks_mut(LANES)) {
        for (lane, (value, row_sum)) in line.iter_mut().zip(row_sums).enumerate() {
            *value = kernel(*value, gamma);
            *row_sum += *value;
            totals[lane] += *value;
            squares[lane] += *value * *value;
        }
    }
    [totals, squares].map(|lanes| lanes.iter().sum())
}

/// The tile of `left`, `width` samples from `first` on, and the samples of `set` from `second` on. Where both are the same
/// samples, the diagonal counts nowhere.
fn tile<P: Products>(
    left: &P::Block,
    [first, second]: [usize; 2],
    width: usize,
    set: &P,
    same: bool,
    members: Option<[&Members; 2]>,
) -> Tile {
    let mut gram = set.multiply(second, left);
    let mut sums = Tile {
        row_sums: vec![0.0; width],
        column_sums: Vec::with_capacity(gram.len() / width),
        squares: 0.0,
        subsets: vec![0.0; members.map_or(0, |[m, _]| m.n_subsets())],
    };
    pulp::Arch::new().dispatch(Summing {
        gram: &mut gram,
        gamma: 1.0 / set.n_dimensions() as f64,
        starts: [first, second],
        same,
        members,
        sums: &mut sums,
    });
    sums
}

/// Turns the products of a tile into kernel values and adds these up, as work for the vector units at hand.
struct Summing<'a> {
    /// `[samples of the set, width]`.
    gram: &'a mut [f64],
    gamma: f64,
    starts: [usize; 2],
    same: bool,
    members: Option<[&'a Members; 2]>,
    sums: &'a mut Tile,
}

impl pulp::WithSimd for Summing<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let Self {
            gram, gamma, sums, ..
        } = self;
        let [first, second] = self.starts;
        let width = sums.row_sums.len();
        for (j, line) in gram.chunks_exact_mut(width).enumerate() {
            if self.same {
                // There the kernel is 0.
                line[j] = -1.0 / gamma;
            }
            let [total, squares] = kernel_line(line, gamma, &mut sums.row_sums);
            sums.column_sums.push(total);
            sums.squares += squares;
            if let Some([of_left, of_set]) = self.members {
                let in_tile = of_left.tile(first);
                for &s in of_set.of(second + j) {
                    sums.subsets[s as usize] += chosen(line, &in_tile[s as usize]);
                }
            }
        }
    }
}

/// The sum of some values of a line, four side by side.
#[inline(always)]
fn chosen(line: &[f64], members: &[u16]) -> f64 {
    let mut sums = [0.0; 4];
    let fours = members.chunks_exact(4);
    let rest: f64 = fours
        .remainder()
        .iter()
        .map(|&i| line[usize::from(i)])
        .sum();
    for four in fours {
        for (sum, &i) in sums.iter_mut().zip(four) {
            *sum += line[usize::from(i)];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

fn add(into: &mut [f64], from: &[f64], weight: f64) {
    for (a, b) in into.iter_mut().zip(from) {
        *a += weight * b;
    }
}

/// Sums of `x` with itself; of the subsets in `members` too, if given.
pub(super) fn within<P: Products>(x: &P, members: Option<&Members>) -> Within {
    let n = x.n();
    let gamma = 1.0 / x.n_dimensions() as f64;
    let mut out = Within {
        row_sums: vec![0.0; n],
        diagonal: (0..n).map(|i| kernel(x.square(i), gamma)).sum(),
        subsets: vec![0.0; members.map_or(0, Members::n_subsets)],
        ..Within::default()
    };
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    for (index, &first) in starts.iter().enumerate() {
        let left = x.block(first);
        let width = TILE.min(n - first);
        let tiles: Vec<Tile> = starts[index..]
            .par_iter()
            .map(|&second| {
                let members = members.map(|m| [m, m]);
                tile(&left, [first, second], width, x, second == first, members)
            })
            .collect();
        for (&second, tile) in starts[index..].iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums, 1.0);
            let mut weight = 1.0;
            if second != first {
                add(&mut out.row_sums[second..], &tile.column_sums, 1.0);
                weight = 2.0;
            }
            out.squares += weight * tile.squares;
            add(&mut out.subsets, &tile.subsets, weight);
        }
    }
    out
}

/// Sums of `x` (rows) with `y` (columns); of the subsets in `members` too, if given.
pub(super) fn between<P: Products>(x: &P, y: &P, members: Option<[&Members; 2]>) -> Between {
    let mut out = Between {
        row_sums: vec![0.0; x.n()],
        column_sums: vec![0.0; y.n()],
        subsets: vec![0.0; members.map_or(0, |[m, _]| m.n_subsets())],
        ..Between::default()
    };
    let starts: Vec<usize> = (0..y.n()).step_by(TILE).collect();
    for first in (0..x.n()).step_by(TILE) {
        let left = x.block(first);
        let width = TILE.min(x.n() - first);
        let tiles: Vec<Tile> = starts
            .par_iter()
            .map(|&second| tile(&left, [first, second], width, y, false, members))
            .collect();
        for (&second, tile) in starts.iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums, 1.0);
            add(&mut out.column_sums[second..], &tile.column_sums, 1.0);
            out.squares += tile.squares;
            add(&mut out.subsets, &tile.subsets, 1.0);
        }
    }
    out
}
