//! Saved results documents against each other: no features at hand, so the errors are those of independent numbers.

use super::{Comparison, Contestant, LEVEL, SCHEMA, judge, label};
use crate::error::{Error, Result};
use crate::metrics::comparison::Difference;
use crate::statistics::estimate::Direction;
use crate::verdicts::alike::unlike;
use crate::verdicts::results::{Results, Row, Warning};
use std::collections::BTreeMap;

/// Compares saved results, `(file, document)`, for the pairs of their indices.
///
/// The error of a difference is the root of the sum of both squared standard errors. Both numbers share the reference,
/// which moves them the same way for all but odd pairs, so this is larger than the error of the paired comparison of the
/// pictures: a verdict stands, and a `cannot_tell` may be decided by the pictures.
///
/// # Errors
/// Input: documents that differ in protocol, extractor, engine, reference, training set or sample counts, or have no row
/// with the same parameters in common; both are named.
pub fn compare_saved(
    documents: Vec<(String, Results)>,
    pairs: &[(usize, usize)],
    command: Vec<String>,
) -> Result<Comparison> {
    let Some((first, others)) = documents.split_first() else {
        return Err(Error::usage("no results document was given"));
    };
    for other in others {
        check_alike(first, other)?;
    }
    let mut warnings = vec![Warning::new(
        "unpaired",
        "saved results hold no features, so both errors of a difference count as independent; as the reference is the same, the true error is usually smaller",
        "where it cannot tell, compare the pictures: gavel compare REFERENCE A B",
    )];
    let shared = shared_rows(&documents, &mut warnings)?;
    let mut differences = Vec::new();
    for &(a, b) in pairs {
        for (x, y) in shared[a].iter().zip(&shared[b]) {
            differences.push(difference(x, y, (a, b)));
        }
    }
    let (_, head) = first.clone();
    let generators = documents
        .into_iter()
        .zip(shared)
        .enumerate()
        .map(|(index, ((file, document), metrics))| {
            let input = document.inputs.get("generated").cloned().ok_or_else(|| {
                Error::input(format!("{file}: the document names no generated set"))
            })?;
            Ok(Contestant {
                label: label(index),
                input,
                metrics,
                won: 0,
                lost: 0,
                undecided: 0,
            })
        })
        .collect::<Result<Vec<Contestant>>>()?;
    let comparison = Comparison {
        schema: SCHEMA.to_owned(),
        gavel: env!("CARGO_PKG_VERSION").to_owned(),
        command,
        paired: false,
        level: LEVEL,
        inputs: head
            .inputs
            .into_iter()
            .filter(|(side, _)| side != "generated")
            .collect(),
        generators,
        extractor: head.extractor,
        protocol: head.protocol,
        engine: head.engine,
        seed: head.seed,
        differences: Vec::new(),
        rankings: Vec::new(),
        warnings,
    };
    Ok(judge(comparison, &differences))
}

fn check_alike(first: &(String, Results), other: &(String, Results)) -> Result<()> {
    let ((file_a, a), (file_b, b)) = (first, other);
    match unlike(a, b).into_iter().next() {
        None => Ok(()),
        Some(found) => Err(Error::input(format!(
            "{file_a} and {file_b} cannot be compared: the {} of the first is {}, of the second {}",
            found.what, found.first, found.second
        ))
        .mend(found.mend)),
    }
}

/// The rows that all documents have, by id and parameters, in the order of the first one. What some lack is a warning.
fn shared_rows(
    documents: &[(String, Results)],
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Vec<Row>>> {
    let mut shared = vec![Vec::new(); documents.len()];
    let mut left_out: Vec<String> = Vec::new();
    let Some(((file, first), others)) = documents.split_first() else {
        return Ok(shared);
    };
    for row in &first.metrics {
        let found: Option<Vec<&Row>> = others
            .iter()
            .map(|(_, other)| {
                other
                    .metrics
                    .iter()
                    .find(|r| r.id == row.id && r.params == row.params)
            })
            .collect();
        if let Some(found) = found {
            shared[0].push(row.clone());
            for (rows, row) in shared[1..].iter_mut().zip(found) {
                rows.push(row.clone());
            }
            continue;
        }
        for (other_file, other) in others {
            if other.metrics.iter().all(|r| r.id != row.id) {
                left_out.push(format!("{} is not in {other_file}", row.id));
            } else if let Some(found) = other.metrics.iter().find(|r| r.id == row.id)
                && other
                    .metrics
                    .iter()
                    .all(|r| r.id != row.id || r.params != row.params)
            {
                left_out.push(format!(
                    "{} has the parameters {} in {file} and {} in {other_file}",
                    row.id,
                    row.params_text(),
                    found.params_text()
                ));
            }
        }
    }
    let mend = "evaluate all with the same --metrics and --set";
    if shared[0].is_empty() {
        let why = left_out.first().map_or("there is no row", String::as_str);
        return Err(Error::input(format!(
            "the results have no metric with the same parameters in common: {why}"
        ))
        .mend(mend));
    }
    if !left_out.is_empty() {
        warnings.push(Warning::new(
            "left_out",
            format!("left out: {}", left_out.join("; ")),
            mend,
        ));
    }
    Ok(shared)
}

fn difference(a: &Row, b: &Row, pair: (usize, usize)) -> Difference {
    let values = a.value.zip(b.value).map(|(x, y)| [x, y]);
    let std_error = a.std_error.zip(b.std_error).map(|(x, y)| x.hypot(y));
    let why = match (values, std_error) {
        (None, _) => Some("one of both documents has no value"),
        (_, None) => Some("one of both documents has no standard error"),
        _ => None,
    };
    Difference {
        id: a.id.clone(),
        params: BTreeMap::clone(&a.params),
        direction: match a.direction.as_str() {
            "lower" => Direction::Lower,
            "higher" => Direction::Higher,
            _ => Direction::Neither,
        },
        neutral: a.detail("neutral"),
        pair,
        values,
        value: values.map(|[x, y]| y - x),
        std_error: values.and(std_error),
        method: "root of the sum of both squared standard errors".to_owned(),
        reference_is_fixed: false,
        why_absent: why.map(str::to_owned),
    }
}
