//! Which audits run, and with what parameters.

use super::{AUDITS, Audit};
use crate::error::{Error, Result};
use crate::metrics::Params;

/// The audit of a name; `-` and `_` are the same, case does not matter.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Audit> {
    let name = name.trim().to_ascii_lowercase().replace('-', "_");
    AUDITS
        .iter()
        .copied()
        .find(|audit| audit.card().name == name)
}

/// The audits of a list such as `all` or `copies,hygiene`, each once, in the order of [`AUDITS`].
///
/// # Errors
/// Usage: an empty list, or a name that is not known (the known ones are listed).
pub fn select(list: &str) -> Result<Vec<&'static dyn Audit>> {
    let mut chosen = Vec::new();
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        match name {
            "all" => chosen.extend(AUDITS.iter().map(|audit| audit.card().name)),
            _ => chosen.push(
                find(name)
                    .ok_or_else(|| unknown("--audits", name))?
                    .card()
                    .name,
            ),
        }
    }
    if chosen.is_empty() {
        return Err(unknown("--audits", list));
    }
    Ok(AUDITS
        .iter()
        .copied()
        .filter(|audit| chosen.contains(&audit.card().name))
        .collect())
}

/// The parameters of every audit, in the order of [`AUDITS`], from options of the form `audit.parameter=value`.
///
/// # Errors
/// Usage: another form, an unknown audit or parameter, or a value that is not allowed.
pub fn parameters<S: AsRef<str>>(options: &[S]) -> Result<Vec<Params>> {
    let mut typed: Vec<(&'static str, &str, &str)> = Vec::new();
    for option in options {
        let option = option.as_ref().trim();
        let parts = option
            .split_once('=')
            .and_then(|(key, value)| Some((key.trim().split_once('.')?, value.trim())));
        let Some(((name, parameter), value)) = parts else {
            return Err(Error::usage(format!(
                "--set {option}: not of the form audit.parameter=value"
            ))
            .mend("--set copies.fdr=0.05"));
        };
        let audit = find(name).ok_or_else(|| unknown(&format!("--set {option}"), name))?;
        typed.push((audit.card().name, parameter, value));
    }
    AUDITS
        .iter()
        .map(|audit| {
            let card = audit.card();
            let own: Vec<(&str, &str)> = typed
                .iter()
                .filter(|(name, ..)| *name == card.name)
                .map(|(_, parameter, value)| (*parameter, *value))
                .collect();
            Params::of(card.name, card.params, &own)
        })
        .collect()
}

fn unknown(option: &str, name: &str) -> Error {
    let known: Vec<&str> = AUDITS.iter().map(|audit| audit.card().name).collect();
    Error::usage(format!("{option}: there is no audit {name:?}"))
        .mend(format!("all, or some of {}", known.join(", ")))
}
