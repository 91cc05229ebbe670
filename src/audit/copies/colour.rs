//! What was done to the values of a copy whose place is known.

use super::fit::Fit;
use super::plane::{Frame, Plane};

/// Root mean square of a difference in levels below which nothing is called a change.
const SLIGHT: f64 = 4.0;

/// A mark changes at least a sixteenth of what it lies on by more than this.
const MARKED: f64 = 64.0;

/// A chroma below this (levels, root mean square) is none.
const GRAY: f64 = 6.0;

/// A change of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// Colours are gone.
    Grayscale,
    /// Colours are others.
    Hue,
    /// The same amount was added everywhere.
    Brightness(f64),
    /// Differences are larger or smaller by this factor.
    Contrast(f64),
    /// Values were raised to this power.
    Gamma(f64),
    /// Something lies around it.
    Border,
    /// Something lies on it.
    Watermark,
}

impl Change {
    /// Its name, and its name with its number.
    #[must_use]
    pub fn into_part(self) -> (&'static str, String) {
        let name = match self {
            Self::Grayscale => "grayscale",
            Self::Hue => "hue",
            Self::Brightness(_) => "brightness",
            Self::Contrast(_) => "contrast",
            Self::Gamma(_) => "gamma",
            Self::Border => "border",
            Self::Watermark => "watermark",
        };
        let text = match self {
            Self::Brightness(by) => format!("brightness {by:+.0}"),
            Self::Contrast(by) => format!("contrast × {by:.2}"),
            Self::Gamma(by) => format!("gamma {by:.2}"),
            _ => name.to_owned(),
        };
        (name, text)
    }
}

/// Cells in each direction in which colours are compared, so that noise does not count as colour.
const CELLS: usize = 6;

/// Values of all three channels by cell.
const N_CHROMA: f64 = (3 * CELLS * CELLS) as f64;

/// Both pictures where they show the same: luma by pixel, and the three channels less luma by cell.
struct Views {
    made: [Vec<f64>; 4],
    original: [Vec<f64>; 4],
}

/// What was done to the values: pictures of `[side, side, 3]` bytes, and where the original lies in what was made of it.
#[must_use]
pub fn changes(made: &[u8], original: &[u8], side: usize, fit: &Fit) -> Vec<Change> {
    let views = Views::new(made, original, side, fit);
    let mut found = Vec::new();
    found.extend(views.colour(fit.inverted));
    if fit.inverted {
        return found;
    }
    let pasted = views
        .mark()
        .or_else(|| border(made, original, side, fit, &views));
    // What is pasted would be taken for a change of tone.
    found.extend(pasted.or_else(|| views.tone()));
    found
}

impl Views {
    fn new(made: &[u8], original: &[u8], side: usize, fit: &Fit) -> Self {
        let n = (side * 3 / 4).max(1);
        let cut = |plane: &Plane, frame: Frame| -> Vec<f64> {
            let mut window = Vec::new();
            plane.window(frame, n, &mut window);
            window.into_iter().map(f64::from).collect()
        };
        let of = |rgb: &[u8], view: &dyn Fn(&Plane) -> Vec<f64>| {
            let luma = view(&Plane::luma(rgb, side));
            let chroma = |channel: usize| {
                let values = view(&Plane::channel(rgb, side, channel));
                let less: Vec<f64> = values.iter().zip(&luma).map(|(v, l)| v - l).collect();
                cells(&less, n)
            };
            let [red, green, blue] = [chroma(0), chroma(1), chroma(2)];
            [luma, red, green, blue]
        };
        Self {
            made: of(made, &|plane| {
                cut(&plane.unturned(fit.version.turn), fit.version.frame)
            }),
            original: of(original, &|plane| cut(plane, Frame::MIDDLE)),
        }
    }

    fn colour(&self, inverted: bool) -> Option<Change> {
        let strength = |view: &[Vec<f64>; 4]| {
            let squares = view[1..].iter().flatten().map(|v| v * v);
            (squares.sum::<f64>() / N_CHROMA).sqrt()
        };
        let (before, after) = (strength(&self.original), strength(&self.made));
        if before < GRAY {
            return None;
        }
        if after < 0.15 * before {
            return Some(Change::Grayscale);
        }
        // The best multiple of the original's chroma: a change of saturation or contrast keeps its direction.
        let (mut both, mut own) = (0.0, 0.0);
        for (a, b) in self.made[1..]
            .iter()
            .flatten()
            .zip(self.original[1..].iter().flatten())
        {
            both += a * b;
            own += b * b;
        }
        let gain = both / own;
        let gain = if inverted {
            gain.min(0.0)
        } else {
            gain.max(0.0)
        };
        let rest = self.made[1..]
            .iter()
            .flatten()
            .zip(self.original[1..].iter().flatten())
            .map(|(a, b)| (a - gain * b).powi(2));
        let rest = (rest.sum::<f64>() / N_CHROMA).sqrt();
        (rest > GRAY && rest > 0.6 * after).then_some(Change::Hue)
    }

    fn tone(&self) -> Option<Change> {
        let (made, original) = (&self.made[0], &self.original[0]);
        let n = made.len().max(1) as f64;
        let rms = |model: &dyn Fn(f64) -> f64| {
            let squares = made
                .iter()
                .zip(original)
                .map(|(a, b)| (a - model(*b)).powi(2));
            (squares.sum::<f64>() / n).sqrt()
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let (mean_made, mean_original) = (mean(made), mean(original));
        let (mut both, mut own) = (0.0, f64::MIN_POSITIVE);
        for (a, b) in made.iter().zip(original) {
            both += (a - mean_made) * (b - mean_original);
            own += (b - mean_original).powi(2);
        }
        let (gain, by) = (both / own, mean_made - mean_original);
        let gamma = (-12..=12)
            .map(|step| (f64::from(step) * 0.1).exp())
            .map(|power| (power, rms(&|v| 255.0 * (v / 255.0).powf(power))))
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        let brightness = rms(&|v| (v + by).clamp(0.0, 255.0));
        let contrast = rms(&|v| (mean_made + gain * (v - mean_original)).clamp(0.0, 255.0));
        let nothing = rms(&|v| v);
        let least = gamma.1.min(brightness).min(contrast);
        // Noise that clips at black lifts the mean by a few levels.
        let explained = (nothing * nothing - least * least).max(0.0).sqrt();
        if nothing < 1.5 * least || explained < 2.0 * SLIGHT {
            None
        } else if brightness <= 1.2 * least + 0.5 {
            Some(Change::Brightness(by))
        } else if gamma.1 <= 1.1 * contrast {
            Some(Change::Gamma(gamma.0))
        } else {
            Some(Change::Contrast(gain))
        }
    }

    /// A mark covers a small part and is off by much there; noise and re-encoding are off a little everywhere.
    fn mark(&self) -> Option<Change> {
        let mut off = self.differences();
        off.sort_by(|a, b| b.total_cmp(a));
        let squares = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
        let (all, top) = (squares(&off), squares(&off[..off.len() / 4]));
        let (large, median) = (off.get(off.len() / 16)?, off.get(off.len() / 2)?);
        let is_mark = *large > MARKED && *median <= SLIGHT && top > 0.95 * all;
        is_mark.then_some(Change::Watermark)
    }

    /// Absolute differences of luma.
    fn differences(&self) -> Vec<f64> {
        let both = self.made[0].iter().zip(&self.original[0]);
        both.map(|(a, b)| (a - b).abs()).collect()
    }
}

/// Root mean square.
fn rms(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// Means over [`CELLS`] × [`CELLS`] cells of `[n, n]` values.
fn cells(values: &[f64], n: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); CELLS * CELLS];
    for (at, value) in values.iter().enumerate() {
        let (x, y) = (at % n * CELLS / n, at / n * CELLS / n);
        let (sum, count) = &mut sums[y * CELLS + x];
        *sum += value;
        *count += 1.0;
    }
    sums.iter()
        .map(|(sum, count)| sum / f64::max(*count, 1.0))
        .collect()
}

/// Is the outermost ring of a picture in place another, and the rest the same?
fn border(made: &[u8], original: &[u8], side: usize, fit: &Fit, views: &Views) -> Option<Change> {
    if fit.version.frame != Frame::MIDDLE {
        return None;
    }
    let whole = Frame {
        width: Frame::SIDE,
        ..Frame::MIDDLE
    };
    let cut = |luma: &Plane| {
        let mut window = Vec::new();
        luma.window(whole, side, &mut window);
        window
    };
    let edge = side.div_ceil(32);
    let made = cut(&Plane::luma(made, side).unturned(fit.version.turn));
    let original = cut(&Plane::luma(original, side));
    let ring: Vec<f64> = made
        .iter()
        .zip(&original)
        .enumerate()
        .filter(|(at, _)| {
            let (x, y) = (at % side, at / side);
            x.min(y).min(side - 1 - x).min(side - 1 - y) < edge
        })
        .map(|(_, (a, b))| f64::from(a - b))
        .collect();
    let inner = rms(&views.differences());
    (rms(&ring) > 25.0 && rms(&ring) > 3.0 * inner).then_some(Change::Border)
}
