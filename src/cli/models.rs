//! `gavel models`: extractors listed, verified, converted, fetched.

use super::arguments::Models;
use super::console::Console;
use super::{output, plan};
use crate::error::{Error, Result};
use crate::features::registry::{self, Listed, State};
use crate::features::{fetch, inception};
use std::path::Path;

/// Runs one of the four commands.
pub fn run(typed: &Models, console: &Console) -> Result<()> {
    match typed {
        Models::List { models } => {
            let folder = plan::models_folder(models.as_deref())?;
            let lines: Vec<String> = registry::list(&folder).iter().map(line).collect();
            console.data(&format!(
                "{}\n\ninstalled models live in {}\n",
                lines.join("\n"),
                folder.display()
            ))
        }
        Models::Verify { models } => {
            let folder = plan::models_folder(models.as_deref())?;
            let lines: Vec<String> = registry::verify(None, &folder)?.iter().map(line).collect();
            console.data(&format!("{}\n", lines.join("\n")))
        }
        Models::Convert {
            weights,
            output,
            models,
        } => match output {
            Some(output) => convert(weights, output, console),
            None => install(weights, &plan::models_folder(models.as_deref())?, console),
        },
        Models::Fetch { name, from, models } => {
            let folder = plan::models_folder(models.as_deref())?;
            let published = fetch::published(name);
            let Some(entry) = published.first() else {
                let mut known: Vec<&str> =
                    fetch::PUBLISHED.iter().map(|entry| entry.model).collect();
                known.dedup();
                return Err(
                    Error::usage(format!("no published file is listed for {name:?}")).mend(
                        format!("gavel models fetch with one of: {}", known.join(", ")),
                    ),
                );
            };
            let file = fetch::fetch(entry, from.as_deref(), &folder, console)?;
            console.talk(&format!("{}: fetched and verified", file.display()));
            install(&file, &folder, console)
        }
    }
}

/// One network: its name, its state, what it is.
pub fn line(listed: &Listed) -> String {
    let state = match &listed.state {
        State::BuiltIn => "built in".to_string(),
        State::Verified(sha256) => format!("verified {}", sha256.get(..8).unwrap_or(sha256)),
        State::Missing => "not installed".to_string(),
        State::Refused(error) => format!("refused: {}", error.message()),
    };
    format!(
        "{:<12}{state:<20}{}",
        listed.model.name, listed.model.summary
    )
}

fn convert(weights: &Path, output: &Path, console: &Console) -> Result<()> {
    output::check_file(output)?;
    let made = inception::convert(weights, output)?;
    console.talk(&format!(
        "{}: sha256 {}",
        made.path.display(),
        made.onnx_sha256
    ));
    if made.verified {
        console.talk(
            "made of the published 2015-12-05 Inception; without -o it is installed as `inception`",
        );
    } else {
        console.talk(&format!(
            "note: {} has sha256 {}: not the published weights, so results made with this file carry its own hash",
            weights.display(),
            made.source_sha256
        ));
    }
    Ok(())
}

fn install(weights: &Path, folder: &Path, console: &Console) -> Result<()> {
    let record = registry::install(weights, folder)?;
    console.talk(&format!(
        "{}: installed in {}",
        record.name,
        folder.display()
    ));
    Ok(())
}
