//! Baseline and results, row by row, if they are alike.

use super::difference::{Pair, Paired};
use super::judge::{Case, Named};
use super::policy::Baseline;
use super::{Policy, rows};
use crate::error::{Error, Result};
use crate::verdicts::alike::{Unlike, unlike};
use crate::verdicts::comparison::Comparison;
use crate::verdicts::results::{Results, Row, Warning};

/// The rows of every comparison that the policy asks for, or a refusal.
pub(super) fn pairs<'a>(
    policy: &'a Policy,
    (file, results): Named<'a, Results>,
    case: &Case<'a>,
    differences: &mut Vec<Unlike>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<(&'a Baseline, Pair<'a>)>> {
    let Some((old_file, old)) = case.baseline else {
        if let Some(first) = policy.baselines.first() {
            if !case.renewing {
                return Err(Error::usage(format!(
                    "{}:{}: the policy compares {} with a baseline, and none was given",
                    policy.file, first.target.line, first.target.metric
                ))
                .mend(
                    "--baseline baseline.json; the first one is written with --update-baseline",
                ));
            }
            warnings.push(Warning::new(
                "no_baseline",
                "there is no baseline yet, so nothing was compared with it",
                "the results become the baseline",
            ));
        }
        // A row that is not there must be told before it is missed in the baseline.
        for asked in &policy.baselines {
            rows::find(&asked.target, results, file, &policy.file)?;
        }
        return Ok(Vec::new());
    };
    let mut found = unlike(old, results);
    let mut pairs = Vec::new();
    for asked in &policy.baselines {
        let row = rows::find(&asked.target, results, file, &policy.file)?;
        let before = match rows::counterpart(row, &asked.target, old, old_file, &policy.file) {
            Ok(before) => before,
            Err(error) if case.renewing => {
                warnings.push(not_compared(error.message()));
                continue;
            }
            Err(error) => return Err(error),
        };
        found.extend(unlike_rows(before, row, &found));
        pairs.push((asked, pair(row, before, (old, results), case)));
    }
    let refused: Vec<&Unlike> = found
        .iter()
        .filter(|one| !policy.allow.contains(&one.key) && !case.allow.contains(&one.key))
        .collect();
    if !refused.is_empty() {
        let refusal = refusal((old_file, file), &refused);
        if !case.renewing {
            return Err(refusal);
        }
        warnings.push(not_compared(refusal.message()));
        pairs.clear();
    }
    warnings.extend(changed(old, results));
    *differences = found;
    Ok(pairs)
}

/// Something of the old baseline that a new one makes superfluous.
fn not_compared(why: &str) -> Warning {
    Warning::new(
        "baseline_not_compared",
        why,
        "the results become the baseline",
    )
}

fn pair<'a>(
    row: &'a Row,
    before: &'a Row,
    (old, results): (&Results, &Results),
    case: &Case<'a>,
) -> Pair<'a> {
    let same = |side: &str| {
        let both = [old, results].map(|document| {
            let input = document.inputs.get(side);
            input.map(|input| input.fingerprint.as_str())
        });
        both[0].is_some() && both[0] == both[1]
    };
    Pair {
        result: row,
        baseline: before,
        identical: same("generated"),
        shares_reference: same("reference"),
        paired: case
            .comparison
            .and_then(|(_, comparison)| paired(comparison, old, results)),
    }
}

/// Both generators in a saved comparison, by their pictures.
fn paired<'a>(comparison: &'a Comparison, old: &Results, results: &Results) -> Option<Paired<'a>> {
    let label = |document: &Results| {
        let own = &document.inputs.get("generated")?.fingerprint;
        let mut all = comparison.generators.iter();
        let found = all.find(|generator| generator.input.fingerprint == *own)?;
        Some(found.label.as_str())
    };
    Some(Paired {
        comparison,
        baseline: label(old)?,
        result: label(results)?,
    })
}

/// What two rows differ in of what their numbers depend on, beside what is known already.
fn unlike_rows(before: &Row, row: &Row, known: &[Unlike]) -> Vec<Unlike> {
    let mut found = Vec::new();
    if before.params != row.params {
        found.push(Unlike::new(
            "params",
            &format!("parameters of {}", row.id),
            before.params_text(),
            row.params_text(),
            "evaluate both with the same --set",
        ));
    }
    let counts = |row: &Row| {
        let n = row.n_reference.map_or("?".to_owned(), |n| n.to_string());
        format!("{} generated, {n} reference", row.n_generated)
    };
    let is_known = known
        .iter()
        .any(|one| one.key == "n" || one.key == "reference");
    if counts(before) != counts(row) && !is_known {
        found.push(Unlike::new(
            "n",
            &format!("number of pictures behind {}", row.id),
            counts(before),
            counts(row),
            "evaluate both with the same number of pictures",
        ));
    }
    found
}

fn refusal((old_file, file): (&str, &str), refused: &[&Unlike]) -> Error {
    let lines: Vec<String> = refused
        .iter()
        .map(|one| {
            format!(
                "\n  {}: {} in the baseline, {} in the results",
                one.what, one.first, one.second
            )
        })
        .collect();
    let mut keys: Vec<&str> = refused.iter().map(|one| one.key.as_str()).collect();
    keys.dedup();
    let mend = refused.first().map_or("", |one| one.mend.as_str());
    Error::input(format!(
        "{old_file} and {file} are unlike, and what their numbers differ by is not the generator alone:{}",
        lines.concat()
    ))
    .mend(format!(
        "{mend}; or make a new baseline with --update-baseline --force; or, knowing what it means, --allow {}",
        keys.join(",")
    ))
}

/// What may change between two runs and should still be known.
fn changed(old: &Results, results: &Results) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if old.gavel != results.gavel {
        warnings.push(Warning::new(
            "other_version",
            format!(
                "the baseline was written by gavel {}, the results by {}",
                old.gavel, results.gavel
            ),
            "nothing to do where the numbers are defined alike; the change log says",
        ));
    }
    if old.seed != results.seed {
        warnings.push(Warning::new(
            "other_seed",
            format!(
                "the baseline has seed {}, the results {}",
                old.seed, results.seed
            ),
            "evaluate with the same --seed: what gavel itself draws then adds nothing to the difference",
        ));
    }
    warnings
}
