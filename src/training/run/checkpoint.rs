//! Everything that a run needs to go on as if it had never stopped, in one file that appears whole.
//!
//! `gavel.checkpoint/1\n`, the length of the header (u64, little-endian), the header (JSON), the numbers (float32,
//! little-endian, in the header's order), and the BLAKE3 of all that. Every random draw belongs to the seed and the step,
//! so the step is the whole state of the random generators.

use super::config::Config;
use super::game::Game;
use super::record::Record;
use crate::atomic_file;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

const MAGIC: &[u8] = b"gavel.checkpoint/1\n";
const FAMILY: &[u8] = b"gavel.checkpoint/";
const HASH: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    config: Config,
    data: String,
    step: usize,
    k: f64,
    n_updates: [u64; 2],
    n_seen: u64,
    record: Record,
    /// Length of every block of numbers.
    blocks: Vec<usize>,
}

/// Where a run stands beside its networks.
pub struct Place<'a> {
    /// The run's settings.
    pub config: &'a Config,
    /// Fingerprint of the training set.
    pub data: &'a str,
    /// Steps that are done.
    pub step: usize,
    /// What was recorded.
    pub record: &'a Record,
}

/// Writes the checkpoint.
///
/// # Errors
/// A file that cannot be written; the old one stays.
pub fn save(path: &Path, place: &Place<'_>, game: &Game) -> Result<()> {
    let blocks = blocks(game);
    let header = Header {
        config: place.config.clone(),
        data: place.data.to_owned(),
        step: place.step,
        k: game.k,
        n_updates: game.optimizers.each_ref().map(|o| o.n_updates),
        n_seen: game.replay.as_ref().map_or(0, |r| r.n_seen),
        record: place.record.clone(),
        blocks: blocks.iter().map(|block| block.len()).collect(),
    };
    let header = serde_json::to_vec(&header)
        .map_err(|error| Error::numerical(format!("the checkpoint's header: {error}")))?;
    let written = atomic_file::write_with(path, |out| {
        let mut hasher = blake3::Hasher::new();
        let mut put = |bytes: &[u8]| {
            hasher.update(bytes);
            out.write_all(bytes)
        };
        put(MAGIC)?;
        put(&(header.len() as u64).to_le_bytes())?;
        put(&header)?;
        for block in &blocks {
            for some in block.chunks(1 << 14) {
                let bytes: Vec<u8> = some.iter().flat_map(|v| v.to_le_bytes()).collect();
                put(&bytes)?;
            }
        }
        let hash = *hasher.finalize().as_bytes();
        out.write_all(&hash)
    });
    written.map_err(|error| Error::io(path, &error))
}

/// Fills `game` from the checkpoint; gives the steps that are done and what was recorded.
///
/// # Errors
/// A file that is no checkpoint, of another version, damaged, or of another run.
pub fn load(path: &Path, config: &Config, data: &str, game: &mut Game) -> Result<(usize, Record)> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, &error))?;
    let (header, mut numbers) = parts(&bytes).map_err(|e| e.at(path.display()))?;
    if let Some(difference) = difference(&header.config, config) {
        return Err(Error::input(format!(
            "{}: belongs to a run with other settings: {difference}",
            path.display()
        ))
        .mend("resume with the settings of run.json, or choose another output folder"));
    }
    if header.data != data {
        return Err(Error::input(format!(
            "{}: belongs to another training set (its contents differ)",
            path.display()
        ))
        .mend("resume with the data of run.json, or choose another output folder"));
    }
    let replayed = header.blocks.last().copied().unwrap_or(0);
    if let Some(replay) = &mut game.replay {
        replay.kept = vec![0.0; replayed];
        replay.n_seen = header.n_seen;
    }
    let mut places = blocks_mut(game);
    let lengths: Vec<usize> = places.iter().map(|place| place.len()).collect();
    if lengths != header.blocks {
        return Err(Error::input(format!(
            "{}: its blocks have other lengths than this run's networks",
            path.display()
        ))
        .mend("train anew in another folder"));
    }
    for place in &mut places {
        for value in place.iter_mut() {
            let (first, rest) = numbers.split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
            *value = f32::from_le_bytes(*first);
            numbers = rest;
        }
    }
    drop(places);
    game.k = header.k;
    for (optimizer, n) in game.optimizers.iter_mut().zip(header.n_updates) {
        optimizer.n_updates = n;
    }
    Ok((header.step, header.record))
}

/// The settings of the run that wrote the checkpoint.
///
/// # Errors
/// A file that is no checkpoint, of another version, or damaged.
pub fn settings(path: &Path) -> Result<Config> {
    let bytes = std::fs::read(path).map_err(|error| Error::io(path, &error))?;
    let (header, _) = parts(&bytes).map_err(|e| e.at(path.display()))?;
    Ok(header.config)
}

/// Header and numbers of a checkpoint's bytes, after all checks.
fn parts(bytes: &[u8]) -> Result<(Header, &[u8])> {
    let anew = "remove it and train anew, or resume with the gavel that wrote it";
    if !bytes.starts_with(FAMILY) {
        return Err(Error::input("is not a checkpoint of gavel").mend("name another folder"));
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
        let found = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
        return Err(
            Error::input(format!("is a {found}, this gavel reads gavel.checkpoint/1")).mend(anew),
        );
    };
    let damaged = || Error::input("is damaged (its checksum does not fit)").mend(anew);
    let (body, hash) = bytes.split_last_chunk::<HASH>().ok_or_else(damaged)?;
    if blake3::hash(body).as_bytes() != hash {
        return Err(damaged());
    }
    let rest = rest.get(..rest.len() - HASH).ok_or_else(damaged)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(damaged)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
    let (header, numbers) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let header: Header = serde_json::from_slice(header)
        .map_err(|error| Error::input(format!("its header cannot be read: {error}")).mend(anew))?;
    let total = header
        .blocks
        .iter()
        .try_fold(0_usize, |sum, &n| sum.checked_add(n));
    if total.and_then(|n| n.checked_mul(4)) != Some(numbers.len()) {
        return Err(damaged());
    }
    Ok((header, numbers))
}

/// The first setting in which two runs differ, of those that change a number.
fn difference(saved: &Config, wanted: &Config) -> Option<String> {
    // A run may be made longer, looked at more often and given other threads.
    let plain = |config: &Config| {
        let config = Config {
            steps: 1,
            threads: None,
            checkpoint_every: 0,
            look_every: 0,
            look_samples: 0,
            ..config.clone()
        };
        serde_json::to_value(config).unwrap_or_default()
    };
    let (saved, wanted) = (plain(saved), plain(wanted));
    let saved = saved.as_object()?;
    let (name, was) = saved
        .iter()
        .find(|(name, was)| wanted.get(*name) != Some(was))?;
    let now = wanted.get(name).cloned().unwrap_or_default();
    Some(format!("{name} was {was}, is {now}"))
}

/// All numbers of a game, in a fixed order; the replayed pictures are last.
fn blocks(game: &Game) -> Vec<&[f32]> {
    let networks = [
        &game.pair.generator.parameters,
        &game.pair.discriminator.parameters,
    ];
    let lists = networks.into_iter().chain(&game.average);
    let weights = lists.flat_map(|p| p.list().iter().map(|p| p.values.as_slice()));
    let states = game
        .optimizers
        .iter()
        .flat_map(|o| o.first.iter().chain(&o.second));
    let codes = game.codes.iter();
    let codes = codes.flat_map(|c| [&c.values, &c.first, &c.second, &c.n_updates]);
    let replayed = game.replay.as_ref().map_or(&[][..], |r| r.kept.as_slice());
    weights
        .chain(states.map(Vec::as_slice))
        .chain(codes.map(Vec::as_slice))
        .chain([replayed])
        .collect()
}

fn blocks_mut(game: &mut Game) -> Vec<&mut [f32]> {
    let networks = [
        &mut game.pair.generator.parameters,
        &mut game.pair.discriminator.parameters,
    ];
    let lists = networks.into_iter().chain(&mut game.average);
    let weights = lists.flat_map(|p| p.list_mut().iter_mut().map(|p| p.values.as_mut_slice()));
    let states = game
        .optimizers
        .iter_mut()
        .flat_map(|o| o.first.iter_mut().chain(&mut o.second));
    let replayed = game
        .replay
        .as_mut()
        .map_or(&mut [][..], |r| r.kept.as_mut_slice());
    let codes = game.codes.iter_mut();
    let codes = codes.flat_map(|c| [&mut c.values, &mut c.first, &mut c.second, &mut c.n_updates]);
    weights
        .chain(states.map(Vec::as_mut_slice))
        .chain(codes.map(Vec::as_mut_slice))
        .chain([replayed])
        .collect()
}
