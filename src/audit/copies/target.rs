//! The middle of a training picture, and where it lies in a generated one.

use super::explained::{Unexplained, unexplained};
use super::plane::{Frame, Plane};
use super::signature::{SAMPLES, dot, normalize};
use crate::audit::Thumbnails;

/// A target is also looked at blurred once and three times.
const BLURS: [usize; 3] = [0, 1, 2];

/// Values of a view lie about in [−1, 1].
const MEAN: f32 = 128.0;

/// The middle of a training picture.
#[derive(Debug, Clone)]
pub struct Target {
    /// Luma without mean and contrast: as it is, and blurred ever more, as a copy that was resized is blurred too.
    looks: Vec<Vec<f32>>,
    /// What a generated picture is explained by.
    views: Vec<Vec<f32>>,
    /// Samples of a window in each direction.
    pub(super) n: usize,
}

impl Target {
    /// Out of a luma that is sampled `n` × `n`.
    #[must_use]
    pub fn new(luma: &Plane, n: usize) -> Self {
        let mut plane = luma.clone();
        let mut views = Vec::with_capacity(BLURS.len());
        for n_blurs in BLURS {
            for _ in 0..n_blurs {
                plane = plane.blurred();
            }
            views.push(view(&plane, Frame::MIDDLE, n));
        }
        let looks = views.iter().map(|view| {
            let mut look = view.clone();
            normalize(&mut look, 0.0);
            look
        });
        Self {
            looks: looks.collect(),
            views,
            n,
        }
    }

    /// Out of a thumbnail, `[SIDE, SIDE, 3]`, with its colours and its tones.
    #[must_use]
    pub fn of_thumbnail(rgb: &[u8]) -> Self {
        let mut target = Self::new(&luma(rgb), SAMPLES);
        if let Some(luma) = target.views.first() {
            let power = |n: i32| luma.iter().map(|v| v.powi(n)).collect();
            target.views.extend([power(2), power(3)]);
        }
        let colours = chroma(rgb);
        let colours = colours.iter().flatten();
        let colours = colours.map(|plane| view(plane, Frame::MIDDLE, SAMPLES));
        target.views.extend(colours);
        target
    }

    /// √(1 − r²) with the correlation r of this and of a window of `upright` (a generated picture whose turn is undone), of its
    /// inverse if `inverted`; 1 if the correlation has the wrong sign.
    #[must_use]
    pub fn distance_at(&self, upright: &Plane, frame: Frame, inverted: bool) -> f32 {
        self.distance(upright, frame, inverted, &mut Vec::new())
    }

    /// The same, with room for the window.
    pub(super) fn distance(
        &self,
        upright: &Plane,
        frame: Frame,
        inverted: bool,
        window: &mut Vec<f32>,
    ) -> f32 {
        upright.window(frame, self.n, window);
        normalize(window, 0.0);
        let r = self.best_look(window, inverted).1.max(0.0);
        (1.0 - r * r).max(0.0).sqrt()
    }

    /// The look that a window correlates with best, and the correlation (of the inverse, if inverted).
    pub(super) fn best_look(&self, window: &[f32], inverted: bool) -> (&[f32], f32) {
        let sign = if inverted { -1.0 } else { 1.0 };
        let all = self
            .looks
            .iter()
            .map(|look| (look.as_slice(), sign * dot(look, window)));
        all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((&[], 0.0))
    }

    /// What the views of this leave unexplained of the luma of a generated picture at a frame.
    #[must_use]
    pub fn unexplained(&self, upright: &Plane, frame: Frame) -> Unexplained {
        unexplained(&self.views, &view(upright, frame, self.n), self.n)
    }
}

/// Samples of a window, about −1 to 1.
fn view(plane: &Plane, frame: Frame, n: usize) -> Vec<f32> {
    let mut window = Vec::with_capacity(n * n);
    plane.window(frame, n, &mut window);
    for value in &mut window {
        *value = (*value - MEAN) / MEAN;
    }
    window
}

/// The luma of a thumbnail, blurred once: how an image was resized shows in its finest detail, and is no part of the picture.
#[must_use]
pub fn luma(rgb: &[u8]) -> Plane {
    Plane::luma(rgb, Thumbnails::SIDE).blurred()
}

/// Red and blue less luma of a thumbnail, blurred once and lifted by 128; `None` for a gray one.
fn chroma(rgb: &[u8]) -> Option<[Plane; 2]> {
    let is_gray = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .all(|[r, g, b]| r == g && g == b);
    (!is_gray)
        .then(|| [0, 2].map(|channel| Plane::chroma(rgb, Thumbnails::SIDE, channel).blurred()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    /// A smooth random picture: sums of a few waves.
    fn picture(seed: u64, zoom: f64) -> Vec<u8> {
        let mut stream = Seed(seed).stream("target test", 0);
        let waves: Vec<[f64; 4]> = (0..12)
            .map(|_| {
                [
                    stream.normal() * 0.25,
                    stream.normal() * 0.25,
                    stream.uniform() * 6.3,
                    stream.normal(),
                ]
            })
            .collect();
        (0..32 * 32)
            .flat_map(|at| {
                let (x, y) = ((at % 32) as f64 - 15.5, (at / 32) as f64 - 15.5);
                let sum: f64 = waves
                    .iter()
                    .map(|[a, b, c, d]| d * (a * x / zoom + b * y / zoom + c).sin())
                    .sum();
                [(128.0 + 25.0 * sum).clamp(0.0, 255.0) as u8; 3]
            })
            .collect()
    }

    #[test]
    fn a_change_of_tone_and_of_hue_leaves_nothing_unexplained_but_in_the_luma_alone() {
        let (a, b) = (picture(3, 1.0), picture(4, 1.0));
        let original: Vec<u8> = a
            .chunks_exact(3)
            .zip(b.chunks_exact(3))
            .flat_map(|(a, b)| [a[0], b[0], u8::midpoint(a[0], 255 - b[0])])
            .collect();
        let hue: Vec<u8> = original
            .chunks_exact(3)
            .flat_map(|p| [p[1], p[2], p[0]])
            .collect();
        let gamma: Vec<u8> = a
            .iter()
            .map(|&v| (255.0 * (f64::from(v) / 255.0).powf(1.7)).round() as u8)
            .collect();
        for (original, made) in [(&original, hue), (&a, gamma)] {
            let (target, made) = (Target::of_thumbnail(original), luma(&made));
            let plain = target.distance_at(&made, Frame::MIDDLE, false);
            let unexplained = target.unexplained(&made, Frame::MIDDLE).whole;
            assert!(unexplained < 0.05, "{unexplained}");
            assert!(plain > 2.0 * unexplained, "{plain} {unexplained}");
        }
    }
}
