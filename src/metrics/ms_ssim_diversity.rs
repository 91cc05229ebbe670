//! `ms_ssim_diversity`: how alike the generated pictures are among themselves.

use super::{
    Allowed, Card, Inputs, Measured, Metric, Need, Outcome, ParamSpec, Params, Picture, Warning,
};
use crate::error::Result;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::ms_ssim::{
    MOST_SCALES, PairMean, Pyramid, Scratch, pair_mean, scales_that_fit,
};
use ndarray::ArrayView3;
use rayon::prelude::*;

/// Pictures in a batch, and batches, of compare_gan.
const BATCH_SIZE: usize = 64;
const N_BATCHES: usize = 5;

/// The most pictures that the metric looks at.
pub const MOST_PICTURES: usize = BATCH_SIZE * N_BATCHES;

/// A larger picture costs more than it tells: it is halved until neither side is above this.
const LARGEST_SIDE: usize = 256;

/// The mean MS-SSIM of pairs of generated pictures: 5 batches of 64 drawn pictures, all pairs in a batch.
///
/// Range 0 to 1; lower is more varied, 1 is the same picture again and again. Only the reference's own value (in the
/// details) says what is low for this kind of picture, and noise is more varied than anything real.
///
/// compare_gan takes five scales at any size; its window shrinks with the picture. Here small pictures have as many scales
/// as the 11 x 11 window fits (176 pixels for five), as on a scale of 4 x 4 pixels there is no structure left;
/// `scales=5` gives compare_gan's number. Standard error: delete-one jackknife of the U-statistic
/// ([`crate::statistics::ms_ssim::pair_mean`]); the generated pictures are what is resampled.
pub struct MsSsimDiversity;

static CARD: Card = Card {
    name: "ms_ssim_diversity",
    ids: &["ms_ssim_diversity"],
    aliases: &["ms_ssim"],
    direction: Direction::Lower,
    core: false,
    summary: "how alike pairs of generated pictures are (MS-SSIM); high values mean collapse",
    formula: "mean over batches of mean_{i<j} MS-SSIM(x_i, x_j)",
    paper: "Odena, Olah, Shlens 2017, arXiv:1610.09585; MS-SSIM: Wang et al. 2003, doi:10.1109/ACSSC.2003.1292216",
    program: "compare_gan (2018-2020), metrics/ms_ssim_score.py, with scales=5",
    golden: "ms-ssim/",
    needs: &[Need::Pictures],
    params: &[ParamSpec {
        name: "scales",
        doc: "scales of MS-SSIM; auto: as many of 5 as leave room for the 11 x 11 window; 5: compare_gan at any size",
        default: "auto",
        allowed: Allowed::Words(&["auto", "1", "2", "3", "4", "5"]),
    }],
};

impl Metric for MsSsimDiversity {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let mut row = inputs.row("ms_ssim_diversity", CARD.direction, params);
        row.n_reference = None;
        let asked = params.word("scales")?.parse::<usize>().ok();
        let found = match diversity(inputs.generated.0, asked) {
            Ok(found) => found,
            Err(reason) => return Ok(absent(row, reason)),
        };
        let mean = &found.mean;
        row.value = Some(mean.value);
        row.std_error = mean.std_error;
        row.interval = mean.std_error.map(|error| {
            let normal = ConfidenceInterval::normal(mean.value, error);
            ConfidenceInterval {
                lower: normal.lower.max(0.0),
                upper: normal.upper.min(1.0),
                ..normal
            }
        });
        row.params
            .insert("scales".to_owned(), found.n_scales.into());
        let method = "delete-one jackknife of the U-statistic over pictures";
        for (name, value) in [
            ("std_error_method", method.into()),
            ("batches", mean.batches.clone().into()),
            ("batch_size", mean.batch_size.into()),
            ("n_pictures", (mean.batch_size * mean.batches.len()).into()),
            ("halvings", found.halvings.into()),
            ("height", found.size[0].into()),
            ("width", found.size[1].into()),
        ] {
            row.details.insert(name.to_owned(), value);
        }
        if inputs.with_errors
            && let Some(reference) = inputs.reference
            && let Ok(own) = diversity(reference.0, Some(found.n_scales))
        {
            for (name, value) in [
                ("reference", own.mean.value.into()),
                ("reference_std_error", own.mean.std_error.into()),
                ("reference_height", own.size[0].into()),
                ("reference_width", own.size[1].into()),
            ] {
                row.details.insert(name.to_owned(), value);
            }
        }
        Ok(Outcome {
            warnings: warnings(&found, asked),
            estimates: vec![row],
        })
    }
}

/// The similarity within one set.
struct Found {
    mean: PairMean,
    n_scales: usize,
    halvings: usize,
    size: [usize; 2],
}

/// Compares the pictures of one set, or says why that is not possible.
fn diversity(side: &Measured, scales: Option<usize>) -> std::result::Result<Found, String> {
    let pictures = side.pictures();
    let pictures = &pictures[..pictures.len().min(MOST_PICTURES)];
    let size = common_size(side.name(), pictures)?;
    let [height, width] = size;
    let halvings = (0_usize..32)
        .find(|&halvings| height.max(width).div_ceil(1 << halvings) <= LARGEST_SIDE)
        .unwrap_or(0);
    let n_scales =
        scales.unwrap_or_else(|| scales_that_fit(height.min(width).div_ceil(1 << halvings)));
    let is_gray = pictures.iter().all(|picture| is_gray(picture.rgb.view()));
    let pyramids: Vec<Pyramid> = pictures
        .par_iter()
        .map(|picture| {
            let levels = picture.rgb.mapv(f64::from);
            // Three equal channels have the mean of one.
            let n_channels = if is_gray { 1 } else { 3 };
            let channels = levels.slice_axis(ndarray::Axis(2), (0..n_channels).into());
            Pyramid::new(channels, n_scales, halvings)
        })
        .collect();
    let similarity =
        |i: usize, j: usize, scratch: &mut Scratch| pyramids[i].similarity(&pyramids[j], scratch);
    let mean = pair_mean(pyramids.len(), BATCH_SIZE, similarity)
        .ok_or_else(|| format!("{} has 1 picture, a pair needs 2", side.name()))?;
    Ok(Found {
        mean,
        n_scales,
        halvings,
        size,
    })
}

/// Height and width of all pictures.
fn common_size(name: &str, pictures: &[Picture]) -> std::result::Result<[usize; 2], String> {
    let size = |picture: &Picture| {
        let (height, width, _) = picture.rgb.dim();
        [height, width]
    };
    let first = pictures
        .first()
        .map(size)
        .ok_or_else(|| format!("{name} has no pictures"))?;
    match pictures.iter().map(size).find(|other| *other != first) {
        None => Ok(first),
        Some(other) => Err(format!(
            "{name} has pictures of {} x {} and of {} x {} pixels; structural similarity compares pixel by pixel",
            first[1], first[0], other[1], other[0]
        )),
    }
}

fn is_gray(rgb: ArrayView3<'_, u8>) -> bool {
    rgb.rows()
        .into_iter()
        .all(|pixel| pixel.iter().all(|level| Some(level) == pixel.first()))
}

fn absent(row: Estimate, reason: String) -> Outcome {
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("ms_ssim_diversity has no value: {reason}"),
            "bring all pictures of the set to one size",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}

fn warnings(found: &Found, asked: Option<usize>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let [height, width] = found.size;
    if asked.is_none() && found.n_scales < MOST_SCALES {
        warnings.push(Warning::new(
            "ms_ssim_scales",
            format!(
                "ms_ssim_diversity: {} of {MOST_SCALES} scales, as the 11 x 11 window has no room for more in {width} x {height} pixels",
                found.n_scales
            ),
            "compare only with values of the same size and number of scales; --set ms_ssim_diversity.scales=5 gives compare_gan's number",
        ));
    }
    if found.mean.batch_size < BATCH_SIZE {
        warnings.push(Warning::new(
            "ms_ssim_pictures",
            format!(
                "ms_ssim_diversity: one batch of {} pictures instead of {N_BATCHES} of {BATCH_SIZE}",
                found.mean.batch_size
            ),
            "give more pictures for a smaller standard error; the expected value is the same",
        ));
    }
    warnings
}
