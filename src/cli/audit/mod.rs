//! `gavel audit`: what is wrong with a set, and the pictures that prove it.

mod annotate;
pub mod list;
pub mod scene;
mod sheets;

use super::arguments::Audit as Typed;
use super::arguments::FailOn;
use super::console::Console;
use super::evaluate::finish;
use super::laboratory::Laboratory;
use super::output;
use super::plan::NetworkPlan;
use super::sheets::check;
use super::thumbnails;
use crate::audit::faces::{Detector, Places, Settings};
use crate::audit::{self, Audit, Case, Need, Report, Severity};
use crate::error::{Error, Result};
use crate::metrics::Params;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::verdicts::findings::FindingRecord;
use crate::verdicts::results::{Results, Row, SCHEMA, Warning};
use scene::{Looking, Scene};

/// Runs the command.
pub fn run(typed: &Typed, command: Vec<String>, console: &Console) -> Result<()> {
    let plan = NetworkPlan::check(&typed.network)?;
    let audits = audit::select(&typed.audits)?;
    let parameters = audit::parameters(&options(typed))?;
    output::check(&typed.output)?;
    for folder in [&typed.sheets, &typed.annotate].into_iter().flatten() {
        check(folder)?;
    }
    let lab = Laboratory::new(&plan, console).seeded(typed.seed);
    let wanted: Vec<Need> = audits
        .iter()
        .flat_map(|audit| audit.card().needs)
        .copied()
        .collect();
    let looking = Looking {
        lab: &lab,
        plan: &plan,
        console,
        with_features: wanted.contains(&Need::Features),
    };
    let detector = typed
        .detector
        .as_deref()
        .map(|name| {
            let places = Places::of_this_machine(Some(&plan.models));
            Detector::open(name, &places, &plan.request, plan.extract.threads)
        })
        .transpose()?;
    let scene = Scene::open(typed, &looking)?;
    let case = scene.case(Seed(typed.seed), detector.as_ref(), console);
    let report = examine(&case, &audits, &parameters, console)?;
    for warning in &report.warnings {
        lab.warn(Warning::new(warning.code, &warning.text, &warning.mend));
    }
    let mut results = document(&report, &scene, &lab, typed.seed, command);
    if let Some(folder) = &typed.sheets {
        sheets::draw(&results.findings, &scene, folder, console)?;
    }
    if let (Some(folder), Some(detector)) = (&typed.annotate, &detector) {
        let (_, parameters) = audit::AUDITS
            .iter()
            .zip(&parameters)
            .find(|(audit, _)| audit.card().name == "faces")
            .ok_or_else(|| Error::usage("there is no audit of faces"))?;
        annotate::write(&case, detector, &Settings::of(parameters)?, folder)?;
        console.talk(&format!("framed faces: {}", folder.display()));
    }
    if typed.output.has_pictures() {
        thumbnails::attach(&mut results, &scene, console)?;
    }
    finish(&results, &typed.output, console)?;
    verdict(&report, typed.fail_on)
}

/// `--set` and its shorter spellings.
fn options(typed: &Typed) -> Vec<String> {
    let short = [
        ("faces.upscale", typed.upscale),
        ("faces.min_size", typed.min_size),
    ];
    let spelled = short
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", value?)));
    typed.set.iter().cloned().chain(spelled).collect()
}

/// Runs the audits; `parameters` are those of all of [`audit::AUDITS`].
pub fn examine(
    case: &Case<'_>,
    audits: &[&dyn Audit],
    parameters: &[Params],
    console: &Console,
) -> Result<Report> {
    let mut report = Report::default();
    for (audit, parameters) in audit::AUDITS.iter().zip(parameters) {
        let name = audit.card().name;
        if audits.iter().any(|chosen| chosen.card().name == name) {
            let found = hold(*audit, case, parameters, console)?;
            report.findings.extend(found.findings);
            report.estimates.extend(found.estimates);
            report.warnings.extend(found.warnings);
        }
    }
    Ok(report)
}

/// Runs one audit, or says why it cannot run.
fn hold(
    audit: &dyn Audit,
    case: &Case<'_>,
    parameters: &Params,
    console: &Console,
) -> Result<Report> {
    let card = audit.card();
    if let Some((lacking, mend)) = card.needs.iter().find_map(|need| case.lacks(*need)) {
        return Ok(Report {
            warnings: vec![crate::metrics::Warning::new(
                "audit_not_run",
                format!("the audit {} did not run: {lacking}", card.name),
                mend,
            )],
            ..Report::default()
        });
    }
    console.begin(card.name, 1);
    let report = audit.run(case, parameters);
    console.end();
    report
}

/// The findings as the document has them.
pub fn records(report: &Report, scene: &Scene<'_>) -> Vec<FindingRecord> {
    report
        .findings
        .iter()
        .map(|finding| FindingRecord::of(finding, &|side, index| scene.name(side, index)))
        .collect()
}

fn document(
    report: &Report,
    scene: &Scene<'_>,
    lab: &Laboratory<'_>,
    seed: u64,
    command: Vec<String>,
) -> Results {
    let (extractor, protocol, engine) = lab.records();
    Results {
        schema: SCHEMA.to_string(),
        gavel: env!("CARGO_PKG_VERSION").to_string(),
        command,
        inputs: scene.inputs(),
        extractor,
        protocol,
        engine,
        seed,
        metrics: report
            .estimates
            .iter()
            .map(|row| Row::of(row, &[]))
            .collect(),
        findings: records(report, scene),
        warnings: lab.warnings(),
        thumbnails: std::collections::BTreeMap::new(),
    }
}

/// Has the set failed?
fn verdict(report: &Report, fail_on: Option<FailOn>) -> Result<()> {
    let limit = match fail_on {
        None => return Ok(()),
        Some(FailOn::Warning) => Severity::Warning,
        Some(FailOn::Serious) => Severity::Serious,
    };
    let failed: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.severity >= limit)
        .map(|finding| finding.id)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Error::failed(format!(
        "{} of {} findings are at least {}: {}",
        failed.len(),
        report.findings.len(),
        limit.name(),
        failed.join(", ")
    )))
}
