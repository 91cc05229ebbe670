//! A scores table by formula: what the study's message looks like when it is known beforehand.
//!
//! Distances are `level(loss) · scale(data) · penalty(architecture, loss) · (1 + search(configuration)) · noise(seed)`. The
//! adversarial losses have one level but for the exceptions that a test asks for, the VAE has a higher one with a tenth of
//! the noise.

use std::f64::consts::TAU;
use std::fmt::Write as _;

/// What the table is made of.
pub struct Plan {
    /// Losses by name, with their levels.
    pub losses: Vec<(&'static str, f64)>,
    /// Architectures, with the factor on losses without a penalty on the gradient.
    pub architectures: Vec<(&'static str, f64)>,
    /// Data sets, with their scales.
    pub datasets: Vec<(&'static str, f64)>,
    /// Configurations of each loss.
    pub n_samples: u64,
    /// Seeds of each configuration.
    pub n_seeds: u64,
}

impl Plan {
    /// Eight equal losses and a VAE, two architectures, two data sets.
    pub fn equal(n_samples: u64, n_seeds: u64) -> Self {
        let names = [
            "minimax",
            "non_saturating",
            "least_squares",
            "wasserstein",
            "wgan_gp",
            "dragan",
            "began",
            "hinge",
        ];
        let losses = names.map(|name| (name, 10.0)).into_iter();
        Self {
            losses: losses.chain([("vae", 25.0)]).collect(),
            architectures: vec![("dcgan", 1.0), ("bad", 3.0)],
            datasets: vec![("mnist", 1.0), ("triangles", 0.6)],
            n_samples,
            n_seeds,
        }
    }
}

/// Uniform in 0..1 from a word: FNV-1a, then the golden ratio's multiples.
pub fn chance(word: &str) -> f64 {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11) as f64 / 9_007_199_254_740_992.0
}

/// The cosine wave of a normal value from two words (Box and Muller).
fn normal(word: &str) -> f64 {
    let (u, v) = (chance(&format!("{word}/u")), chance(&format!("{word}/v")));
    (-2.0 * (1.0 - u).ln()).sqrt() * (TAU * v).cos()
}

/// The table as CSV.
pub fn table(plan: &Plan) -> String {
    let mut text = String::from(
        "run,status,reason,loss,architecture,dataset,tf_seed,sample_id,step,fid_score,precision,recall,beta1,batch_norm,learning_rate\n",
    );
    for (dataset, scale) in &plan.datasets {
        for (architecture, factor) in &plan.architectures {
            for (loss, level) in &plan.losses {
                for sample in 0..plan.n_samples {
                    for seed in 0..plan.n_seeds {
                        let case = (*dataset, *architecture, *loss, sample, seed);
                        row(&mut text, case, level * scale, *factor);
                    }
                }
            }
        }
    }
    text
}

fn row(
    text: &mut String,
    (dataset, architecture, loss, sample, seed): (&str, &str, &str, u64, u64),
    level: f64,
    factor: f64,
) {
    let configuration = format!("{dataset}/{architecture}/{loss}/{sample}");
    let run = format!("{configuration}/{seed}");
    let is_steady = matches!(loss, "vae");
    let penalty = match loss {
        "wgan_gp" | "vae" => 1.0,
        _ => factor,
    };
    let rate = -5.0 + 3.0 * chance(&format!("{configuration}/rate"));
    let search = if sample == 0 {
        0.1
    } else {
        (rate + 3.7).powi(2)
    };
    let noise = if is_steady { 0.01 } else { 0.12 } * normal(&run);
    let fid = level * penalty * (1.0 + search) * noise.exp();
    let (precision, recall) = (1.0 / (1.0 + fid / 60.0), 1.0 / (1.0 + fid / 25.0));
    let is_norm = chance(&format!("{configuration}/norm")) < 0.5;
    let settings = format!(
        "{:.3},{is_norm},{:.3e}",
        chance(&format!("{configuration}/beta")),
        10f64.powf(rate)
    );
    let is_failed = !is_steady && architecture == "bad" && chance(&format!("{run}/nan")) < 0.08;
    for (step, share) in [(500, 3.0), (1000, 1.6), (1500, 1.15), (2000, 1.0)] {
        let line = if is_failed && step == 2000 {
            format!(
                "{run},failed,the loss is not a number,{loss},{architecture},{dataset},{seed},{sample},{step},,,,{settings}"
            )
        } else {
            format!(
                "{run},ok,,{loss},{architecture},{dataset},{seed},{sample},{step},{:.4},{precision:.4},{recall:.4},{settings}",
                fid * share
            )
        };
        let _ = writeln!(text, "{line}");
    }
}
