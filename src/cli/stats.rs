//! `gavel stats`: moments as files that pytorch-fid and clean-fid read too.

use super::arguments::{Network, Stats};
use super::console::Console;
use super::laboratory::{Laboratory, StatisticsProvenance};
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::sources::{self, OpenOptions, Opened, StatisticsFile, arrays};
use crate::statistics::moments::Moments;
use serde_json::json;
use std::path::Path;

/// Runs one of the four commands.
pub fn run(typed: &Stats, console: &Console) -> Result<()> {
    match typed {
        Stats::Save {
            source,
            output,
            network,
        } => save(source, output, network, console),
        Stats::Show { file, json } => show(file, *json, console),
        Stats::Merge { files, output } => merge(files, output, console),
        Stats::Convert {
            file,
            output,
            n,
            protocol,
            extractor,
            bare,
        } => {
            let stated = Stated {
                n: *n,
                protocol: protocol.as_deref(),
                extractor: extractor.as_deref(),
            };
            convert(file, output, &stated, *bare, console)
        }
    }
}

/// Measures a set and writes its statistics.
pub fn save(source: &str, output: &Path, network: &Network, console: &Console) -> Result<()> {
    output::check_file(output)?;
    let plan = NetworkPlan::check(network)?;
    let lab = Laboratory::new(&plan, console);
    let sample = lab.measure(lab.open(source)?)?;
    if sample.from_statistics {
        return Err(
            Error::usage(format!("{source}: is already a statistics file")).mend(
                "use `gavel stats convert` to change it, `gavel stats merge` to join several",
            ),
        );
    }
    let moments = sample.measured.moments()?;
    write(output, moments, Some(&lab.provenance(&sample.input)))?;
    console.talk(&format!(
        "{}: n = {}, d = {}",
        output.display(),
        moments.n().unwrap_or(0),
        moments.n_features()
    ));
    Ok(())
}

fn write(
    output: &Path,
    moments: &Moments,
    provenance: Option<&StatisticsProvenance>,
) -> Result<()> {
    let text = provenance
        .map(serde_json::to_string)
        .transpose()
        .map_err(|e| Error::input(format!("the provenance cannot be written: {e}")))?;
    arrays::write_statistics(
        output,
        moments.mean().view(),
        moments.covariance().view(),
        moments.n(),
        text.as_deref(),
    )
}

fn read(file: &str) -> Result<(StatisticsFile, Option<StatisticsProvenance>)> {
    let Opened::Statistics(found) = sources::open(file, &OpenOptions::default())? else {
        return Err(Error::input(format!(
            "{file}: is no statistics file; expected an .npz with mu and sigma"
        ))
        .mend(format!("gavel stats save {file} -o statistics.npz")));
    };
    let provenance = found
        .provenance
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    Ok((found, provenance))
}

fn show(file: &str, as_json: bool, console: &Console) -> Result<()> {
    let (found, provenance) = read(file)?;
    let trace: f64 = found.covariance.diag().sum();
    if as_json {
        let document = json!({
            "source": file, "n": found.n, "dimension": found.mean.len(), "fingerprint": found.fingerprint,
            "mean_norm": found.mean.dot(&found.mean).sqrt(), "trace": trace, "provenance": provenance,
        });
        return console.data(&format!("{document:#}\n"));
    }
    let unknown = "unknown (the file does not say)".to_string();
    let p = provenance.as_ref();
    let lines = [
        ("n", found.n.map_or(unknown.clone(), |n| n.to_string())),
        ("dimension", found.mean.len().to_string()),
        (
            "norm of mean",
            format!("{:.6}", found.mean.dot(&found.mean).sqrt()),
        ),
        ("trace", format!("{trace:.6}")),
        ("fingerprint", found.fingerprint.clone()),
        ("source", p.map_or(unknown.clone(), |p| p.source.clone())),
        (
            "extractor",
            p.and_then(|p| p.extractor.clone())
                .unwrap_or(unknown.clone()),
        ),
        (
            "protocol",
            p.and_then(|p| p.protocol.clone())
                .unwrap_or(unknown.clone()),
        ),
        (
            "engine",
            p.and_then(|p| p.engine.clone()).unwrap_or(unknown),
        ),
    ];
    let text: String = lines
        .iter()
        .map(|(name, value)| format!("{name:<14}{value}\n"))
        .collect();
    console.data(&text)
}

fn merge(files: &[String], output: &Path, console: &Console) -> Result<()> {
    output::check_file(output)?;
    let mut merged: Option<Moments> = None;
    let mut first: Option<(String, Option<StatisticsProvenance>)> = None;
    let mut sources = Vec::new();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let (found, provenance) = read(file)?;
        if let Some((first_file, first_provenance)) = &first {
            let made_by = |p: &Option<StatisticsProvenance>| {
                p.as_ref().map(|p| {
                    (
                        p.extractor_sha256.clone(),
                        p.extractor.clone(),
                        p.protocol_identity.clone(),
                        p.protocol.clone(),
                    )
                })
            };
            if made_by(first_provenance) != made_by(&provenance) {
                return Err(Error::input(format!("{first_file} and {file} were made with different extractors or protocols"))
                    .mend("`gavel stats show FILE` tells each; make them again with the same --extractor and --protocol"));
            }
        }
        if found.n.is_none() {
            return Err(Error::input(format!(
                "{file}: does not say how many samples it has, which merging needs"
            ))
            .mend(format!("gavel stats convert {file} -o with-n.npz --n N")));
        }
        hasher.update(found.fingerprint.as_bytes());
        let moments = Moments::from_parts(found.mean, found.covariance, found.n)?;
        merged = Some(match merged {
            None => moments,
            Some(so_far) => so_far.merge(&moments).map_err(|e| e.at(file))?,
        });
        sources.push(
            provenance
                .as_ref()
                .map_or_else(|| file.clone(), |p| p.source.clone()),
        );
        first.get_or_insert((file.clone(), provenance));
    }
    let (Some(moments), Some((_, provenance))) = (merged, first) else {
        return Err(Error::usage("no files to merge were given"));
    };
    let provenance = provenance.map(|p| StatisticsProvenance {
        gavel: env!("CARGO_PKG_VERSION").to_string(),
        source: sources.join(" + "),
        fingerprint: hasher.finalize().to_hex().to_string(),
        ..p
    });
    write(output, &moments, provenance.as_ref())?;
    console.talk(&format!(
        "{}: n = {}",
        output.display(),
        moments.n().unwrap_or(0)
    ));
    Ok(())
}

/// What the user knows of a foreign file.
struct Stated<'a> {
    n: Option<u64>,
    protocol: Option<&'a str>,
    extractor: Option<&'a str>,
}

fn convert(
    file: &str,
    output: &Path,
    stated: &Stated<'_>,
    bare: bool,
    console: &Console,
) -> Result<()> {
    output::check_file(output)?;
    let (found, provenance) = read(file)?;
    for (what, old, new) in [
        (
            "n",
            found.n.map(|n| n.to_string()),
            stated.n.map(|n| n.to_string()),
        ),
        (
            "protocol",
            provenance.as_ref().and_then(|p| p.protocol.clone()),
            stated.protocol.map(str::to_string),
        ),
        (
            "extractor",
            provenance.as_ref().and_then(|p| p.extractor.clone()),
            stated.extractor.map(str::to_string),
        ),
    ] {
        if let (Some(old), Some(new)) = (&old, &new)
            && old != new
        {
            return Err(Error::usage(format!(
                "{file} says {what} = {old}, the command line says {new}"
            ))
            .mend(format!("leave out --{what}")));
        }
    }
    let n = found.n.or(stated.n);
    if bare {
        arrays::write_statistics(
            output,
            found.mean.view(),
            found.covariance.view(),
            None,
            None,
        )?;
        console.talk(&format!("{}: mu and sigma alone", output.display()));
        return Ok(());
    }
    let provenance = provenance.unwrap_or_else(|| StatisticsProvenance {
        gavel: env!("CARGO_PKG_VERSION").to_string(),
        source: file.to_string(),
        fingerprint: found.fingerprint.clone(),
        extractor: stated.extractor.map(str::to_string),
        extractor_sha256: None,
        protocol: stated.protocol.map(str::to_string),
        protocol_identity: None,
        engine: None,
    });
    write(
        output,
        &Moments::from_parts(found.mean, found.covariance, n)?,
        Some(&provenance),
    )?;
    let n = n.map_or("unknown".to_string(), |n| n.to_string());
    console.talk(&format!("{}: n = {n}", output.display()));
    Ok(())
}
