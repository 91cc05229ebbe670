//! Which column is what.

use super::Measure;
use crate::error::{Error, Result};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Run,
    Loss,
    Model,
    Architecture,
    Dataset,
    Seed,
    Sample,
    Step,
    Budget,
    Extractor,
    Checkpoint,
    Status,
    Reason,
    Measure(Measure),
    Setting(String),
}

/// Columns that are neither measures nor hyper-parameters: the name that is written, what it is, other names.
const NAMED: [(&str, Field, &[&str]); 13] = [
    ("checkpoint_path", Field::Checkpoint, &["checkpoint"]),
    ("model", Field::Model, &["gan_type"]),
    ("dataset", Field::Dataset, &["data", "data_set"]),
    ("tf_seed", Field::Seed, &["seed"]),
    ("sample_id", Field::Sample, &["sample"]),
    ("run", Field::Run, &["run_id", "id"]),
    ("status", Field::Status, &[]),
    ("reason", Field::Reason, &[]),
    ("loss", Field::Loss, &[]),
    ("architecture", Field::Architecture, &[]),
    ("step", Field::Step, &["steps"]),
    ("budget", Field::Budget, &["training_steps"]),
    ("extractor", Field::Extractor, &[]),
];

/// The columns that are written before the hyper-parameters, the study's own first.
pub(super) const WRITTEN: [&str; 22] = [
    "checkpoint_path",
    "model",
    "dataset",
    "tf_seed",
    "inception_score",
    "fid_score",
    "sample_id",
    "run",
    "status",
    "reason",
    "loss",
    "architecture",
    "step",
    "budget",
    "extractor",
    "precision",
    "recall",
    "f1",
    "density",
    "coverage",
    "memorization",
    "seconds",
];

impl Field {
    /// What a column of this name holds; a name that nobody knows is a hyper-parameter.
    pub(super) fn of(name: &str) -> Self {
        let known = name.trim().to_ascii_lowercase();
        let named = NAMED
            .iter()
            .find(|(first, _, others)| *first == known || others.contains(&known.as_str()));
        if let Some((_, field, _)) = named {
            return field.clone();
        }
        let measure = Measure::ALL
            .into_iter()
            .find(|measure| measure.columns().contains(&known.as_str()));
        measure.map_or_else(|| Self::Setting(name.trim().to_owned()), Self::Measure)
    }
}

/// What every column holds.
///
/// # Errors
/// Input: a column twice, or one without which nothing can be said.
pub(super) fn of_header(names: &[String]) -> Result<Vec<Field>> {
    let fields: Vec<Field> = names.iter().map(|name| Field::of(name)).collect();
    for (at, field) in fields.iter().enumerate() {
        let earlier = fields.iter().take(at).position(|other| other == field);
        if let Some(earlier) = earlier {
            let name = |i: usize| names.get(i).map_or("", String::as_str);
            return Err(Error::input(format!(
                "columns {} ({:?}) and {} ({:?}) hold the same thing",
                earlier + 1,
                name(earlier),
                at + 1,
                name(at)
            ))
            .mend("leave one of them out"));
        }
    }
    let lacks = |wanted: &[Field]| !wanted.iter().any(|field| fields.contains(field));
    let missing = [
        (
            lacks(&[Field::Measure(Measure::Fid)]),
            "fid_score (or fid, fd)",
        ),
        (lacks(&[Field::Model, Field::Loss]), "loss (or model)"),
        (lacks(&[Field::Dataset]), "dataset"),
    ];
    match missing.into_iter().find(|(lacks, _)| *lacks) {
        None => Ok(fields),
        Some((_, column)) => {
            Err(
                Error::input(format!("no column {column}; found: {}", names.join(", "))).mend(
                    "expected the columns of `gavel sweep`, or those of the study: \
             model, dataset, tf_seed, fid_score, sample_id and hyper-parameters",
                ),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_is_written_is_understood() {
        for name in WRITTEN {
            assert!(!matches!(Field::of(name), Field::Setting(_)), "{name}");
        }
        assert_eq!(Field::of("beta1"), Field::Setting("beta1".to_owned()));
        assert_eq!(Field::of(" FID "), Field::Measure(Measure::Fid));
    }

    #[test]
    fn the_studys_columns_come_first_in_its_order() {
        assert_eq!(
            WRITTEN[..7].join(","),
            "checkpoint_path,model,dataset,tf_seed,inception_score,fid_score,sample_id"
        );
    }
}
