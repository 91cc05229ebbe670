//! What is timed, and the peer beside it.

use crate::data::Data;
use gavel::error::{Error, Result};
use gavel::metrics::{Generated, Inputs, Measured, Outcome, Reference, Settings, evaluate, select};
use gavel::preprocess::Protocol;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use std::fmt::Write as _;
use std::time::Instant;

/// One comparison.
pub struct Task<'a> {
    pub name: String,
    /// What both sides do, in words.
    pub what: &'static str,
    /// One round of ours; the value is shown.
    pub ours: Box<dyn Fn() -> Result<f64> + 'a>,
    /// Defines `name` and `run` in Python.
    pub peer: String,
}

const FID_PEER: &str = r#"
from pytorch_fid.fid_score import calculate_frechet_distance
a, b = (np.load(f).astype(np.float64) for f in ("reference.npy", "generated.npy"))
name = "pytorch-fid " + version("pytorch-fid")
def run():
    moments = [(x.mean(axis=0), np.cov(x, rowvar=False)) for x in (a, b)]
    return calculate_frechet_distance(*moments[0], *moments[1])
"#;

const KID_PEER: &str = r#"
import torch
from torch_fidelity.metric_kid import kid_features_to_metric
a, b = (torch.from_numpy(np.load(f)) for f in ("reference.npy", "generated.npy"))
name = "torch-fidelity " + version("torch-fidelity")
def run():
    out = kid_features_to_metric(b, a, kid_subsets=100, kid_subset_size=SIZE, verbose=False, rng_seed=2020)
    return out["kernel_inception_distance_mean"]
"#;

const PRDC_PEER: &str = r#"
import contextlib, io
from prdc import compute_prdc
a, b = (np.load(f) for f in ("reference.npy", "generated.npy"))
name = "prdc " + version("prdc")
def run():
    with contextlib.redirect_stdout(io.StringIO()):
        return compute_prdc(real_features=a, fake_features=b, nearest_k=5)["density"]
"#;

const RESIZE_PEER: &str = r#"
from cleanfid.resize import make_resizer
resize = make_resizer("PIL", False, "bicubic", (299, 299))
n = PICTURES
width = height = 512
picture = ((np.arange(width * height * 3, dtype=np.uint64) * 2654435761 >> 13) & 255).astype(np.uint8)
picture = picture.reshape(height, width, 3)
name = "clean-fid " + version("clean-fid")
def run():
    for _ in range(n):
        out = (resize(picture) - 128.0) / 128.0
    return out.mean()
"#;

/// All comparisons on these data.
pub fn all(data: &Data) -> Vec<Task<'_>> {
    let sizes = data.sizes;
    let shape = format!("{0} x {0} x {1}", sizes.n, sizes.d);
    let subset = format!("kid.subset_size={}", sizes.subset);
    let mut tasks = vec![
        Task {
            name: format!("fid from features, {shape}"),
            what: "Moments of both sides and the Fréchet distance; ours without the standard error and the floor.",
            ours: Box::new(|| value(&run(&data.sides()?, "fid", &[], false)?, 0)),
            peer: FID_PEER.to_owned(),
        },
        Task {
            name: format!("kid 100 x {}, {shape}", sizes.subset),
            what: "The same draws on both sides (NumPy's RandomState(2020)); ours with the standard error of the U-statistic.",
            ours: Box::new(move || value(&run(data.shared()?, "kid", &[&subset], true)?, 0)),
            peer: KID_PEER.replace("SIZE", &sizes.subset.to_string()),
        },
        Task {
            name: format!(
                "resize to 299 x 299, {} pictures of 512 x 512",
                sizes.pictures
            ),
            what: "Protocol `clean`, Pillow's bicubic filter on float, one thread on each side.",
            ours: Box::new(move || resize(sizes.pictures)),
            peer: RESIZE_PEER.replace("PICTURES", &sizes.pictures.to_string()),
        },
    ];
    if gavel::metrics::find("prdc").is_some() {
        tasks.push(Task {
            name: format!("prdc, {shape}"),
            what: "Precision, recall, density and coverage with 5 neighbours; ours with standard errors. The value is the density.",
            ours: Box::new(|| {
                let outcome = run(data.shared()?, "prdc", &[], true)?;
                let density = outcome
                    .estimates
                    .iter()
                    .position(|row| row.id.contains("density"));
                value(&outcome, density.unwrap_or(0))
            }),
            peer: PRDC_PEER.to_owned(),
        });
    }
    tasks
}

fn run(
    [reference, generated]: &[Measured; 2],
    metrics: &str,
    options: &[&str],
    with_errors: bool,
) -> Result<Outcome> {
    let inputs = Inputs::new(
        Some(Reference(reference)),
        Generated(generated),
        Seed::DEFAULT,
    )?;
    let inputs = if with_errors {
        inputs
    } else {
        inputs.values_only()
    };
    evaluate(&select(metrics)?, &inputs, &Settings::parse(options)?)
}

fn value(outcome: &Outcome, row: usize) -> Result<f64> {
    outcome
        .estimates
        .get(row)
        .and_then(|row| row.value)
        .ok_or_else(|| Error::numerical("the metric gave no value"))
}

fn resize(pictures: usize) -> Result<f64> {
    let picture = Pixels {
        width: 512,
        height: 512,
        rgb: (0..512 * 512 * 3_u64)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect(),
    };
    let protocol = Protocol::preset("clean")?;
    let mut mean = 0.0;
    for _ in 0..pictures {
        let tensor = protocol.tensor(&picture)?;
        mean = tensor.iter().map(|&v| f64::from(v)).sum::<f64>() / tensor.len() as f64;
    }
    Ok(mean)
}

/// Every metric of `core` on the same features, one after the other as `evaluate --metrics core` runs them.
pub fn core_table(data: &Data, only: Option<&str>) -> Result<String> {
    if only.is_some_and(|word| !"core".contains(word)) {
        return Ok(String::new());
    }
    let mut text = format!(
        "\n## core on features, {0} x {0} x {1}\n\nAll metrics of `--metrics core` with standard errors, on features and logits that are already there, in one process.\nTarget: below 30 seconds on 2 cores.\n\n| metric | seconds | rows |\n|---|---:|---|\n",
        data.sizes.n, data.sizes.d
    );
    let [reference, generated] = data.sides()?;
    let inputs = Inputs::new(
        Some(Reference(&reference)),
        Generated(&generated),
        Seed::DEFAULT,
    )?;
    let mut total = 0.0;
    for metric in select("core")? {
        let start = Instant::now();
        let outcome = evaluate(&[metric], &inputs, &Settings::default())?;
        let seconds = start.elapsed().as_secs_f64();
        total += seconds;
        let rows: Vec<String> = outcome
            .estimates
            .iter()
            .map(|row| match (row.value, row.std_error) {
                (Some(value), Some(error)) => format!("{} {value:.5} ± {error:.5}", row.id),
                (Some(value), None) => format!("{} {value:.5}", row.id),
                (None, _) => format!("{} –", row.id),
            })
            .collect();
        let _ = writeln!(
            text,
            "| {} | {seconds:.2} | {} |",
            metric.card().name,
            rows.join("; ")
        );
    }
    let _ = writeln!(text, "| **all** | **{total:.2}** | |");
    Ok(text)
}
