//! Arguments, plan, console. The only stage that prints.

pub mod arguments;
mod audit;
mod classes;
mod compare;
pub mod console;
mod demo;
mod doctor;
mod evaluate;
mod features;
mod gate;
mod grade;
mod laboratory;
mod memo;
pub mod memory;
mod metrics;
mod models;
mod output;
mod pictures;
mod plan;
mod plot;
mod protocols;
mod report;
mod selftest;
mod sensitivity;
mod sheets;
mod shims;
mod stats;
mod store;
mod sweep;
mod thumbnails;
mod train;

use crate::error::Result;
use arguments::{Arguments, Command};
use clap::Parser;
use console::Console;
use std::ffi::OsString;
use std::process::ExitCode;

/// Parse → plan → run → render; the exit code is that of the table in the README.
#[must_use]
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let command: Vec<String> = arguments
        .iter()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let console = Console::new(parsed.quiet, parsed.no_progress);
    console::watch_ctrl_c();
    match dispatch(&parsed.command, command, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            Console::error(&e);
            ExitCode::from(e.kind().exit_code())
        }
    }
}

fn dispatch(typed: &Command, command: Vec<String>, console: &Console) -> Result<()> {
    match typed {
        Command::Evaluate(typed) => evaluate::run(typed, command, console),
        Command::Audit(typed) => audit::run(typed, command, console),
        Command::Grade(typed) => grade::run(typed, &command, console),
        Command::Compare(typed) => compare::run(typed, command, console),
        Command::Gate(typed) => gate::run(typed, command, console),
        Command::Protocols(typed) => protocols::run(typed, command, console),
        Command::Sensitivity(typed) => sensitivity::run(typed, command, console),
        Command::Report(typed) => report::run(typed, console),
        Command::Sweep(typed) => sweep::run(typed, console),
        Command::Plot(typed) => plot::run(typed, &command, console),
        Command::Selftest(typed) => selftest::run(typed, console),
        Command::Metrics(typed) => metrics::run(typed, console),
        Command::Audits(typed) => audit::list::run(typed, console),
        Command::Stats(typed) => stats::run(typed, console),
        Command::Features(typed) => features::run(typed, console),
        Command::Models(typed) => models::run(typed, console),
        Command::Train(typed) => train::run(typed, console),
        Command::Demo(typed) => demo::run(typed, &command, console),
        Command::Doctor(typed) => doctor::run(typed, console),
        Command::Store(typed) => store::run(typed, console),
        Command::PytorchFid(typed) => shims::pytorch_fid(typed, console),
        Command::Fidelity(typed) => shims::fidelity(typed, console),
    }
}
