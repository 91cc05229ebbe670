//! `gavel pytorch-fid` and `gavel fidelity`: the two commands that hands know by heart.

use super::arguments::{Fidelity, Network, OnErrorChoice, ProviderChoice, PytorchFid};
use super::console::Console;
use super::laboratory::{Laboratory, Sample};
use super::plan::NetworkPlan;
use super::stats;
use crate::error::{Error, Result};
use crate::metrics::{self, Generated, Inputs, Reference, Settings};
use crate::rng::Seed;
use crate::statistics::estimate::Estimate;
use crate::statistics::frechet::{Ddof, frechet_between};
use serde_json::{Map, Value, json};
use std::path::Path;

/// `pytorch-fid A B`: prints `FID:  x`.
pub fn pytorch_fid(typed: &PytorchFid, console: &Console) -> Result<()> {
    if typed.dims != 2048 {
        return Err(Error::usage(format!(
            "--dims {}: only the 2048 features of pool3 are known here",
            typed.dims
        ))
        .mend("leave out --dims"));
    }
    let provider = match typed.device.as_deref() {
        Some(device) if device.starts_with("cuda") => ProviderChoice::Cuda,
        None | Some("cpu") => ProviderChoice::Cpu,
        Some(other) => {
            return Err(Error::usage(format!(
                "--device {other}: expected cpu or cuda"
            )));
        }
    };
    let network = Network {
        extractor: Some(
            typed
                .extractor
                .clone()
                .unwrap_or_else(|| "inception".to_string()),
        ),
        protocol: "pytorch_fid".to_string(),
        engine: typed.engine,
        provider,
        onnxruntime: typed.onnxruntime.clone(),
        batch_size: None,
        threads: typed.num_workers.filter(|n| *n > 0),
        store: typed.store.clone(),
        models: typed.models.clone(),
        on_error: OnErrorChoice::Fail,
        max_bad: None,
        limit: None,
        n: None,
    };
    let [first, second] = typed.paths.as_slice() else {
        return Err(Error::usage("expected two paths").mend("gavel pytorch-fid real/ generated/"));
    };
    if typed.save_stats {
        return stats::save(first, Path::new(second), &network, console);
    }
    let plan = NetworkPlan::check(&network)?;
    let lab = Laboratory::new(&plan, console);
    let (a, b) = (lab.open(first)?, lab.open(second)?);
    let (a, b) = (lab.measure(a)?, lab.measure(b)?);
    lab.check_statistics(&[&a, &b])?;
    console.data(&format!("FID:  {}\n", distance(&a, &b)?))
}

/// `fidelity`: torch-fidelity's keys, as lines or as JSON.
pub fn fidelity(typed: &Fidelity, console: &Console) -> Result<()> {
    if !(typed.isc || typed.fid || typed.kid || typed.prc) {
        return Err(
            Error::usage("no metric was asked for").mend("add --isc, --fid, --kid or --prc")
        );
    }
    if typed.rng_seed != 2020 {
        return Err(Error::usage(format!(
            "--rng-seed {}: only torch-fidelity's default draws are known here",
            typed.rng_seed
        ))
        .mend("leave out --rng-seed"));
    }
    let network = network(typed);
    let plan = NetworkPlan::check(&network)?;
    let lab = Laboratory::new(&plan, console);
    if (typed.fid || typed.kid || typed.prc) && typed.input2.is_none() {
        return Err(
            Error::usage("--fid, --kid and --prc compare two sets, --input2 is missing")
                .mend("--input2 REAL"),
        );
    }
    let first = lab.open(&typed.input1)?;
    let second = typed
        .input2
        .as_deref()
        .map(|spec| lab.open(spec))
        .transpose()?;
    let generated = lab.measure(first)?;
    let reference = second.map(|opened| lab.measure(opened)).transpose()?;

    let mut scores = Map::new();
    if typed.isc {
        let shuffle = if typed.no_samples_shuffle {
            "none".to_string()
        } else {
            "numpy2020".to_string()
        };
        let set = [
            format!("inception_score.n_splits={}", typed.isc_splits),
            format!("inception_score.shuffle={shuffle}"),
        ];
        let rows = compute(None, &generated, "inception_score", &set, 2020)?;
        insert(&mut scores, "inception_score", rows.first())?;
    }
    if let (true, Some(reference)) = (typed.fid, &reference) {
        scores.insert(
            "frechet_inception_distance".to_string(),
            json!(distance(reference, &generated)?),
        );
    }
    if typed.kid {
        let set = [
            "kid.estimator=subsets".to_string(),
            format!("kid.n_subsets={}", typed.kid_subsets),
            format!("kid.subset_size={}", typed.kid_subset_size),
            "kid.rng=numpy2020".to_string(),
        ];
        let rows = compute(reference.as_ref(), &generated, "kid", &set, 2020)?;
        insert(&mut scores, "kernel_inception_distance", rows.first())?;
    }
    if typed.prc {
        let rows = compute(
            reference.as_ref(),
            &generated,
            "precision_recall",
            &[],
            2020,
        )?;
        precision_and_recall(&mut scores, &rows)?;
    }
    if typed.json {
        return console.data(&format!("{:#}\n", Value::Object(scores)));
    }
    let lines: String = scores
        .iter()
        .map(|(key, value)| format!("{key}: {}\n", general(value.as_f64().unwrap_or(f64::NAN))))
        .collect();
    console.data(&lines)
}

/// The options of our own commands that torch-fidelity's mean.
fn network(typed: &Fidelity) -> Network {
    Network {
        extractor: Some(
            typed
                .feature_extractor_weights_path
                .clone()
                .unwrap_or_else(|| "inception".to_string()),
        ),
        protocol: "tf1".to_string(),
        engine: typed.engine,
        provider: if typed.gpu.is_some() && !typed.cpu {
            ProviderChoice::Cuda
        } else {
            ProviderChoice::Cpu
        },
        onnxruntime: typed.onnxruntime.clone(),
        batch_size: None,
        threads: None,
        store: if typed.no_cache {
            Some("none".to_string())
        } else {
            typed.cache_root.clone()
        },
        models: typed.models.clone(),
        on_error: OnErrorChoice::Fail,
        max_bad: None,
        limit: None,
        n: None,
    }
}

/// The Fréchet distance alone, without its floor and error.
fn distance(a: &Sample, b: &Sample) -> Result<f64> {
    // Also checks that both have the same dimensions.
    Inputs::new(
        Some(Reference(&a.measured)),
        Generated(&b.measured),
        Seed::DEFAULT,
    )?;
    Ok(frechet_between(&a.measured.side()?, &b.measured.side()?, Ddof::One)?.value)
}

fn compute(
    reference: Option<&Sample>,
    generated: &Sample,
    metric: &str,
    set: &[String],
    seed: u64,
) -> Result<Vec<Estimate>> {
    let inputs = Inputs::new(
        reference.map(|sample| Reference(&sample.measured)),
        Generated(&generated.measured),
        Seed(seed),
    )?;
    Ok(metrics::evaluate(&metrics::select(metric)?, &inputs, &Settings::parse(set)?)?.estimates)
}

fn value(row: Option<&Estimate>, metric: &str) -> Result<f64> {
    let row = row.ok_or_else(|| Error::numerical(format!("{metric} gave no row")))?;
    row.value.ok_or_else(|| {
        Error::input(format!(
            "{metric} has no value: {}",
            row.why_absent.as_deref().unwrap_or("for no stated reason")
        ))
    })
}

/// `KEY_mean` and `KEY_std` (population, over subsets or splits), as torch-fidelity names them.
fn insert(scores: &mut Map<String, Value>, key: &str, row: Option<&Estimate>) -> Result<()> {
    scores.insert(format!("{key}_mean"), json!(value(row, key)?));
    let spread = row.and_then(|row| {
        ["split_std", "subset_std"]
            .iter()
            .find_map(|name| row.details.get(*name))
    });
    if let Some(spread) = spread {
        scores.insert(format!("{key}_std"), spread.clone());
    }
    Ok(())
}

/// `precision`, `recall` and `f_score`, with torch-fidelity's k = 3 and its `<=`.
fn precision_and_recall(scores: &mut Map<String, Value>, rows: &[Estimate]) -> Result<()> {
    let part = |id: &str| value(rows.iter().find(|row| row.id == id), id);
    let (precision, recall) = (part("precision")?, part("recall")?);
    scores.insert("precision".to_string(), json!(precision));
    scores.insert("recall".to_string(), json!(recall));
    let f_score = 2.0 * precision * recall / (precision + recall).max(1e-5);
    scores.insert("f_score".to_string(), json!(f_score));
    Ok(())
}

/// C's `%.7g`: seven significant digits, no trailing zeros, an exponent outside 1e-4 … 1e7.
fn general(value: f64) -> String {
    let scientific = format!("{value:.6e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        } else {
            text.to_string()
        }
    };
    if (-4..7).contains(&exponent) {
        return trim(&format!(
            "{value:.places$}",
            places = (6 - exponent) as usize
        ));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim(mantissa), exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::general;

    #[test]
    fn numbers_are_written_as_printf_writes_them() {
        // printf '%.7g' of each.
        for (value, text) in [
            (42.582_090_870_730_724, "42.58209"),
            (0.019_770_145, "0.01977014"),
            (0.5, "0.5"),
            (-0.000_679_252_185_5, "-0.0006792522"),
            (0.000_012_345_678_9, "1.234568e-05"),
            (123_456_789.0, "1.234568e+08"),
            (0.0, "0"),
        ] {
            assert_eq!(general(value), text);
        }
    }
}
