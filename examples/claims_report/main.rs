//! Regenerates `reports/study/claims.md`: which claims of the lecture on generative adversarial networks hold in small seeded
//! experiments?
//!
//! `cargo run --release --example claims_report -- --data ../shared/data` (two minutes, all of them for C5)
//!
//! C1 to C4 read the tables of two sweeps (`examples/sweeps/search.toml`, `examples/sweeps/claims.toml`; the page says the
//! commands). C5 looks at real pictures below the folder of data, and is skipped where there are none.
//!
//! Options: `--data DIR` (`../shared/data`), `--tables DIR` (`reports/study/claims`), `--claims C1,C5` (all), `--seed N` of
//! all draws (2020), `--out FILE` (`reports/study/claims.md`; figures go into the folder beside it that has its name).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example has no console of its own"
)]

mod copiers;
#[path = "../audit_report/exhibits.rs"]
mod exhibits;
mod page;
mod search;
mod start;
mod sturdy;
mod tables;

use gavel::error::{Error, Result};
use gavel::rng::Seed;
use page::Section;
use std::path::PathBuf;
use tables::Tables;

/// The claims, in the order of the page.
const CLAIMS: [&str; 5] = ["C1", "C2", "C3", "C4", "C5"];

struct Options {
    data: PathBuf,
    tables: PathBuf,
    claims: Vec<String>,
    seed: Seed,
    out: PathBuf,
}

fn main() -> std::process::ExitCode {
    match options().and_then(|options| report(&options)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("claims_report: {e}");
            std::process::ExitCode::from(e.kind().exit_code())
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        data: "../shared/data".into(),
        tables: "reports/study/claims".into(),
        claims: CLAIMS.map(str::to_owned).to_vec(),
        seed: Seed::DEFAULT,
        out: "reports/study/claims.md".into(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| Error::usage(format!("{name}: no value follows")).mend(KNOWN))?;
        match name.as_str() {
            "--data" => options.data = value.into(),
            "--tables" => options.tables = value.into(),
            "--claims" => options.claims = claims(&value)?,
            "--seed" => {
                let seed = value.parse().map_err(|_| {
                    Error::usage(format!("--seed {value}: not a whole number from 0"))
                        .mend("--seed 2020")
                })?;
                options.seed = Seed(seed);
            }
            "--out" => options.out = value.into(),
            _ => return Err(Error::usage(format!("{name}: no such option")).mend(KNOWN)),
        }
    }
    Ok(options)
}

const KNOWN: &str = "--data DIR, --tables DIR, --claims LIST, --seed N, --out FILE";

fn claims(list: &str) -> Result<Vec<String>> {
    let names = list.split(',').map(|name| name.trim().to_ascii_uppercase());
    let names: Vec<String> = names.collect();
    match names.iter().find(|name| !CLAIMS.contains(&name.as_str())) {
        None => Ok(names),
        Some(name) => Err(
            Error::usage(format!("--claims {list}: there is no claim {name:?}"))
                .mend(format!("some of {}", CLAIMS.join(","))),
        ),
    }
}

fn report(options: &Options) -> Result<()> {
    let tables = Tables::below(&options.tables);
    let mut sections: Vec<Section> = Vec::new();
    for claim in CLAIMS {
        if !options.claims.iter().any(|wanted| wanted == claim) {
            continue;
        }
        sections.push(match claim {
            "C1" => search::overlap(&tables.search()?, options.seed)?,
            "C2" => search::baselines(&tables.search()?, options.seed)?,
            "C3" => sturdy::section(&tables.bad()?, options.seed)?,
            "C4" => start::section(&tables.bad()?, &tables.bad_curves()?)?,
            _ => copiers::section(&options.data, options.seed)?,
        });
    }
    for section in &sections {
        println!("{}: {}", section.claim, section.word());
    }
    page::write(&sections, &options.out)?;
    println!("{}", options.out.display());
    Ok(())
}
