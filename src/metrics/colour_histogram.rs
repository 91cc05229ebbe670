//! `colour_histogram`: do the pictures have the colours of real ones?

use super::power_spectrum::describe;
use super::{Card, Inputs, Metric, Need, Outcome, Params};
use crate::error::{Error, Result};
use crate::features::descriptors::N_LEVELS;
use crate::statistics::estimate::Direction;
use crate::statistics::profile_distance::profile_distance;
use ndarray::{Array2, ArrayView2};

/// The channels of a histogram, in its order.
const CHANNELS: [&str; 3] = ["red", "green", "blue"];

/// Levels in a bin.
const BIN: f64 = 256.0 / N_LEVELS as f64;

/// The Cramér distance between the colour histograms of both sets, over red, green and blue.
///
/// With F and G the mean cumulative histograms of a channel over [0, 1] of brightness, it is the root of the mean over
/// channels of `∫ (F − G)² dx`: 0 for equal histograms, 1 for all black against all white, √δ for colours that all move
/// by δ. In one dimension that is the energy distance up to a factor 2 (Székely and Rizzo 2013). Unlike a distance of
/// bins (χ², Hellinger) it knows that neighbouring levels are alike, so neither the number of bins nor rounding matters;
/// unlike the Wasserstein distance it is smooth, so its error has a formula. The details give the Wasserstein distance
/// too, in levels of 0 to 255. It sees each channel by itself: which colours go together it does not see.
///
/// Bias, floor and standard error as of `power_spectrum`.
pub struct ColourHistogram;

static CARD: Card = Card {
    name: "colour_histogram",
    ids: &["colour_histogram"],
    aliases: &["color_histogram"],
    direction: Direction::Lower,
    core: false,
    summary: "distance between the colour histograms, 0 to 1: sees wrong colours and contrast, needs no network",
    formula: "sqrt(mean over channels of integral (F - G)^2), F and G the mean cumulative histograms on [0, 1]",
    paper: "Székely, Rizzo 2013, doi:10.1016/j.jspi.2013.03.018 (energy distance; in one dimension Cramér's)",
    program: "pixel-descriptors-v1 of this program; SciPy's energy_distance (1.17) is sqrt(2) times one channel",
    golden: "by hand: tests/it/metrics/pictures.rs",
    needs: &[Need::Descriptors],
    params: &[],
};

impl Metric for ColourHistogram {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) =
            (inputs.reference()?.colours(), inputs.generated.0.colours())
        else {
            return Err(Error::usage("colour histograms of both sides are needed")
                .mend("give both sets as images"));
        };
        let width = CHANNELS.len() * N_LEVELS;
        if let Some(found) = [reference.ncols(), generated.ncols()]
            .into_iter()
            .find(|&d| d != width)
        {
            return Err(Error::input(format!(
                "colour histograms of {found} bins, expected {width} ({N_LEVELS} for each of red, green and blue)"
            ))
            .mend("measure both sets with the same version of this program"));
        }
        // Between the first and the last bin there are N_LEVELS - 1 steps (the last entry is always 1), and the channels
        // are averaged.
        let distance = profile_distance(
            cumulative(reference).view(),
            cumulative(generated).view(),
            1.0 / (CHANNELS.len() * (N_LEVELS - 1)) as f64,
        )?;
        let mut row = inputs.row("colour_histogram", CARD.direction, params);
        describe(&mut row, &distance, 1.0);
        let gaps = distance.reference.iter().zip(&distance.generated);
        let gaps: Vec<f64> = gaps.map(|(f, g)| f - g).collect();
        let wasserstein =
            BIN * gaps.iter().map(|gap| gap.abs()).sum::<f64>() / CHANNELS.len() as f64;
        row.details
            .insert("wasserstein_levels".to_owned(), wasserstein.into());
        for (name, gaps) in CHANNELS.iter().zip(gaps.chunks(N_LEVELS)) {
            // The mean is the integral of 1 − F, so a positive gap means a brighter generated set.
            let shift = BIN * gaps.iter().sum::<f64>();
            row.details
                .insert(format!("{name}_shift_levels"), shift.into());
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// Cumulative histograms, each channel by itself. Shares of 4096 pixels add up exactly in float32.
fn cumulative(histograms: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut sums = histograms.to_owned();
    for mut row in sums.rows_mut() {
        let mut sum = 0.0;
        for (bin, share) in row.iter_mut().enumerate() {
            if bin % N_LEVELS == 0 {
                sum = 0.0;
            }
            sum += *share;
            *share = sum;
        }
    }
    sums
}
