//! One submission looked at: opened under limits, checked, measured, audited.

use super::class::Submission;
use crate::audit::faces::{Detector, Places};
use crate::audit::{self, Audit, Need};
use crate::cli::arguments::{Grade as Typed, Network, OnErrorChoice};
use crate::cli::audit::scene::{Grounds, Looking, Scene};
use crate::cli::audit::{examine, records};
use crate::cli::console::Console;
use crate::cli::evaluate::{Panel, Sides};
use crate::cli::laboratory::{Laboratory, Sample};
use crate::cli::plan::NetworkPlan;
use crate::cli::thumbnails;
use crate::error::{Error, Kind, Result};
use crate::metrics::{self, METRICS, Metric, Params, Settings};
use crate::rng::Seed;
use crate::sources::Limits;
use crate::sources::decode::Format;
use crate::sources::{self, ImageSource, OpenOptions, Opened};
use crate::verdicts::grade::record::{FileRecord, Files, SCHEMA};
use crate::verdicts::grade::{Course, Record};
use crate::verdicts::results::{self, Results, Row, Warning};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The network options of a course on this machine.
pub fn plan(typed: &Typed, course: &Course) -> Result<NetworkPlan> {
    NetworkPlan::check(&Network {
        extractor: course.measure.extractor.clone(),
        protocol: course.measure.protocol.clone(),
        engine: typed.engine,
        provider: typed.provider,
        onnxruntime: typed.onnxruntime.clone(),
        batch_size: None,
        threads: typed.threads,
        store: typed.store.clone(),
        models: typed.models.clone(),
        on_error: OnErrorChoice::Skip,
        max_bad: None,
        limit: None,
        n: None,
    })
}

/// Everything that all submissions are measured with.
pub struct Examiner<'a> {
    course: &'a Course,
    command: &'a [String],
    console: &'a Console,
    plan: &'a NetworkPlan,
    lab: Laboratory<'a>,
    metrics: Vec<&'static dyn Metric>,
    settings: Settings,
    audits: Vec<&'static dyn Audit>,
    parameters: Vec<Params>,
    detector: Option<Detector>,
    reference: Sample,
    train: Option<Sample>,
    grounds: Grounds,
    limits: Limits,
    /// What every record depends on, beside the submission.
    basis: String,
}

impl<'a> Examiner<'a> {
    /// Measures the course's own sets.
    pub fn new(
        typed: &Typed,
        course: &'a Course,
        plan: &'a NetworkPlan,
        command: &'a [String],
        console: &'a Console,
    ) -> Result<Self> {
        let measure = &course.measure;
        let (metrics, audits) = chosen(course)?;
        let is_audits = |option: &&String| {
            option
                .split('.')
                .next()
                .is_some_and(|name| audit::find(name).is_some())
        };
        let (for_audits, for_metrics): (Vec<&String>, Vec<&String>) =
            measure.set.iter().partition(is_audits);
        let lab = Laboratory::new(plan, console)
            .seeded(measure.seed)
            .for_metrics(&metrics);
        let detector = match &measure.detector {
            None => None,
            Some(name) => {
                let beside = beside(&typed.course, name);
                let name = if beside.is_file() {
                    beside.display().to_string()
                } else {
                    name.clone()
                };
                let places = Places::of_this_machine(Some(&plan.models));
                Some(Detector::open(
                    &name,
                    &places,
                    &plan.request,
                    plan.extract.threads,
                )?)
            }
        };
        let looking = Looking {
            lab: &lab,
            plan,
            console,
            with_features: true,
        };
        let open = |name: &str| pictures(&at_course(&typed.course, name), &Limits::default());
        let reference = open(&course.data.reference).map_err(|e| e.at("[data] reference"))?;
        let train = course
            .data
            .train
            .as_deref()
            .map(open)
            .transpose()
            .map_err(|e| e.at("[data] train"))?;
        let grounds = Grounds::look(reference, train, &looking)?;
        let reference = lab.measure(Opened::Images(open(&course.data.reference)?))?;
        let train = match &course.data.train {
            Some(train) => Some(lab.measure_train(Opened::Images(open(train)?))?),
            None => None,
        };
        let bounds = course.limits;
        let mut examiner = Self {
            course,
            command,
            console,
            plan,
            metrics,
            settings: Settings::parse(&for_metrics)?,
            audits,
            parameters: audit::parameters(&for_audits)?,
            detector,
            reference,
            train,
            grounds,
            limits: Limits {
                max_member_bytes: bounds.max_file_bytes,
                max_members: bounds.max_members,
                max_bytes: bounds.max_bytes,
                ..Limits::default()
            },
            basis: String::new(),
            lab,
        };
        examiner.basis = examiner.dependencies()?;
        // What was said of the course's own sets belongs to no submission.
        for warning in examiner.lab.take_warnings() {
            Console::new(false, true).warn(&warning);
        }
        Ok(examiner)
    }

    /// The real sets.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// The seed of the course.
    pub fn seed(&self) -> Seed {
        Seed(self.course.measure.seed)
    }

    /// What all records depend on.
    pub fn basis(&self) -> &str {
        &self.basis
    }

    /// The looking of this examiner.
    pub fn looking(&self, with_features: bool) -> Looking<'_> {
        Looking {
            lab: &self.lab,
            plan: self.plan,
            console: self.console,
            with_features,
        }
    }

    fn dependencies(&self) -> Result<String> {
        let (extractor, protocol, engine) = self.lab.records();
        let detector = self
            .detector
            .as_ref()
            .map(|detector| detector.sha256().to_owned());
        let parts = serde_json::json!([
            SCHEMA,
            env!("CARGO_PKG_VERSION"),
            self.course.measure,
            self.course.limits,
            self.reference.identity,
            self.train.as_ref().map(|train| &train.identity),
            extractor,
            protocol,
            engine.map(|engine| engine.class),
            detector,
            self.metrics
                .iter()
                .map(|metric| metric.card().name)
                .collect::<Vec<_>>(),
            self.audits
                .iter()
                .map(|audit| audit.card().name)
                .collect::<Vec<_>>(),
        ]);
        serde_json::to_string(&parts).map_err(|e| Error::numerical(e.to_string()))
    }

    /// What is to be known of a submission, and whether it was looked at now; an earlier record of the same bytes is at
    /// `kept`.
    ///
    /// # Errors
    /// Interrupted by the user. Whatever is wrong with the submission is in its record.
    pub fn examine(&self, submission: &Submission, kept: &Path) -> Result<(Record, bool)> {
        let blank = Record {
            schema: SCHEMA.to_owned(),
            id: submission.id.clone(),
            source: submission
                .path
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default(),
            key: String::new(),
            files: None,
            results: None,
            error: None,
        };
        self.console
            .limit(Some(Duration::from_secs(self.course.limits.seconds)));
        let looked = catch_unwind(AssertUnwindSafe(|| self.look(submission, &blank, kept)));
        self.console.limit(None);
        let _ = self.lab.take_warnings();
        let broken = |error: String| {
            (
                Record {
                    error: Some(error),
                    ..blank.clone()
                },
                true,
            )
        };
        match looked {
            Ok(Ok(record)) => Ok(record),
            Ok(Err(error)) if error.kind() == Kind::Interrupted && Console::is_interrupted() => {
                Err(error)
            }
            Ok(Err(error)) if error.kind() == Kind::Interrupted => Ok(broken(format!(
                "looking at it took longer than the {} seconds that the course allows",
                self.course.limits.seconds
            ))),
            // A missing network or a full disk is no student's fault.
            Ok(Err(error)) if error.kind() == Kind::Engine => Err(error),
            Ok(Err(error)) => Ok(broken(error.message().to_owned())),
            Err(_) => Ok(broken(
                "the program failed on it; please report this submission".to_owned(),
            )),
        }
    }

    fn look(&self, submission: &Submission, blank: &Record, kept: &Path) -> Result<(Record, bool)> {
        let path = submission.path.display().to_string();
        let source = self.open(&path)?;
        let key = self.key(source.as_ref())?;
        if let Some(earlier) = Record::read(kept).ok().filter(|record| record.key == key) {
            return Ok((
                Record {
                    id: blank.id.clone(),
                    source: blank.source.clone(),
                    ..earlier
                },
                false,
            ));
        }
        let looking = self.looking(true);
        let scene = Scene::on(&self.grounds, source, Vec::new(), &looking)?;
        let generated = self.lab.measure(Opened::Images(self.open(&path)?))?;
        let (rows, error) = match self.rows(&generated) {
            Ok(rows) => (rows, None),
            Err(error) if matches!(error.kind(), Kind::Interrupted | Kind::Engine) => {
                return Err(error);
            }
            Err(error) => (Vec::new(), Some(error.message().to_owned())),
        };
        let files = files(&submission.path, &scene);
        let case = scene.case(self.seed(), self.detector.as_ref(), self.console);
        let report = examine(&case, &self.audits, &self.parameters, self.console)?;
        for warning in &report.warnings {
            self.lab
                .warn(Warning::new(warning.code, &warning.text, &warning.mend));
        }
        let findings = records(&report, &scene);
        let (extractor, protocol, engine) = self.lab.records();
        let mut results = Results {
            schema: results::SCHEMA.to_owned(),
            gavel: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.command.to_vec(),
            inputs: without_cache(scene.inputs()),
            extractor,
            protocol,
            engine,
            seed: self.course.measure.seed,
            metrics: rows
                .into_iter()
                .chain(report.estimates.iter().map(|row| Row::of(row, &[])))
                .collect(),
            findings,
            warnings: self.lab.take_warnings(),
            thumbnails: BTreeMap::new(),
        };
        thumbnails::attach(&mut results, &scene, self.console)?;
        Ok((
            Record {
                key,
                files: Some(files),
                results: Some(results),
                error,
                ..blank.clone()
            },
            true,
        ))
    }

    /// The pictures of a submission, under the course's limits.
    pub fn open(&self, path: &str) -> Result<Box<dyn ImageSource>> {
        let source = pictures(path, &self.limits)?;
        let most = self.course.limits.max_images;
        if source.len() > most {
            return Err(Error::input(format!(
                "{} pictures, at most {most} are looked at",
                source.len()
            )));
        }
        Ok(source)
    }

    /// Names and contents of the pictures, and everything else that the record depends on.
    fn key(&self, source: &dyn ImageSource) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        for part in [self.basis.as_str(), source.fingerprint()?.as_str()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let names = source.entries().iter().map(|entry| entry.name.as_str());
        for text in names.chain(source.notes().iter().map(String::as_str)) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    fn rows(&self, generated: &Sample) -> Result<Vec<Row>> {
        let panel = Panel {
            lab: &self.lab,
            metrics: &self.metrics,
            settings: &self.settings,
            seed: self.course.measure.seed,
            console: self.console,
            protocol: None,
        };
        panel.rows(&Sides {
            reference: Some(&self.reference),
            generated,
            train: self.train.as_ref(),
        })
    }
}

/// Metrics and audits.
type Chosen = (Vec<&'static dyn Metric>, Vec<&'static dyn Audit>);

/// The metrics and audits of a course: those it names, and those that its indicators come from.
fn chosen(course: &Course) -> Result<Chosen> {
    let mut metrics: Vec<&str> = course.measure.metrics.iter().map(String::as_str).collect();
    let mut audits: Vec<&str> = course.measure.audits.iter().map(String::as_str).collect();
    for indicator in course.indicators() {
        let id = indicator.metric.as_str();
        let metric = METRICS
            .iter()
            .find(|metric| metric.card().ids.contains(&id));
        metrics.extend(metric.map(|metric| metric.card().name));
        let audit = audit::AUDITS
            .iter()
            .find(|audit| audit.card().rows.contains(&id));
        audits.extend(audit.map(|audit| audit.card().name));
        let needs_detector =
            audit.is_some_and(|audit| audit.card().needs.contains(&Need::Detector));
        if needs_detector && course.measure.detector.is_none() {
            return Err(Error::input(format!(
                "the indicator {id} needs a face detector, and [measure] names none"
            ))
            .mend("detector = \"animeface\" in [measure]"));
        }
    }
    let metrics = if metrics.is_empty() {
        Vec::new()
    } else {
        metrics::select(&metrics.join(","))?
    };
    let audits = if audits.is_empty() {
        Vec::new()
    } else {
        audit::select(&audits.join(","))?
    };
    Ok((metrics, audits))
}

fn pictures(path: &str, limits: &Limits) -> Result<Box<dyn ImageSource>> {
    let options = OpenOptions {
        limits: limits.clone(),
    };
    match sources::open(path, &options)? {
        Opened::Images(source) => Ok(source),
        Opened::Features(_) => Err(Error::input("it holds features, pictures were expected")),
        Opened::Statistics(_) => Err(Error::input("it holds statistics, pictures were expected")),
    }
}

/// A path of the course file, seen from its folder.
fn beside(course: &Path, name: &str) -> PathBuf {
    course.parent().unwrap_or(Path::new("")).join(name)
}

/// A source of the course file; built-in sets are no paths.
fn at_course(course: &Path, name: &str) -> String {
    if ["polygons:", sources::mixtures::PREFIX]
        .iter()
        .any(|prefix| name.starts_with(prefix))
    {
        return name.to_owned();
    }
    match name.strip_prefix('@') {
        Some(list) => format!("@{}", beside(course, list).display()),
        None => beside(course, name).display().to_string(),
    }
}

fn files(path: &Path, scene: &Scene<'_>) -> Files {
    let exhibit = scene.generated();
    let is_array = exhibit
        .items
        .first()
        .is_some_and(|item| item.info.format == Format::Raw);
    let kind = if path.is_dir() {
        "folder"
    } else if is_array {
        "array"
    } else {
        "archive"
    };
    Files {
        kind: kind.to_owned(),
        entries: exhibit
            .items
            .iter()
            .map(|item| FileRecord {
                name: item.name.clone(),
                format: item.info.format.name().to_ascii_lowercase(),
                mode: item.info.mode.to_owned(),
                width: item.info.width,
                height: item.info.height,
            })
            .collect(),
        failed: scene.generated_input().failed.clone(),
        notes: scene.notes().to_vec(),
    }
}

/// The number of features from the store is not part of what was measured: the same bytes give the same record.
fn without_cache(mut inputs: BTreeMap<String, results::Input>) -> BTreeMap<String, results::Input> {
    for input in inputs.values_mut() {
        input.n_cached = 0;
    }
    inputs
}
