//! `gavel evaluate`: metrics of a generated set against a reference set.

use super::arguments::{Evaluate, Output};
use super::console::Console;
use super::laboratory::{Laboratory, Sample};
use super::memo::Numbers;
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::metrics::{
    self, ClassScores, Generated, Inputs, Measured, Metric, Reference, Settings, Space, Train,
};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::arrays;
use crate::verdicts::report;
use crate::verdicts::results::{Input, Results, Row, SCHEMA, Warning};
use std::collections::BTreeMap;

/// Runs the command.
pub fn run(typed: &Evaluate, command: Vec<String>, console: &Console) -> Result<()> {
    let plan = NetworkPlan::check(&typed.network)?;
    let metrics = metrics::select(&typed.metrics)?;
    let settings = Settings::parse(&typed.set)?;
    output::check(&typed.output)?;
    let lab = Laboratory::new(&plan, console).for_metrics(&metrics);
    let results = match (&typed.reference, &typed.generated) {
        (Some(reference), Some(generated)) => {
            let (reference, generated) = (lab.open(reference)?, lab.open(generated)?);
            let train = typed
                .train
                .as_deref()
                .map(|spec| lab.open(spec))
                .transpose()?;
            let reference = lab.measure(reference)?;
            let mut generated = lab.measure(generated)?;
            if let Some(scores) = array_scores(typed)? {
                generated.identity =
                    format!("{} scores {}", generated.identity, fingerprint(&scores));
                generated.measured = generated.measured.with_scores(scores)?;
            }
            let train = train.map(|opened| lab.measure(opened)).transpose()?;
            lab.check_statistics(&[&reference, &generated])?;
            judge(
                &lab,
                Sets {
                    reference: Some(reference),
                    generated,
                    train,
                },
                &metrics,
                &settings,
                typed.seed,
                command,
                console,
            )?
        }
        (None, None) => {
            let generated = scores_alone(typed)?;
            judge(
                &lab,
                Sets {
                    reference: None,
                    generated,
                    train: None,
                },
                &metrics,
                &settings,
                typed.seed,
                command,
                console,
            )?
        }
        _ => {
            return Err(
                Error::usage("one set was given, expected two: REFERENCE GENERATED")
                    .mend("gavel evaluate real/ generated/"),
            );
        }
    };
    finish(&results, &typed.output, console)
}

/// The sets of an evaluation, measured.
pub struct Sets {
    /// The real set; metrics of the generated set alone run without it.
    pub reference: Option<Sample>,
    /// The generated set.
    pub generated: Sample,
    /// The set that the generator was trained on.
    pub train: Option<Sample>,
}

/// Computes the metrics and puts the document together.
pub fn judge(
    lab: &Laboratory<'_>,
    sets: Sets,
    metrics: &[&dyn Metric],
    settings: &Settings,
    seed: u64,
    command: Vec<String>,
    console: &Console,
) -> Result<Results> {
    let (extractor, protocol, engine) = lab.records();
    let sides = Sides {
        reference: sets.reference.as_ref(),
        generated: &sets.generated,
        train: sets.train.as_ref(),
        protocol: protocol.as_ref().map(|p| p.name.as_str()),
    };
    let rows = numbers(lab, &sides, metrics, settings, seed, console)?;
    let sides: BTreeMap<String, Input> = [
        ("generated", Some(sets.generated)),
        ("reference", sets.reference),
        ("train", sets.train),
    ]
    .into_iter()
    .filter_map(|(side, sample)| Some((side.to_string(), sample?.input)))
    .collect();
    Ok(Results {
        schema: SCHEMA.to_string(),
        gavel: env!("CARGO_PKG_VERSION").to_string(),
        command,
        inputs: sides,
        extractor,
        protocol,
        engine,
        seed,
        metrics: rows,
        findings: Vec::new(),
        warnings: lab.warnings(),
    })
}

/// The sides of one evaluation among several that share some of them.
pub struct Sides<'a> {
    /// The real set; metrics of the generated set alone run without it.
    pub reference: Option<&'a Sample>,
    /// The generated set.
    pub generated: &'a Sample,
    /// The set that the generator was trained on.
    pub train: Option<&'a Sample>,
    /// The protocol that the rows are named by, where pictures were measured.
    pub protocol: Option<&'a str>,
}

/// The rows of the metrics, computed or remembered; their warnings go to the laboratory.
pub fn numbers(
    lab: &Laboratory<'_>,
    sides: &Sides<'_>,
    metrics: &[&dyn Metric],
    settings: &Settings,
    seed: u64,
    console: &Console,
) -> Result<Vec<Row>> {
    let inputs = Inputs::new(
        sides.reference.map(|sample| Reference(&sample.measured)),
        Generated(&sides.generated.measured),
        Seed(seed),
    )?
    .with_train(sides.train.map(|sample| Train(&sample.measured)))?;
    let identity =
        |sample: Option<&Sample>| sample.map_or_else(String::new, |s| s.identity.clone());
    let identities = [
        identity(sides.reference),
        sides.generated.identity.clone(),
        identity(sides.train),
    ];
    let (extractor, _, _) = lab.records();
    let extractor = extractor.as_ref().map(|e| e.name.as_str());
    let context: Vec<&str> = [sides.protocol, extractor].into_iter().flatten().collect();
    let memo = lab.memo();
    let mut rows = Vec::new();
    console.begin(&format!("computing {}", names(metrics)), metrics.len());
    for metric in metrics {
        let parameters = format!("{:?}", settings.rows(*metric)?);
        let seed = seed.to_string();
        let [reference, generated, train] = &identities;
        let parts = [
            metric.card().name,
            &parameters,
            &seed,
            reference,
            generated,
            train,
        ];
        let numbers = if let Some(numbers) = memo.read(&parts) {
            numbers
        } else {
            let numbers =
                compute(*metric, &inputs, settings, &context).inspect_err(|_| console.end())?;
            memo.write(&parts, &numbers);
            numbers
        };
        rows.extend(numbers.rows);
        for warning in numbers.warnings {
            lab.warn(warning);
        }
        console.advance(1);
    }
    console.end();
    Ok(rows)
}

/// The rows and warnings of one metric.
fn compute(
    metric: &dyn Metric,
    inputs: &Inputs<'_>,
    settings: &Settings,
    context: &[&str],
) -> Result<Numbers> {
    let outcome = metrics::evaluate(&[metric], inputs, settings)?;
    let warnings = outcome
        .warnings
        .into_iter()
        .map(|w| Warning::new(w.code, w.text, w.mend))
        .collect();
    Ok(Numbers {
        rows: outcome
            .estimates
            .iter()
            .map(|estimate| Row::of(estimate, context))
            .collect(),
        warnings,
    })
}

/// Writes the documents asked for, and the table where stdout is free.
pub fn finish(results: &Results, to: &Output, console: &Console) -> Result<()> {
    output::write(to.json.as_deref(), &report::json::render(results)?, console)?;
    output::write(to.csv.as_deref(), &report::csv::render(results)?, console)?;
    output::write(
        to.markdown.as_deref(),
        &report::markdown::render(results),
        console,
    )?;
    if output::stdout_is_free(to) {
        console.data(&report::terminal::render(results))?;
    }
    Ok(())
}

fn names(metrics: &[&dyn Metric]) -> String {
    metrics
        .iter()
        .map(|m| m.card().name)
        .collect::<Vec<_>>()
        .join(", ")
}

fn array_scores(typed: &Evaluate) -> Result<Option<ClassScores>> {
    let (file, probabilities) = match (&typed.logits, &typed.probabilities) {
        (Some(file), _) => (file, false),
        (None, Some(file)) => (file, true),
        (None, None) => return Ok(None),
    };
    let array = arrays::read_features(file, std::path::Path::new(file))?.values;
    Ok(Some(if probabilities {
        ClassScores::Probabilities(array)
    } else {
        ClassScores::Logits(array)
    }))
}

fn scores_alone(typed: &Evaluate) -> Result<Sample> {
    let file = typed.logits.as_ref().or(typed.probabilities.as_ref());
    let (Some(file), Some(scores)) = (file, array_scores(typed)?) else {
        return Err(
            Error::usage("no sets were given, expected REFERENCE GENERATED")
                .mend("gavel evaluate real/ generated/"),
        );
    };
    let n = scores.values().nrows() as u64;
    let fingerprint = fingerprint(&scores);
    Ok(Sample {
        measured: Measured::from_scores(file.as_str(), Space::Arrays, scores)?,
        input: Input {
            source: file.clone(),
            n: Some(n),
            fingerprint: fingerprint.clone(),
            failed: Vec::new(),
            n_cached: 0,
        },
        identity: format!("{file} scores {fingerprint}"),
        from_statistics: false,
        provenance: None,
    })
}

/// BLAKE3 of class scores: which kind, shape and values.
fn fingerprint(scores: &ClassScores) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(if matches!(scores, ClassScores::Logits(_)) {
        b"logits"
    } else {
        b"probabilities"
    });
    let values = scores.values();
    hasher.update(&(values.ncols() as u64).to_le_bytes());
    for value in values {
        hasher.update(&value.to_le_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
