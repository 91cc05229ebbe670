//! `gavel compare`: is one generator better than another, by more than chance?

use super::arguments::{Compare, Output};
use super::console::Console;
use super::evaluate::{Panel, Sides};
use super::laboratory::{Laboratory, Sample};
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::metrics::comparison::{Contest, Difference, Score};
use crate::metrics::{self, Generated, Inputs, Metric, Reference, Settings, Train};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::statistics::estimate::Direction;
use crate::verdicts::comparison::{
    self, Comparison, Contestant, LEVEL, SCHEMA, compare_saved, judge, label,
};
use crate::verdicts::report;
use crate::verdicts::results::{Results, Row};
use std::path::Path;

/// Generators that are compared pair by pair; more are compared with one of them.
const ALL_PAIRS: usize = 4;

/// Runs the command.
pub fn run(typed: &Compare, command: Vec<String>, console: &Console) -> Result<()> {
    output::check(&typed.output)?;
    let saved = typed.sets.iter().filter(|set| is_saved(set)).count();
    let comparison = if saved == typed.sets.len() {
        saved_results(typed, command, console)?
    } else if saved > 0 {
        return Err(Error::usage(format!(
            "{saved} of {} sets are saved results (.json), expected all or none",
            typed.sets.len()
        ))
        .mend("gavel compare a.json b.json, or gavel compare REFERENCE A B"));
    } else {
        live(typed, command, console)?
    };
    finish(&comparison, &typed.output, console)
}

fn is_saved(set: &str) -> bool {
    Path::new(set)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("json"))
}

fn saved_results(typed: &Compare, command: Vec<String>, console: &Console) -> Result<Comparison> {
    let documents = typed
        .sets
        .iter()
        .map(|file| Ok((file.clone(), Results::read(Path::new(file))?)))
        .collect::<Result<Vec<(String, Results)>>>()?;
    let pairs = pairs(&typed.sets, typed.against.as_deref())?;
    let comparison = compare_saved(documents, &pairs, command)?;
    for warning in &comparison.warnings {
        console.warn(warning);
    }
    Ok(comparison)
}

/// Sets are opened, measured and judged here.
fn live(typed: &Compare, command: Vec<String>, console: &Console) -> Result<Comparison> {
    let Some((reference, generated)) = typed.sets.split_first().filter(|(_, g)| g.len() >= 2)
    else {
        return Err(Error::usage(format!(
            "{} sets were given, expected a reference and two or more generated sets",
            typed.sets.len()
        ))
        .mend("gavel compare REFERENCE A B, or gavel evaluate REFERENCE GENERATED for one"));
    };
    let plan = NetworkPlan::check(&typed.network)?;
    let metrics = metrics::select(&typed.metrics)?;
    let settings = Settings::parse(&typed.set)?;
    let pairs = pairs(generated, typed.against.as_deref())?;
    let lab = Laboratory::new(&plan, console)
        .seeded(typed.seed)
        .for_metrics(&metrics);
    // All are opened before any is measured: a wrong name should not cost an hour.
    let opened = std::iter::once(reference)
        .chain(generated)
        .map(|spec| lab.open(spec))
        .collect::<Result<Vec<_>>>()?;
    let train = typed
        .train
        .as_deref()
        .map(|spec| lab.open(spec))
        .transpose()?;
    let samples = opened
        .into_iter()
        .map(|opened| lab.measure(opened))
        .collect::<Result<Vec<Sample>>>()?;
    lab.check_statistics(&samples.iter().collect::<Vec<_>>())?;
    let train = train.map(|opened| lab.measure_train(opened)).transpose()?;
    let bench = Judging {
        lab: &lab,
        metrics: &metrics,
        settings: &settings,
        seed: typed.seed,
        console,
    };
    let (rows, differences) = bench.judge(&samples, train.as_ref(), &pairs)?;
    Ok(document(
        &lab,
        samples,
        train,
        rows,
        &differences,
        typed.seed,
        command,
    ))
}

/// Everything that judging needs beside the sets.
struct Judging<'a> {
    lab: &'a Laboratory<'a>,
    metrics: &'a [&'static dyn Metric],
    settings: &'a Settings,
    seed: u64,
    console: &'a Console,
}

impl Judging<'_> {
    /// The rows of every generator, and the differences of the pairs. The first sample is the reference.
    fn judge(
        &self,
        samples: &[Sample],
        train: Option<&Sample>,
        pairs: &[(usize, usize)],
    ) -> Result<(Vec<Vec<Row>>, Vec<Difference>)> {
        let Some((reference, generated)) = samples.split_first() else {
            return Ok((Vec::new(), Vec::new()));
        };
        let train_side = train.map(|sample| Train(&sample.measured));
        let contest = Contest {
            reference: Reference(&reference.measured),
            generators: generated.iter().map(|s| Generated(&s.measured)).collect(),
            train: train_side,
            seed: Seed(self.seed),
        };
        // Sets that cannot be compared at all are refused before anything is computed.
        for generator in &contest.generators {
            Inputs::new(Some(contest.reference), *generator, contest.seed)?
                .with_train(train_side)?;
        }
        let mut all_rows = vec![Vec::new(); generated.len()];
        let mut differences = Vec::new();
        for metric in self.metrics {
            let panel = Panel {
                lab: self.lab,
                metrics: &[*metric],
                settings: self.settings,
                seed: self.seed,
                console: self.console,
                protocol: None,
            };
            let mut scores = Vec::new();
            for (sample, all) in generated.iter().zip(&mut all_rows) {
                let rows = panel.rows(&Sides {
                    reference: Some(reference),
                    generated: sample,
                    train,
                })?;
                scores.push(rows.iter().map(score).collect::<Vec<Score>>());
                all.extend(rows);
            }
            differences.extend(self.differences(&contest, *metric, &scores, pairs)?);
        }
        Ok((all_rows, differences))
    }

    fn differences(
        &self,
        contest: &Contest<'_>,
        metric: &dyn Metric,
        scores: &[Vec<Score>],
        pairs: &[(usize, usize)],
    ) -> Result<Vec<Difference>> {
        if scores.iter().flatten().all(|score| score.value.is_none()) {
            // The rows and their warnings say why; there is nothing to compare.
            return Ok(Vec::new());
        }
        let console = self.console;
        let tick = || {
            console.advance(1);
            if console.stop_requested() {
                Err(Error::interrupted())
            } else {
                Ok(())
            }
        };
        console.begin(
            &format!("comparing {}", metric.card().name),
            contest.n_steps(metric),
        );
        let differences = contest.differences(metric, self.settings, scores, pairs, &tick);
        console.end();
        differences.map_err(|e| e.at(metric.card().name))
    }
}

fn score(row: &Row) -> Score {
    Score {
        id: row.id.clone(),
        params: row.params.clone(),
        direction: match row.direction.as_str() {
            "lower" => Direction::Lower,
            "higher" => Direction::Higher,
            _ => Direction::Neither,
        },
        neutral: row.detail("neutral"),
        value: row.value,
        std_error: row.std_error,
    }
}

/// Which generators are compared, by index: all pairs of up to four, else each with the first or with `against`.
fn pairs(sets: &[String], against: Option<&str>) -> Result<Vec<(usize, usize)>> {
    let base = match against {
        None if sets.len() <= ALL_PAIRS => {
            let all = (0..sets.len()).flat_map(|a| (a + 1..sets.len()).map(move |b| (a, b)));
            return Ok(all.collect());
        }
        None => 0,
        Some(name) => (0..sets.len())
            .find(|&i| label(i) == name || sets[i] == name)
            .ok_or_else(|| {
                let known: Vec<String> = sets
                    .iter()
                    .enumerate()
                    .map(|(i, set)| format!("{} ({set})", label(i)))
                    .collect();
                Error::usage(format!("--against {name}: there is no such generator"))
                    .mend(format!("one of {}", known.join(", ")))
            })?,
    };
    Ok((0..sets.len())
        .filter(|&i| i != base)
        .map(|i| (base, i))
        .collect())
}

/// The document of a comparison of sets.
fn document(
    lab: &Laboratory<'_>,
    samples: Vec<Sample>,
    train: Option<Sample>,
    rows: Vec<Vec<Row>>,
    differences: &[Difference],
    seed: u64,
    command: Vec<String>,
) -> Comparison {
    let (extractor, protocol, engine) = lab.records();
    let mut samples = samples.into_iter();
    let sides = [("reference", samples.next()), ("train", train)];
    let generators = samples
        .zip(rows)
        .enumerate()
        .map(|(index, (sample, metrics))| Contestant {
            label: label(index),
            input: sample.input,
            metrics,
            won: 0,
            lost: 0,
            undecided: 0,
        })
        .collect();
    let mut comparison = judge(
        Comparison {
            schema: SCHEMA.to_owned(),
            gavel: env!("CARGO_PKG_VERSION").to_owned(),
            command,
            paired: true,
            level: LEVEL,
            inputs: sides
                .into_iter()
                .filter_map(|(side, sample)| Some((side.to_owned(), sample?.input)))
                .collect(),
            generators,
            extractor,
            protocol,
            engine,
            seed,
            differences: Vec::new(),
            rankings: Vec::new(),
            warnings: Vec::new(),
        },
        differences,
    );
    for warning in comparison.warnings {
        lab.warn(warning);
    }
    comparison.warnings = lab.warnings();
    comparison
}

/// Writes the documents asked for, and the tables where stdout is free.
fn finish(comparison: &Comparison, to: &Output, console: &Console) -> Result<()> {
    output::write(
        to.json.as_deref(),
        &report::json::render(comparison)?,
        console,
    )?;
    output::write(to.csv.as_deref(), &comparison::csv(comparison)?, console)?;
    output::write(
        to.markdown.as_deref(),
        &comparison::markdown(comparison),
        console,
    )?;
    if to.html.is_some() {
        let page = report::html::of_comparison(comparison)?;
        output::write(to.html.as_deref(), &page, console)?;
    }
    if output::stdout_is_free(to) {
        console.data(&comparison::terminal(comparison))?;
    }
    if comparison.tells_something() {
        return Ok(());
    }
    let why = comparison
        .differences
        .iter()
        .find_map(|row| row.why_absent.clone());
    Err(Error::cannot_tell(format!(
        "no difference could be tested: {}",
        why.unwrap_or_else(|| "no metric has a value".to_owned())
    ))
    .mend("give more pictures, or pictures instead of statistics"))
}
