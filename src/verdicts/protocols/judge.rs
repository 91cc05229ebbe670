//! From the numbers under every protocol to spreads and changes of rank.

use super::{ProtocolRow, Protocols, RankChange, Spread};
use crate::verdicts::results::Row;

/// Standard errors between two numbers that are apart by more than chance.
const REACH: f64 = 1.959_963_984_540_054;

/// Fills in `spreads` and `rank_changes` from `rows`, which must be in the same order under every protocol.
#[must_use]
pub fn judge(mut document: Protocols) -> Protocols {
    let labels: Vec<String> = document
        .generators
        .iter()
        .map(|g| g.label.clone())
        .collect();
    for (number, a) in labels.iter().enumerate() {
        for series in series(&document, a) {
            document.spreads.extend(spread(&series));
        }
        for b in &labels[number + 1..] {
            let (of_a, of_b) = (series(&document, a), series(&document, b));
            let changes = of_a
                .iter()
                .zip(&of_b)
                .filter_map(|(a, b)| rank_change(a, b));
            let changes: Vec<RankChange> = changes.collect();
            document.rank_changes.extend(changes);
        }
    }
    document
}

/// Each number of a generator, under all protocols.
fn series(document: &Protocols, generator: &str) -> Vec<Vec<ProtocolRow>> {
    let mut all: Vec<Vec<ProtocolRow>> = Vec::new();
    for protocol in &document.protocols {
        let own = document
            .rows
            .iter()
            .filter(|row| row.protocol == protocol.name && row.generator == generator);
        for (number, row) in own.enumerate() {
            if all.len() <= number {
                all.push(Vec::new());
            }
            all[number].push(row.clone());
        }
    }
    all
}

fn spread(series: &[ProtocolRow]) -> Option<Spread> {
    let values = || series.iter().filter_map(|row| Some((row, row.row.value?)));
    let (lowest_row, lowest) = values().min_by(|x, y| x.1.total_cmp(&y.1))?;
    let (highest_row, highest) = values().max_by(|x, y| x.1.total_cmp(&y.1))?;
    let errors: Vec<f64> = series.iter().filter_map(|row| row.row.std_error).collect();
    let std_error = (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64);
    Some(Spread {
        generator: lowest_row.generator.clone(),
        id: lowest_row.row.id.clone(),
        params: lowest_row.row.params.clone(),
        lowest,
        lowest_protocol: lowest_row.protocol.clone(),
        highest,
        highest_protocol: highest_row.protocol.clone(),
        spread: highest - lowest,
        std_error,
        in_std_errors: std_error
            .filter(|error| *error > 0.0)
            .map(|error| (highest - lowest) / error),
    })
}

fn rank_change(a: &[ProtocolRow], b: &[ProtocolRow]) -> Option<RankChange> {
    let (first, second) = (a.first()?, b.first()?);
    let (mut a_better, mut b_better) = (Vec::new(), Vec::new());
    let (mut a_clearly, mut b_clearly) = (false, false);
    for (x, y) in a.iter().zip(b) {
        let Some(lead) = lead(&x.row, &y.row) else {
            continue;
        };
        let clear = x
            .row
            .std_error
            .zip(y.row.std_error)
            .is_some_and(|(x, y)| lead.abs() > REACH * x.hypot(y));
        if lead > 0.0 {
            a_better.push(x.protocol.clone());
            a_clearly |= clear;
        } else if lead < 0.0 {
            b_better.push(x.protocol.clone());
            b_clearly |= clear;
        }
    }
    (!a_better.is_empty() && !b_better.is_empty()).then(|| RankChange {
        id: first.row.id.clone(),
        params: first.row.params.clone(),
        a: first.generator.clone(),
        b: second.generator.clone(),
        a_better,
        b_better,
        beyond_chance: a_clearly && b_clearly,
    })
}

/// By how much the first number is better than the second.
fn lead(a: &Row, b: &Row) -> Option<f64> {
    let (x, y) = a.value.zip(b.value)?;
    match a.direction.as_str() {
        "lower" => Some(y - x),
        "higher" => Some(x - y),
        _ => {
            let neutral = a.detail("neutral")?;
            Some((y - neutral).abs() - (x - neutral).abs())
        }
    }
}
