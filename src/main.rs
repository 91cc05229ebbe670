//! The door: parse, plan, run, render — all behind it.

fn main() -> std::process::ExitCode {
    gavel::cli::run(std::env::args_os().collect())
}
