//! Which metrics run: `core`, `all`, or names.

use super::{METRICS, Metric};
use crate::error::{Error, Result};

/// The metric of a name, an id or an alias; `-` and `_` are the same, case does not matter.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Metric> {
    let name = name.trim().to_ascii_lowercase().replace('-', "_");
    METRICS.iter().copied().find(|metric| {
        let card = metric.card();
        card.name == name
            || card.ids.contains(&name.as_str())
            || card.aliases.contains(&name.as_str())
    })
}

/// The metrics of a list such as `core`, `all` or `fid,is`, each once, in the order of [`METRICS`].
///
/// # Errors
/// Usage: an empty list, or a name that is not known (the known ones are listed).
pub fn select(list: &str) -> Result<Vec<&'static dyn Metric>> {
    let mut chosen: Vec<&'static str> = Vec::new();
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        match name {
            "all" => chosen.extend(METRICS.iter().map(|m| m.card().name)),
            "core" => chosen.extend(
                METRICS
                    .iter()
                    .map(|m| m.card())
                    .filter(|c| c.core)
                    .map(|c| c.name),
            ),
            _ => chosen.push(find(name).ok_or_else(|| unknown(name))?.card().name),
        }
    }
    if chosen.is_empty() {
        return Err(unknown(list));
    }
    Ok(METRICS
        .iter()
        .copied()
        .filter(|metric| chosen.contains(&metric.card().name))
        .collect())
}

fn unknown(name: &str) -> Error {
    let known: Vec<String> = METRICS
        .iter()
        .flat_map(|metric| metric.card().ids)
        .map(|id| (*id).to_owned())
        .collect();
    Error::usage(format!("--metrics: there is no metric {name:?}"))
        .mend(format!("core, all, or some of {}", known.join(", ")))
}
