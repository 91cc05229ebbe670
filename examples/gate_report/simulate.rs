//! Replicates: sets, their numbers as saved results, and the paired comparison of the generators.

use gavel::error::Result;
use gavel::metrics::comparison::{Contest, Difference, Pairing, Score};
use gavel::metrics::{Generated, Inputs, Measured, Metric, Reference, Settings, evaluate, select};
use gavel::rng::Seed;
use gavel::verdicts::comparison::{self, Comparison, Contestant, LEVEL};
use gavel::verdicts::results::{Input, Results, Row, SCHEMA};
use rayon::prelude::*;
use std::collections::BTreeMap;

use crate::scenario::{Scenario, Sets};

/// The U-statistic of all samples: what the mean over random subsets estimates, in a tenth of the time.
const KID: &str = "kid.estimator=full";

/// What is simulated.
pub struct Plan {
    pub n: usize,
    pub replicates: usize,
    /// Replicates that have a kernel distance: the first ones.
    pub with_kid: usize,
}

/// What one replicate left.
pub struct Replicate {
    pub baseline: Results,
    pub equal: Results,
    pub worse: Results,
    /// Baseline (A), equal (B) and worse (C), with the reference's chance shared.
    pub paired: Comparison,
}

/// All replicates of a scenario.
pub fn run(scenario: &Scenario, plan: &Plan) -> Result<Vec<Replicate>> {
    (0..plan.replicates)
        .into_par_iter()
        .map(|number| {
            let sets = scenario.draw(number as u64, plan.n)?;
            let metrics = select(if number < plan.with_kid {
                "fid,kid"
            } else {
                "fid"
            })?;
            replicate(&sets, &metrics, Seed(number as u64))
        })
        .collect()
}

fn replicate(sets: &Sets, metrics: &[&'static dyn Metric], seed: Seed) -> Result<Replicate> {
    let settings = Settings::parse(&[KID])?;
    let generators = [
        ("baseline", &sets.baseline),
        ("equal", &sets.equal),
        ("worse", &sets.worse),
    ];
    let mut documents = Vec::new();
    let mut scores: Vec<Vec<Vec<Score>>> = vec![Vec::new(); metrics.len()];
    for (name, generated) in generators {
        let inputs = Inputs::new(Some(Reference(&sets.reference)), Generated(generated), seed)?;
        let mut rows = Vec::new();
        for (metric, scores) in metrics.iter().zip(&mut scores) {
            let outcome = evaluate(&[*metric], &inputs, &settings)?;
            rows.extend(outcome.estimates.iter().map(|row| Row::of(row, &[])));
            scores.push(match metric.pairing() {
                Pairing::RelativeMmd => Vec::new(),
                _ => outcome.estimates.iter().map(Score::from).collect(),
            });
        }
        documents.push(document(name, generated, &sets.reference, rows, seed));
    }
    let contest = Contest {
        reference: Reference(&sets.reference),
        generators: generators.iter().map(|(_, set)| Generated(set)).collect(),
        train: None,
        seed,
    };
    let mut differences = Vec::new();
    for (metric, scores) in metrics.iter().zip(&scores) {
        let pairs = [(0, 1), (0, 2)];
        differences.extend(contest.differences(*metric, &settings, scores, &pairs, &|| Ok(()))?);
    }
    let paired = compared(&documents, &differences);
    let mut documents = documents.into_iter();
    let mut next = || {
        documents
            .next()
            .ok_or_else(|| gavel::error::Error::numerical("three documents were made"))
    };
    Ok(Replicate {
        baseline: next()?,
        equal: next()?,
        worse: next()?,
        paired,
    })
}

fn input(name: &str, set: &Measured) -> Input {
    Input {
        source: name.to_owned(),
        n: set.n().map(|n| n as u64),
        fingerprint: name.to_owned(),
        failed: Vec::new(),
        n_cached: 0,
    }
}

fn document(
    name: &str,
    generated: &Measured,
    reference: &Measured,
    metrics: Vec<Row>,
    seed: Seed,
) -> Results {
    Results {
        schema: SCHEMA.to_owned(),
        gavel: env!("CARGO_PKG_VERSION").to_owned(),
        command: Vec::new(),
        inputs: BTreeMap::from([
            ("generated".to_owned(), input(name, generated)),
            ("reference".to_owned(), input("reference", reference)),
        ]),
        extractor: None,
        protocol: None,
        engine: None,
        seed: seed.0,
        metrics,
        findings: Vec::new(),
        warnings: Vec::new(),
        thumbnails: BTreeMap::new(),
    }
}

fn compared(documents: &[Results], differences: &[Difference]) -> Comparison {
    let generators = documents
        .iter()
        .enumerate()
        .filter_map(|(index, document)| {
            Some(Contestant {
                label: comparison::label(index),
                input: document.inputs.get("generated")?.clone(),
                metrics: document.metrics.clone(),
                won: 0,
                lost: 0,
                undecided: 0,
            })
        })
        .collect();
    let whole = Comparison {
        schema: comparison::SCHEMA.to_owned(),
        gavel: env!("CARGO_PKG_VERSION").to_owned(),
        command: Vec::new(),
        paired: true,
        level: LEVEL,
        inputs: BTreeMap::new(),
        generators,
        extractor: None,
        protocol: None,
        engine: None,
        seed: 0,
        differences: Vec::new(),
        rankings: Vec::new(),
        warnings: Vec::new(),
    };
    comparison::judge(whole, differences)
}
