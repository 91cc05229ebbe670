//! Multi-scale structural similarity of two pictures (Wang, Simoncelli and Bovik 2003, doi:10.1109/ACSSC.2003.1292216),
//! as compare_gan computes it, and its mean over pairs.
//!
//! ```text
//! l = (2 μa μb + c1) / (μa² + μb² + c1)          c1 = (0.01 · 255)²
//! s = (2 σab + c2) / (σa² + σb² + c2)            c2 = (0.03 · 255)²
//! MS-SSIM = mean over channels of  Π(scales but the last) max(mean s, 0)^w · max(mean l·s, 0)^w of the last
//! ```
//! μ and σ under an 11 x 11 Gaussian window (σ = 1.5) that stays inside the picture, and that shrinks to the picture
//! where that is smaller. From scale to scale 2 x 2 means; an odd side first repeats its last row or column. The five
//! weights are Wang's; fewer scales take the first of them, divided by their sum. All in float64.

mod batches;
mod window;

use ndarray::ArrayView3;

pub use batches::{PairMean, pair_mean};
use window::{Window, halved};

/// Exponents of the five scales.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/// Side of the window where a picture has room for it.
const WINDOW: usize = 11;

const C1: f64 = 2.55 * 2.55;
const C2: f64 = 7.65 * 7.65;

/// The most scales.
pub const MOST_SCALES: usize = WEIGHTS.len();

/// How many scales a picture whose smaller side is `side` has room for: on the last of them the window still fits.
/// At least 1, at most 5 (from 176 pixels on).
#[must_use]
pub fn scales_that_fit(side: usize) -> usize {
    (1..MOST_SCALES)
        .take_while(|&scale| side >> scale >= WINDOW)
        .count()
        + 1
}

/// The exponents of `n_scales` scales (1 to 5).
fn weights(n_scales: usize) -> impl Iterator<Item = f64> {
    let chosen = &WEIGHTS[..n_scales.clamp(1, MOST_SCALES)];
    let sum: f64 = if chosen.len() == MOST_SCALES {
        1.0
    } else {
        chosen.iter().sum()
    };
    chosen.iter().map(move |weight| weight / sum)
}

/// One channel of a picture on one scale, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plane {
    width: usize,
    height: usize,
    values: Vec<f64>,
}

/// A plane with its local means and variances: everything about one picture that a pair needs.
#[derive(Debug, Clone)]
struct Level {
    plane: Plane,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

/// A picture prepared for comparison on all scales.
#[derive(Debug, Clone)]
pub struct Pyramid {
    /// `channels[c][scale]`.
    channels: Vec<Vec<Level>>,
    windows: Vec<Window>,
}

/// Memory for comparing pairs, kept from pair to pair.
#[derive(Debug, Default)]
pub struct Scratch {
    product: Vec<f64>,
    columns: Vec<f64>,
    blurred: Vec<f64>,
}

impl Pyramid {
    /// Prepares a picture `[height, width, channels]` with levels 0 to 255 for `n_scales` scales (1 to 5).
    ///
    /// `halvings` first reduces it by that many 2 x 2 means.
    #[must_use]
    pub fn new(picture: ArrayView3<'_, f64>, n_scales: usize, halvings: usize) -> Self {
        let (height, width, n_channels) = picture.dim();
        let n_scales = n_scales.clamp(1, MOST_SCALES);
        let channels: Vec<Vec<Plane>> = (0..n_channels)
            .map(|channel| {
                let mut plane = Plane {
                    width,
                    height,
                    values: picture
                        .index_axis(ndarray::Axis(2), channel)
                        .iter()
                        .copied()
                        .collect(),
                };
                for _ in 0..halvings {
                    plane = halved(&plane);
                }
                let first = std::iter::successors(Some(plane), |plane| Some(halved(plane)));
                first.take(n_scales).collect()
            })
            .collect();
        let windows: Vec<Window> = channels
            .first()
            .into_iter()
            .flatten()
            .map(|plane| Window::for_plane(plane, WINDOW))
            .collect();
        let prepared = channels.into_iter().map(|planes| {
            let levels = planes.into_iter().zip(&windows);
            levels
                .map(|(plane, window)| Level::new(plane, window))
                .collect()
        });
        Self {
            channels: prepared.collect(),
            windows,
        }
    }

    /// MS-SSIM of this picture and another one of the same size, channels and scales; 1 for equal pictures.
    #[must_use]
    pub fn similarity(&self, other: &Self, scratch: &mut Scratch) -> f64 {
        let n_scales = self.windows.len();
        let sum: f64 = self
            .channels
            .iter()
            .zip(&other.channels)
            .map(|(a, b)| {
                let scales = a.iter().zip(b).zip(&self.windows).zip(weights(n_scales));
                scales
                    .enumerate()
                    .map(|(scale, (((a, b), window), weight))| {
                        let [structure, whole] = compare(a, b, window, scratch);
                        let part = if scale + 1 == n_scales {
                            whole
                        } else {
                            structure
                        };
                        part.max(0.0).powf(weight)
                    })
                    .product::<f64>()
            })
            .sum();
        sum / self.channels.len() as f64
    }
}

impl Level {
    fn new(plane: Plane, window: &Window) -> Self {
        let mut scratch = Scratch::default();
        window.blur(
            &plane.values,
            &plane,
            &mut scratch.columns,
            &mut scratch.blurred,
        );
        let mean = std::mem::take(&mut scratch.blurred);
        let squares: Vec<f64> = plane.values.iter().map(|v| v * v).collect();
        window.blur(&squares, &plane, &mut scratch.columns, &mut scratch.blurred);
        let variance = scratch
            .blurred
            .iter()
            .zip(&mean)
            .map(|(square, mean)| square - mean * mean)
            .collect();
        Self {
            plane,
            mean,
            variance,
        }
    }
}

/// The means over one plane of s and of l·s.
fn compare(a: &Level, b: &Level, window: &Window, scratch: &mut Scratch) -> [f64; 2] {
    let Scratch {
        product,
        columns,
        blurred,
    } = scratch;
    product.clear();
    product.extend(
        a.plane
            .values
            .iter()
            .zip(&b.plane.values)
            .map(|(a, b)| a * b),
    );
    window.blur(product, &a.plane, columns, blurred);
    let (mut structure, mut whole) = (0.0, 0.0);
    let moments = a.mean.iter().zip(&b.mean);
    let variances = a.variance.iter().zip(&b.variance);
    for ((ab, (ma, mb)), (va, vb)) in blurred.iter().zip(moments).zip(variances) {
        let s = (2.0 * (ab - ma * mb) + C2) / (va + vb + C2);
        let l = (2.0 * ma * mb + C1) / (ma * ma + mb * mb + C1);
        structure += s;
        whole += l * s;
    }
    let n = blurred.len() as f64;
    [structure / n, whole / n]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array3;

    #[test]
    fn five_scales_need_a_side_of_176() {
        // 11 · 2^(scales − 1): 11, 22, 44, 88, 176.
        for (side, scales) in [(1, 1), (21, 1), (22, 2), (43, 2), (44, 3), (64, 3)] {
            assert_eq!(scales_that_fit(side), scales, "{side}");
        }
        for (side, scales) in [(87, 3), (88, 4), (175, 4), (176, 5), (2000, 5)] {
            assert_eq!(scales_that_fit(side), scales, "{side}");
        }
    }

    #[test]
    fn one_pixel_and_equal_pictures_are_defined() {
        let wave = Array3::from_shape_fn((13, 7, 3), |(y, x, c)| ((3 * y + 5 * x + c) % 17) as f64);
        let one = Array3::from_elem((1, 1, 1), 9.0);
        for picture in [wave, one] {
            let pyramid = Pyramid::new(picture.view(), 5, 0);
            let same = pyramid.similarity(&pyramid, &mut Scratch::default());
            assert!((same - 1.0).abs() < 1e-12, "{same}");
        }
    }

    #[test]
    fn one_pixel_has_the_luminance_term_alone() {
        // One scale of one pixel: σ = 0, so s = 1 and l = (2·10·20 + c1) / (100 + 400 + c1), c1 = 6.5025.
        let pixel = |v| Pyramid::new(Array3::from_elem((1, 1, 1), v).view(), 1, 0);
        let got = pixel(10.0).similarity(&pixel(20.0), &mut Scratch::default());
        assert!((got - 406.5025 / 506.5025).abs() < 1e-12, "{got}");
    }
}
