//! From a source as typed to what was measured of it: opens, extracts, and keeps the provenance.

mod provenance;

use crate::cli::console::Console;
use crate::cli::memo::Memo;
use crate::cli::pictures::PictureSet;
use crate::cli::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::features::engine;
use crate::features::extract::{extract, extract_under};
use crate::features::generator::{self, Generator};
use crate::features::{
    Engine, Extraction, Extractor, Network, Origin, Role, descriptors, registry,
};
use crate::metrics::{ClassScores, MOST_PICTURES, Measured, Metric, Need, Space};
use crate::preprocess::Protocol;
use crate::rng::Seed;
use crate::sources::{self, FeatureArray, ImageSource, Opened};
use crate::verdicts::results::{
    EngineRecord, ExtractorRecord, Failure, Input, ProtocolRecord, Warning,
};
use ndarray::Array2;
use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

pub use provenance::StatisticsProvenance;
use provenance::measure_statistics;

/// A network made ready, with the protocol fitted to its input.
pub struct Bench {
    /// The network.
    pub extractor: Extractor,
    /// The protocol fitted to it.
    pub protocol: Protocol,
    /// What runs it.
    pub engine: Box<dyn Engine>,
}

/// A measured set and what to say of it.
pub struct Sample {
    /// For the metrics.
    pub measured: Measured,
    /// For the results document.
    pub input: Input,
    /// Everything that numbers made of this set depend on, in one line.
    pub identity: String,
    /// Is it a statistics file?
    pub from_statistics: bool,
    /// Provenance of a statistics file that has one.
    pub provenance: Option<StatisticsProvenance>,
    /// The pictures, where there are any.
    pub pictures: Option<PictureSet>,
}

/// Bytes of decoded pixels that one set may keep for metrics that compare pictures.
const PICTURE_BYTES: usize = 512 << 20;

/// Measures sets, with the network made ready only when the first pictures come.
pub struct Laboratory<'a> {
    plan: &'a NetworkPlan,
    console: &'a Console,
    bench: OnceCell<Bench>,
    describing: OnceCell<Bench>,
    warnings: RefCell<Vec<Warning>>,
    needs: Vec<Need>,
    seed: Seed,
}

impl<'a> Laboratory<'a> {
    /// A laboratory that follows `plan` and tells `console`.
    #[must_use]
    pub fn new(plan: &'a NetworkPlan, console: &'a Console) -> Self {
        Self {
            plan,
            console,
            bench: OnceCell::new(),
            describing: OnceCell::new(),
            warnings: RefCell::default(),
            needs: Vec::new(),
            seed: Seed::DEFAULT,
        }
    }

    /// Also measures these, beyond features and class scores.
    #[must_use]
    pub fn needing(mut self, needs: &[Need]) -> Self {
        self.needs.extend(needs);
        self
    }

    /// Draws with this seed.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = Seed(seed);
        self
    }

    /// Also measures what these metrics need.
    #[must_use]
    pub fn for_metrics(self, metrics: &[&dyn Metric]) -> Self {
        metrics
            .iter()
            .fold(self, |lab, metric| lab.needing(metric.card().needs))
    }

    /// Opens a source, with `--limit` applied.
    pub fn open(&self, spec: &str) -> Result<Opened> {
        if let Some(generator) = generator::Spec::parse(spec)? {
            return self.draw(spec, &generator);
        }
        let limited = match self.plan.limit {
            Some(n) => format!("{spec}#first={n}"),
            None => spec.to_string(),
        };
        let opened = sources::open(&limited, &sources::OpenOptions::default())?;
        if let Opened::Images(source) = &opened {
            for note in source.notes() {
                self.warn(Warning::new(
                    "source",
                    format!("{spec}: {note}"),
                    "nothing to do if that is expected",
                ));
            }
        }
        Ok(opened)
    }

    /// Draws pictures from a generator.
    fn draw(&self, spec: &str, wanted: &generator::Spec<'_>) -> Result<Opened> {
        let discovery = engine::discover(&self.plan.request);
        let made = Generator::load(wanted.path, &discovery, self.plan.extract.threads)?;
        for note in &made.notes {
            self.warn(Warning::new(
                "generator_assumption",
                format!("{}: {note}", wanted.path.display()),
                "declare it in the .toml beside the .onnx: [generator] distribution, range",
            ));
        }
        let n = wanted.n.unwrap_or(self.plan.drawn);
        let n = self.plan.limit.map_or(n, |limit| n.min(limit));
        let seed = wanted.seed.map_or(self.seed, Seed);
        let pictures = made.pictures(spec, n, seed, self.console)?;
        Ok(Opened::Images(Box::new(pictures)))
    }

    /// The network, made ready at the first call.
    pub fn bench(&self) -> Result<&Bench> {
        if let Some(bench) = self.bench.get() {
            return Ok(bench);
        }
        let mut extractor = registry::resolve(self.plan.extractor.as_deref(), &self.plan.models)?;
        if !self.needs.contains(&Need::Spatial) {
            extractor
                .outputs
                .retain(|output| output.role != Role::Spatial);
        }
        for note in &extractor.notes {
            self.warn(Warning::new(
                "extractor_assumption",
                format!("{}: {note}", extractor.name),
                "declare its input and outputs in a FILE.toml beside it (see `gavel models --help`)",
            ));
        }
        let protocol = self.plan.protocol.for_input(&extractor.input);
        let discovery = engine::discover(&self.plan.request);
        if matches!(extractor.network, Network::Onnx(_)) {
            for note in &discovery.notes {
                self.console.talk(&format!("note: {note}"));
            }
        }
        let engine = engine::load(&extractor, &discovery, self.plan.extract.threads)?;
        if matches!(extractor.network, Network::Onnx(_)) {
            // The engine has read the file; its bytes (95 MB for Inception) are not needed again.
            extractor.network = Network::Onnx(Arc::default());
        }
        let _ = self.bench.set(Bench {
            extractor,
            protocol,
            engine,
        });
        self.bench
            .get()
            .ok_or_else(|| Error::engine("the network could not be made ready"))
    }

    /// What describes pictures without a network, made ready at the first call.
    fn describing(&self) -> Result<&Bench> {
        if let Some(bench) = self.describing.get() {
            return Ok(bench);
        }
        let extractor = descriptors::extractor();
        let bench = Bench {
            protocol: descriptors::protocol()?,
            engine: engine::without_network(&extractor)?,
            extractor,
        };
        Ok(self.describing.get_or_init(|| bench))
    }

    /// Pictures through the network.
    pub fn extract(&self, source: &dyn ImageSource) -> Result<Extraction> {
        self.extract_with(self.bench()?, source)
    }

    fn extract_with(&self, bench: &Bench, source: &dyn ImageSource) -> Result<Extraction> {
        let extraction = extract(
            source,
            &bench.protocol,
            &bench.extractor,
            bench.engine.as_ref(),
            self.plan.store.as_ref(),
            &self.plan.extract,
            self.console,
        )?;
        self.tell(source, &extraction);
        Ok(extraction)
    }

    /// Pictures through the network under several protocols, each decoded once.
    pub fn extract_under(
        &self,
        source: &dyn ImageSource,
        protocols: &[Protocol],
    ) -> Result<Vec<Extraction>> {
        let bench = self.bench()?;
        let all = extract_under(
            source,
            protocols,
            &bench.extractor,
            bench.engine.as_ref(),
            self.plan.store.as_ref(),
            &self.plan.extract,
            self.console,
        )?;
        for extraction in &all {
            self.tell(source, extraction);
        }
        Ok(all)
    }

    /// What the reader should hear of the pictures.
    fn tell(&self, source: &dyn ImageSource, extraction: &Extraction) {
        for (note, count) in &extraction.notes {
            self.warn(Warning::new(
                "pictures",
                format!("{}: {note} ({count} pictures)", source.spec()),
                pictures_mend(),
            ));
        }
        if !extraction.failed.is_empty() {
            self.warn(Warning::new(
                "skipped",
                format!("{}: {} of {} pictures could not be read and were left out", source.spec(), extraction.failed.len(), source.len()),
                "see `failed` in the results document; without --on-error skip the first one stops the run",
            ));
        }
    }

    /// Everything the metrics may ask of a source.
    pub fn measure(&self, opened: Opened) -> Result<Sample> {
        match opened {
            Opened::Images(source) => self.measure_images(source, &self.needs),
            Opened::Features(array) => self.measure_array(array),
            Opened::Statistics(file) => measure_statistics(file),
        }
    }

    /// What the metrics may ask of a training set: nothing that is seen without the network.
    pub fn measure_train(&self, opened: Opened) -> Result<Sample> {
        match opened {
            Opened::Images(source) => self.measure_images(source, &[]),
            other => self.measure(other),
        }
    }

    fn measure_images(&self, source: Box<dyn ImageSource>, needs: &[Need]) -> Result<Sample> {
        let extraction = self.extract(source.as_ref())?;
        let indices = extraction.indices.clone();
        let mut sample = self.sample(source.as_ref(), extraction, &self.bench()?.protocol)?;
        if needs.contains(&Need::Descriptors) {
            let (spectra, colours) = self.describe(source.as_ref(), &indices)?;
            sample.measured = sample.measured.with_descriptors(spectra, colours)?;
        }
        let n = indices.len();
        let pictures = PictureSet::new(source, indices);
        if needs.contains(&Need::Pictures) {
            let mut rows = self.seed.stream("pictures to compare", 0).permutation(n);
            rows.truncate(MOST_PICTURES);
            let chosen = pictures.for_metrics(&rows, PICTURE_BYTES, self.console)?;
            sample.measured = sample.measured.with_pictures(chosen);
        }
        sample.pictures = Some(pictures);
        Ok(sample)
    }

    /// What an extraction under `protocol` says of a set.
    pub fn sample(
        &self,
        source: &dyn ImageSource,
        extraction: Extraction,
        protocol: &Protocol,
    ) -> Result<Sample> {
        let fingerprint = source.fingerprint()?;
        let bench = self.bench()?;
        let n = extraction.features.nrows();
        let mut measured = Measured::from_features(
            source.spec(),
            Space::of(&bench.extractor),
            extraction.features,
        )?;
        if let Some(logits) = extraction.logits {
            // Where a network has probabilities only, the extraction gives their logarithms: logits all the same.
            measured = measured.with_scores(ClassScores::Logits(logits))?;
        }
        if let Some(spatial) = extraction.spatial {
            measured = measured.with_spatial(spatial)?;
        }
        let labels: Option<Vec<String>> = extraction
            .indices
            .iter()
            .map(|&index| source.entries().get(index)?.label.clone())
            .collect();
        if let Some(labels) = labels {
            measured = measured.with_labels(labels)?;
        }
        let failed = extraction
            .failed
            .into_iter()
            .map(|(name, reason)| Failure { name, reason })
            .collect();
        let input = Input {
            source: source.spec().to_string(),
            n: Some(n as u64),
            fingerprint,
            failed,
            n_cached: extraction.n_cached,
        };
        let outputs: Vec<&str> = bench
            .extractor
            .outputs
            .iter()
            .map(|o| o.name.as_str())
            .collect();
        let left_out: Vec<&str> = input
            .failed
            .iter()
            .map(|failure: &Failure| failure.name.as_str())
            .collect();
        let identity = format!(
            "{} {} {} {} {} {outputs:?} {} {left_out:?} {}",
            input.source,
            input.fingerprint,
            protocol.identity(),
            bench.extractor.name,
            bench.extractor.sha256,
            bench.engine.class(),
            descriptors::NAME,
        );
        Ok(Sample {
            measured,
            input,
            identity,
            from_statistics: false,
            provenance: None,
            pictures: None,
        })
    }

    /// Spectra and colour histograms of the pictures that have features.
    fn describe(
        &self,
        source: &dyn ImageSource,
        indices: &[usize],
    ) -> Result<(Array2<f32>, Array2<f32>)> {
        let seen = self.extract_with(self.describing()?, source)?;
        if seen.indices != indices {
            return Err(Error::input(format!(
                "{}: {} pictures could be read at first and {} afterwards; did the set change during the run?",
                source.spec(),
                indices.len(),
                seen.indices.len()
            ))
            .mend("run the command again"));
        }
        descriptors::split(&seen.features)
    }

    fn measure_array(&self, array: FeatureArray) -> Result<Sample> {
        for note in &array.notes {
            self.warn(Warning::new(
                "features",
                format!("{}: {note}", array.spec),
                "store the features as float32",
            ));
        }
        let input = Input {
            source: array.spec.clone(),
            n: Some(array.values.nrows() as u64),
            fingerprint: array.fingerprint,
            failed: Vec::new(),
            n_cached: 0,
        };
        Ok(Sample {
            measured: Measured::from_features(array.spec, Space::Arrays, array.values)?,
            identity: format!("{} {}", input.source, input.fingerprint),
            input,
            from_statistics: false,
            provenance: None,
            pictures: None,
        })
    }

    /// Numbers that were computed before.
    #[must_use]
    pub fn memo(&self) -> Memo {
        Memo::beside(self.plan.store.as_ref())
    }

    /// Keeps a warning for the document and says it.
    pub fn warn(&self, warning: Warning) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&warning) {
            self.console.warn(&warning);
            warnings.push(warning);
        }
    }

    /// The warnings so far, which are then forgotten: what follows is about another set.
    #[must_use]
    pub fn take_warnings(&self) -> Vec<Warning> {
        self.warnings.take()
    }

    /// The warnings so far.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        self.warnings.borrow().clone()
    }

    /// Records of the network, where one ran.
    #[must_use]
    pub fn records(
        &self,
    ) -> (
        Option<ExtractorRecord>,
        Option<ProtocolRecord>,
        Option<EngineRecord>,
    ) {
        let Some(bench) = self.bench.get() else {
            return (None, None, None);
        };
        let extractor = ExtractorRecord {
            name: bench.extractor.name.clone(),
            sha256: bench.extractor.sha256.clone(),
            verified: matches!(
                bench.extractor.origin,
                Origin::InceptionVerified | Origin::Embedded
            ),
            dimension: bench.extractor.outputs.first().map_or(0, |o| o.width),
        };
        let protocol = ProtocolRecord {
            name: bench.protocol.name.clone(),
            identity: bench.protocol.identity(),
        };
        let engine = EngineRecord {
            class: bench.engine.class().to_string(),
            description: bench.engine.describe(),
        };
        (Some(extractor), Some(protocol), Some(engine))
    }
}

fn pictures_mend() -> &'static str {
    "the protocol does what the established programs do; convert the pictures to 8-bit RGB first if you want something else"
}
