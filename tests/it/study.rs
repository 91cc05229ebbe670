//! The study: scores tables, figures, sweeps.

mod full_disk;
mod generators;
mod memorization;
mod plot;
mod samples;
mod slurm;
mod stand_in;
mod sweep;
mod sweep_files;
mod synthetic;
mod tables;
