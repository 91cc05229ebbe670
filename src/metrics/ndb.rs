//! `ndb` and `jsd`: histograms over clusters of the reference.

use ndarray::ArrayView2;
use serde_json::{Value, json};

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::Result;
use crate::statistics::bins::{ALPHA, DifferentBins, Histograms};
use crate::statistics::estimate::{Direction, Estimate, Evidence, SetSide};
use crate::statistics::kmeans::{self, Clustering};

/// Bins of every publication.
const DEFAULT_BINS: usize = 100;

/// With fewer samples of either side a bin, the normal approximation of the test fails.
const SAMPLES_PER_BIN: usize = 10;

/// Bins shown on each side of the balance, and members shown of each.
const SHOWN_BINS: usize = 4;
const SHOWN_MEMBERS: usize = 8;

/// Number of statistically different bins, as a share of all, and the Jensen-Shannon divergence of the histograms.
///
/// The program clusters the training set; here the reference is clustered, whatever it is. It draws a sixth of the
/// dimensions above 1000 of them to save time; here all dimensions count always. Standard errors hold the bins fixed:
/// see [`Histograms::different_bins`] and [`Histograms::divergence`].
pub struct Ndb;

static CARD: Card = Card {
    name: "ndb",
    ids: &["ndb", "jsd"],
    aliases: &["number_of_different_bins", "jensen_shannon"],
    direction: Direction::Lower,
    core: false,
    summary: "share of the reference's clusters that the generated set fills differently, and the divergence of the histograms",
    formula: "NDB / K by two-proportion z-tests at 5 %; JSD in nats",
    paper: "Richardson and Weiss 2018, arXiv:1805.12462",
    program: "ndb.py (gans-n-gmms, 2018)",
    golden: "ndb/",
    needs: &[Need::Features],
    params: &[ParamSpec {
        name: "n_bins",
        doc: "clusters of the reference; auto: 100, or fewer so that a bin has 10 samples of the smaller side on average",
        default: "auto",
        allowed: Allowed::AtLeastOrAuto(2),
    }],
};

impl Metric for Ndb {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let [reference, generated] = inputs.features()?;
        let rows = || {
            CARD.ids
                .iter()
                .map(|id| inputs.row(id, CARD.direction, params))
        };
        let smaller = reference.nrows().min(generated.nrows());
        let most = smaller / SAMPLES_PER_BIN;
        let asked = params.integer_or_auto("n_bins")?;
        let n_bins = asked.unwrap_or_else(|| DEFAULT_BINS.min(most));
        if n_bins < 2 || n_bins > most {
            let reason = format!(
                "{} bins of {smaller} samples; a bin needs {SAMPLES_PER_BIN} of each side on average",
                n_bins.max(2)
            );
            let mend = if most < 2 {
                format!("give at least {} images of each side", 2 * SAMPLES_PER_BIN)
            } else {
                format!("--set ndb.n_bins={most}, or give more images")
            };
            return Ok(Outcome::absent(rows().collect(), &reason, mend));
        }
        let bins = Bins::new(reference, generated, n_bins, inputs);
        let histograms = Histograms::of(&bins.reference, &bins.generated, bins.n);
        let different = histograms.different_bins();
        let divergence = histograms.divergence();
        let evidence = if inputs.with_errors {
            bins.evidence(&histograms, &different)
        } else {
            Vec::new()
        };
        let mut estimates: Vec<Estimate> = rows()
            .map(|mut row| {
                row.params.insert("n_bins".to_owned(), bins.n.into());
                row.evidence.clone_from(&evidence);
                row
            })
            .collect();
        if let [ndb, jsd] = estimates.as_mut_slice() {
            describe_ndb(ndb, &histograms, &different);
            jsd.value = Some(divergence.value);
            jsd.std_error = Some(divergence.std_error);
            jsd.interval = Some(divergence.interval);
            let method =
                "delta method with the bins held, less the second-order part that it counts twice";
            put(jsd, "std_error_method", method.into());
            put(jsd, "neutral", divergence.expected_if_equal.into());
        }
        Ok(Outcome {
            estimates,
            warnings: warnings(n_bins, bins.n, asked.is_none(), smaller),
        })
    }
}

fn put(row: &mut Estimate, name: &str, value: Value) {
    row.details.insert(name.to_owned(), value);
}

fn describe_ndb(row: &mut Estimate, histograms: &Histograms, different: &DifferentBins) {
    let [of_reference, of_generated] = histograms.shares();
    let significant = || {
        different
            .z
            .iter()
            .zip(&different.p_values)
            .filter(|(_, p)| **p < ALPHA)
    };
    row.value = Some(different.share);
    row.std_error = Some(different.std_error);
    row.interval = Some(different.interval);
    for (name, value) in [
        ("ndb", json!(different.count)),
        (
            "n_over",
            json!(significant().filter(|(z, _)| **z < 0.0).count()),
        ),
        (
            "n_under",
            json!(significant().filter(|(z, _)| **z > 0.0).count()),
        ),
        ("neutral", json!(ALPHA)),
        ("reference_shares", json!(of_reference)),
        ("generated_shares", json!(of_generated)),
        ("z", json!(different.z)),
        (
            "std_error_method",
            json!(
                "binomial, with the distribution of the bins' true z by maximum likelihood; the bins held"
            ),
        ),
    ] {
        put(row, name, value);
    }
}

fn warnings(planned: usize, found: usize, is_automatic: bool, smaller: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if is_automatic && planned < DEFAULT_BINS {
        warnings.push(Warning::new(
            "ndb_bins_reduced",
            format!("ndb: {planned} bins instead of {DEFAULT_BINS}, as the smaller set has {smaller} samples"),
            format!("compare only with results of {planned} bins"),
        ));
    }
    if found < planned {
        warnings.push(Warning::new(
            "ndb_few_distinct",
            format!(
                "ndb: the reference has only {found} distinct samples, so there are {found} bins"
            ),
            "look for duplicates in the reference",
        ));
    }
    warnings
}

/// The bin of every sample, the largest bin of the reference first.
struct Bins {
    n: usize,
    reference: Vec<usize>,
    generated: Vec<usize>,
    /// Squared distances to the bin's centre.
    reference_distances: Vec<f64>,
    generated_distances: Vec<f64>,
}

impl Bins {
    fn new(
        reference: ArrayView2<'_, f32>,
        generated: ArrayView2<'_, f32>,
        n_bins: usize,
        inputs: &Inputs<'_>,
    ) -> Self {
        let Clustering {
            centres,
            labels,
            distances,
        } = kmeans::cluster(reference, n_bins, &mut inputs.seed.stream("ndb.bins", 0));
        let n = centres.nrows();
        let mut sizes = vec![0_usize; n];
        for &label in &labels {
            sizes[label] += 1;
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_key(|&bin| (std::cmp::Reverse(sizes[bin]), bin));
        let mut rank = vec![0; n];
        for (new, &old) in order.iter().enumerate() {
            rank[old] = new;
        }
        let ranked = |labels: Vec<usize>| labels.into_iter().map(|label| rank[label]).collect();
        let (of_generated, generated_distances) = kmeans::with_distances(generated, centres.view());
        Self {
            n,
            reference: ranked(labels),
            generated: ranked(of_generated),
            reference_distances: distances,
            generated_distances,
        }
    }

    /// Members of the bins that the generated set overfills most and of those that it leaves out most, the most
    /// different first; of each bin the samples nearest to its centre.
    fn evidence(&self, histograms: &Histograms, different: &DifferentBins) -> Vec<Evidence> {
        let [of_reference, of_generated] = histograms.shares();
        let mut by_z: Vec<usize> = (0..self.n).collect();
        by_z.sort_by(|&a, &b| different.z[a].total_cmp(&different.z[b]).then(a.cmp(&b)));
        let over = by_z
            .iter()
            .filter(|&&bin| different.z[bin] < 0.0)
            .take(SHOWN_BINS);
        let under = by_z
            .iter()
            .rev()
            .filter(|&&bin| different.z[bin] > 0.0)
            .take(SHOWN_BINS);
        over.chain(under)
            .flat_map(|&bin| {
                let label = format!(
                    "bin {bin}: {:.1} % of the reference, {:.1} % generated",
                    100.0 * of_reference[bin],
                    100.0 * of_generated[bin]
                );
                [
                    (
                        SetSide::Reference,
                        &self.reference,
                        &self.reference_distances,
                    ),
                    (
                        SetSide::Generated,
                        &self.generated,
                        &self.generated_distances,
                    ),
                ]
                .map(|(side, labels, distances)| Evidence {
                    label: label.clone(),
                    side,
                    rows: nearest_members(bin, labels, distances),
                })
            })
            .filter(|evidence| !evidence.rows.is_empty())
            .collect()
    }
}

fn nearest_members(bin: usize, labels: &[usize], distances: &[f64]) -> Vec<usize> {
    let mut members: Vec<usize> = (0..labels.len())
        .filter(|&row| labels[row] == bin)
        .collect();
    members.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(a.cmp(&b)));
    members.truncate(SHOWN_MEMBERS);
    members
}
