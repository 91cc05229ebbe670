//! What changed between two checkpoints of one generator: a kind of picture that comes and goes is dropping in time.

use ndarray::ArrayView2;

use super::super::finding::percent;
use super::super::{Case, Evidence, Finding, Report, Severity};
use super::reading::{Reading, count, read};
use super::regions::{Region, Regions};
use super::{Labels, too_few};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;
use crate::statistics::{fisher, holm, label_shift};

/// Chance of any false alarm among all regions or classes.
const LEVEL: f64 = 0.05;

/// From this share of the pictures on, a change is more than worth knowing.
const DOUBTFUL: f64 = 0.05;

/// Regions that are shown.
const SHOWN: usize = 6;

/// What the checkpoints of a series are compared on.
pub struct Basis<'a> {
    /// Features of the real pictures, `[n, d]`.
    pub real: ArrayView2<'a, f32>,
    /// Their classes, where they have any.
    pub labels: Option<&'a Labels>,
    /// Regions of the real pictures; `None`: chosen by the numbers of pictures.
    pub n_bins: Option<usize>,
    /// Neighbours that vote on a class.
    pub nearest_k: usize,
    /// Of the regions.
    pub seed: Seed,
}

/// Adds what changed between each two adjacent checkpoints of the case's series, and to the generated set.
///
/// # Errors
/// Interrupted. Too few pictures are a warning.
pub fn along(case: &Case<'_>, basis: &Basis<'_>, report: &mut Report) -> Result<()> {
    let series = case.series();
    let names = case.names_in_series();
    let name = |at: usize| names.get(at).map_or("", String::as_str);
    for (at, pair) in series.windows(2).enumerate() {
        if case.observer.stop_requested() {
            return Err(Error::interrupted());
        }
        let [earlier, later] = pair else { continue };
        let (Some(before), Some(after)) = (&earlier.features, &later.features) else {
            continue;
        };
        let (before, after) = (before.view(), after.view());
        let by_regions = regions(basis.real, before, after, basis.n_bins, basis.seed);
        let by_classes = basis.labels.map(|labels| {
            let labelled = labels.rows_of(basis.real);
            classes(
                labelled.view(),
                labels,
                before,
                after,
                basis.nearest_k,
                basis.seed,
            )
        });
        for (what, found) in [("regions", Some(by_regions)), ("classes", by_classes)] {
            match found {
                Some(Ok(mut finding)) => {
                    finding.text = format!("{} to {}: {}", name(at), name(at + 1), finding.text);
                    let renamed = finding.evidence.into_iter().map(|evidence| {
                        evidence.on(|side| match side {
                            SetSide::Reference => case.side_in_series(at),
                            _ => case.side_in_series(at + 1),
                        })
                    });
                    finding.evidence = renamed.collect();
                    report.findings.push(finding);
                }
                Some(Err(error)) => report.warnings.push(too_few(what, &error)),
                None => {}
            }
        }
    }
    Ok(())
}

/// What changed from `earlier` to `later` `[n, d]`, in regions of the real pictures `basis`: the finding `change_regions`.
///
/// Its value is the share of pictures that would have to move for both to be alike, less in the regions that differ for
/// certain. In its evidence the side `reference` is the earlier checkpoint and `generated` the later one.
///
/// # Errors
/// Cannot tell: too few pictures. Input: other dimensions.
pub fn regions(
    basis: ArrayView2<'_, f32>,
    earlier: ArrayView2<'_, f32>,
    later: ArrayView2<'_, f32>,
    n_bins: Option<usize>,
    seed: Seed,
) -> Result<Finding> {
    let found = Regions::between(basis, earlier, later, n_bins, seed)?;
    let gap = |region: &Region| {
        let [before, after] = found.shares(region);
        after - before
    };
    let mut certain: Vec<&Region> = found.regions.iter().filter(|r| r.p_value < LEVEL).collect();
    certain.sort_by(|a, b| gap(b).abs().total_cmp(&gap(a).abs()));
    let gained: f64 = certain.iter().map(|r| gap(r).max(0.0)).sum();
    let lost: f64 = certain.iter().map(|r| (-gap(r)).max(0.0)).sum();
    let value = gained.max(lost);
    let text = if certain.is_empty() {
        format!(
            "both checkpoints fill the {} regions of the real pictures alike",
            found.regions.len()
        )
    } else {
        format!(
            "{} of {} regions of the real pictures are filled otherwise than at the earlier checkpoint: {} of the pictures came, {} went",
            certain.len(),
            found.regions.len(),
            percent(gained),
            percent(lost)
        )
    };
    let mut finding = Finding::new("change_regions", severity(value), text);
    describe(&mut finding, value, later.nrows().min(earlier.nrows()));
    finding
        .details
        .insert("n_changed".to_owned(), certain.len() as f64);
    finding
        .details
        .insert("total_variation".to_owned(), found.total_variation());
    finding.evidence = certain
        .iter()
        .take(SHOWN)
        .map(|region| {
            let [before, after] = found.shares(region);
            let label = format!("{} before, {} after", percent(before), percent(after));
            Evidence {
                label,
                ..found.evidence(region)
            }
        })
        .collect();
    Ok(finding)
}

/// What changed from `earlier` to `later` in the classes of the `labelled` real pictures: the finding `change_classes`.
///
/// # Errors
/// As [`super::classes::Classes::of`].
pub fn classes(
    labelled: ArrayView2<'_, f32>,
    labels: &Labels,
    earlier: ArrayView2<'_, f32>,
    later: ArrayView2<'_, f32>,
    nearest_k: usize,
    seed: Seed,
) -> Result<Finding> {
    let k = labels.names.len();
    let before = read(labelled, labels, earlier, nearest_k, seed)?;
    let after = read(labelled, labels, later, nearest_k, seed)?;
    let n = [earlier.nrows(), later.nrows()];
    let counts = [&before, &after].map(|reading| count(&reading.classes, k));
    let shares = [0, 1].map(|side| {
        let read: Vec<f64> = counts[side]
            .iter()
            .map(|c| *c as f64 / n[side] as f64)
            .collect();
        label_shift::corrected(&read, &before.confusion)
    });
    let p_values: Vec<f64> = counts[0]
        .iter()
        .zip(&counts[1])
        .map(|(a, b)| fisher::two_sided_p(*a, n[0], *b, n[1]))
        .collect();
    let adjusted = holm::adjust(&p_values);
    let gap = |at: usize| shares[1][at] - shares[0][at];
    let mut changed: Vec<usize> = (0..k).filter(|&at| adjusted[at] < LEVEL).collect();
    changed.sort_by(|&a, &b| gap(b).abs().total_cmp(&gap(a).abs()));
    let value = 0.5 * changed.iter().map(|&at| gap(at).abs()).sum::<f64>();
    let told: Vec<String> = changed
        .iter()
        .map(|&at| {
            format!(
                "{} from {} to {}",
                labels.names[at],
                percent(shares[0][at]),
                percent(shares[1][at])
            )
        })
        .collect();
    let text = if told.is_empty() {
        format!("both checkpoints make the {k} classes alike")
    } else {
        format!(
            "classes that changed since the earlier checkpoint: {}",
            told.join(", ")
        )
    };
    let mut finding = Finding::new("change_classes", severity(value), text);
    describe(&mut finding, value, n[0].min(n[1]));
    finding
        .details
        .insert("accuracy_of_labels".to_owned(), before.accuracy);
    for (at, name) in labels.names.iter().enumerate() {
        finding
            .details
            .insert(format!("before[{name}]"), shares[0][at]);
        finding
            .details
            .insert(format!("after[{name}]"), shares[1][at]);
    }
    finding.evidence = changed
        .iter()
        .map(|&at| {
            let of = |reading: &Reading, side: SetSide| {
                let rows = reading
                    .classes
                    .iter()
                    .enumerate()
                    .filter(move |(_, class)| **class == at);
                rows.take(SHOWN)
                    .map(|(row, _)| (side, row))
                    .collect::<Vec<_>>()
            };
            Evidence {
                label: format!(
                    "{}: {} before, {} after",
                    labels.names[at],
                    percent(shares[0][at]),
                    percent(shares[1][at])
                ),
                pictures: [
                    of(&before, SetSide::Reference),
                    of(&after, SetSide::Generated),
                ]
                .concat(),
                p_value: Some(adjusted[at]),
                ..Evidence::default()
            }
        })
        .collect();
    Ok(finding)
}

fn severity(value: f64) -> Severity {
    if value >= DOUBTFUL {
        Severity::Warning
    } else if value > 0.0 {
        Severity::Note
    } else {
        Severity::Clear
    }
}

fn describe(finding: &mut Finding, value: f64, n: usize) {
    finding.value = Some(value);
    finding.interval = Some(wilson(value, n.max(1) as f64));
    if value > 0.0 {
        "a share that swings from checkpoint to checkpoint is a generator that circles its modes: average its weights, or lower the learning rate"
            .clone_into(&mut finding.mend);
    }
}
