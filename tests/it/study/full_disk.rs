//! A disk that fills up under `gavel train` and `gavel sweep`: a tiny tmpfs, which only root may mount. Elsewhere the tests
//! skip aloud.
#![cfg(all(target_os = "linux", feature = "training"))]

use super::super::program::gavel;
use gavel::verdicts::study::scores::read;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small disk, unmounted in the end.
struct Disk(PathBuf);

impl Disk {
    fn mount(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let words = ["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"];
        let status = Command::new("mount").args(words).arg(&path).status();
        if status.is_ok_and(|status| status.success()) {
            return Some(Self(path));
        }
        println!("SKIPPED: no tmpfs could be mounted, so a full disk was not tested");
        None
    }

    fn grow(&self, size: &str) {
        let words = ["-o", &format!("remount,size={size}")];
        let status = Command::new("mount").args(words).arg(&self.0).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

/// The names of all files below `folder`.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

#[test]
fn a_training_that_fills_the_disk_leaves_no_half_file_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let Some(disk) = Disk::mount(home.join("disk"), "400k") else {
        return;
    };
    let typed = "train --data polygons:triangles?n=64 --model mlp --width 64 --batch-size 16 --look-every 0 --steps 20 \
                 --checkpoint-every 10 --threads 1";
    let train = |words: &str| {
        let all = format!("{typed} {words}");
        gavel(home, &all.split_whitespace().collect::<Vec<&str>>())
    };
    // Its checkpoint has 1.4 MB.
    train("-o disk/run").fails(3, &["checkpoint.gavel: the disk is full", "--resume"]);
    assert_eq!(files(&disk.0), Vec::<String>::new());
    disk.grow("20m");
    let answer = train("-o disk/run --resume");
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(train("-o straight").code, 0);
    let onnx = |folder: &str| fs::read(home.join(folder).join("generator.onnx")).unwrap();
    assert!(onnx("disk/run") == onnx("straight"));
}

#[test]
fn a_sweep_that_fills_the_disk_keeps_its_rows_and_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let Some(disk) = Disk::mount(home.join("disk"), "400k") else {
        return;
    };
    // A run of the MLP leaves 210 kB: there is room for one.
    let text = "losses = [\"hinge\", \"minimax\", \"wasserstein\"]\narchitectures = [\"mlp\"]\nseeds = 1\nsteps = 20\n\
        [[data]]\nname = \"t\"\ntrain = \"polygons:triangles?n=60&split=train\"\ntest = \"polygons:triangles?n=60&split=test\"\n\
        [settings]\nbatch_size = 16\nwidth = 8\ncheckpoint_every = 10\n[evaluate]\nn = 20\nmetrics = \"fid\"\n";
    fs::write(home.join("s.toml"), text).unwrap();
    let words = ["sweep", "s.toml", "-o", "disk/out", "--processes", "1"];
    // The second run ends it: the third would find no room either.
    let answer = gavel(home, &words);
    answer.fails(
        3,
        &["checkpoint.gavel: the disk is full", "free some space"],
    );
    let table = home.join("disk/out/scores.csv");
    let before = read(&table).unwrap();
    assert_eq!(before.len(), 1);
    let left = files(&disk.0);
    let of = |name: &str| left.iter().filter(|file| *file == name).count();
    assert_eq!(
        (of("checkpoint.gavel"), of("run.json"), of("row.csv")),
        (1, 1, 1)
    );
    assert_eq!(of("run.toml"), 2, "{left:?}");
    assert!(!left.iter().any(|file| file.starts_with('.')), "{left:?}");
    disk.grow("20m");
    let answer = gavel(home, &words);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let after = read(&table).unwrap();
    assert_eq!(after.len(), 3);
    assert_eq!(after[0], before[0]);
}
