//! Runs the program as its user does, and makes small sets by formula.

use image::{ImageFormat, RgbImage};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the program answered.
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// Data.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

impl Answer {
    /// The answer of a finished process.
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Asserts the exit code and that stderr says all of `words`, without a panic's traces.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        for word in words {
            assert!(
                self.stderr.contains(word),
                "stderr does not say {word:?}:\n{}",
                self.stderr
            );
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
    }

    /// Asserts success and gives the results document on stdout.
    #[track_caller]
    pub fn results(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "stderr: {}", self.stderr);
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("no JSON on stdout ({e}): {}", self.stdout))
    }
}

/// The program with a private store and model folder inside `home`, and no ONNX Runtime of the machine's.
pub fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gavel"));
    command
        .env("GAVEL_STORE", home.join("store"))
        .env("GAVEL_MODELS", home.join("models"))
        .env_remove("ORT_DYLIB_PATH")
        .current_dir(home);
    command
}

/// Runs the program in `home`.
pub fn gavel(home: &Path, arguments: &[&str]) -> Answer {
    Answer::of(
        command(home)
            .args(arguments)
            .output()
            .expect("the program starts"),
    )
}

/// A picture by formula: smooth waves whose phase depends on `number`.
pub fn picture(number: usize, side: u32) -> RgbImage {
    let phase = number as f64 * 0.7;
    RgbImage::from_fn(side, side, |x, y| {
        let wave = |k: f64| {
            (127.0 + 120.0 * (phase * k + f64::from(x) * 0.3 * k + f64::from(y) * 0.2).sin()) as u8
        };
        image::Rgb([wave(1.0), wave(1.3), wave(0.6)])
    })
}

/// A folder of `n` such pictures as PNG, numbered from `first`.
pub fn folder(home: &Path, name: &str, first: usize, n: usize, side: u32) -> PathBuf {
    let folder = home.join(name);
    std::fs::create_dir_all(&folder).expect("a folder in the temporary folder");
    for number in first..first + n {
        picture(number, side)
            .save_with_format(folder.join(format!("{number:05}.png")), ImageFormat::Png)
            .expect("a PNG in the temporary folder");
    }
    folder
}
