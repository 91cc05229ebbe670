//! Where precomputed statistics come from, and whether they may be compared with what is measured here.

use super::{Bench, Laboratory, Sample};
use crate::error::{Error, Result};
use crate::features::inception;
use crate::metrics::{Measured, Space};
use crate::sources::StatisticsFile;
use crate::statistics::moments::Moments;
use crate::verdicts::results::{Input, Warning};
use serde::{Deserialize, Serialize};

/// Where a statistics file's numbers come from; stands in the file as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatisticsProvenance {
    /// Version of the program that wrote it.
    pub gavel: String,
    /// The source and its fingerprint.
    pub source: String,
    /// Content fingerprint of the source.
    pub fingerprint: String,
    /// The extractor's name, where a network ran.
    pub extractor: Option<String>,
    /// The extractor's sha256.
    pub extractor_sha256: Option<String>,
    /// The protocol's name.
    pub protocol: Option<String>,
    /// Everything that the tensor depends on.
    pub protocol_identity: Option<String>,
    /// The engine with its version.
    pub engine: Option<String>,
}

impl Laboratory<'_> {
    /// Provenance for a statistics file of a set measured here.
    #[must_use]
    pub fn provenance(&self, input: &Input) -> StatisticsProvenance {
        let (extractor, protocol, engine) = self.records();
        StatisticsProvenance {
            gavel: env!("CARGO_PKG_VERSION").to_string(),
            source: input.source.clone(),
            fingerprint: input.fingerprint.clone(),
            extractor: extractor.as_ref().map(|e| e.name.clone()),
            extractor_sha256: extractor.map(|e| e.sha256),
            protocol: protocol.as_ref().map(|p| p.name.clone()),
            protocol_identity: protocol.map(|p| p.identity),
            engine: engine.map(|e| e.description),
        }
    }

    /// Refuses statistics made with another network or protocol than this run's; foreign files without provenance
    /// cannot be checked, which is a warning.
    pub fn check_statistics(&self, samples: &[&Sample]) -> Result<()> {
        let Some(bench) = self.bench.get() else {
            return Ok(());
        };
        samples
            .iter()
            .filter(|s| s.from_statistics)
            .try_for_each(|sample| self.check_provenance(bench, sample))
    }

    fn check_provenance(&self, bench: &Bench, sample: &Sample) -> Result<()> {
        let source = &sample.input.source;
        let Some(found) = &sample.provenance else {
            self.warn(Warning::new(
                "statistics_without_provenance",
                format!("{source} does not say which network and protocol made it; compared with {} under {}", bench.extractor.name, bench.protocol.name),
                "make it again with `gavel stats save`, or state what is known with `gavel stats convert`",
            ));
            return Ok(());
        };
        let other_network = match (&found.extractor_sha256, &found.extractor) {
            (Some(sha256), _) => *sha256 != bench.extractor.sha256,
            (None, Some(name)) => *name != bench.extractor.name,
            (None, None) => false,
        };
        if other_network {
            return Err(Error::input(format!(
                "{source} was made with the extractor {}, this run uses {}",
                found.extractor.as_deref().unwrap_or("of another file"),
                bench.extractor.name
            ))
            .mend(
                "give the same --extractor, or make the statistics again with `gavel stats save`",
            ));
        }
        let other_protocol = match (&found.protocol_identity, &found.protocol) {
            (Some(identity), _) => *identity != bench.protocol.identity(),
            (None, Some(name)) => *name != bench.protocol.name,
            (None, None) => false,
        };
        if other_protocol {
            let name = found.protocol.as_deref().unwrap_or("another");
            return Err(Error::input(format!(
                "{source} was made with the protocol {name}, this run uses {}",
                bench.protocol.name
            ))
            .mend(format!("--protocol {name}")));
        }
        Ok(())
    }
}

pub(super) fn measure_statistics(file: StatisticsFile) -> Result<Sample> {
    let provenance = match &file.provenance {
        Some(text) => Some(
            serde_json::from_str::<StatisticsProvenance>(text).map_err(|e| {
                Error::input(format!("{}: its provenance cannot be read: {e}", file.spec))
                    .mend("write the file again with `gavel stats convert`")
            })?,
        ),
        None => None,
    };
    let input = Input {
        source: file.spec.clone(),
        n: file.n,
        fingerprint: file.fingerprint,
        failed: Vec::new(),
        n_cached: 0,
    };
    let moments = Moments::from_parts(file.mean, file.covariance, file.n)?;
    let space = match provenance.as_ref().and_then(|p| p.extractor.as_deref()) {
        Some(name) if name == inception::NAME => Space::Inception,
        Some(_) => Space::Network,
        None => Space::Arrays,
    };
    Ok(Sample {
        measured: Measured::from_moments(file.spec, space, moments),
        identity: format!(
            "{} {} {:?} {space:?}",
            input.source, input.fingerprint, input.n
        ),
        input,
        from_statistics: true,
        provenance,
        pictures: None,
    })
}
