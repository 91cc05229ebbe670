//! Regenerates `reports/audit.md`: of training images planted under each disguise into honest sets, how many does the
//! audit of copies find, and how many honest images does it accuse?
//!
//! `cargo run --release --example audit_report` (some minutes; needs `../shared/data`)
//!
//! Options: `--sets mnist,cifar10,anime` (all), `--n-train N` (all), `--honest N` (2000), `--planted N` of each disguise
//! (100), `--seed N` of all draws (2020), `--sheets DIR` (the honest images that are called copies, to look at; none), `--out
//! FILE` (else `reports/audit.md`).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example has no console of its own"
)]

mod disguise;
mod exhibits;
mod planted;
mod table;

use gavel::error::{Error, Result};
use gavel::rng::Seed;
use planted::{Data, Sizes};
use std::path::{Path, PathBuf};

struct Options {
    sets: Vec<String>,
    sizes: Sizes,
    sheets: Option<PathBuf>,
    out: PathBuf,
}

fn main() -> std::process::ExitCode {
    match options().and_then(|options| report(&options)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("audit_report: {e}");
            std::process::ExitCode::from(e.kind().exit_code())
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        sets: ["mnist", "cifar10", "anime"].map(str::to_owned).to_vec(),
        sizes: Sizes {
            train: usize::MAX,
            honest: 2000,
            planted: 100,
            seed: Seed::DEFAULT,
        },
        sheets: None,
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/audit.md"),
    };
    let number = |text: &str| {
        text.parse::<usize>()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| Error::usage(format!("{text}: not a number above 0")))
    };
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--sets" => options.sets = value.split(',').map(str::to_owned).collect(),
            "--n-train" => options.sizes.train = number(&value)?,
            "--honest" => options.sizes.honest = number(&value)?,
            "--planted" => options.sizes.planted = number(&value)?,
            "--seed" => options.sizes.seed = Seed(number(&value)? as u64),
            "--sheets" => options.sheets = Some(value.into()),
            "--out" => options.out = value.into(),
            other => {
                return Err(Error::usage(format!("{other}: no such option"))
                    .mend("--sets LIST, --n-train N, --honest N, --planted N, --seed N, --sheets DIR, --out FILE"));
            }
        }
    }
    Ok(options)
}

fn report(options: &Options) -> Result<()> {
    let mut text = table::heading(options.sizes.seed);
    for name in &options.sets {
        match Data::load(name, &options.sizes)? {
            Some(data) => {
                let tally = planted::examine(&data, &options.sizes)?;
                let section = table::section(&data, &tally);
                println!("{section}");
                text.push_str(&section);
                if let Some(folder) = &options.sheets {
                    let file = folder.join(format!("{name}-alarms.png"));
                    std::fs::write(&file, &tally.sheet).map_err(|e| Error::io(&file, &e))?;
                }
            }
            None => println!("SKIPPED: ../shared/data has no {name}"),
        }
        // After each set, so that a long run shows what it has.
        std::fs::write(&options.out, &text).map_err(|e| Error::io(&options.out, &e))?;
    }
    println!("{}", options.out.display());
    Ok(())
}
