//! `gavel models`: extractors listed, verified, converted, fetched.

use super::arguments::Models;
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::features::{fetch, inception, registry};

/// Runs one of the four commands.
pub fn run(typed: &Models, console: &Console) -> Result<()> {
    match typed {
        Models::List { models } => {
            let folder = registry::models_folder(models.as_deref())?;
            let mut text = String::new();
            for model in registry::list(&folder)? {
                text.push_str(&format!(
                    "{:<24}{:<14}{}\n",
                    model.name, model.state, model.about
                ));
            }
            text.push_str(&format!(
                "\ninstalled models live in {}\n",
                folder.display()
            ));
            console.data(&text)
        }
        Models::Verify { models } => {
            let folder = registry::models_folder(models.as_deref())?;
            let verified = registry::verify(&folder)?;
            if verified.is_empty() {
                console.talk(&format!("no models are installed in {}", folder.display()));
            }
            let text: String = verified
                .iter()
                .map(|name| format!("{name}: unchanged\n"))
                .collect();
            console.data(&text)
        }
        Models::Convert {
            weights,
            output,
            models,
        } => {
            if let Some(output) = output {
                output::check_file(output)?;
            }
            let folder = registry::models_folder(models.as_deref())?;
            let made = match output {
                Some(output) => inception::convert(weights, output)?,
                None => registry::install_inception(weights, &folder)?,
            };
            console.talk(&format!(
                "{}: sha256 {}\nfrom {}: sha256 {}{}",
                made.output.display(),
                made.onnx_sha256,
                weights.display(),
                made.source_sha256,
                if made.verified {
                    ", the published 2015-12-05 Inception"
                } else {
                    "\nthese are not the published weights: results made with them carry the file's own hash"
                }
            ));
            Ok(())
        }
        Models::Fetch { name, from, models } => {
            let folder = registry::models_folder(models.as_deref())?;
            let entry = fetch::published(name).ok_or_else(|| {
                let known: Vec<&str> = fetch::PUBLISHED.iter().map(|entry| entry.name).collect();
                Error::usage(format!("no published file is listed as {name:?}"))
                    .mend(format!("one of {}", known.join(", ")))
            })?;
            let file = fetch::fetch(entry, from.as_deref(), &folder, console)?;
            console.talk(&format!("{}: fetched and verified", file.display()));
            let made = registry::install_inception(&file, &folder)?;
            console.talk(&format!("{}: installed", made.output.display()));
            Ok(())
        }
    }
}
