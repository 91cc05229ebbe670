//! The metrics of one generated set against the reference part.

use crate::cli::laboratory::Laboratory;
use crate::cli::memo::{Memo, Numbers};
use crate::error::{Error, Kind, Result};
use crate::metrics::{self, Generated, Inputs, Measured, Metric, Reference, Settings, Train};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::verdicts::results::{Row, Warning};

/// What stays the same from one generated set to the next.
pub struct Judge<'a> {
    /// Where warnings go.
    pub lab: &'a Laboratory<'a>,
    /// Asked whether to stop.
    pub observer: &'a dyn Observer,
    /// Numbers that were computed before.
    pub memo: Memo,
    /// The metrics.
    pub metrics: &'a [&'static dyn Metric],
    /// Their parameters.
    pub settings: &'a Settings,
    /// The one seed.
    pub seed: u64,
    /// The reference part and what it depends on.
    pub reference: (Measured, String),
    /// The training part, where there is one.
    pub train: Option<(Measured, String)>,
}

/// The rows of one generated set, each with its metric and its number among that metric's rows of the same id: what
/// stays the same when a parameter follows the data.
pub type Table = Vec<(String, Row)>;

/// The row of a key.
#[must_use]
pub fn find<'a>(table: &'a Table, key: &str) -> Option<&'a Row> {
    table.iter().find(|(k, _)| k == key).map(|(_, row)| row)
}

impl Judge<'_> {
    /// All rows of the uncorrupted set, with what the metrics warn of.
    ///
    /// # Errors
    /// Usage: parameters that no set of this size can meet. Interrupted.
    pub fn clean(&self, generated: &Measured, identity: &str) -> Result<Table> {
        self.judge(generated, identity, true)
    }

    /// All rows of a corrupted set. A metric that fails on it has no row, and a warning says why.
    ///
    /// # Errors
    /// Interrupted.
    pub fn corrupted(&self, generated: &Measured, identity: &str) -> Result<Table> {
        self.judge(generated, identity, false)
    }

    fn judge(&self, generated: &Measured, identity: &str, is_clean: bool) -> Result<Table> {
        let inputs = Inputs::new(
            Some(Reference(&self.reference.0)),
            Generated(generated),
            Seed(self.seed),
        )?
        .with_train(self.train.as_ref().map(|(train, _)| Train(train)))?;
        let mut table = Table::new();
        for metric in self.metrics {
            if self.observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let name = metric.card().name;
            let numbers = match self.numbers(*metric, &inputs, identity) {
                Ok(numbers) => numbers,
                Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                Err(e) if e.kind() == Kind::Usage && is_clean => return Err(e),
                Err(e) => {
                    self.lab.warn(Warning::new(
                        "absent",
                        format!("{name} has no value: {}", e.message()),
                        e.advice().unwrap_or("give a larger set with --n"),
                    ));
                    continue;
                }
            };
            if is_clean {
                numbers.warnings.into_iter().for_each(|w| self.lab.warn(w));
            }
            for row in numbers.rows {
                let start = format!("{name} {} ", row.id);
                let number = table.iter().filter(|(k, _)| k.starts_with(&start)).count();
                table.push((format!("{start}{number}"), row));
            }
        }
        Ok(table)
    }

    fn numbers(&self, metric: &dyn Metric, inputs: &Inputs<'_>, identity: &str) -> Result<Numbers> {
        let parameters = format!("{:?}", self.settings.rows(metric)?);
        let seed = self.seed.to_string();
        let train = self.train.as_ref().map_or("", |(_, identity)| identity);
        let parts = [
            metric.card().name,
            &parameters,
            &seed,
            &self.reference.1,
            identity,
            train,
        ];
        if let Some(numbers) = self.memo.read(&parts) {
            return Ok(numbers);
        }
        let outcome = metrics::evaluate(&[metric], inputs, self.settings)?;
        let numbers = Numbers {
            rows: outcome
                .estimates
                .iter()
                .map(|estimate| Row::of(estimate, &[]))
                .collect(),
            warnings: outcome
                .warnings
                .into_iter()
                .map(|w| Warning::new(w.code, w.text, w.mend))
                .collect(),
        };
        self.memo.write(&parts, &numbers);
        Ok(numbers)
    }
}
