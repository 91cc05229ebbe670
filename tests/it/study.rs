//! The study: scores tables, figures, sweeps.

mod plot;
mod slurm;
mod stand_in;
mod sweep;
mod sweep_files;
mod synthetic;
mod tables;
