//! The nearest renderable triangle: how far a picture is from the manifold of all triangles.
//!
//! Lucic et al. 2018 (section 5) minimise `|x - render(v)|²` over the six coordinates of the vertices, from several
//! starts. Here the render is the exact share of each pixel (`coverage`), and the minimiser is Levenberg and Marquardt's,
//! whose steps need the render's derivatives by the coordinates; these are differences. The vertices are free, as in the
//! paper: a blank picture is a triangle without area.

use super::SIDE;
use super::coverage::{Triangle, add, area};
use crate::rng::Stream;

/// Largest squared distance at which a picture still counts as a triangle (the paper's).
pub const THRESHOLD: f64 = 0.75;

/// Starts of the minimisation (the paper's restarts).
pub const STARTS: usize = 5;

const PIXELS: usize = SIDE * SIDE;
const COORDINATES: usize = 6;
const ROUNDS: usize = 30;
/// Step of the differences, in pixels.
const STEP: f64 = 1e-4;

/// A triangle that is near to a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Vertices `[row, column]` in pixels.
    pub vertices: Triangle,
    /// `|x - render(vertices)|²` over the 784 pixels.
    pub squared_distance: f64,
}

impl Nearest {
    /// The triangle's area in square pixels; near 0 for a blank picture.
    #[must_use]
    pub fn area(&self) -> f64 {
        area(&self.vertices)
    }
}

/// The nearest triangle that `n_starts` starts find. `picture`: 784 values in [0, 1], background 1, row-major; what is
/// missing counts as background.
#[must_use]
pub fn nearest_triangle(picture: &[f32], n_starts: usize, stream: &mut Stream) -> Nearest {
    let mut wanted = vec![0.0; PIXELS];
    for (place, &value) in wanted.iter_mut().zip(picture) {
        *place = 1.0 - f64::from(value);
    }
    let widest = widest(&wanted);
    let mut best = refine(widest, &wanted);
    for start in 1..n_starts.max(1) {
        if best.squared_distance < 0.05 {
            break;
        }
        // Every other start forgets what the picture shows.
        let triangle = if start % 2 == 1 {
            widest.map(|p| p.map(|v| v + 2.0 * stream.normal()))
        } else {
            std::array::from_fn(|_| std::array::from_fn(|_| 2.0 + 24.0 * stream.uniform()))
        };
        let found = refine(triangle, &wanted);
        if found.squared_distance < best.squared_distance {
            best = found;
        }
    }
    best
}

/// The largest triangle whose corners are dark pixels, or a small one in the middle.
fn widest(wanted: &[f64]) -> Triangle {
    let middle = SIDE as f64 / 2.0;
    let dark: Vec<[f64; 2]> = (0..PIXELS)
        .filter(|&at| wanted[at] > 0.5)
        .map(|at| [(at / SIDE) as f64, (at % SIDE) as f64])
        .collect();
    // The corners of the largest triangle are among the pixels that reach farthest in some direction.
    let mut far: Vec<[f64; 2]> = Vec::new();
    for direction in 0..24 {
        let angle = f64::from(direction) * std::f64::consts::TAU / 24.0;
        let reach = |p: &[f64; 2]| p[0] * angle.cos() + p[1] * angle.sin();
        let Some(farthest) = dark.iter().max_by(|p, q| reach(p).total_cmp(&reach(q))) else {
            break;
        };
        if !far.contains(farthest) {
            far.push(*farthest);
        }
    }
    let mut best = [
        [middle - 2.0, middle],
        [middle + 2.0, middle - 2.0],
        [middle + 2.0, middle + 2.0],
    ];
    let mut largest = 0.0;
    for (i, &a) in far.iter().enumerate() {
        for (j, &b) in far.iter().enumerate().skip(i + 1) {
            for &c in far.iter().skip(j + 1) {
                if area(&[a, b, c]) > largest {
                    largest = area(&[a, b, c]);
                    best = [a, b, c];
                }
            }
        }
    }
    best
}

/// `wanted - shares`, and its squared length.
fn residual(triangle: &Triangle, wanted: &[f64]) -> (Vec<f64>, f64) {
    let mut left = wanted.to_vec();
    add(triangle, -1.0, &mut left);
    let squared = left.iter().map(|v| v * v).sum();
    (left, squared)
}

/// Levenberg and Marquardt's minimisation.
fn refine(start: Triangle, wanted: &[f64]) -> Nearest {
    let mut triangle = start;
    let (mut left, mut squared) = residual(&triangle, wanted);
    let mut damping = 1e-2;
    for _ in 0..ROUNDS {
        let (normal, slope) = normal_equations(&triangle, &left, wanted);
        let mut moved = false;
        while damping < 1e6 {
            let Some(step) = solve(&normal, &slope, damping) else {
                break;
            };
            let next: Triangle = std::array::from_fn(|v| {
                std::array::from_fn(|axis| triangle[v][axis] + step[2 * v + axis].clamp(-4.0, 4.0))
            });
            let (next_left, next_squared) = residual(&next, wanted);
            if next_squared < squared {
                moved = squared - next_squared > 1e-5 * squared;
                (triangle, left, squared) = (next, next_left, next_squared);
                damping = (damping * 0.3).max(1e-6);
                break;
            }
            damping *= 4.0;
        }
        if !moved {
            break;
        }
    }
    Nearest {
        vertices: triangle,
        squared_distance: squared,
    }
}

type Normal = [[f64; COORDINATES]; COORDINATES];

/// `Jᵀ J` and `Jᵀ r` with the derivatives `J` of the shares by the coordinates.
fn normal_equations(
    triangle: &Triangle,
    left: &[f64],
    wanted: &[f64],
) -> (Normal, [f64; COORDINATES]) {
    let columns: [Vec<f64>; COORDINATES] = std::array::from_fn(|k| {
        let mut moved = *triangle;
        moved[k / 2][k % 2] += STEP;
        let (moved, _) = residual(&moved, wanted);
        let pairs = left.iter().zip(moved);
        pairs.map(|(here, there)| (here - there) / STEP).collect()
    });
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let normal = std::array::from_fn(|i| std::array::from_fn(|j| dot(&columns[i], &columns[j])));
    let slope = std::array::from_fn(|i| dot(&columns[i], left));
    (normal, slope)
}

/// Solves `(N + damping (diag N + 1e-3)) x = b` by Gauss's elimination; the matrix is positive definite.
fn solve(normal: &Normal, slope: &[f64; COORDINATES], damping: f64) -> Option<[f64; COORDINATES]> {
    let mut matrix = *normal;
    let mut right = *slope;
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] += damping * (row[i] + 1e-3);
    }
    for i in 0..COORDINATES {
        let pivot = matrix[i][i];
        if pivot.is_nan() || pivot <= 1e-300 {
            return None;
        }
        for j in i + 1..COORDINATES {
            let factor = matrix[j][i] / pivot;
            let above = matrix[i];
            for (own, above) in matrix[j].iter_mut().zip(above).skip(i) {
                *own -= factor * above;
            }
            right[j] -= factor * right[i];
        }
    }
    let mut solution = [0.0; COORDINATES];
    for i in (0..COORDINATES).rev() {
        let known: f64 = (i + 1..COORDINATES)
            .map(|k| matrix[i][k] * solution[k])
            .sum();
        solution[i] = (right[i] - known) / matrix[i][i];
    }
    solution.iter().all(|v| v.is_finite()).then_some(solution)
}

#[cfg(test)]
mod tests {
    use super::super::{PolygonSpec, Polygons};
    use super::*;
    use crate::rng::Seed;

    fn triangles(n: usize) -> Vec<Vec<f32>> {
        let spec = PolygonSpec::parse(&format!("triangles?n={n}&seed=1")).unwrap();
        let polygons = Polygons::draw(spec);
        let picture = |i: usize| {
            let levels = polygons.levels(i).unwrap();
            levels.iter().map(|&k| f32::from(k) / 64.0).collect()
        };
        (0..n).map(picture).collect()
    }

    fn distance(picture: &[f32]) -> f64 {
        let mut stream = Seed(5).stream("t", 0);
        nearest_triangle(picture, STARTS, &mut stream).squared_distance
    }

    #[test]
    fn triangles_are_on_the_manifold() {
        for (i, picture) in triangles(200).iter().enumerate() {
            let found = distance(picture);
            assert!(found < 0.1, "triangle {i}: {found}");
        }
    }

    #[test]
    fn a_known_perturbation_is_found_again() {
        // Four pixels of the background, in the corners, are painted: 4 * 1² and nothing that another triangle could
        // explain.
        for picture in triangles(20) {
            let mut painted = picture.clone();
            for at in [0, 27, 756, 783] {
                painted[at] = 0.0;
            }
            let found = distance(&painted);
            assert!((found - 4.0).abs() < 0.3, "{found}");
            // A fainter stroke: 4 * 0.4² = 0.64 stays below the threshold, 4 * 0.5² = 1 does not.
            for (value, inside) in [(0.6, true), (0.5, false)] {
                for at in [0, 27, 756, 783] {
                    painted[at] = value;
                }
                assert_eq!(distance(&painted) <= THRESHOLD, inside);
            }
        }
    }

    #[test]
    fn a_square_is_no_triangle_and_a_blank_picture_is_one_without_area() {
        let mut square = vec![1.0_f32; PIXELS];
        for (at, value) in square.iter_mut().enumerate() {
            if (8..20).contains(&(at / SIDE)) && (8..20).contains(&(at % SIDE)) {
                *value = 0.0;
            }
        }
        assert!(distance(&square) > 10.0);
        let mut stream = Seed(5).stream("t", 0);
        let blank = nearest_triangle(&[1.0; PIXELS], STARTS, &mut stream);
        assert!(
            blank.squared_distance < 1e-3 && blank.area() < 0.1,
            "{blank:?}"
        );
    }
}
