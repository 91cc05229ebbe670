//! `gavel evaluate`: metrics of a generated set against a reference set.

use super::arguments::{Evaluate, Output};
use super::classes;
use super::console::Console;
use super::laboratory::{Laboratory, Sample};
use super::memo::Numbers;
use super::output;
use super::plan::NetworkPlan;
use super::sheets::{self, Albums};
use super::thumbnails;
use crate::error::{Error, Kind, Result};
use crate::metrics::{
    self, ClassScores, Generated, Inputs, Measured, Metric, Outcome, Reference, Settings, Space,
    Train,
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
    if let Some(folder) = &typed.sheets {
        sheets::check(folder)?;
    }
    let lab = Laboratory::new(&plan, console)
        .seeded(typed.seed)
        .for_metrics(&metrics);
    let mut sets = measure(typed, &lab)?;
    let panel = Panel {
        lab: &lab,
        metrics: &metrics,
        settings: &settings,
        seed: typed.seed,
        console,
        protocol: None,
    };
    let classes = if typed.per_class {
        classes::rows(&panel, &sets)?
    } else {
        Vec::new()
    };
    let albums = Albums::take(&mut sets);
    let mut results = panel.judge(sets, command)?;
    results.metrics.extend(classes);
    if let Some(folder) = &typed.sheets {
        sheets::draw(&results, &albums, folder, console)?;
    }
    if typed.output.has_pictures() {
        thumbnails::attach(&mut results, &albums, console)?;
    }
    finish(&results, &typed.output, console)
}

/// Opens all sets before measuring the first, so that a wrong name is told at once.
fn measure(typed: &Evaluate, lab: &Laboratory<'_>) -> Result<Sets> {
    let (reference, generated) = match (&typed.reference, &typed.generated) {
        (Some(reference), Some(generated)) => (lab.open(reference)?, lab.open(generated)?),
        (None, None) => {
            return Ok(Sets {
                reference: None,
                generated: scores_alone(typed)?,
                train: None,
            });
        }
        _ => {
            return Err(
                Error::usage("one set was given, expected two: REFERENCE GENERATED")
                    .mend("gavel evaluate real/ generated/"),
            );
        }
    };
    let train = typed
        .train
        .as_deref()
        .map(|spec| lab.open(spec))
        .transpose()?;
    let reference = lab.measure(reference)?;
    let mut generated = lab.measure(generated)?;
    if let Some(scores) = array_scores(typed)? {
        generated.identity = format!("{} scores {}", generated.identity, fingerprint(&scores));
        generated.measured = generated.measured.with_scores(scores)?;
    }
    let train = train.map(|opened| lab.measure_train(opened)).transpose()?;
    lab.check_statistics(&[&reference, &generated])?;
    Ok(Sets {
        reference: Some(reference),
        generated,
        train,
    })
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

/// The sides of one evaluation among several that share some of them.
pub struct Sides<'a> {
    /// The real set; metrics of the generated set alone run without it.
    pub reference: Option<&'a Sample>,
    /// The generated set.
    pub generated: &'a Sample,
    /// The set that the generator was trained on.
    pub train: Option<&'a Sample>,
}

/// Which metrics judge, and how.
pub struct Panel<'a> {
    /// Knows the network and keeps the warnings.
    pub lab: &'a Laboratory<'a>,
    /// The metrics, in the order of their rows.
    pub metrics: &'a [&'a dyn Metric],
    /// Their parameters.
    pub settings: &'a Settings,
    /// The one seed.
    pub seed: u64,
    /// Hears of the progress.
    pub console: &'a Console,
    /// The protocol that rows are named by, where it is not the laboratory's own.
    pub protocol: Option<&'a str>,
}

impl Panel<'_> {
    /// The document of all metrics on these sets.
    pub fn judge(&self, sets: Sets, command: Vec<String>) -> Result<Results> {
        let rows = self.rows(&Sides {
            reference: sets.reference.as_ref(),
            generated: &sets.generated,
            train: sets.train.as_ref(),
        })?;
        let sides: BTreeMap<String, Input> = [
            ("generated", Some(sets.generated)),
            ("reference", sets.reference),
            ("train", sets.train),
        ]
        .into_iter()
        .filter_map(|(side, sample)| Some((side.to_string(), sample?.input)))
        .collect();
        let (extractor, protocol, engine) = self.lab.records();
        Ok(Results {
            schema: SCHEMA.to_string(),
            gavel: env!("CARGO_PKG_VERSION").to_string(),
            command,
            inputs: sides,
            extractor,
            protocol,
            engine,
            seed: self.seed,
            metrics: rows,
            findings: Vec::new(),
            warnings: self.lab.warnings(),
            thumbnails: BTreeMap::new(),
        })
    }

    /// The rows of all metrics on these sides, computed or remembered; their warnings go to the laboratory.
    pub fn rows(&self, sides: &Sides<'_>) -> Result<Vec<Row>> {
        let inputs = Inputs::new(
            sides.reference.map(|sample| Reference(&sample.measured)),
            Generated(&sides.generated.measured),
            Seed(self.seed),
        )?
        .with_train(sides.train.map(|sample| Train(&sample.measured)))?;
        let identity =
            |sample: Option<&Sample>| sample.map_or_else(String::new, |s| s.identity.clone());
        let identities = [
            identity(sides.reference),
            sides.generated.identity.clone(),
            identity(sides.train),
        ];
        // Metrics whose numbers are kept ask for no neighbours; the others share one pass.
        let mut unknown = Vec::new();
        for metric in self.metrics {
            if self.kept(*metric, &identities)?.is_none() {
                unknown.push(*metric);
            }
        }
        metrics::announce(&unknown, &inputs, self.settings)?;
        let mut rows = Vec::new();
        for (done, metric) in self.metrics.iter().enumerate() {
            self.console.begin(metric.card().name, self.metrics.len());
            self.console.advance(done);
            let numbers = self
                .measure(*metric, &inputs, &identities, &[])
                .or_else(|e| self.excused(*metric, &inputs, e))
                .inspect_err(|_| self.console.end())?;
            rows.extend(numbers.rows);
            for warning in numbers.warnings {
                self.lab.warn(warning);
            }
            self.console.end();
        }
        Ok(rows)
    }

    /// Among several metrics, one that finds too few samples or no defined result does not stop the others.
    fn excused(&self, metric: &dyn Metric, inputs: &Inputs<'_>, error: Error) -> Result<Numbers> {
        let of_the_data = matches!(error.kind(), Kind::CannotTell | Kind::Numerical);
        if !of_the_data || self.metrics.len() < 2 {
            return Err(error);
        }
        let mend = error.advice().unwrap_or("give more samples");
        let outcome = metrics::absent(metric, inputs, self.settings, error.message(), mend)?;
        Ok(self.numbers(outcome, &[]))
    }

    /// The numbers of one metric, where they were computed before.
    fn kept(&self, metric: &dyn Metric, identities: &[String; 3]) -> Result<Option<Numbers>> {
        let (parameters, seed) = self.key(metric)?;
        Ok(self
            .lab
            .memo()
            .read(&parts(metric, &parameters, &seed, identities)))
    }

    fn key(&self, metric: &dyn Metric) -> Result<(String, String)> {
        Ok((
            format!("{:?}", self.settings.rows(metric)?),
            self.seed.to_string(),
        ))
    }

    /// The rows and warnings of one metric, kept ones if there are. `identities` are everything that the inputs depend
    /// on; `context` stands in the brackets of the rows' names, behind protocol and extractor.
    pub fn measure(
        &self,
        metric: &dyn Metric,
        inputs: &Inputs<'_>,
        identities: &[String; 3],
        context: &[&str],
    ) -> Result<Numbers> {
        if let Some(numbers) = self.kept(metric, identities)? {
            return Ok(numbers);
        }
        let outcome = metrics::evaluate(&[metric], inputs, self.settings)?;
        let numbers = self.numbers(outcome, context);
        let (parameters, seed) = self.key(metric)?;
        self.lab
            .memo()
            .write(&parts(metric, &parameters, &seed, identities), &numbers);
        Ok(numbers)
    }

    /// An outcome as the document has it.
    pub fn numbers(&self, outcome: Outcome, context: &[&str]) -> Numbers {
        let (extractor, protocol, _) = self.lab.records();
        let mut brackets: Vec<&str> = [
            self.protocol.or(protocol.as_ref().map(|p| p.name.as_str())),
            extractor.as_ref().map(|e| e.name.as_str()),
        ]
        .into_iter()
        .flatten()
        .collect();
        brackets.extend(context);
        Numbers {
            rows: outcome
                .estimates
                .iter()
                .map(|estimate| Row::of(estimate, &brackets))
                .collect(),
            warnings: outcome
                .warnings
                .into_iter()
                .map(|w| Warning::new(w.code, w.text, w.mend))
                .collect(),
        }
    }
}

/// Everything that the numbers of a metric depend on.
fn parts<'a>(
    metric: &dyn Metric,
    parameters: &'a str,
    seed: &'a str,
    [reference, generated, train]: &'a [String; 3],
) -> [&'a str; 6] {
    [
        metric.card().name,
        parameters,
        seed,
        reference,
        generated,
        train,
    ]
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
    if to.html.is_some() {
        let page = report::html::of_results(results)?;
        output::write(to.html.as_deref(), &page, console)?;
    }
    if output::stdout_is_free(to) {
        console.data(&report::terminal::render(results))?;
    }
    Ok(())
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
        pictures: None,
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
