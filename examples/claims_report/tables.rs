//! The sweeps' tables; one that is missing names the command that makes it.

use gavel::error::{Error, Result};
use gavel::verdicts::study::runs::Study;
use gavel::verdicts::study::scores;
use std::path::{Path, PathBuf};

/// The commands behind the tables, as the page lists them: sweeps first, then what is copied.
pub const COMMANDS: &str = "cargo build --release --features training
gavel sweep examples/sweeps/search.toml -o search/ --data DIR
gavel sweep examples/sweeps/claims.toml -o bad/ --data DIR
cp search/scores.csv reports/study/claims/search.csv
cp bad/scores.csv    reports/study/claims/bad.csv
cp bad/curves.csv    reports/study/claims/bad_curves.csv
cargo run --release --example claims_report -- --data DIR";

/// Where the tables are.
pub struct Tables {
    folder: PathBuf,
}

impl Tables {
    /// In this folder.
    pub fn below(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Configurations drawn from ranges, for C1 and C2. Sample 0, the study's default, is no draw and is left out.
    pub fn search(&self) -> Result<Study> {
        let mut study = self.read("search.csv", "search.toml -o search/", "search/scores.csv")?;
        study.runs.retain(|run| !run.last.is_default());
        if study.runs.is_empty() {
            return Err(
                Error::input("all runs are of sample 0, expected draws from ranges")
                    .at(self.folder.join("search.csv").display().to_string())
                    .mend("samples = 11 and a [range.all] table in the sweep"),
            );
        }
        Ok(study)
    }

    /// Two architectures, for C3 and C4.
    pub fn bad(&self) -> Result<Study> {
        self.read("bad.csv", "claims.toml -o bad/", "bad/scores.csv")
    }

    /// The distances on the way of the same runs.
    pub fn bad_curves(&self) -> Result<Study> {
        self.read("bad_curves.csv", "claims.toml -o bad/", "bad/curves.csv")
    }

    fn read(&self, name: &str, sweep: &str, from: &str) -> Result<Study> {
        let path = self.folder.join(name);
        if !path.is_file() {
            return Err(Error::input("the table is not there")
                .at(path.display().to_string())
                .mend(format!(
                    "gavel sweep examples/sweeps/{sweep} --data DIR, then cp {from} {}; or leave this claim out with --claims C5",
                    path.display()
                )));
        }
        Ok(Study::of(&scores::read(&path)?))
    }
}
